/** Numbers lately used for transfers and dialling, in this tab, newest first. */

const KEPT_AS = "hotline.targets";
const MOST = 8;

/** Put `target` in front; the oldest beyond eight falls out. Pure. */
export function withTarget(before: readonly string[], target: string): string[] {
  return [target, ...before.filter((one) => one !== target)].slice(0, MOST);
}

/** Read what was kept; whatever is no number is left out. Pure. */
export function parsedTargets(text: string | null): string[] {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string" && /^\+?\d{2,20}$/.test(one)).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function recentTargets(): string[] {
  try {
    return parsedTargets(sessionStorage.getItem(KEPT_AS));
  } catch {
    return [];
  }
}

export function keepRecent(target: string): void {
  try {
    // Of this tab only: telephone numbers must not lie about on a shared computer.
    sessionStorage.setItem(KEPT_AS, JSON.stringify(withTarget(recentTargets(), target)));
  } catch {
    // Without storage nothing is remembered.
  }
}
