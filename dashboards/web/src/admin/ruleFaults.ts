/** What is wrong with a rule before it is sent. The service checks again; bounds are those of `cti/domain/rulebook.py`. Pure. */

import type { CallingRules, Department, DeskRules, Reason } from "../live/protocol";

/** Key under `rules.fault`, with the place of the fault where there is one. */
export interface Fault {
  key: "code" | "twice" | "word" | "allowance" | "prefix" | "range";
  about: string;
}

const CODE = /^[a-z][a-z0-9_]{0,39}$/;
const PREFIX = /^\d{1,12}$/;

/** Field -> least, most. */
export const DESK_BOUNDS: Record<Exclude<keyof DeskRules, "lost_browser">, [number, number]> = {
  wrap_up_s: [0, 600],
  extension_s: [10, 600],
  missed_offers_limit: [0, 20],
  phone_away_s: [1, 10],
  phone_back_s: [0, 3600],
  take_back_s: [5, 120],
  recording_pause_s: [10, 600],
};

export const CALLING_BOUNDS: Record<"per_minute" | "concurrent" | "minutes_a_day", [number, number]> = {
  per_minute: [1, 60],
  concurrent: [1, 200],
  minutes_a_day: [1, 1440],
};

/** Faults of a list of reasons or departments: codes are unique, both names are there. */
export function listFault(items: readonly (Reason | Department)[]): Fault | null {
  const seen = new Set<string>();
  for (const one of items) {
    if (!CODE.test(one.code)) return { key: "code", about: one.zh || one.en || one.code };
    if (seen.has(one.code)) return { key: "twice", about: one.code };
    seen.add(one.code);
    if (![one.zh, one.en].every((word) => word.trim() !== "" && word.length <= 40)) return { key: "word", about: one.zh || one.en || one.code };
    if ("allowance_min" in one && !isWithin(one.allowance_min, [0, 720])) return { key: "allowance", about: one.zh };
  }
  return null;
}

export function deskFault(rules: DeskRules): Fault | null {
  const wrong = (Object.keys(DESK_BOUNDS) as (keyof typeof DESK_BOUNDS)[]).find((name) => !isWithin(rules[name], DESK_BOUNDS[name]));
  return wrong === undefined ? null : { key: "range", about: wrong };
}

export function callingFault(rules: CallingRules): Fault | null {
  const odd = [...Object.values(rules.prefixes).flat(), ...rules.blocked].find((one) => !PREFIX.test(one));
  if (odd !== undefined) return { key: "prefix", about: odd };
  const wrong = (Object.keys(CALLING_BOUNDS) as (keyof typeof CALLING_BOUNDS)[]).find((name) => !isWithin(rules[name], CALLING_BOUNDS[name]));
  return wrong === undefined ? null : { key: "range", about: wrong };
}

/** On, and yet nobody may call: every number begins with none of no prefixes. */
export function callsNobody(rules: CallingRules): boolean {
  return rules.is_on && Object.values(rules.prefixes).every((list) => list.length === 0);
}

/** Prefixes as they are typed: separated by blanks, commas or lines; each once. */
export function prefixesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,，、;；]+/).filter((one) => one !== ""))];
}

function isWithin(value: number, [least, most]: [number, number]): boolean {
  return Number.isFinite(value) && value >= least && value <= most;
}
