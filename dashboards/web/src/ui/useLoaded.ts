/** Something asked of the service once: loading, there, or failed with a reason. */

import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { reasonOf } from "./say";

export interface Loaded<Value> {
  value: ShallowRef<Value | null>;
  reason: Ref<string>;
  isLoading: Ref<boolean>;
  /** Ask (again). Only the newest question's answer counts. */
  load: () => Promise<void>;
}

export function useLoaded<Value>(ask: () => Promise<Value>): Loaded<Value> {
  const value = shallowRef<Value | null>(null);
  const reason = ref("");
  const isLoading = ref(false);
  let newest = 0;

  async function load(): Promise<void> {
    const mine = ++newest;
    isLoading.value = true;
    try {
      const answer = await ask();
      if (mine !== newest) return;
      value.value = answer;
      reason.value = "";
    } catch (failure) {
      if (mine === newest) reason.value = reasonOf(failure);
    } finally {
      if (mine === newest) isLoading.value = false;
    }
  }

  return { value, reason, isLoading, load };
}
