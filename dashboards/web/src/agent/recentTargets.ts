/** Numbers lately used for transfers and dialling, in this tab and by this person, newest first. */

import { session } from "../live/session";

const KEPT_AS = "hotline.targets";
const MOST = 8;

interface Kept {
  /** Whose they are: who signs in next on a shared computer must not see whom his colleague called. */
  owner: number;
  targets: unknown[];
}

/** Put `target` in front; the oldest beyond eight falls out. Pure. */
export function withTarget(before: readonly string[], target: string): string[] {
  return [target, ...before.filter((one) => one !== target)].slice(0, MOST);
}

/** Read what was kept for `owner`; whatever is no number, or somebody else's, is left out. Pure. */
export function parsedTargets(text: string | null, owner: number): string[] {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<Kept> | null;
    if (kept?.owner !== owner || !Array.isArray(kept.targets)) return [];
    return kept.targets.filter((one): one is string => typeof one === "string" && /^\+?\d{2,20}$/.test(one)).slice(0, MOST);
  } catch {
    return [];
  }
}

export function recentTargets(): string[] {
  try {
    const targets = parsedTargets(sessionStorage.getItem(KEPT_AS), owner());
    if (targets.length === 0) sessionStorage.removeItem(KEPT_AS);
    return targets;
  } catch {
    return [];
  }
}

export function keepRecent(target: string): void {
  try {
    // Of this tab only: telephone numbers must not lie about on a shared computer.
    const kept: Kept = { owner: owner(), targets: withTarget(recentTargets(), target) };
    sessionStorage.setItem(KEPT_AS, JSON.stringify(kept));
  } catch {
    // Without storage nothing is remembered.
  }
}

function owner(): number {
  return session.session.value?.account_id ?? -1;
}
