/** The list of prompts: what is looked for in it, and what callers hear of each. Pure. */

import type { OwnPrompt, PromptView } from "../live/protocol";

/** `missing`: callers hear nothing. */
export type Heard = "own" | "shipped" | "missing";
export type Kind = "all" | "used" | "own" | "missing";

export interface PromptFilter {
  search: string;
  /** `""`: both. */
  language: string;
  kind: Kind;
}

/** Endings the file chooser offers. What a file really is, the service finds out. */
export const FORMATS = ".wav,.mp3,.m4a,.aac,.ogg,.opus,.flac,.webm,.amr,.aiff";
export const MOST_BYTES = 20 * 1024 * 1024;

export const keyOf = (one: PromptView): string => `${one.language}/${one.name}`;

export function inForce(one: PromptView): OwnPrompt | undefined {
  return one.own.find((each) => each.is_in_force && each.is_there);
}

export function heardOf(one: PromptView): Heard {
  if (inForce(one) !== undefined) return "own";
  return Object.keys(one.voices).length > 0 ? "shipped" : "missing";
}

/** What an <audio> asks for: the own recording in force, else a shipped voice; null when there is none. */
export function voiceOf(one: PromptView): string | null {
  const own = inForce(one);
  return own !== undefined ? String(own.id) : "female" in one.voices ? "female" : (Object.keys(one.voices)[0] ?? null);
}

/** Seconds of what callers hear. */
export function lengthOf(one: PromptView): number | null {
  const voice = voiceOf(one);
  return voice === null ? null : (inForce(one)?.length_s ?? one.voices[voice] ?? null);
}

const IS: Record<Kind, (one: PromptView) => boolean> = {
  all: () => true,
  used: (one) => one.used_by.length > 0,
  own: (one) => one.own.length > 0,
  missing: (one) => heardOf(one) === "missing",
};

/** Prompts of the filter that hold every word of the search in name, text or a flow that says them. */
export function matching(prompts: readonly PromptView[], filter: PromptFilter): PromptView[] {
  const words = filter.search.trim().toLowerCase().split(/\s+/);
  return prompts.filter((one) => {
    const text = [one.name, one.text, one.shipped_text, ...one.used_by].join("\n").toLowerCase();
    return (filter.language === "" || one.language === filter.language) && IS[filter.kind](one) && words.every((word) => text.includes(word));
  });
}

/** How many there are of each kind, in one language or both. */
export function counts(prompts: readonly PromptView[], language: string): Record<Kind, number> {
  const asked = prompts.filter((one) => language === "" || one.language === language);
  return Object.fromEntries(Object.entries(IS).map(([kind, is]) => [kind, asked.filter(is).length])) as Record<Kind, number>;
}

/** `prompts` with one that was changed, or is new, in its place. */
export function replaced(prompts: readonly PromptView[], next: PromptView): PromptView[] {
  const key = keyOf(next);
  return prompts.some((one) => keyOf(one) === key) ? prompts.map((one) => (keyOf(one) === key ? next : one)) : [...prompts, next];
}
