/** How far a test call has come, read from the live floor. Pure. */

import type { CallView } from "../live/protocol";

export const STEPS = ["requested", "arrived", "menu", "waiting", "ringing", "talking", "ended"] as const;
export type TestStep = (typeof STEPS)[number];

/** The newest test call that began after `since` (ISO or ms); clocks may differ by a second. */
export function findTestCall(calls: Iterable<CallView>, since: number): CallView | null {
  const own = [...calls].filter((call) => (call.is_test || call.hotline === "95000" || call.hotline === "95001") && Date.parse(call.started_at) >= since - 1500);
  return own.sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at))[0] ?? null;
}

/** Steps that were reached. */
export function reached(call: CallView | null): Set<TestStep> {
  const steps = new Set<TestStep>(["requested"]);
  if (call === null) return steps;
  steps.add("arrived");
  if (call.stage === "menu" || call.menu.length > 0) steps.add("menu");
  const visit = call.visits.at(-1);
  if (visit !== undefined) {
    steps.add("waiting").add("menu");
    if (visit.offers.length > 0) steps.add("ringing");
    if (visit.answered_at !== null) steps.add("talking");
  }
  if (call.stage === "ended") steps.add("ended");
  return steps;
}
