/** Keys without a modifier, ignored while somebody types. */

import { onBeforeUnmount, onMounted } from "vue";

/** Key name (`KeyboardEvent.key`) to what it does. Return false to let the browser have it. */
export type KeyTable = Record<string, (event: KeyboardEvent) => void | false>;

/** Use `table` while the component is on the page. */
export function useKeys(table: KeyTable): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || isCovered()) return;
    const act = table[event.key];
    if (act !== undefined && act(event) !== false) event.preventDefault();
  };
  onMounted(() => document.addEventListener("keydown", listen));
  onBeforeUnmount(() => document.removeEventListener("keydown", listen));
}

/**
 * Keys held together with Ctrl (or Cmd) or Alt, as `Ctrl+Enter`, `Ctrl+Shift+Z`, `Alt+1`: they also work while somebody types.
 *
 * `evenCovered`: and while a dialog is in front, as a telephone that rings must be answered.
 */
export function useCombos(table: Record<string, () => unknown>, { evenCovered = false } = {}): void {
  const listen = (event: KeyboardEvent): void => {
    const name = comboName(event);
    const act = name === "" || event.defaultPrevented || (isCovered() && !evenCovered) ? undefined : table[name];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  onMounted(() => document.addEventListener("keydown", listen));
  onBeforeUnmount(() => document.removeEventListener("keydown", listen));
}

/** Alt writes other characters on some keyboards: digits and letters are told by the key's place. */
function comboName(event: KeyboardEvent): string {
  const isCtrl = event.ctrlKey || event.metaKey;
  // AltGr says it is both, and writes a character.
  const held = event.altKey === isCtrl ? "" : event.altKey ? "Alt" : "Ctrl";
  const key = /^(?:Digit|Key)(.)$/.exec(event.code)?.[1] ?? event.key;
  return held === "" ? "" : `${held}+${event.shiftKey ? "Shift+" : ""}${key}`;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** A dialog in front keeps the keys to itself; one that is just fading away does not. */
function isCovered(): boolean {
  const overlays = [...document.querySelectorAll<HTMLElement>(".el-overlay")].filter((overlay) => !overlay.className.includes("-leave-"));
  return overlays.some((overlay) => overlay.offsetParent !== null || overlay.style.display !== "none");
}
