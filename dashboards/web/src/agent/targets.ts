/** Whom a customer can be passed on to, found by what is typed. Pure. */

import type { Colleague, Colleagues } from "../live/protocol";

export interface Target {
  /** What is asked of the service: an agent's number, a queue, a telephone number. */
  to: string;
  kind: "colleague" | "queue" | "recent";
  name: string;
  colleague?: Colleague;
  waiting?: number;
  /** Code of why not now; empty when he can. */
  refused: string;
}

/** Everybody and everything at once: colleagues as they come, then queues, then numbers used before. */
export function targetsOf(found: Colleagues | null, recent: readonly string[], queueName: (code: string) => string): Target[] {
  const colleagues = (found?.colleagues ?? []).map((one): Target => ({ to: one.agent_id, kind: "colleague", name: one.name, colleague: one, refused: one.refused }));
  const queues = (found?.queues ?? []).map((one): Target => ({ to: one.name, kind: "queue", name: queueName(one.name), waiting: one.waiting_count, refused: one.refused }));
  const known = new Set(colleagues.map((one) => one.to));
  const numbers = recent.filter((one) => !known.has(one)).map((to): Target => ({ to, kind: "recent", name: "", refused: "" }));
  return [...colleagues, ...queues, ...numbers];
}

/** Those whose name or number holds what is typed, capitals or not. Nothing typed: all. */
export function filtered(targets: readonly Target[], typed: string): Target[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return [...targets];
  const digits = digitsOf(typed);
  return targets.filter((one) => one.name.toLowerCase().includes(wanted) || one.to.includes(wanted) || (digits !== "" && one.to.includes(digits)));
}

/** The next one up or down that can be chosen; at the end it begins anew. -1: none can. */
export function stepped(targets: readonly Target[], from: number, by: 1 | -1): number {
  for (let n = 1; n <= targets.length; n++) {
    const index = (from + by * n + (from < 0 && by < 0 ? 1 : 0) + 2 * targets.length) % targets.length;
    if (targets[index]!.refused === "") return index;
  }
  return -1;
}

/** A number as it is dialled; empty when the text is none. */
export function digitsOf(typed: string): string {
  const number = typed.replace(/[\s-]/g, "");
  return /^\+?\d{2,20}$/.test(number) ? number : "";
}
