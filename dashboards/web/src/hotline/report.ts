/** The menu's figures put together for the page. Pure. */

import type { KeyCount, MenuDay, RatingCount } from "../live/protocol";

/** Columns of the days, and of their sum. */
export const COUNTS = ["calls", "contained", "called_again", "to_queue", "hung_up", "fell_back", "notice_heard"] as const;
export type Count = (typeof COUNTS)[number];
export type Sums = Record<Count, number> & { refused: number };

/** All days together. */
export function sumOf(days: readonly MenuDay[]): Sums {
  const sums = { calls: 0, contained: 0, called_again: 0, to_queue: 0, hung_up: 0, fell_back: 0, notice_heard: 0, refused: 0 };
  for (const day of days) {
    for (const count of COUNTS) sums[count] += day[count];
    sums.refused += refusedOn(day);
  }
  return sums;
}

export function refusedOn(day: Pick<MenuDay, "refused">): number {
  return Object.values(day.refused).reduce((sum, count) => sum + count, 0);
}

/** Reason -> calls, the most frequent first. */
export function refusals(days: readonly MenuDay[]): [reason: string, count: number][] {
  const counts = new Map<string, number>();
  for (const day of days) for (const [reason, count] of Object.entries(day.refused)) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** `12.5%`; `–` of nothing. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Math.round((1000 * part) / whole) / 10}%`;
}

export interface NodeKeys {
  flow: string;
  node: string;
  total: number;
  keys: KeyCount[];
}

/** Keys of each node, the busiest node first. */
export function nodesOf(keys: readonly KeyCount[]): NodeKeys[] {
  const nodes = new Map<string, NodeKeys>();
  for (const key of keys) {
    const name = `${key.flow}/${key.node}`;
    const node = nodes.get(name) ?? { flow: key.flow, node: key.node, total: 0, keys: [] };
    node.total += key.count;
    node.keys.push(key);
    nodes.set(name, node);
  }
  return [...nodes.values()].sort((a, b) => b.total - a.total);
}

/** How many rated. */
export function ratedCount(rating: Pick<RatingCount, "scores">): number {
  return Object.values(rating.scores).reduce((sum, count) => sum + count, 0);
}

/** Scores from the best to the worst, also those nobody gave: every scale has the same places. */
export function scale(ratings: readonly Pick<RatingCount, "scores">[]): string[] {
  const given = ratings.flatMap((rating) => Object.keys(rating.scores).map(Number));
  const most = Math.max(5, ...given);
  return Array.from({ length: most }, (_, index) => String(most - index));
}

/** The first day of the last `count` days up to `today` (`2026-11-25`). */
export function daysBefore(today: string, count: number): string {
  const day = new Date(`${today}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - count + 1);
  return day.toISOString().slice(0, 10);
}
