// Generated from the structs of `cti/seams.py` by `python -m cti types`. Do not edit.
// Instants are ISO 8601 text in UTC; names ending in `_s` are seconds.

/** 202: the switch took the command; what comes of it arrives on the live feed. */
export interface Accepted {
  command_id: string;
  call_id: string;
}

/** Who asks. `agent_id` is set when the account is an agent's; `ip` is for the audit only. */
export interface Actor {
  account_id: number | null;
  login: string;
  role: Role;
  agent_id: string | null;
  department: string;
  ip: string;
}

/** The agent's own state: our truth, not Asterisk's (P-3). */
export type AgentMode = "not_ready" | "ready" | "signed_out" | "wrap_up";

/** What the agent's phone does, whatever the mode. */
export type AgentPhase = "holding" | "idle" | "ringing" | "talking";

/** An agent: mode is ours, phase and device state come from the switch. */
export interface AgentView {
  type: "AgentView";
  agent_id: string;
  name: string;
  device: string;
  mode: AgentMode;
  reason: string;
  mode_since: string;
  wrap_up_until: string | null;
  phase: AgentPhase;
  phase_since: string;
  call_id: string | null;
  device_state: number;
  queues: string[];
  member_of: string[];
  paused_in: string[];
  offers_missed_count: number;
  phone: string;
  phone_away_since: string | null;
  consult: ConsultView | null;
  help_since: string | null;
}

/** Say something, go on. */
export interface Announce {
  kind: "announce";
  note: string;
  prompts: (string | Spoken)[];
  next: string;
}

/**
 * Play prompts and take up to `max_digits` keys, early ones too; wait `wait_s` after the last prompt or key.
 *
 * `#` ends the input when more than one key is asked for. Answer: `Pressed` or `Failed`.
 */
export interface Ask {
  type: "Ask";
  prompts: string[];
  wait_s: number;
  max_digits: number;
}

/** POST /api/blocked; by number or by the call it came in. */
export interface BlockCaller {
  number?: string;
  call_id?: string;
  why: string;
  until?: string | null;
}

/** A number whose callers are not served; masked for who may not see numbers. */
export interface BlockedCaller {
  key: string;
  number: string;
  why: string;
  until: string | null;
  blocked_at: string;
  blocked_by: string;
  refused_count: number;
}

/** GET /api/blocked */
export interface BlockedCallers {
  callers: BlockedCaller[];
}

/** Server: this socket closes. Come back after `after_s`; `code` says why. */
export interface Bye {
  type: "bye";
  code: string;
  after_s: number;
}

/** Public holidays and make-up workdays, as the State Council announces them a year at a time. */
export interface CalendarRules {
  days: SpecialDay[];
}

/** PUT /api/rules/calendar */
export interface CalendarRulesChange {
  version: number;
  value: CalendarRules;
}

/** Why a call is over. */
export type CallEnd = "" | "hung_up" | "lost_sight" | "merged" | "refused" | "switch_crashed";

/** POST /api/customers/{customer_id}/call: call the customer's n-th number (from 0). */
export interface CallNumber {
  index?: number;
}

/** GET /api/calls: newest first. `next` goes into `?before=` for the following page. */
export interface CallPage {
  calls: CallView[];
  next: string | null;
}

/** Where the call is now. `ended` calls stay on the floor for a few seconds. */
export type CallStage = "arriving" | "ended" | "held" | "leaving" | "menu" | "ringing" | "talking" | "waiting";

/** Everything with one Linkedid. `is_reconstructed`: some of it was not seen live. */
export interface CallView {
  type: "CallView";
  call_id: string;
  linked_id: string;
  direction: string;
  hotline: string;
  caller_number: string;
  caller_name: string;
  is_test: boolean;
  stage: CallStage;
  stage_since: string;
  queue: string | null;
  agent_ids: string[];
  started_at: string;
  answered_at: string | null;
  ended_at: string | null;
  end: CallEnd;
  refusal: string;
  fell_back: boolean;
  merged_into: string | null;
  is_reconstructed: boolean;
  menu: MenuStepView[];
  legs: LegView[];
  visits: VisitView[];
  segments: SegmentView[];
  transfers: string[];
  recording_paused_at: string | null;
  recording_resumes_at: string | null;
  waits_for: string | null;
  notice: NoticeView | null;
  messages: MessageView[];
  ratings: RatingView[];
  callback: CallbackView | null;
}

/** Promise a call back: the place in the queue is kept, the number is dialled once. */
export interface Callback {
  kind: "callback";
  note: string;
  queue: string;
  next: string;
  otherwise: string;
  number_from: string;
  prompts: (string | Spoken)[];
  priority: number;
}

/** A promised call back. `made_call_id`: the call that keeps it. States: `ivr.tables.CallbackRow`. */
export interface CallbackBrief {
  id: number;
  call_id: string;
  made_call_id: string | null;
  number: string;
  hotline: string;
  queue: string;
  asked_at: string;
  waits_since: string;
  state: string;
  why: string;
  changed_at: string;
  changed_by: string;
}

/**
 * GET /api/callbacks?state=open|done&before= ; DELETE /api/callbacks/{id} takes a promise back;
 * POST /api/callbacks/{id}/call rings the agent's telephone, then the customer.
 */
export interface CallbackPage {
  callbacks: CallbackBrief[];
  open_count: number;
  next_before: string | null;
}

/** The caller was promised a call to `number`; masked where numbers are. */
export interface CallbackView {
  at: string;
  queue: string;
  number: string;
}

/** Who may call out where (security 6.4). Numbers are compared as digits, without a leading +. */
export interface CallingRules {
  is_on: boolean;
  prefixes: Record<string, string[]>;
  blocked: string[];
  per_minute: number;
  concurrent: number;
  minutes_a_day: number;
}

/** PUT /api/rules/calling */
export interface CallingRulesChange {
  value: CallingRules;
  version: number;
}

/** One way of a condition: taken when all its tests hold. */
export interface Case {
  when: When[];
  to: string;
}

/** A category of a procedure. */
export interface CategoryView {
  code: string;
  zh: string;
  en: string;
  department: string;
}

/** GET /api/check */
export interface CheckReport {
  at: string;
  findings: Finding[];
  gauges: Gauge[];
}

/** An agent to whom a customer could be passed on. */
export interface Colleague {
  agent_id: string;
  name: string;
  mode: AgentMode;
  reason: string;
  phase: AgentPhase;
  is_reachable: boolean;
  queues: string[];
  refused: string;
}

/** GET /api/colleagues: free ones first, never oneself; queues by name. */
export interface Colleagues {
  colleagues: Colleague[];
  queues: QueueTarget[];
}

/** Take a number by keys: fewest to most digits, `#` ends. `into`: the variable it becomes. */
export interface Collect {
  kind: "collect";
  note: string;
  prompts: (string | Spoken)[];
  into: string;
  next: string;
  otherwise: string;
  what: "digits" | "order" | "phone" | "ticket";
  fewest: number;
  most: number;
  is_confirmed: boolean;
  is_masked: boolean;
  wrong: (string | Spoken)[];
  wait_s: number;
  tries: number;
}

/** The first case that holds, else `otherwise`. */
export interface Condition {
  kind: "condition";
  note: string;
  cases: Case[];
  otherwise: string;
}

/** POST /api/calls/{call_id}/consult/step: pass the customer on, go back to him, or join all three. */
export interface ConsultStep {
  step: "complete" | "conference" | "return";
}

/** An agent asks somebody while the customer hears music. `state`: `dialling`, `talking`, `conference`. */
export interface ConsultView {
  target: string;
  agent_id: string | null;
  state: string;
  since: string;
}

/** An earlier call of the customer. `parts`: recorded stretches that can be played. */
export interface ContactBrief {
  call_id: string;
  customer_id: number | null;
  started_at: string;
  direction: string;
  hotline: string;
  queue: string;
  agent_id: string | null;
  agent_name: string;
  talk_s: number;
  outcome: string;
  ticket_numbers: string[];
  parts: number;
}

/** GET /api/customers/{customer_id}: the file, tickets and contacts newest first. The look is audited (P-61). */
export interface Customer {
  customer_id: number;
  version: number;
  name: string;
  company: string;
  kind: string;
  is_vip: boolean;
  numbers: string[];
  are_numbers_whole: boolean;
  address: string;
  mail: string;
  note: string;
  warnings: string[];
  created_at: string;
  tickets: TicketBrief[];
  contacts: ContactBrief[];
}

/** A customer in a list; numbers are masked for who may not see them. */
export interface CustomerBrief {
  customer_id: number;
  name: string;
  company: string;
  kind: string;
  is_vip: boolean;
  numbers: string[];
  open_ticket_count: number;
  last_contact_at: string | null;
}

/** POST /api/pops/{call_id}/customer: who of those who share the number is calling; None: nobody of them. */
export interface CustomerChoice {
  customer_id: number | null;
}

/** PATCH /api/customers/{customer_id}. Fields left out stay. `version` is the one that was read. */
export interface CustomerEdit {
  version: number;
  name?: string;
  company?: string;
  kind?: "intending" | "owner" | "potential" | "unknown";
  is_vip?: boolean;
  numbers?: string[];
  address?: string;
  mail?: string;
  note?: string;
  warnings?: string[];
}

/** POST /api/customers */
export interface CustomerNew {
  name: string;
  company?: string;
  kind?: "intending" | "owner" | "potential" | "unknown";
  is_vip?: boolean;
  numbers?: string[];
  address?: string;
  mail?: string;
  note?: string;
  warnings?: string[];
  call_id?: string;
}

/** GET /api/customers: by name. `next` goes into `?before=`. */
export interface CustomerPage {
  customers: CustomerBrief[];
  next: string | null;
}

/** Who works complaints to the end (P-20, P-25). */
export interface Department {
  code: string;
  zh: string;
  en: string;
  is_active: boolean;
}

/** Departments, in the order of lists. */
export interface DepartmentRules {
  departments: Department[];
}

/** PUT /api/rules/departments */
export interface DepartmentRulesChange {
  value: DepartmentRules;
  version: number;
}

/** What happens to agents by rule. The floor takes these over at once. */
export interface DeskRules {
  wrap_up_s: number;
  extension_s: number;
  missed_offers_limit: number;
  phone_away_s: number;
  phone_back_s: number;
  lost_browser: "queue" | "wait";
  take_back_s: number;
  recording_pause_s: number;
}

/** PUT /api/rules/desk */
export interface DeskRulesChange {
  value: DeskRules;
  version: number;
}

/** POST /api/calls: call a number, or the caller of a recorded call (whose number need not be shown). */
export interface DialRequest {
  number?: string;
  call_id?: string;
}

/** Asterisk and we disagree. Key `drift:<kind>:<about>` of topic `check`. */
export interface DifferenceView {
  type: "DifferenceView";
  kind: string;
  about: string;
  ours: string;
  theirs: string;
  found_at: string;
  can_repair: boolean;
}

/**
 * PUT /api/pops/{call_id}/draft: the form as it is typed; saved by itself. `version` 0 begins one.
 *
 * Refused `draft.changed` when a colleague changed it meanwhile; the newer one is on the pop.
 */
export interface DraftChange {
  version: number;
  procedure?: string;
  category?: string;
  text?: string;
  priority?: "high" | "low" | "normal" | "urgent";
  department?: string;
  contact_name?: string;
  contact_number?: string;
}

/** PUT /api/flows/{name}/draft. `version`: of the draft it was made from, 0 for the first. It may have flaws. */
export interface DraftSave {
  text: string;
  version: number;
  based_on?: number;
}

/** What is being written. */
export interface DraftView {
  version: number;
  based_on: number;
  saved_at: string;
  saved_by: string;
}

/** The end: hang up. `refusal`: why he got nothing (`closed`, `full`, `nobody`, `blocked`), counted; else empty. */
export interface EndCall {
  type: "EndCall";
  refusal: string;
}

/** The caller has just come to the position's node: from outside, after a talk, or taken over by a new service. */
export interface Entered {
  type: "Entered";
}

/** Everything a step may ask. `now` is aware, in the hotline's zone. */
export interface Facts {
  now: string;
  hotline: string;
  caller_number: string;
  is_blocked: boolean;
  queues: Record<string, QueueFacts>;
  hours: HoursRules;
  calendar: CalendarRules;
  can_call_back: boolean;
}

/** The last action did not work (missing prompt, refused command, time-out), but the caller is still there. */
export interface Failed {
  type: "Failed";
  reason: string;
}

/** `code` chooses the translated sentence; `text` is English and complete; `fix` is one sentence. */
export interface Finding {
  code: string;
  level: Level;
  text: string;
  fix: string;
  about: string;
}

/**
 * Something wrong with a flow. `code` has words in both languages, `values` fill them; `text` is plain English.
 *
 * `level`: `bad` keeps it from being published, `hint` does not. `line`: in the text, from 1; 0: nowhere in it.
 */
export interface FlawView {
  code: string;
  level: string;
  line: number;
  node: string;
  text: string;
  values: Record<string, string>;
}

/** A menu: a graph of nodes, read from YAML. `language` and `voice` choose the prompts' recordings. */
export interface Flow {
  name: string;
  title: Title;
  start: string;
  nodes: Record<string, Announce | Notice | Menu | Collect | Hours | Condition | LookUpNode | QueueNode | Callback | Voicemail | TransferOut | Survey | TicketStatus | FlowJump | Refuse | HangUp>;
  language: "en" | "zh";
  voice: "female" | "male";
}

/** A flow in the list. */
export interface FlowBrief {
  name: string;
  zh: string;
  en: string;
  language: string;
  version: number;
  published_at: string | null;
  published_by: string;
  has_draft: boolean;
  is_shipped: boolean;
  answers: string[];
  used_by: string[];
  flaw_count: number;
}

/** Answer to POST /api/flows/check. */
export interface FlowCheck {
  flow: Flow | null;
  flaws: FlawView[];
  lines: Record<string, number>;
}

/** GET /api/flows/{name}/counts?since=&until= (days, both counted in; yesterday when left out). */
export interface FlowCounts {
  since: string;
  until: string;
  calls: number;
  nodes: NodeCount[];
}

/** POST /api/flows/write: a flow from the form, to be written as text. Comments of the old text are not kept. */
export interface FlowFormIn {
  flow: Flow;
}

/** POST /api/flows/{name}/in-force: new calls get `version`; -1 retires the flow. */
export interface FlowGoBack {
  version: number;
  expected: number;
}

/** Go on at the start of another flow, in its language. */
export interface FlowJump {
  kind: "flow";
  note: string;
  flow: string;
}

/** GET /api/flows */
export interface FlowList {
  flows: FlowBrief[];
  fallback: string;
}

/**
 * GET /api/flows/{name}: the draft when there is one, else the version in force. `flow` is None while it cannot be
 * read; the flaws say why.
 */
export interface FlowPage {
  name: string;
  text: string;
  flow: Flow | null;
  flaws: FlawView[];
  lines: Record<string, number>;
  draft: DraftView | null;
  in_force: number;
  is_shipped: boolean;
}

/** POST /api/flows/{name}/publish: the draft of `version` becomes the newest version, when it has no bad flaw. */
export interface FlowPublish {
  version: number;
  note?: string;
}

/** POST /api/flows/check: a text that is not saved. */
export interface FlowTextIn {
  text: string;
}

/** A published version. */
export interface FlowVersion {
  version: number;
  published_at: string | null;
  published_by: string;
  note: string;
  is_in_force: boolean;
}

/** GET /api/flows/{name}/versions, newest first; GET .../versions/{version} gives a FlowPage. */
export interface FlowVersions {
  versions: FlowVersion[];
}

/** The text of a form. */
export interface FlowWritten {
  text: string;
}

/** A look-up found something. `values` become variables under the names the node gives them. */
export interface Found {
  type: "Found";
  values: Record<string, string>;
}

/** A measured figure of the running service. `unit`: `s`, `ms`, `count`, `bytes`, `ratio`. */
export interface Gauge {
  code: string;
  value: number | null;
  unit: string;
}

/** Say good-bye and hang up. */
export interface HangUp {
  kind: "hang_up";
  note: string;
  prompts: (string | Spoken)[];
}

/** POST /api/agents/{agent_id}/help */
export interface HelpChange {
  action: "ask" | "end";
}

/** One access number: the flow that answers while `schedule` is open, and the one that answers otherwise. */
export interface Hotline {
  number: string;
  zh: string;
  en: string;
  schedule: string;
  day: string;
  night: string;
}

/** Which flow answers a number at this moment, and until when that stays so. */
export interface HotlineNow {
  number: string;
  flow: string;
  is_open: boolean;
  why: string;
  until: string | null;
}

/** All access numbers (P-1), and the flow for everything that cannot be led by its own. */
export interface HotlineRules {
  hotlines: Hotline[];
  fallback: string;
}

/** PUT /api/rules/hotlines */
export interface HotlineRulesChange {
  version: number;
  value: HotlineRules;
}

/** GET /api/hotlines/now */
export interface HotlinesNow {
  hotlines: HotlineNow[];
  calendar_years: number[];
}

/** Which way by the clock: a schedule of the hours page, public holidays and make-up workdays counted. */
export interface Hours {
  kind: "hours";
  note: string;
  schedule: string;
  open: string;
  closed: string;
  holiday: string;
}

/** All schedules. The day of the hotline is P-8's: night begins when only the night shift is left. */
export interface HoursRules {
  schedules: Schedule[];
}

/** PUT /api/rules/hours */
export interface HoursRulesChange {
  version: number;
  value: HoursRules;
}

/** One key of a menu. `says`: its meaning, as people see it on the floor, in the pop and in reports. */
export interface Key {
  key: string;
  to: string;
  says: string;
}

/** How often a key was pressed at a node. */
export interface KeyCount {
  flow: string;
  node: string;
  key: string;
  words: string;
  outcome: string;
  count: number;
}

/** POST /api/calls/{call_id}/keys: keys the other side hears (menus of other companies). */
export interface KeysRequest {
  keys: string;
}

/** What all kinds have in common. `note`: for people who read the flow. */
export interface Kind {
  kind: "Kind";
  note: string;
}

/** POST /api/session/language */
export interface LanguageChange {
  language: "en" | "zh";
}

/** Whose channel it is. `helper` is a Local half or a spy: never a person. */
export type LegKind = "agent" | "caller" | "helper" | "outside";

/** One channel of a call. `talk_s`, `hold_s` are final when `closed_at` is set, else up to the last event. */
export interface LegView {
  channel_id: string;
  channel: string;
  kind: LegKind;
  number: string;
  name: string;
  agent_id: string | null;
  opened_at: string;
  answered_at: string | null;
  closed_at: string | null;
  bridge_id: string | null;
  is_holding: boolean;
  talk_s: number;
  hold_s: number;
  cause: number | null;
}

/** `unknown`: could not be looked at; never shown as well. */
export type Level = "bad" | "ok" | "unknown" | "warn";

/** POST /api/session/link: exchange a one-time sign-in link. */
export interface LinkSignIn {
  token: string;
}

/** The link to the switch, as the floor knows it. Key `link` of topic `check`. */
export interface LinkView {
  type: "LinkView";
  is_up: boolean;
  is_valid: boolean;
  since: string;
  reason: string;
  system_name: string;
  version: string;
  switch_started_at: string | null;
  events_seen: number;
  gaps_count: number;
}

/** A list in the database is not what it was; whoever may see it asks for it. Key `list` of its topic. */
export interface ListView {
  type: "ListView";
  changes_count: number;
  changed_at: string;
}

/** Ask `what` (`customer`, `ticket`, `webhook:<name>`). Answer: `Found`, `NotFound` or `Failed`, in `limit_s`. */
export interface LookUp {
  type: "LookUp";
  what: string;
  values: Record<string, string>;
  limit_s: number;
  takes: string[];
}

/**
 * Ask for the customer (sets `customer_class`, `customer_vip`, `customer_known`), or a webhook by its name.
 *
 * `sends`: variables given to the webhook; `takes`: field of its answer -> variable.
 */
export interface LookUpNode {
  kind: "look_up";
  note: string;
  what: "customer" | "webhook";
  found: string;
  not_found: string;
  failed: string;
  webhook: string;
  sends: string[];
  takes: Record<string, string>;
  limit_s: number;
}

/** Ask for one key. After `tries` times nothing or a wrong key: `otherwise`. */
export interface Menu {
  kind: "menu";
  note: string;
  prompts: (string | Spoken)[];
  keys: Key[];
  otherwise: string;
  repeat: string;
  operator: string;
  operator_key: string;
  wrong_key: (string | Spoken)[];
  no_input: (string | Spoken)[];
  wait_s: number;
  tries: number;
}

/** A day of the menu, one hotline or all. Definitions stand beside the query. */
export interface MenuDay {
  day: string;
  hotline: string;
  calls: number;
  contained: number;
  called_again: number;
  to_queue: number;
  hung_up: number;
  refused: Record<string, number>;
  fell_back: number;
  notice_heard: number;
  menu_s: number;
}

/** GET /api/reports/menu?since=&until=&hotline= ; .csv behind `menu` gives the days as a table. */
export interface MenuReport {
  since: string;
  until: string;
  days: MenuDay[];
  keys: KeyCount[];
  ratings: RatingCount[];
}

/** One step in the menu. */
export interface MenuStepView {
  at: string;
  flow: string;
  node: string;
  digits: string;
  outcome: string;
  version: number;
  words: string;
}

/** A message a caller left. */
export interface MessageBrief {
  name: string;
  call_id: string;
  box: string;
  hotline: string;
  number: string;
  left_at: string;
  length_s: number;
  state: string;
  note: string;
  version: number;
  changed_at: string | null;
  changed_by: string;
  is_playable: boolean;
}

/** PUT /api/messages/{name} */
export interface MessageChange {
  version: number;
  state: "done" | "new" | "taken";
  note?: string;
}

/** GET /api/messages?state=&box=&before= ; GET /api/messages/{name}/sound plays one (WAV, ranges). */
export interface MessagePage {
  messages: MessageBrief[];
  new_count: number;
  next_before: string | null;
}

/** A message the caller left. `name`: the file's, without ending. */
export interface MessageView {
  at: string;
  box: string;
  name: string;
  length_s: number;
}

/** Somebody who asked for a person and got none, and has not been talked with since. */
export interface MissedCaller {
  call_id: string;
  caller_number: string;
  hotline: string;
  queue: string;
  outcome: string;
  lost_at: string;
  waited_s: number;
  times: number;
  tried_at: string | null;
}

/** GET /api/missed-callers: of the last 24 hours, longest waiting for a call back first. */
export interface MissedCallers {
  callers: MissedCaller[];
}

/** PUT /api/agents/{agent_id}/mode. `reason` is the code of an active reason of `NotReadyRules`, or empty. */
export interface ModeChange {
  mode: "not_ready" | "ready" | "signed_out";
  reason?: string;
}

/** What callers did at one node in a span of days. */
export interface NodeCount {
  node: string;
  came: number;
  passed: number;
  left: number;
  hung_up: number;
  outcomes: Record<string, number>;
  keys: Record<string, number>;
}

/** A look-up found nothing. */
export interface NotFound {
  type: "NotFound";
}

/** Reasons, in the order of the buttons. */
export interface NotReadyRules {
  reasons: Reason[];
}

/** PUT /api/rules/not-ready */
export interface NotReadyRulesChange {
  value: NotReadyRules;
  version: number;
}

/** Tell the floor what happened at a node. `outcome`: one of `OUTCOMES`. */
export interface Note {
  type: "Note";
  node: string;
  digits: string;
  outcome: string;
  words: string;
}

/** The recording notice: that it was heard, which version of the words, and when, is kept with the call. */
export interface Notice {
  kind: "notice";
  note: string;
  prompts: (string | Spoken)[];
  next: string;
}

/** The recording notice was heard to its end. The session adds which version of the words it was. */
export interface NoticePlayed {
  type: "NoticePlayed";
  node: string;
  prompts: string[];
}

/** The recording notice was heard to its end. `wording`: which recording of which words. */
export interface NoticeView {
  at: string;
  wording: string;
}

/** How the ringing of one member ended. `canceled`: the caller went away first, no fault of the agent. */
export type OfferOutcome = "canceled" | "connected" | "rang_out" | "rejected" | "ringing" | "unknown";

/** A member rung for a visit. `is_reconstructed`: not seen live, taken from a list after a gap. */
export interface OfferView {
  offer_id: string;
  device: string;
  agent_id: string | null;
  channel_id: string | null;
  offered_at: string;
  ended_at: string | null;
  outcome: OfferOutcome;
  ring_s: number | null;
}

/** A recording of the company's own. `text`: what is said, as far as somebody wrote it down. */
export interface OwnPrompt {
  id: number;
  is_in_force: boolean;
  is_there: boolean;
  length_s: number;
  text: string;
  source: string;
  made_at: string;
  made_by: string;
}

/** DELETE /api/telephone, GET /api/sip: which page of the browser. */
export interface PageQuery {
  page: string;
}

/** POST /api/session/password. `current` may be left out only in a session opened by a link. */
export interface PasswordChange {
  password: string;
  current?: string;
}

/** GET /api/people */
export interface People {
  people: Person[];
  queues: string[];
  free_numbers: string[];
}

/** An account as the people page shows it. */
export interface Person {
  account_id: number;
  login: string;
  name: string;
  role: Role;
  agent_number: string | null;
  queues: string[];
  department: string | null;
  is_active: boolean;
  has_password: boolean;
  last_seen_at: string | null;
}

/** PATCH /api/people/{id}. Fields left out stay as they are. */
export interface PersonEdit {
  name?: string;
  role?: Role;
  agent_number?: string | null;
  queues?: string[];
  department?: string | null;
  is_active?: boolean;
}

/** POST /api/people. An agent number makes the person an agent with that telephone. */
export interface PersonNew {
  login: string;
  name: string;
  role: Role;
  agent_number?: string | null;
  queues?: string[];
  department?: string | null;
}

/** POST /api/calls/{call_id}/phone: what a browser telephone does by itself and a desk telephone is asked to do. */
export interface PhoneRequest {
  action: "answer" | "hold" | "mute" | "resume" | "unmute";
}

/**
 * A recording by phone on its way; GET /api/prompt-takes/{id} says how far it is.
 *
 * `state`: `ringing`, `recording`, `checking`, `made`, `failed`; `code` and `text` say why it failed.
 */
export interface PhoneTake {
  id: string;
  state: string;
  code: string;
  text: string;
  made: PromptMade | null;
}

/** Server: every 15 s; also carries "data as of" while nothing changes. */
export interface Ping {
  type: "ping";
  at: string;
}

/** A `Say` is over, a callback is kept. */
export interface Played {
  type: "Played";
}

/** Browser: still here. */
export interface Pong {
  type: "pong";
}

/** DELETE /api/pops/{call_id}. `drop=draft`: what was typed is not wanted; else it stays with the call. */
export interface PopClosing {
  drop?: "" | "draft";
}

/** A customer who has the caller's number (P-60). Several may share one: the agent chooses. */
export interface PopCustomer {
  customer_id: number;
  name: string;
  company: string;
  kind: string;
  is_vip: boolean;
  warnings: string[];
  numbers: string[];
  note: string;
  open_ticket_count: number;
}

/** Browser: this pop stands in the document now. Its time is measured by the service, from socket to this word. */
export interface PopShown {
  type: "pop_shown";
  call_id: string;
}

/** Key `pop:<call_id>` of topic `agent.<id>`. It stays until the agent closes it, over reloads and restarts. */
export interface PopView {
  type: "PopView";
  call_id: string;
  agent_id: string;
  offered_at: string;
  direction: string;
  hotline: string;
  queue: string | null;
  caller_number: string;
  caller_name: string;
  waited_s: number;
  menu: MenuStepView[];
  from_agent: string | null;
  is_loaded: boolean;
  customer_id: number | null;
  customers: PopCustomer[];
  tickets: TicketBrief[];
  contacts: ContactBrief[];
  procedure: string;
  draft: TicketDraft | null;
  saved: TicketBrief[];
  missing: string;
  notice: NoticeView | null;
}

/** Where a caller is. Everything a step needs of the past; travels to the simulator and back. */
export interface Position {
  flow: string;
  node: string;
  tries: number;
  stage: string;
  variables: Record<string, string>;
}

/** Answer to an `Ask`; empty when no key came in time. An end key alone is `#`. */
export interface Pressed {
  type: "Pressed";
  digits: string;
}

/** application+problem/json (RFC 9457). The browser translates `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  ids: Record<string, string>;
}

/** A ticket procedure as forms need it. */
export interface ProcedureView {
  code: string;
  zh: string;
  en: string;
  is_complaint: boolean;
  due_h: number;
  department: string;
  categories: CategoryView[];
}

/** GET /api/procedures, in the order of the form. */
export interface Procedures {
  procedures: ProcedureView[];
}

/** POST /api/prompts/{language}/{name}/by-phone: ring this agent's telephone and record there. */
export interface PromptByPhone {
  agent_id: string;
  text?: string;
}

/** POST /api/prompts/{language}/{name}/in-force: an own recording, or 0 for the shipped one. */
export interface PromptChoice {
  id: number;
}

/** GET /api/prompts. With those that flows name and nobody has recorded. */
export interface PromptList {
  prompts: PromptView[];
  takes_all_formats: boolean;
}

/** Answer to an upload or a recording by phone: what became of it. */
export interface PromptMade {
  prompt: PromptView;
  level_dbfs: number;
  peak_dbfs: number;
  trimmed_s: number;
}

/** PUT /api/prompts/{language}/{name}/text: what is said in the own recording in force. */
export interface PromptTextIn {
  text: string;
}

/** POST /api/prompts/{language}/{name}/upload: the file is the body, as it is, 20 MB at most. */
export interface PromptUpload {
  text?: string;
}

/** A prompt in one language. `voices`: shipped recordings (`female`, `male`); empty: only own ones. */
export interface PromptView {
  name: string;
  language: string;
  text: string;
  shipped_text: string;
  voices: Record<string, number>;
  own: OwnPrompt[];
  used_by: string[];
}

/** One queue now. */
export interface QueueFacts {
  waiting_count: number;
  ready_count: number;
  seat_count: number;
  expected_wait_s: number | null;
}

/** Hand the caller to a queue, after a word to him. A queue is a skill: agents serve those they are given. */
export interface QueueNode {
  kind: "queue";
  note: string;
  queue: string;
  prompts: (string | Spoken)[];
  priority: number;
  says_position: boolean;
  says_wait: boolean;
  words_every_s: number;
  after: string;
}

/** A queue to which a customer could be passed on. */
export interface QueueTarget {
  name: string;
  waiting_count: number;
  free_count: number;
  refused: string;
}

/** A queue now. Counts are of this moment; day figures belong to `dashboards`. */
export interface QueueView {
  type: "QueueView";
  name: string;
  waiting_count: number;
  longest_since: string | null;
  talking_count: number;
  member_count: number;
  free_count: number;
}

/** The caller rated the service (P-51). Tells the floor; no answer of its own. */
export interface Rate {
  type: "Rate";
  question: string;
  score: number;
}

/** Ratings of one question and agent (`agent_id` empty: without a talk). */
export interface RatingCount {
  question: string;
  agent_id: string;
  name: string;
  scores: Record<string, number>;
  average: number;
  asked: number;
}

/** A rating by key. `agent_id`: who talked with the caller last. */
export interface RatingView {
  at: string;
  question: string;
  score: number;
  agent_id: string | null;
}

/** Why an agent is not ready. Taken out of use, never removed: the past still names it. */
export interface Reason {
  code: string;
  zh: string;
  en: string;
  allowance_min: number;
  is_active: boolean;
}

/** How long an agent was not ready for a reason, on the present business date, up to now. */
export interface ReasonUse {
  code: string;
  zh: string;
  en: string;
  allowance_min: number;
  used_s: number;
}

/** GET /api/agents/{agent_id}/reasons: active reasons in their order. */
export interface ReasonUses {
  reasons: ReasonUse[];
}

/** A message was left. */
export interface Recorded {
  type: "Recorded";
  length_s: number;
}

/**
 * One recorded stretch. It plays from /api/calls/{call_id}/recordings/{part}: stereo, the customer on the left.
 *
 * `state`: `ready`, `writing` (the call goes on), `empty` (nobody spoke), `missing` (no file), `damaged`.
 */
export interface RecordedPart {
  part: number;
  started_at: string;
  duration_s: number;
  state: string;
}

/** GET /api/calls/{call_id}/recordings */
export interface RecordedParts {
  call_id: string;
  parts: RecordedPart[];
}

/** POST /api/calls/{call_id}/recording */
export interface RecordingChange {
  action: "pause" | "resume";
}

/** Say why there is nobody, hang up, and count it. */
export interface Refuse {
  kind: "refuse";
  note: string;
  reason: "blocked" | "closed" | "full" | "nobody";
  prompts: (string | Spoken)[];
}

/** Server: a message was not understood or not allowed. */
export interface Refused {
  type: "refused";
  code: string;
  message: string;
}

/** Things that need permission. */
export type Right = "block_callers" | "call_out" | "change_rules" | "control_calls" | "edit_customers" | "edit_flows" | "export_tickets" | "listen_recordings" | "manage_people" | "place_test_call" | "repair" | "see_audit" | "see_check" | "see_customers" | "see_floor" | "see_flows" | "see_history" | "see_numbers" | "see_reports" | "see_tickets" | "set_others_mode" | "set_own_mode" | "work_messages" | "work_tickets";

/** Roles of an account. An account has exactly one. */
export type Role = "administrator" | "agent" | "auditor" | "department" | "supervisor" | "team_leader";

/** One option's value, or a part of one. */
export interface Rule {
}

/** All options in force. */
export interface Rulebook {
  not_ready: NotReadyRules;
  desk: DeskRules;
  calling: CallingRules;
  departments: DepartmentRules;
  hours: HoursRules;
  calendar: CalendarRules;
  hotlines: HotlineRules;
  webhooks: WebhookRules;
}

/** GET /api/rules. `versions` go back with a change: field of the rulebook -> version, 0 while it is the default. */
export interface RulesInForce {
  rules: Rulebook;
  versions: Record<string, number>;
}

/** A prompt in the simulator: its words, as far as known. */
export interface SaidView {
  prompt: string;
  text: string;
  exists: boolean;
}

/** Play prompts; keys pressed meanwhile are not kept. Answer: `Played` or `Failed`. */
export interface Say {
  type: "Say";
  prompts: string[];
}

/** Opening hours. `week`: Monday first, the spans of each day, by the clock of the hotline's zone. */
export interface Schedule {
  code: string;
  zh: string;
  en: string;
  week: Span[][];
  holidays: Span[] | null;
}

/** One recorded stretch: files `<name>-caller.wav` and `<name>-agent.wav` in the recordings folder. */
export interface SegmentView {
  name: string;
  part: number;
  started_at: string;
}

/** GET /api/session and every sign-in. `csrf` goes back in the header `X-CSRF-Token` of unsafe requests. */
export interface Session {
  account_id: number;
  login: string;
  name: string;
  role: Role;
  rights: Right[];
  agent_id: string | null;
  department: string | null;
  language: "en" | "zh";
  csrf: string;
  must_set_password: boolean;
  expires_at: string;
}

/** Something that stands in a flow. */
export interface Shape {
}

/** POST /api/session */
export interface SignIn {
  login: string;
  password: string;
}

/**
 * POST /api/people/{id}/link, and the answer to POST /api/people: shown once.
 *
 * `url` is `<address>/sign-in#<token>`: what stands after the `#` never reaches a server log or a referrer. The page
 * posts it to /api/session/link.
 */
export interface SignInLink {
  person: Person;
  url: string;
  expires_at: string;
}

/**
 * POST /api/flows/simulate: one step. `text`: the flow as it stands in the editor; None: as in force.
 *
 * `position` None: a call begins. `given` answers the last action.
 */
export interface SimulateIn {
  name: string;
  text?: string | null;
  position?: Position | null;
  given?: Entered | Played | Pressed | Found | NotFound | Recorded | Failed | null;
  world: SimulatedWorld;
}

/** What the session would do now. */
export interface SimulateOut {
  actions: (Say | Ask | Note | LookUp | TakeMessage | TakeCallback | Rate | NoticePlayed | ToQueue | ToNumber | EndCall)[];
  said: SaidView[];
  position: Position;
  is_over: boolean;
  path: string[];
}

/** The world of a simulated call. */
export interface SimulatedWorld {
  now: string;
  hotline?: string;
  caller_number?: string;
  is_blocked?: boolean;
  can_call_back?: boolean;
  queues?: Record<string, QueueFacts>;
}

/** From an instant of the day to another; over midnight when `until` is not after `since`. */
export interface Span {
  since: string;
  until: string;
}

/** A day that is not what its weekday says. */
export interface SpecialDay {
  on: string;
  kind: "holiday" | "workday";
  zh: string;
  en: string;
}

/**
 * A value read out in the flow's language: `{say: minutes, of: wait}`.
 *
 * `say`: `digits` one by one, `number` (两千零三), `count` (of people: 两, not 二), `minutes` (两分钟), `time`
 * (`15:20`), `date` (`2026-11-25`), `prompt`: the prompt named `<of's value>` with `prefix` in front. An unknown or
 * empty value says nothing.
 */
export interface Spoken {
  say: "count" | "date" | "digits" | "minutes" | "number" | "prompt" | "time";
  of: string;
  prefix: string;
}

/** Server: this socket fell behind; fresh snapshots of these topics follow. */
export interface Stale {
  type: "stale";
  topics: string[];
}

/** Browser: send snapshots of these topics, then their changes. Again for one topic: a fresh snapshot. */
export interface Subscribe {
  type: "subscribe";
  topics: string[];
}

/** Ask for a rating by key (P-51). `question` names it in reports; keys are scores. */
export interface Survey {
  kind: "survey";
  note: string;
  question: string;
  prompts: (string | Spoken)[];
  next: string;
  scores: Record<string, number>;
  wrong_key: (string | Spoken)[];
  wait_s: number;
  tries: number;
}

/** Keep the caller's place in `queue` and call `number` when it is his turn. Answer: `Played` or `Failed`. */
export interface TakeCallback {
  type: "TakeCallback";
  queue: string;
  number: string;
  priority: number;
}

/**
 * Say the prompts, beep, record until `#`, silence, hang-up or `limit_s`. Answer: `Recorded` or `Failed`.
 *
 * A caller who hangs up has left his message all the same: the session tells the floor, whatever the flow does.
 */
export interface TakeMessage {
  type: "TakeMessage";
  prompts: string[];
  box: string;
  limit_s: number;
  silence_s: number;
}

/** POST /api/people/{id}/telephone: settings of the agent's SIP phone. Looking is audited. */
export interface Telephone {
  user: string;
  secret: string;
  server: string;
}

/**
 * POST /api/telephone: choose one's telephone; `page` names this page of the browser, made at random by it.
 *
 * `take`: have it even if another page of this agent has it now.
 */
export interface TelephoneChoice {
  kind: "browser" | "desk";
  page: string;
  take?: boolean;
}

/**
 * How this page registers. Good for this page only, until another page takes it or the session ends.
 *
 * `secret` is HA1, MD5(user:realm:random): made for this grant, kept nowhere but in the page's memory. Empty strings
 * for a desk telephone. The SIP WebSocket is `/api/sip?page=<page>`.
 */
export interface TelephoneGrant {
  kind: "browser" | "desk";
  user: string;
  realm: string;
  secret: string;
  uri: string;
  call_in_progress: string;
}

/** POST /api/test-calls. `self`: a recorded agent answers in a queue of its own; `real`: your agents are rung. */
export interface TestCallRequest {
  key: "" | "1" | "2";
  answered_by?: "real" | "self";
}

/** GET /api/tickets/{ticket_id}: everything, with its timeline, oldest first. */
export interface Ticket {
  ticket_id: number;
  number: string;
  version: number;
  procedure: string;
  category: string;
  text: string;
  product: string;
  state: string;
  moves: string[];
  priority: string;
  department: string;
  channel: string;
  customer_id: number | null;
  customer_name: string;
  contact_name: string;
  contact_number: string;
  may_edit: boolean;
  may_call: boolean;
  received_at: string;
  received_by: string;
  due_at: string;
  resolved_at: string | null;
  closed_at: string | null;
  answer: string;
  call_ids: string[];
  timeline: TicketEvent[];
}

/** A ticket as lists and pops show it. `title` is the first line of its text. */
export interface TicketBrief {
  ticket_id: number;
  number: string;
  procedure: string;
  category: string;
  title: string;
  state: string;
  priority: string;
  department: string;
  customer_id: number | null;
  customer_name: string;
  received_at: string;
  due_at: string;
  closed_at: string | null;
}

/** What is typed into the form and not saved yet. It belongs to the call: a transfer takes it along. */
export interface TicketDraft {
  version: number;
  procedure: string;
  category: string;
  text: string;
  priority: string;
  department: string;
  contact_name: string;
  contact_number: string;
  changed_at: string;
  changed_by: string;
}

/** PATCH /api/tickets/{ticket_id}. Fields left out stay. `version` is the one that was read. */
export interface TicketEdit {
  version: number;
  text?: string;
  procedure?: string;
  category?: string;
  priority?: "high" | "low" | "normal" | "urgent";
  department?: string;
  customer_id?: number | null;
  contact_name?: string;
  contact_number?: string;
  product?: string;
}

/**
 * One line of the timeline, never changed afterwards. `kind`: `received`, `edited`, `moved`, `noted`, `called`,
 * `looked`.
 */
export interface TicketEvent {
  event_id: number;
  at: string;
  kind: string;
  by: string;
  text: string;
  changes: Record<string, string[]>;
  call_id: string;
}

/** POST /api/tickets/{ticket_id}/state. `text` says what was done; resolving and closing need it. */
export interface TicketMove {
  version: number;
  state: "closed" | "new" | "resolved" | "waiting" | "working";
  text?: string;
}

/** POST /api/tickets: received now. With `call_id` it belongs to that call, and the draft of the call is used up. */
export interface TicketNew {
  procedure: string;
  text: string;
  category?: string;
  priority?: "high" | "low" | "normal" | "urgent";
  department?: string;
  channel?: "e_mail" | "fax" | "letter" | "phone" | "visit" | "web";
  customer_id?: number | null;
  contact_name?: string;
  contact_number?: string;
  product?: string;
  call_id?: string;
  state?: "closed" | "new" | "working";
  answer?: string;
}

/** POST /api/tickets/{ticket_id}/notes */
export interface TicketNote {
  text: string;
  call_id?: string;
}

/** GET /api/tickets: the most urgent first while open, newest first otherwise. `next` goes into `?before=`. */
export interface TicketPage {
  tickets: TicketBrief[];
  next: string | null;
  counts: Record<string, number>;
}

/**
 * State of a ticket by telephone: ticket number, then the last four digits of the caller's telephone number.
 *
 * Found: `found` is said (may use variables `ticket_state`, `ticket_due`), then `next`. Wrong ones cost a try each.
 */
export interface TicketStatus {
  kind: "ticket_status";
  note: string;
  ask_number: (string | Spoken)[];
  ask_digits: (string | Spoken)[];
  found: (string | Spoken)[];
  next: string;
  otherwise: string;
  not_found: (string | Spoken)[];
  wait_s: number;
  tries: number;
}

/** What people call the flow. */
export interface Title {
  zh: string;
  en: string;
}

/** The end: connect the caller with a number outside. `after`: the node at which he goes on when nobody answers. */
export interface ToNumber {
  type: "ToNumber";
  number: string;
  after: string;
}

/** The end: hand the caller to the dialplan, bound for `queue`. */
export interface ToQueue {
  type: "ToQueue";
  queue: string;
  priority: number;
  words_every_s: number;
  says_position: boolean;
  says_wait: boolean;
  after: string;
}

/** One change; `value` None takes the key away. */
export interface TopicChange {
  topic: string;
  seq: number;
  key: string;
  value: CallView | AgentView | QueueView | LinkView | DifferenceView | PopView | ListView | null;
}

/** Server: changes in order. A gap in a topic's `seq` means: subscribe again. */
export interface TopicChanges {
  type: "changes";
  at: string;
  items: TopicChange[];
}

/** Server: all of a topic. `seq` is the number of its last change; `at` is the floor's "data as of". */
export interface TopicSnapshot {
  type: "snapshot";
  topic: string;
  seq: number;
  at: string;
  items: Record<string, CallView | AgentView | QueueView | LinkView | DifferenceView | PopView | ListView>;
}

/** Connect with a number outside; the calling rules of a supervisor hold for it. */
export interface TransferOut {
  kind: "transfer_out";
  note: string;
  number: string;
  otherwise: string;
  prompts: (string | Spoken)[];
}

/**
 * POST /api/calls/{call_id}/transfer and .../consult: an agent's number, a queue (transfer only), or a telephone
 * number outside, which the calling rules must allow.
 */
export interface TransferRequest {
  target: string;
}

/** Browser: no more of these. */
export interface Unsubscribe {
  type: "unsubscribe";
  topics: string[];
}

/**
 * How a visit ended (metrics: 'How a visit ends'). `waiting` and `talking` are not ends.
 *
 * Short abandon is not an outcome of its own: it depends on an option, and is derived from `abandoned` and `wait_s`.
 */
export type VisitOutcome = "abandoned" | "answered" | "answered_without_talk" | "left_by_key" | "left_empty" | "refused_empty" | "refused_full" | "talking" | "timed_out" | "unknown" | "waiting" | "withdrawn";

/**
 * One stay in one queue. `wait_s`: entry to a person answering, or to the end when nobody did.
 *
 * `talk_s` and `hold_s` are the serving agent's with this customer, from bridge instants; hold is not in talk.
 * `ended_by`: `caller`, `agent`, `transfer`, `switch`, or empty while it lasts.
 */
export interface VisitView {
  visit_id: string;
  channel_id: string;
  queue: string;
  entered_at: string;
  position: number;
  answered_at: string | null;
  ended_at: string | null;
  outcome: VisitOutcome;
  agent_id: string | null;
  device: string | null;
  wait_s: number | null;
  talk_s: number | null;
  hold_s: number | null;
  ended_by: string;
  is_reconstructed: boolean;
  offers: OfferView[];
}

/** Take a message. `box`: a queue's name, so that who serves it works the message. */
export interface Voicemail {
  kind: "voicemail";
  note: string;
  prompts: (string | Spoken)[];
  box: string;
  next: string;
  otherwise: string;
  most_s: number;
  silence_s: number;
}

/** A system outside that flows may ask. POST of a JSON object, answer a flat JSON object (`ivr` look-up node). */
export interface Webhook {
  code: string;
  url: string;
  is_active: boolean;
}

/** All of them. */
export interface WebhookRules {
  webhooks: Webhook[];
}

/** PUT /api/rules/webhooks */
export interface WebhookRulesChange {
  version: number;
  value: WebhookRules;
}

/**
 * One test. Numbers: `at_least` and `at_most`, both counted in; words: `is_one_of`.
 *
 * `fact`: `waiting`, `ready`, `seats`, `expected_wait_s` (of `queue`; without one: of all of them together, the
 * longest wait), `blocked` (`yes`, `no`), `number` (`withheld`, `known`), `callback` (`yes`, `no`: calling out is on,
 * so that a call back can be promised), `time` (since, until), `variable` (of `variable`; `customer_class`,
 * `customer_vip` after a look-up of the customer; alone: that it is known). An unknown fact is no match.
 */
export interface When {
  fact: "blocked" | "callback" | "expected_wait_s" | "number" | "ready" | "seats" | "time" | "variable" | "waiting";
  queue: string;
  variable: string;
  at_least: number | null;
  at_most: number | null;
  is_one_of: string[];
  since: string | null;
  until: string | null;
}

/** POST /api/agents/{agent_id}/wrap-up: end it, or extend it by `extra_s`. */
export interface WrapUpChange {
  action: "end" | "extend";
  extra_s?: number;
}

export type AnyView = CallView | AgentView | QueueView | LinkView | DifferenceView | PopView | ListView;

export type ToBrowser = TopicSnapshot | TopicChanges | Stale | Ping | Bye | Refused;

export type FromBrowser = Subscribe | Unsubscribe | Pong | PopShown;
