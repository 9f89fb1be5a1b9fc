/** A caller's way through the menu as people read it: what he pressed and typed, what came of it. */

import type { CallView, MenuStepView } from "../live/protocol";
import { t, word } from "../text";

/** Nodes that only say or test something, and that he came somewhere: the next step says more. */
const PASSED = new Set(["entered", "played", "case", "open", "closed", "holiday", "notice", "to_flow"]);
/** What a step's words are, when they are a code. */
const CODED: Record<string, "queue" | "refusal"> = { to_queue: "queue", recorded: "queue", callback: "queue", refused: "refusal" };

/** Steps worth reading, oldest first. */
export function told(menu: readonly MenuStepView[]): MenuStepView[] {
  return menu.filter((step) => !PASSED.has(step.outcome));
}

/** Where he is now: the node of his last step, while he is in the menu. */
export function presentNode(call: Pick<CallView, "stage" | "menu">): MenuStepView | null {
  return call.stage === "menu" ? (call.menu.at(-1) ?? null) : null;
}

/** `按 2 投诉`, `键入 ****34`, `转入队列 投诉`. */
export function stepText(step: MenuStepView): string {
  const table = CODED[step.outcome];
  const words = table ? word(table, step.words) : step.words;
  const said = step.outcome === "key" ? t("call.digits", { digits: step.digits }) : `${word("menuOutcome", step.outcome)} ${step.digits}`;
  return `${said} ${words}`.replace(/\s+/g, " ").trim();
}

export function nodeText(step: Pick<MenuStepView, "node">): string {
  return word("menuNode", step.node);
}
