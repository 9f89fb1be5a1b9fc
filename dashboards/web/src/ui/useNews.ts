/** How much of a list has changed since it was read: said above it, so that nothing moves under the reader's hand. */

import { computed, ref, watch, type ComputedRef, type Ref } from "vue";

import type { ListView } from "../live/protocol";
import { topic } from "../live/session";

/** Changes between two counts of the service; it counts from 0 again when it was restarted. Pure. */
export function changesSince(seen: number | null, now: number | null): number {
  if (seen === null || now === null) return 0;
  return now >= seen ? now - seen : now;
}

/** `isEmpty`: nothing is there that could move, so the list is read anew at once. */
export function useNews(name: string, load: () => Promise<void>, isEmpty: Ref<boolean>): { news: ComputedRef<number>; loadNew: () => Promise<void> } {
  const feed = topic<ListView>(name);
  const now = computed(() => (feed.status.value === "current" ? (feed.items.value.get("list")?.changes_count ?? 0) : null));
  const seen = ref(now.value);
  const news = computed(() => changesSince(seen.value, now.value));

  const loadNew = (): Promise<void> => {
    seen.value = now.value;
    return load();
  };
  // What changed before the feed told of anything was read with the list.
  watch(now, (count) => (seen.value ??= count));
  watch(news, (count) => count > 0 && isEmpty.value && void loadNew());
  return { news, loadNew };
}
