/** What the telephone strip shows and offers, from the page's own line or, with a desk telephone, from the floor. Pure. */

import type { AgentView, CallView } from "../live/protocol";
import { heldMs, type Line } from "../softphone/line";
import type { DeskAction } from "./deskKeys";

export type StripState = "idle" | "ringing" | "answering" | "talking" | "held";

export interface Strip {
  state: StripState;
  /** Since when, ISO. Null while idle. */
  since: string | null;
  /** From SIP; the pop's and the floor's number are better and replace it. */
  number: string;
  isMuted: boolean;
  /** All holds of this call before the present one, seconds. Only the page's own telephone counts them. */
  heldBeforeS: number;
  /** The call is on this agent's browser telephone, but not in this window. */
  isElsewhere: boolean;
}

const OF_PHASE: Record<AgentView["phase"], StripState> = { idle: "idle", ringing: "ringing", talking: "talking", holding: "held" };

/** With a browser telephone the page knows first and best; the floor only tells of a call that this window has not got. */
export function stripOf(me: AgentView, line: Line, deskIsMuted: boolean): Strip {
  const phase = OF_PHASE[me.phase];
  if (me.phone !== "browser" || (line.call === null && phase !== "idle")) {
    const since = phase === "idle" ? null : me.phase_since;
    return { state: phase, since, number: "", isMuted: deskIsMuted, heldBeforeS: 0, isElsewhere: me.phone === "browser" };
  }
  const call = line.call;
  if (call === null) return { state: "idle", since: null, number: "", isMuted: false, heldBeforeS: 0, isElsewhere: false };
  const isHeld = call.heldSince !== null;
  return {
    state: isHeld ? "held" : call.state,
    since: new Date(call.heldSince ?? call.since).toISOString(),
    number: call.number,
    isMuted: call.isMuted,
    heldBeforeS: heldMs(call, call.heldSince ?? 0) / 1000,
    isElsewhere: false,
  };
}

/** Longer than the floor needs to tell of a call that rings here. */
const GHOST_MS = 4000;

/** The switch gave this call up while the page's socket was away: its CANCEL never came, and nothing else ends the ringing. */
export function isGhost(me: AgentView, line: Line, now: number): boolean {
  if (line.call === null || line.call.state === "talking" || me.phase !== "idle") return false;
  return now - Math.max(line.call.since, Date.parse(me.phase_since)) > GHOST_MS;
}

/** What can be done now. Everything else is not offered, and its key does nothing. */
export function offered(me: AgentView, strip: Strip, call: CallView | undefined): Set<DeskAction> {
  const can = new Set<DeskAction>(["notReady", "telephone", "missed", "help"]);
  if (me.mode !== "ready") can.add("ready");
  if (me.mode === "wrap_up" && me.phase === "idle") can.add("moreTime");
  if (strip.state === "idle") return can.add("dial");
  if (strip.state === "ringing") {
    if (!strip.isElsewhere) can.add("answer");
    return can.add("hangUp");
  }
  // Asterisk: hanging up while somebody is asked passes the customer on, and while his telephone still rings as well.
  if (!isAsking(me)) can.add("hangUp");
  if (strip.state === "answering") return can;
  if (!strip.isElsewhere) can.add("hold").add("mute");
  if (call === undefined) return can;
  can.add("keypad").add("recording");
  if (me.consult === null) return can.add("transfer").add("consult");
  if (isAsking(me)) can.add("back");
  if (me.consult.state === "talking") can.add("complete").add("conference");
  if (me.consult.state === "conference") can.add("complete");
  return can;
}

/** Somebody is asked while the customer hears music; a conference is none of this any more. */
export function isAsking(me: AgentView): boolean {
  return me.consult !== null && me.consult.state !== "conference";
}
