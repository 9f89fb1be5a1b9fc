/** The list of flows: what is looked for in it, and names for new ones. Pure. */

import type { FlowBrief } from "../live/protocol";

/** Names go into commands of the switch and names of files: nothing else may stand in them. */
export const NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/** Flows that hold every word of `search` in a name, a title or a number. */
export function matching(flows: readonly FlowBrief[], search: string): FlowBrief[] {
  const words = search.trim().toLowerCase().split(/\s+/);
  return flows.filter((one) => {
    const text = [one.name, one.zh, one.en, ...one.answers].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface Answering {
  number: string;
  /** `day`, `night`; both when it answers round the clock. */
  times: string[];
}

/** `95001:day`, `95001:night` -> one entry a number, in the order given. */
export function answering(answers: readonly string[]): Answering[] {
  const found = new Map<string, string[]>();
  for (const one of answers) {
    const [number = "", time = ""] = one.split(":");
    found.set(number, [...(found.get(number) ?? []), time]);
  }
  return [...found].map(([number, times]) => ({ number, times }));
}

/** A name made from `name` that is not `taken`: `consult-day-2`. */
export function freeName(name: string, taken: readonly string[]): string {
  const stem = name.replace(/-\d+$/, "").slice(0, 36);
  for (let n = 2; ; n += 1) if (!taken.includes(`${stem}-${n}`)) return `${stem}-${n}`;
}
