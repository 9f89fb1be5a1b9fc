/** One recording at a time is played: starting another stops it. */

import { onBeforeUnmount, ref, type InjectionKey, type Ref } from "vue";

export interface Player {
  /** Address of what plays now; empty while nothing does. */
  playing: Ref<string>;
  /** Address of what could not be played. */
  broken: Ref<string>;
  toggle: (url: string) => void;
}

export const PLAYER: InjectionKey<Player> = Symbol("player");

export function usePlayer(): Player {
  const playing = ref("");
  const broken = ref("");
  let audio: HTMLAudioElement | null = null;

  function stop(): void {
    audio?.pause();
    audio = null;
    playing.value = "";
  }

  function toggle(url: string): void {
    const isSame = playing.value === url;
    stop();
    broken.value = "";
    if (isSame) return;
    const mine = (audio = new Audio(url));
    playing.value = url;
    mine.addEventListener("ended", () => audio === mine && stop());
    mine.addEventListener("error", () => fail(mine, url));
    void mine.play().catch(() => fail(mine, url));
  }

  /** A stopped one fails as well: its `play` was interrupted. */
  function fail(mine: HTMLAudioElement, url: string): void {
    if (audio !== mine) return;
    stop();
    broken.value = url;
  }

  onBeforeUnmount(stop);
  return { playing, broken, toggle };
}
