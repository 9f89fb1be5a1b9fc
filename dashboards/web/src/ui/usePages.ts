/** A list that is asked for page by page, the next one appended below. */

import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { reasonOf } from "./say";

export interface Pages<Row, Page> {
  rows: ShallowRef<readonly Row[]>;
  /** The newest answer; null before the first. */
  page: ShallowRef<Page | null>;
  reason: Ref<string>;
  isLoading: Ref<boolean>;
  hasMore: Ref<boolean>;
  /** From the beginning. Only the newest question's answer counts. */
  load: () => Promise<void>;
  more: () => Promise<void>;
}

/** `ask` gets the cursor, empty for the first page; `rowsOf` takes the rows out of its answer. */
export function usePages<Row, Page extends { next: string | null }>(ask: (before: string) => Promise<Page>, rowsOf: (page: Page) => readonly Row[]): Pages<Row, Page> {
  const rows = shallowRef<readonly Row[]>([]);
  const page = shallowRef(null) as ShallowRef<Page | null>;
  const reason = ref("");
  const isLoading = ref(false);
  const hasMore = ref(false);
  let newest = 0;

  async function fetch(before: string): Promise<void> {
    const mine = ++newest;
    isLoading.value = true;
    try {
      const answer = await ask(before);
      if (mine !== newest) return;
      rows.value = before === "" ? rowsOf(answer) : [...rows.value, ...rowsOf(answer)];
      page.value = answer;
      hasMore.value = answer.next !== null;
      reason.value = "";
    } catch (failure) {
      if (mine === newest) reason.value = reasonOf(failure);
    } finally {
      if (mine === newest) isLoading.value = false;
    }
  }

  const more = async (): Promise<void> => {
    if (page.value?.next && !isLoading.value) await fetch(page.value.next);
  };
  return { rows, page, reason, isLoading, hasMore, load: () => fetch(""), more };
}
