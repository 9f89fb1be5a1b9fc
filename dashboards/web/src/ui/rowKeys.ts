/** J, K and Enter in a list of links. */

import { nextTick, ref, type Ref } from "vue";

import type { KeyTable } from "./keys";

export interface RowKeys {
  /** Index of the selected row, -1 while none is. */
  selected: Ref<number>;
  table: KeyTable;
}

export function useRowKeys(count: () => number, open: (index: number) => void): RowKeys {
  const selected = ref(-1);
  const move = (step: 1 | -1): void => {
    const last = count() - 1;
    selected.value = Math.min(last, Math.max(0, selected.value + step));
    void nextTick(() => document.querySelector("tr.selected")?.scrollIntoView({ block: "nearest" }));
  };
  const enter = (event: KeyboardEvent): void | false => {
    // A focused link or button has its own Enter.
    if (selected.value < 0 || /^(A|BUTTON)$/.test((event.target as HTMLElement).tagName)) return false;
    open(selected.value);
  };
  return { selected, table: { j: () => move(1), k: () => move(-1), Enter: enter } };
}
