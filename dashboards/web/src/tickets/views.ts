/** What the chips of the ticket list ask for, and how many each would show. Pure. */

import type { TicketFilter } from "../live/commands";

export const VIEWS = ["open", "overdue", "mine", "new", "working", "waiting", "resolved", "closed", "all"] as const;

export type View = (typeof VIEWS)[number];

const OPEN_STATES = ["new", "working", "waiting", "resolved"];

/** Further conditions beside the chip. */
export interface Narrowing {
  q: string;
  department: string;
  procedure: string;
  priority: string;
}

export const WIDE: Narrowing = { q: "", department: "", procedure: "", priority: "" };

export function viewOf(text: unknown): View {
  return VIEWS.find((one) => one === text) ?? "open";
}

export function filterOf(view: View, narrow: Narrowing): TicketFilter {
  const given = Object.fromEntries(Object.entries(narrow).filter(([, value]) => value.trim() !== ""));
  if (view === "all") return given;
  if (view === "overdue") return { ...given, state: "open", overdue: "1" };
  if (view === "mine") return { ...given, state: "open", by: "me" };
  return { ...given, state: view };
}

/** How many tickets a chip stands for; undefined when the service does not count it. */
export function countOf(view: View, counts: Record<string, number>): number | undefined {
  if (view === "open") return OPEN_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  if (view === "mine" || view === "all") return undefined;
  return counts[view] ?? 0;
}

export function isNarrow(narrow: Narrowing): boolean {
  return Object.values(narrow).some((value) => value.trim() !== "");
}
