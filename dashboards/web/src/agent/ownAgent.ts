/** The signed-in person's own agent and call, from whichever topic this role may see. */

import { computed, type ComputedRef } from "vue";

import type { AgentView, AnyView, CallView } from "../live/protocol";
import { session, topic } from "../live/session";
import type { TopicStatus } from "../live/topic";

export interface Own {
  agent: ComputedRef<AgentView | undefined>;
  call: ComputedRef<CallView | undefined>;
  status: ComputedRef<TopicStatus>;
}

export function useOwn(): Own {
  const id = computed(() => session.session.value?.agent_id ?? null);
  const seesFloor = computed(() => session.may("see_floor"));
  const own = computed<ReadonlyMap<string, AnyView>>(() => topic(`agent.${id.value}`).items.value);
  const agent = computed(() => {
    if (id.value === null) return undefined;
    if (seesFloor.value) return topic<AgentView>("agents").items.value.get(id.value);
    return own.value.get("agent") as AgentView | undefined;
  });
  const call = computed(() => {
    if (id.value === null) return undefined;
    const calls = seesFloor.value ? topic<CallView>("calls").items.value.values() : own.value.values();
    return presentCall([...calls], id.value, agent.value?.call_id ?? null);
  });
  const status = computed(() => topic(seesFloor.value ? "agents" : `agent.${id.value}`).status.value);
  return { agent, call, status };
}

/** The call the agent is on: the one the floor names, else the newest with him in it. */
export function presentCall(views: readonly AnyView[], agentId: string, callId: string | null): CallView | undefined {
  const calls = views.filter((view): view is CallView => view.type === "CallView");
  const mine = calls.filter((call) => call.stage !== "ended" && call.agent_ids.includes(agentId));
  return mine.find((call) => call.call_id === callId) ?? mine.sort((a, b) => b.started_at.localeCompare(a.started_at))[0];
}
