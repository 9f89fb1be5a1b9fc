/** A recording by telephone on its way: asked after once a second until it is made or has failed. */

import { onScopeDispose, ref, type Ref } from "vue";

import { CommandFailed } from "../live/commands";
import type { PhoneTake } from "../live/protocol";

const EVERY_MS = 1000;
const OVER = ["made", "failed"];

export interface TakeWatch {
  take: Ref<PhoneTake | null>;
  /** What asking itself failed with; null while it works. */
  failure: Ref<unknown>;
  begin: (ask: () => Promise<PhoneTake>) => Promise<void>;
  forget: () => void;
}

export function useTakeWatch(getTake: (id: string) => Promise<PhoneTake>, onOver: (take: PhoneTake) => void): TakeWatch {
  const take = ref<PhoneTake | null>(null);
  const failure = ref<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let run = 0;

  async function begin(ask: () => Promise<PhoneTake>): Promise<void> {
    forget();
    const mine = run;
    try {
      const first = await ask();
      if (mine === run) look(first, mine);
    } catch (refused) {
      if (mine === run) failure.value = refused;
    }
  }

  function look(next: PhoneTake, mine: number): void {
    take.value = next;
    if (OVER.includes(next.state)) onOver(next);
    else timer = setTimeout(() => void again(next.id, mine), EVERY_MS);
  }

  async function again(id: string, mine: number): Promise<void> {
    try {
      const next = await getTake(id);
      if (mine === run) look(next, mine);
    } catch (refused) {
      if (mine !== run) return;
      // A network that hiccups ends nothing: the call goes on, and the next look may work.
      const isGone = refused instanceof CommandFailed && refused.status >= 400 && refused.status < 500;
      if (isGone) failure.value = refused;
      else timer = setTimeout(() => void again(id, mine), EVERY_MS);
    }
  }

  function forget(): void {
    run += 1;
    clearTimeout(timer);
    take.value = null;
    failure.value = null;
  }

  onScopeDispose(forget);
  return { take, failure, begin, forget };
}
