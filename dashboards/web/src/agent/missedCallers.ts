/** Callers who got nobody: the list of the side, asked for again when something may have changed. */

import { onBeforeUnmount, onMounted, shallowRef, watch, type ComputedRef } from "vue";

import type { AgentView, MissedCaller } from "../live/protocol";
import { session } from "../live/session";
import { reasonOf } from "../ui/say";

/** What other agents do is not on this agent's feed. */
const EVERY_MS = 20_000;
/** By then the call is in the database. */
const AFTER_CALL_MS = 1500;

export function useMissedCallers(me: ComputedRef<AgentView | undefined>) {
  const callers = shallowRef<readonly MissedCaller[]>([]);
  const reason = shallowRef("");
  const isLoaded = shallowRef(false);

  async function load(): Promise<void> {
    if (document.hidden || session.state.value !== "in") return;
    try {
      callers.value = (await session.commands.listMissedCallers()).callers;
      reason.value = "";
      isLoaded.value = true;
    } catch (failure) {
      reason.value = reasonOf(failure);
    }
  }

  const look = (): void => void load();
  let every: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    look();
    every = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
  });
  onBeforeUnmount(() => {
    clearInterval(every);
    document.removeEventListener("visibilitychange", look);
  });
  // One's own call back may have ended. Not while it rings: the pop comes first then.
  watch(() => me.value?.phase, (phase) => phase === "idle" && setTimeout(look, AFTER_CALL_MS));
  return { callers, reason, isLoaded, load };
}
