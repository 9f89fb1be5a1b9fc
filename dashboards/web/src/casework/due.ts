/** How long until a ticket must be answered. Pure: the instant of "now" comes in. */

import type { TicketBrief } from "../live/protocol";
import { dayAndTime } from "../ui/time";

/** `soon`: within this of the due time. */
export const SOON_S = 2 * 3600;

export type DueTone = "over" | "soon" | "later";

export interface Due {
  tone: DueTone;
  unit: "minutes" | "hours" | "days";
  /** Whole units, away from the due instant, whichever side. */
  n: number;
}

/** `dueAt` as seen at `now`, ms. Minutes up to two hours, hours up to two days, then days. */
export function dueIn(dueAt: string, now: number): Due {
  const seconds = (Date.parse(dueAt) - now) / 1000;
  const away = Math.abs(seconds);
  const tone = seconds < 0 ? "over" : seconds <= SOON_S ? "soon" : "later";
  if (away < 2 * 3600) return { tone, unit: "minutes", n: Math.floor(away / 60) };
  if (away < 48 * 3600) return { tone, unit: "hours", n: Math.floor(away / 3600) };
  return { tone, unit: "days", n: Math.floor(away / 86_400) };
}

/** A ticket that still waits for its answer. */
export function isOpen(ticket: Pick<TicketBrief, "state">): boolean {
  return ticket.state !== "closed" && ticket.state !== "resolved";
}

/** An instant in a list: the time when it is of today, without the year when it is of this one. */
export function shortWhen(at: string, now: number): string {
  const text = dayAndTime(at, now).slice(0, -3);
  return text.length > 5 && text.startsWith(`${new Date(now).getFullYear()}-`) ? text.slice(5) : text;
}
