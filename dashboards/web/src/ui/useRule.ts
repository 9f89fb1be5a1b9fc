/** One rule on the rules page: what is in force, what is typed, saving it with its version. */

import { computed, inject, ref, watch, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from "vue";

import { CommandFailed } from "../live/commands";
import type { Rulebook, RulesInForce } from "../live/protocol";
import { session } from "../live/session";
import { t } from "../text";
import { reasonOf, sayDone } from "./say";

/** The rules as the page read them; cards put newer answers in, and ask for a fresh reading. */
export interface RuleBoard {
  inForce: ShallowRef<RulesInForce | null>;
  load: () => Promise<void>;
}

export const RULES: InjectionKey<RuleBoard> = Symbol("rules");

export interface RuleCard<Value> {
  /** What is typed; starts as what is in force. */
  form: Ref<Value>;
  isChanged: ComputedRef<boolean>;
  /** Why it was not saved; empty while all is well. */
  reason: Ref<string>;
  isBusy: Ref<boolean>;
  save: () => Promise<void>;
  reset: () => void;
}

/** `faultOf` looks at what is typed before it is sent; a sentence stops it. */
export function useRule<Name extends keyof Rulebook>(name: Name, faultOf: (value: Rulebook[Name]) => string): RuleCard<Rulebook[Name]> {
  const board = inject(RULES)!;
  const now = computed(() => board.inForce.value!.rules[name]);
  const form = ref(copy(now.value)) as Ref<Rulebook[Name]>;
  const reason = ref("");
  const isBusy = ref(false);
  const isChanged = computed(() => JSON.stringify(form.value) !== JSON.stringify(now.value));
  let base = JSON.stringify(now.value);

  // Somebody else's change shows at once, unless something is typed here.
  watch(now, (next) => {
    if (JSON.stringify(form.value) === base) form.value = copy(next);
    base = JSON.stringify(next);
  });

  async function save(): Promise<void> {
    reason.value = faultOf(form.value);
    if (reason.value || isBusy.value) return;
    isBusy.value = true;
    try {
      const answer = await session.commands.changeRule(name, form.value, board.inForce.value!.versions[name] ?? 0);
      board.inForce.value = answer;
      form.value = copy(answer.rules[name]);
      sayDone(t("rules.saved"));
    } catch (failure) {
      await refused(failure);
    } finally {
      isBusy.value = false;
    }
  }

  async function refused(failure: unknown): Promise<void> {
    const isConflict = failure instanceof CommandFailed && failure.status === 409;
    // The newer version comes in; what was typed stays, and the next saving is made on top of it.
    if (isConflict) await board.load();
    reason.value = isConflict ? t("rules.changed") : reasonOf(failure);
  }

  function reset(): void {
    form.value = copy(now.value);
    reason.value = "";
  }

  return { form, isChanged, reason, isBusy, save, reset };
}

function copy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
