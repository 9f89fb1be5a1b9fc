/** The line of a telephone in the page: what is registered, what call is on it. Pure; instants are ms of the server's clock. */

/** `off`: no telephone here. `refused`: no more tries by itself, `why` says it. `elsewhere`: another window has it. */
export type Registration = "off" | "connecting" | "registered" | "refused" | "elsewhere";

/** `answering`: picked up here, the other side does not know yet. */
export type CallState = "ringing" | "answering" | "talking";

export interface LineCall {
  id: string;
  number: string;
  name: string;
  state: CallState;
  /** Since when it is in this state. */
  since: number;
  isMuted: boolean;
  /** Null while nobody holds. */
  heldSince: number | null;
  /** Earlier holds of this call together. */
  heldMs: number;
}

export interface Line {
  registration: Registration;
  /** Why refused: a code for the screen. */
  why: string;
  call: LineCall | null;
  /** When this agent asked to be connected with somebody; the call that comes for it needs no second press. */
  expectedSince: number | null;
}

export type LineEvent =
  | { type: "registration"; to: Registration; why?: string }
  | { type: "expected"; is: boolean }
  | { type: "rang"; id: string; number: string; name: string }
  | { type: "answering"; id: string }
  | { type: "talking"; id: string }
  | { type: "muted"; id: string; is: boolean }
  | { type: "held"; id: string; is: boolean }
  | { type: "over"; id: string };

/** How long a call may take to come back from the switch after dialling or taking back. */
export const EXPECTED_MS = 20_000;

export const QUIET_LINE: Line = { registration: "off", why: "", call: null, expectedSince: null };

/** Return the line after `event`. What concerns another call than the present one changes nothing. */
export function step(line: Line, event: LineEvent, at: number): Line {
  switch (event.type) {
    case "registration":
      return { ...line, registration: event.to, why: event.why ?? "" };
    case "expected":
      return { ...line, expectedSince: event.is ? at : null };
    case "rang":
      return line.call === null ? { ...line, call: ringing(event, at) } : line;
    case "over":
      return line.call?.id === event.id ? { ...line, call: null } : line;
    default:
      return line.call?.id === event.id ? { ...line, ...ofCall(line, line.call, event, at) } : line;
  }
}

/** Whether a call that rings now is picked up by itself: the agent wants all of them so, the switch asks, or he dialled it. */
export function answersItself(line: Line, at: number, wish: { always: boolean; asked: boolean }): boolean {
  const isExpected = line.expectedSince !== null && at - line.expectedSince <= EXPECTED_MS;
  return wish.always || wish.asked || isExpected;
}

/** All of this call's holds together, in ms, up to now. */
export function heldMs(call: LineCall, at: number): number {
  return call.heldMs + (call.heldSince === null ? 0 : Math.max(0, at - call.heldSince));
}

function ringing(event: { id: string; number: string; name: string }, at: number): LineCall {
  const { id, number, name } = event;
  return { id, number, name, state: "ringing", since: at, isMuted: false, heldSince: null, heldMs: 0 };
}

type CallEvent = Extract<LineEvent, { type: "answering" | "talking" | "muted" | "held" }>;

function ofCall(line: Line, call: LineCall, event: CallEvent, at: number): Partial<Line> {
  switch (event.type) {
    case "answering":
      // The one that was expected has come: the next one rings.
      return call.state === "ringing" ? { call: { ...call, state: "answering", since: at }, expectedSince: null } : {};
    case "talking":
      return call.state === "talking" ? {} : { call: { ...call, state: "talking", since: at }, expectedSince: null };
    case "muted":
      return { call: { ...call, isMuted: event.is } };
    case "held":
      if (event.is === (call.heldSince !== null)) return {};
      return { call: { ...call, heldMs: heldMs(call, at), heldSince: event.is ? at : null }, expectedSince: line.expectedSince };
  }
}
