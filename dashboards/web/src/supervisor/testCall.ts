/** How far a test call has come, read from the live floor. Pure. */

import type { CallView } from "../live/protocol";

export const STEPS = ["requested", "arrived", "menu", "waiting", "ringing", "talking", "ended"] as const;
export type TestStep = (typeof STEPS)[number];

/** Numbers that a test call dials: the self-test, or the hotline as customers do. */
const DIALLED = { self: "95000", real: "95001" } as const;

/**
 * The first call that arrived after `since` (server's clock, ms; a second and a half of slack) and can be ours.
 * The test's caller sends no number, so a customer who shows one is not taken for it.
 */
export function findTestCall(calls: Iterable<CallView>, since: number, answeredBy: keyof typeof DIALLED): CallView | null {
  const own = [...calls].filter(
    (call) => call.hotline === DIALLED[answeredBy] && call.caller_number === "" && Date.parse(call.started_at) >= since - 1500,
  );
  return own.sort((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at))[0] ?? null;
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
