/** What every part of a flow's editor needs: the flow, whether it may be changed, and what exists to be named in it. */

import { computed, inject, shallowRef, type ComputedRef, type InjectionKey, type Ref } from "vue";

import type { FlowBrief, Hotline, PromptView, QueueView, Schedule, Webhook } from "../live/protocol";
import { session, topic } from "../live/session";
import type { Flow } from "./flowTypes";

/** Names that may be written into a flow, as far as this person may see them. */
export interface Known {
  prompts: Ref<readonly PromptView[]>;
  schedules: Ref<readonly Schedule[]>;
  hotlines: Ref<readonly Hotline[]>;
  webhooks: Ref<readonly Webhook[]>;
  flows: Ref<readonly FlowBrief[]>;
  queues: ComputedRef<readonly string[]>;
}

export interface Editing {
  flow: ComputedRef<Flow>;
  mayEdit: ComputedRef<boolean>;
  known: Known;
}

export const EDITING: InjectionKey<Editing> = Symbol("editing");
export const useEditing = (): Editing => inject(EDITING)!;

/** Read what exists. What cannot be read stays empty: names can be typed all the same, and the check knows. */
export function readKnown(): Known {
  const [prompts, flows] = [shallowRef<readonly PromptView[]>([]), shallowRef<readonly FlowBrief[]>([])];
  const [schedules, hotlines, webhooks] = [shallowRef<readonly Schedule[]>([]), shallowRef<readonly Hotline[]>([]), shallowRef<readonly Webhook[]>([])];
  const live = topic<QueueView>("queues");
  const queues = computed(() => [...live.items.value.keys()].sort());
  const { hotline, getRules } = session.commands;
  const rules = getRules().then((found) => found.rules);
  void hotline.listPrompts().then((found) => (prompts.value = found.prompts)).catch(quiet);
  void hotline.listFlows().then((found) => (flows.value = found.flows)).catch(quiet);
  void rules.then(({ hours }) => (schedules.value = hours.schedules)).catch(quiet);
  void rules.then((found) => (hotlines.value = found.hotlines.hotlines)).catch(quiet);
  void rules.then((found) => (webhooks.value = found.webhooks.webhooks)).catch(quiet);
  return { prompts, schedules, hotlines, webhooks, flows, queues };
}

const quiet = (): void => undefined;

/** Words of a prompt in a language; empty when there is no such. */
export function promptOf(known: Known, name: string, language: string): PromptView | undefined {
  return known.prompts.value.find((one) => one.name === name && one.language === language);
}
