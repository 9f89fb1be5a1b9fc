/** Moving a ticket on: which moves need words, and which can be taken back. Pure. */

import type { Ticket, TicketMove } from "../live/protocol";

export type TicketStateName = TicketMove["state"];

const STATES: readonly TicketStateName[] = ["new", "working", "waiting", "resolved", "closed"];
/** Whoever ends something says what was done (P-26). */
const NEEDS_WORDS = new Set<string>(["resolved", "closed"]);

export function movesOf(ticket: Pick<Ticket, "moves">): TicketStateName[] {
  return STATES.filter((state) => ticket.moves.includes(state));
}

export function needsWords(state: string): boolean {
  return NEEDS_WORDS.has(state);
}

/** Where "undo" leads after a move from `before`; null when the way back is closed or would need words of its own. */
export function wayBack(before: string, after: Pick<Ticket, "moves">): TicketStateName | null {
  return movesOf(after).find((state) => state === before && !needsWords(state)) ?? null;
}
