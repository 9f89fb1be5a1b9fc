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

/** `code` chooses the translated sentence; `text` is English and complete; `fix` is one sentence. */
export interface Finding {
  code: string;
  level: Level;
  text: string;
  fix: string;
  about: string;
}

/** A measured figure of the running service. `unit`: `s`, `ms`, `count`, `bytes`, `ratio`. */
export interface Gauge {
  code: string;
  value: number | null;
  unit: string;
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

/** All access numbers (P-1), and the flow for everything that cannot be led by its own. */
export interface HotlineRules {
  hotlines: Hotline[];
  fallback: string;
}

/** All schedules. The day of the hotline is P-8's: night begins when only the night shift is left. */
export interface HoursRules {
  schedules: Schedule[];
}

/** POST /api/calls/{call_id}/keys: keys the other side hears (menus of other companies). */
export interface KeysRequest {
  keys: string;
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

/** Reasons, in the order of the buttons. */
export interface NotReadyRules {
  reasons: Reason[];
}

/** PUT /api/rules/not-ready */
export interface NotReadyRulesChange {
  value: NotReadyRules;
  version: number;
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

/** Server: every 15 s; also carries "data as of" while nothing changes. */
export interface Ping {
  type: "ping";
  at: string;
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

/** Opening hours. `week`: Monday first, the spans of each day. */
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

/** POST /api/agents/{agent_id}/wrap-up: end it, or extend it by `extra_s`. */
export interface WrapUpChange {
  action: "end" | "extend";
  extra_s?: number;
}

export type AnyView = CallView | AgentView | QueueView | LinkView | DifferenceView | PopView | ListView;

export type ToBrowser = TopicSnapshot | TopicChanges | Stale | Ping | Bye | Refused;

export type FromBrowser = Subscribe | Unsubscribe | Pong | PopShown;
