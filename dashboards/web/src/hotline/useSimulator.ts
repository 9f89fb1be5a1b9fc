/** A call that is tried: step by step through the service's own `step()`, in a world the person chooses. */

import { computed, reactive, ref, shallowRef } from "vue";

import type { QueueFacts, SimulateOut } from "../live/protocol";
import { session } from "../live/session";
import { reasonOf } from "../ui/say";
import { isoDay } from "../ui/time";
import type { Flow } from "./flowTypes";
import type { FlowWork } from "./flowWork";
import { linesOf, QUIET, wantedBy, type Given, type Line, type Wanted } from "./simulation";

/** Words in a row without anybody being asked; a flow that goes round is stopped. */
const MOST_SAID = 60;

export interface World {
  /** As a date-time field has it, in the browser's zone. */
  now: string;
  hotline: string;
  caller_number: string;
  is_blocked: boolean;
  can_call_back: boolean;
  queues: Record<string, QueueFacts>;
}

export function useSimulator(work: FlowWork) {
  const world = reactive<World>({ now: nowLocal(), hotline: "", caller_number: "13800138000", is_blocked: false, can_call_back: true, queues: {} });
  const out = shallowRef<SimulateOut | null>(null);
  const lines = ref<Line[]>([]);
  /** Nodes of this flow that the call has come through. */
  const path = ref<string[]>([]);
  const reason = ref("");
  const isBusy = ref(false);
  const isOver = ref(false);
  const text = shallowRef<string | null>(null);
  const wanted = computed((): Wanted | null => (out.value === null || isOver.value ? null : wantedBy(out.value)));
  const isOld = computed(() => text.value !== null && text.value !== work.past.value.now.text);
  let isHere = true;

  /** `from`: a node, or empty for the beginning of a call. */
  async function start(from: string): Promise<void> {
    await work.flush();
    reset();
    const doc = work.doc;
    if (!doc.isWritten) return;
    text.value = doc.text;
    const position = from === "" ? null : { flow: work.name, node: from, tries: 0, stage: "", variables: {} };
    await ask(position, position === null ? null : { type: "Entered" });
  }

  /** Answer what the call waits for. `told`: a line of the story for it. */
  async function give(given: Given, told: Line | null): Promise<void> {
    if (out.value === null || isBusy.value) return;
    if (told !== null) lines.value = [...lines.value, told];
    await ask(out.value.position, given);
  }

  function hangUp(): void {
    if (out.value === null || isOver.value) return;
    lines.value = [...lines.value, { kind: "hung_up", node: out.value.position.node, text: "", about: "" }];
    isOver.value = true;
  }

  function reset(): void {
    [out.value, lines.value, path.value, reason.value, text.value] = [null, [], [], "", null];
    [isOver.value, isHere] = [false, true];
  }

  async function ask(position: SimulateOut["position"] | null, given: Given | null): Promise<void> {
    isBusy.value = true;
    try {
      let next = await step(position, given);
      for (let said = 0; wantedBy(next) === "said" && said < MOST_SAID; said += 1) next = await step(next.position, { type: "Played" });
      reason.value = "";
    } catch (failure) {
      reason.value = reasonOf(failure);
    } finally {
      isBusy.value = false;
    }
  }

  async function step(position: SimulateOut["position"] | null, given: Given | null): Promise<SimulateOut> {
    const { now, ...rest } = world;
    const body = { name: work.name, text: text.value, position, given, world: { ...rest, now: new Date(now).toISOString() } };
    const next = await session.commands.hotline.simulate(body);
    out.value = next;
    lines.value = [...lines.value, ...linesOf(next)];
    isOver.value = next.is_over;
    walk(next.path);
    return next;
  }

  /** What was passed in this flow; a jump leads out of it. */
  function walk(names: readonly string[]): void {
    const flow: Flow | null = work.readable.value;
    for (const name of names) {
      if (!isHere || flow === null) return;
      if (path.value.at(-1) !== name) path.value = [...path.value, name];
      if (flow.nodes[name]?.kind === "flow") isHere = false;
    }
  }

  return { world, out, lines, path, reason, isBusy, isOver, isOld, wanted, start, give, hangUp, reset };
}

export type Simulator = ReturnType<typeof useSimulator>;

/** Queues a flow names: their state may decide its ways. */
export function queuesOf(flow: Flow): string[] {
  const named = Object.values(flow.nodes).flatMap((node) => {
    if (node.kind === "queue" || node.kind === "callback") return [node.queue];
    return node.kind === "condition" ? node.cases.flatMap((one) => one.when.map((when) => when.queue)) : [];
  });
  return [...new Set(named)].filter(Boolean).sort();
}

export const quietQueue = (): QueueFacts => ({ ...QUIET });

function nowLocal(): string {
  const now = new Date();
  return `${isoDay(now.getTime())}T${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
}
