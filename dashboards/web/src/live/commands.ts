/** Requests to the service. One table of everything the browser may ask; what comes of a command arrives on the live feed. */

import type {
  Accepted,
  CallNumber,
  CallPage,
  CallView,
  CheckReport,
  Colleagues,
  ConsultStep,
  Customer,
  CustomerChoice,
  CustomerEdit,
  CustomerNew,
  CustomerPage,
  DialRequest,
  DraftChange,
  HelpChange,
  KeysRequest,
  LanguageChange,
  LinkSignIn,
  MissedCallers,
  ModeChange,
  PasswordChange,
  People,
  Person,
  PersonEdit,
  PersonNew,
  PhoneRequest,
  Procedures,
  ReasonUses,
  RecordedParts,
  RecordingChange,
  Rulebook,
  RulesInForce,
  Session,
  SignIn,
  SignInLink,
  Telephone,
  TelephoneChoice,
  TelephoneGrant,
  TestCallRequest,
  Ticket,
  TicketEdit,
  TicketMove,
  TicketNew,
  TicketNote,
  TicketPage,
  TransferRequest,
  WrapUpChange,
} from "./protocol";

import { hotlineCommands } from "./hotlineCommands";

/** The answer was no, or none came. `code` is translated by `text`; `detail` is the service's own English sentence. */
export class CommandFailed extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail = "",
    readonly ids: Record<string, string> = {},
  ) {
    super(detail || code);
    this.name = "CommandFailed";
  }
}

export interface Wiring {
  fetch: typeof fetch;
  /** The open session's token; empty while there is none. */
  csrf: () => string;
  /** The service does not know the session any more. */
  onSessionEnd: () => void;
  /** Somebody signed in anew in another window: this page's token is an old one. */
  onTokenRefused: () => void;
}

export interface CallFilter {
  before?: string;
  number?: string;
  queue?: string;
  agent?: string;
  outcome?: string;
  day?: string;
}

export interface TicketFilter {
  before?: string;
  /** Number, customer, contact, text. */
  q?: string;
  /** One state, or `open` for all that are not closed. */
  state?: string;
  department?: string;
  procedure?: string;
  priority?: string;
  /** `me`: received by this person. */
  by?: string;
  overdue?: string;
}

export interface CustomerFilter {
  before?: string;
  /** Name, company, or a number's beginning. */
  q?: string;
}

/** Address of a recorded stretch, for an <audio>. */
export const recordingUrl = (call: string, part: number): string => `/api/calls/${encodeURIComponent(call)}/recordings/${part}`;
/** Address of the export; the browser downloads it. */
export const ticketsCsvUrl = (filter: TicketFilter): string => `/api/tickets.csv${query(filter)}`;

/** A rule's place in the address: `PUT /api/rules/<place>`. */
const RULE_PLACES = { desk: "desk", not_ready: "not-ready", calling: "calling", departments: "departments", hours: "hours", calendar: "calendar", hotlines: "hotlines", webhooks: "webhooks" } as const;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Long enough for a command the switch takes its time over (the service gives up after 5 s), short enough to say so. */
const LIMIT_MS = 15_000;
/** A file of 20 MB over a slow line, and looked at behind others. */
const FILE_LIMIT_MS = 240_000;

export function createCommands(wiring: Wiring) {
  const ask = <Answer>(method: Method, path: string, body?: object): Promise<Answer> =>
    request<Answer>(wiring, method, path, body);
  const send = <Answer>(path: string, file: Blob): Promise<Answer> => request<Answer>(wiring, "POST", path, file);
  const id = encodeURIComponent;
  return {
    hotline: hotlineCommands({ ask, send, query }),
    getSession: () => ask<Session>("GET", "/api/session"),
    signIn: (body: SignIn) => ask<Session>("POST", "/api/session", body),
    signInByLink: (body: LinkSignIn) => ask<Session>("POST", "/api/session/link", body),
    signOut: () => ask<void>("DELETE", "/api/session"),
    setPassword: (body: PasswordChange) => ask<Session>("POST", "/api/session/password", body),
    setLanguage: (body: LanguageChange) => ask<Session>("POST", "/api/session/language", body),

    listPeople: () => ask<People>("GET", "/api/people"),
    addPerson: (body: PersonNew) => ask<SignInLink>("POST", "/api/people", body),
    editPerson: (account: number, body: PersonEdit) => ask<Person>("PATCH", `/api/people/${account}`, body),
    makeLink: (account: number) => ask<SignInLink>("POST", `/api/people/${account}/link`, {}),
    getTelephone: (account: number) => ask<Telephone>("POST", `/api/people/${account}/telephone`, {}),

    setMode: (agent: string, body: ModeChange) => ask<Accepted>("PUT", `/api/agents/${id(agent)}/mode`, body),
    changeWrapUp: (agent: string, body: WrapUpChange) => ask<Accepted>("POST", `/api/agents/${id(agent)}/wrap-up`, body),

    listCalls: (filter: CallFilter) => ask<CallPage>("GET", `/api/calls${query(filter)}`),
    getCall: (call: string) => ask<CallView>("GET", `/api/calls/${id(call)}`),
    hangUp: (call: string) => ask<Accepted>("POST", `/api/calls/${id(call)}/hang-up`, {}),
    transfer: (call: string, body: TransferRequest) => ask<Accepted>("POST", `/api/calls/${id(call)}/transfer`, body),
    placeTestCall: (body: TestCallRequest) => ask<Accepted>("POST", "/api/test-calls", body),

    chooseTelephone: (body: TelephoneChoice) => ask<TelephoneGrant>("POST", "/api/telephone", body),
    giveTelephoneBack: (page: string) => ask<void>("DELETE", `/api/telephone?page=${id(page)}`),
    dial: (body: DialRequest) => ask<Accepted>("POST", "/api/calls", body),
    consult: (call: string, body: TransferRequest) => ask<Accepted>("POST", `/api/calls/${id(call)}/consult`, body),
    consultStep: (call: string, body: ConsultStep) => ask<Accepted>("POST", `/api/calls/${id(call)}/consult/step`, body),
    changeRecording: (call: string, body: RecordingChange) => ask<Accepted>("POST", `/api/calls/${id(call)}/recording`, body),
    askPhone: (call: string, body: PhoneRequest) => ask<Accepted>("POST", `/api/calls/${id(call)}/phone`, body),
    pressKeys: (call: string, body: KeysRequest) => ask<Accepted>("POST", `/api/calls/${id(call)}/keys`, body),
    /** Lead the caller, who hears music since this agent's browser died, back to this agent's telephone. */
    takeBack: (call: string) => ask<Accepted>("POST", `/api/calls/${id(call)}/take-back`, {}),
    changeHelp: (agent: string, body: HelpChange) => ask<Accepted>("POST", `/api/agents/${id(agent)}/help`, body),
    listReasons: (agent: string) => ask<ReasonUses>("GET", `/api/agents/${id(agent)}/reasons`),
    listColleagues: () => ask<Colleagues>("GET", "/api/colleagues"),
    listMissedCallers: () => ask<MissedCallers>("GET", "/api/missed-callers"),

    getRules: () => ask<RulesInForce>("GET", "/api/rules"),
    changeRule: <Name extends keyof Rulebook>(name: Name, value: Rulebook[Name], version: number) =>
      ask<RulesInForce>("PUT", `/api/rules/${RULE_PLACES[name]}`, { value, version }),

    listProcedures: () => ask<Procedures>("GET", "/api/procedures"),
    listTickets: (filter: TicketFilter) => ask<TicketPage>("GET", `/api/tickets${query(filter)}`),
    getTicket: (ticket: number) => ask<Ticket>("GET", `/api/tickets/${ticket}`),
    addTicket: (body: TicketNew) => ask<Ticket>("POST", "/api/tickets", body),
    editTicket: (ticket: number, body: TicketEdit) => ask<Ticket>("PATCH", `/api/tickets/${ticket}`, body),
    moveTicket: (ticket: number, body: TicketMove) => ask<Ticket>("POST", `/api/tickets/${ticket}/state`, body),
    noteTicket: (ticket: number, body: TicketNote) => ask<Ticket>("POST", `/api/tickets/${ticket}/notes`, body),
    callTicket: (ticket: number) => ask<Accepted>("POST", `/api/tickets/${ticket}/call`, {}),

    listCustomers: (filter: CustomerFilter) => ask<CustomerPage>("GET", `/api/customers${query(filter)}`),
    getCustomer: (customer: number) => ask<Customer>("GET", `/api/customers/${customer}`),
    addCustomer: (body: CustomerNew) => ask<Customer>("POST", "/api/customers", body),
    editCustomer: (customer: number, body: CustomerEdit) => ask<Customer>("PATCH", `/api/customers/${customer}`, body),
    callCustomer: (customer: number, body: CallNumber) => ask<Accepted>("POST", `/api/customers/${customer}/call`, body),

    /** `dropsDraft`: what was typed is not wanted any more; else it stays with the call. */
    closePop: (call: string, dropsDraft = false) => ask<void>("DELETE", `/api/pops/${id(call)}${query({ drop: dropsDraft ? "draft" : "" })}`),
    saveDraft: (call: string, body: DraftChange) => ask<void>("PUT", `/api/pops/${id(call)}/draft`, body),
    chooseCustomer: (call: string, body: CustomerChoice) => ask<void>("POST", `/api/pops/${id(call)}/customer`, body),
    listRecordings: (call: string) => ask<RecordedParts>("GET", `/api/calls/${id(call)}/recordings`),

    getCheck: () => ask<CheckReport>("GET", "/api/check"),
    repair: (key: string) => ask<Accepted>("POST", `/api/check/repair/${id(key)}`, {}),
  };
}

export type Commands = ReturnType<typeof createCommands>;

async function request<Answer>(wiring: Wiring, method: Method, path: string, body?: object): Promise<Answer> {
  const response = await attempt(wiring, method, path, body);
  if (response.ok) return (response.status === 204 ? undefined : await readJson(response)) as Answer;
  const failure = await refusal(response);
  if (failure.code === "session.none" && wiring.csrf() !== "") wiring.onSessionEnd();
  if (failure.code === "csrf") wiring.onTokenRefused();
  throw failure;
}

async function attempt(wiring: Wiring, method: Method, path: string, body?: object): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = body instanceof Blob ? "application/octet-stream" : "application/json";
  if (method !== "GET") {
    headers["X-CSRF-Token"] = wiring.csrf();
    headers["Idempotency-Key"] = freshKey();
  }
  try {
    return await wiring.fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(body instanceof Blob ? FILE_LIMIT_MS : LIMIT_MS),
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    });
  } catch (broken) {
    const isTimeout = broken instanceof DOMException && broken.name === "TimeoutError";
    throw new CommandFailed(isTimeout ? "net.timeout" : "net.away", 0);
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => "");
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFailed("net.broken", response.status);
  }
}

/** Read problem+json; anything else (a proxy's page) becomes a code made of the status. */
async function refusal(response: Response): Promise<CommandFailed> {
  const problem = await readJson(response).catch(() => undefined);
  if (typeof problem !== "object" || problem === null || !("code" in problem)) {
    return new CommandFailed(`http.${response.status}`, response.status);
  }
  const { code, detail, ids } = problem as { code: unknown; detail?: unknown; ids?: unknown };
  const known = typeof ids === "object" && ids !== null ? (ids as Record<string, string>) : {};
  return new CommandFailed(String(code), response.status, typeof detail === "string" ? detail : "", known);
}

function query(filter: object): string {
  const given = (Object.entries(filter) as [string, string | undefined][]).filter(([, value]) => value !== undefined && value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given as [string, string][])}`;
}

/** One key for one press: the service does a repeated key only once. `randomUUID` exists on secure pages only. */
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
