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

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** A dialog in front keeps the keys to itself. */
function isCovered(): boolean {
  return [...document.querySelectorAll<HTMLElement>(".el-overlay")].some((overlay) => overlay.offsetParent !== null || overlay.style.display !== "none");
}
