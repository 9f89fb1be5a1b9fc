/** Requests to the service. One table of everything the browser may ask; what comes of a command arrives on the live feed. */

import type {
  Accepted,
  CallPage,
  CallView,
  CheckReport,
  LanguageChange,
  LinkSignIn,
  ModeChange,
  PasswordChange,
  People,
  Person,
  PersonEdit,
  PersonNew,
  Session,
  SignIn,
  SignInLink,
  Telephone,
  TestCallRequest,
  TransferRequest,
  WrapUpChange,
} from "./protocol";

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

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Long enough for a command the switch takes its time over (the service gives up after 5 s), short enough to say so. */
const LIMIT_MS = 15_000;

export function createCommands(wiring: Wiring) {
  const ask = <Answer>(method: Method, path: string, body?: object): Promise<Answer> =>
    request<Answer>(wiring, method, path, body);
  const id = encodeURIComponent;
  return {
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
  if (body !== undefined) headers["Content-Type"] = "application/json";
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
      signal: AbortSignal.timeout(LIMIT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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

function query(filter: CallFilter): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given as [string, string][])}`;
}

/** One key for one press: the service does a repeated key only once. `randomUUID` exists on secure pages only. */
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
