/** What a promised call's state means to people, and what may be done about it. Pure. */

import type { CallbackBrief } from "../live/protocol";

/** State -> the badge it has. What waits for people stands out. */
export const TONES: Readonly<Record<string, string>> = {
  waiting: "waiting",
  placed: "waiting",
  dialling: "ringing",
  reached: "talking",
  no_answer: "bad",
  failed: "bad",
  unknown: "bad",
  cancelled: "outline",
};

const OURS = new Set(["waiting", "placed", "dialling"]);
const OPEN = new Set([...OURS, "no_answer", "failed", "unknown"]);

/** The system is done with it, and the customer has not been reached: somebody should call. */
export const needsPerson = (one: Pick<CallbackBrief, "state">): boolean => OPEN.has(one.state) && !OURS.has(one.state);

/** It may be taken back until the customer's telephone rings. */
export const mayCancel = (one: Pick<CallbackBrief, "state">): boolean => OPEN.has(one.state) && one.state !== "dialling";

/** By hand: not while the system itself is about to call, or both ring him. */
export const mayCall = (one: Pick<CallbackBrief, "state">): boolean => needsPerson(one);

/** What waits for people first, then as the service ordered them. */
export function sorted(rows: readonly CallbackBrief[]): CallbackBrief[] {
  return [...rows.filter(needsPerson), ...rows.filter((one) => !needsPerson(one))];
}
