/** Days a flow's counts are asked for, and what is shown of them. Pure. */

import type { NodeCount } from "../live/protocol";

export interface Days {
  since: string;
  until: string;
}

/** The `count` days before the day of `now`, both counted in; ms, in the browser's zone. */
export function lastDays(count: number, now: number, isoDay: (at: number) => string): Days {
  const day = (back: number): string => {
    const date = new Date(now);
    // Noon: a day in which the clock is put forward or back still has it.
    date.setHours(12, 0, 0, 0);
    date.setDate(date.getDate() - back);
    return isoDay(date.getTime());
  };
  return { since: day(count), until: day(1) };
}

/** `1: 450 · 2: 120`, the most pressed first. */
export function keyWords(count: NodeCount): string {
  return Object.entries(count.keys)
    .sort(([, a], [, b]) => b - a)
    .map(([key, n]) => `${key}: ${n}`)
    .join(" · ");
}

/** Part of those who came that hung up, in percent; empty when nobody came. */
export function lostShare(count: NodeCount): string {
  return count.came === 0 ? "" : `${Math.round((count.hung_up / count.came) * 100)}%`;
}
