/** Colleagues and queues while a list of them is open: asked for again and again, as an agent's feed is his own only. */

import { onScopeDispose, shallowRef, watch, type Ref } from "vue";

import type { Colleagues } from "../live/protocol";
import { session } from "../live/session";
import { reasonOf } from "../ui/say";

const EVERY_MS = 2500;

export function useColleagues(isOpen: Ref<boolean>) {
  const found = shallowRef<Colleagues | null>(null);
  const reason = shallowRef("");
  let next: ReturnType<typeof setTimeout> | undefined;

  async function look(): Promise<void> {
    try {
      found.value = await session.commands.listColleagues();
      reason.value = "";
    } catch (failure) {
      // The last list would be taken for the present one.
      found.value = null;
      reason.value = reasonOf(failure);
    }
    clearTimeout(next);
    if (isOpen.value) next = setTimeout(() => void look(), EVERY_MS);
  }

  watch(isOpen, (is) => {
    clearTimeout(next);
    if (is) void look();
  });
  onScopeDispose(() => clearTimeout(next));
  return { found, reason };
}
