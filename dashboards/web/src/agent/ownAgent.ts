/** The signed-in person's own agent, calls and pops: one topic, whatever else the role may see. */

import { computed, type ComputedRef } from "vue";

import type { AgentView, AnyView, CallView, PopView } from "../live/protocol";
import { session, topic } from "../live/session";
import type { TopicStatus } from "../live/topic";

export interface Own {
  agent: ComputedRef<AgentView | undefined>;
  /** The call the agent is on now. */
  call: ComputedRef<CallView | undefined>;
  /** A caller who hears music until this agent takes him back: the browser died while they talked. */
  stranded: ComputedRef<CallView | undefined>;
  /** Oldest first. */
  pops: ComputedRef<readonly PopView[]>;
  status: ComputedRef<TopicStatus>;
}

export function useOwn(): Own {
  const id = computed(() => session.session.value?.agent_id ?? null);
  const own = computed<ReadonlyMap<string, AnyView>>(() => (id.value === null ? new Map() : topic(`agent.${id.value}`).items.value));
  const agent = computed(() => own.value.get("agent") as AgentView | undefined);
  const call = computed(() => (id.value === null ? undefined : presentCall([...own.value.values()], id.value, agent.value?.call_id ?? null)));
  const stranded = computed(() => [...own.value.values()].find((view): view is CallView => view.type === "CallView" && view.stage !== "ended" && view.waits_for === id.value));
  const pops = computed(() => popsOf([...own.value.values()]));
  const status = computed(() => topic(`agent.${id.value}`).status.value);
  return { agent, call, stranded, pops, status };
}

/** The call the agent is on: the one the floor names, else the newest with him in it. */
export function presentCall(views: readonly AnyView[], agentId: string, callId: string | null): CallView | undefined {
  const calls = views.filter((view): view is CallView => view.type === "CallView");
  const mine = calls.filter((call) => call.stage !== "ended" && call.agent_ids.includes(agentId));
  return mine.find((call) => call.call_id === callId) ?? mine.sort((a, b) => b.started_at.localeCompare(a.started_at))[0];
}

/** Open pops in the order in which they came. */
export function popsOf(views: readonly AnyView[]): PopView[] {
  return views.filter((view): view is PopView => view.type === "PopView").sort((a, b) => a.offered_at.localeCompare(b.offered_at));
}
