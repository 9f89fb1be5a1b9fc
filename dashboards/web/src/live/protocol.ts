// Generated from cti/web/wire.py and cti/domain/changes.py by `python -m cti types`. Do not edit.
// Instants are ISO 8601 text in UTC; names ending in `_s` are seconds.

/** 202: the switch took the command; what comes of it arrives on the live feed. */
export interface Accepted {
  command_id: string;
}

/** Who asks. `agent_id` is set when the account is an agent's; `ip` is for the audit only. */
export interface Actor {
  account_id: number | null;
  login: string;
  role: Role;
  agent_id: string | null;
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
}

/** Server: this socket closes. Come back after `after_s`; `code` says why. */
export interface Bye {
  type: "bye";
  code: string;
  after_s: number;
}

/** Why a call is over. */
export type CallEnd = "" | "hung_up" | "lost_sight" | "merged" | "refused" | "switch_crashed";

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
}

/** GET /api/check */
export interface CheckReport {
  at: string;
  findings: Finding[];
  gauges: Gauge[];
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

/** One step in the menu. */
export interface MenuStepView {
  at: string;
  flow: string;
  node: string;
  digits: string;
  outcome: string;
}

/** PUT /api/agents/{agent_id}/mode */
export interface ModeChange {
  mode: "not_ready" | "ready" | "signed_out";
  reason?: "" | "back_office" | "break" | "meal" | "training";
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
  is_active?: boolean;
}

/** POST /api/people. An agent number makes the person an agent with that telephone. */
export interface PersonNew {
  login: string;
  name: string;
  role: Role;
  agent_number?: string | null;
  queues?: string[];
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

/** application+problem/json (RFC 9457). The browser translates `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  ids: Record<string, string>;
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

/** Server: a message was not understood or not allowed. */
export interface Refused {
  type: "refused";
  code: string;
  message: string;
}

/** Things that need permission. */
export type Right = "control_calls" | "listen_recordings" | "manage_people" | "place_test_call" | "repair" | "see_audit" | "see_check" | "see_floor" | "see_history" | "see_numbers" | "set_others_mode" | "set_own_mode";

/** Roles of an account. An account has exactly one. */
export type Role = "administrator" | "agent" | "auditor" | "department" | "supervisor" | "team_leader";

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

/** POST /api/test-calls. `self`: a recorded agent answers in a queue of its own; `real`: your agents are rung. */
export interface TestCallRequest {
  key: "" | "1" | "2";
  answered_by?: "real" | "self";
}

/** One change; `value` None takes the key away. */
export interface TopicChange {
  topic: string;
  seq: number;
  key: string;
  value: CallView | AgentView | QueueView | LinkView | DifferenceView | null;
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
  items: Record<string, CallView | AgentView | QueueView | LinkView | DifferenceView>;
}

/** POST /api/calls/{call_id}/transfer: blind, to an agent number or a queue. */
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

/** POST /api/agents/{agent_id}/wrap-up: end it, or extend it by `extra_s`. */
export interface WrapUpChange {
  action: "end" | "extend";
  extra_s?: number;
}

export type AnyView = CallView | AgentView | QueueView | LinkView | DifferenceView;

export type ToBrowser = TopicSnapshot | TopicChanges | Stale | Ping | Bye | Refused;

export type FromBrowser = Subscribe | Unsubscribe | Pong;
