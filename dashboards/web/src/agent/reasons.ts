/** Why one may be not ready, and how much of the day's allowance is used. */

import { computed, shallowRef, watch, type ComputedRef } from "vue";

import type { AgentView, ReasonUse } from "../live/protocol";
import { session } from "../live/session";
import { language, t } from "../text";

const uses = shallowRef<readonly ReasonUse[]>([]);
const loadedAt = shallowRef(0);
let newest = 0;

/** Ask anew; an answer that fails leaves what was shown. */
export async function loadReasons(agentId: string): Promise<void> {
  const mine = ++newest;
  const answer = await session.commands.listReasons(agentId).catch(() => null);
  if (answer === null || mine !== newest) return;
  uses.value = answer.reasons;
  loadedAt.value = session.feed.time();
}

/** Reasons in their order; the one that runs goes on counting. Loaded again whenever the mode changes. */
export function useReasons(me: ComputedRef<AgentView | undefined>): ComputedRef<readonly ReasonUse[]> {
  watch([() => me.value?.agent_id, () => me.value?.mode, () => me.value?.reason], ([id]) => id && void loadReasons(id), { immediate: true });
  return computed(() => counted(uses.value, me.value, (session.feed.now.value - loadedAt.value) / 1000));
}

/** Add the seconds since loading to the reason that runs. Pure. */
export function counted(all: readonly ReasonUse[], me: AgentView | undefined, sinceS: number): readonly ReasonUse[] {
  if (me?.mode !== "not_ready") return all;
  return all.map((one) => (one.code === me.reason ? { ...one, used_s: one.used_s + Math.max(0, sinceS) } : one));
}

/** The reason in the language of the screen; reasons made by a rule are in the text files. */
export function reasonText(code: string): string {
  const known = uses.value.find((one) => one.code === code);
  if (known) return known[language.value];
  const key = `agent.reason.${code}`;
  return t(key) === key ? code : t(key);
}

/** Minutes used and planned; null when none are planned. */
export function allowance(use: ReasonUse): { used: number; planned: number; isOver: boolean } | null {
  if (use.allowance_min === 0) return null;
  const used = Math.floor(use.used_s / 60);
  return { used, planned: use.allowance_min, isOver: use.used_s > use.allowance_min * 60 };
}
