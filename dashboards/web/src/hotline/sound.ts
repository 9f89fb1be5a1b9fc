/** One prompt at a time: the next one played stops the one before. */

import { sayFailed } from "../ui/say";

let playing: HTMLAudioElement | null = null;

/** Play what is at `url`; says so when that fails. */
export function playSound(url: string): void {
  playing?.pause();
  playing = new Audio(url);
  playing.play().catch((failure: unknown) => {
    // Stopped by the next one: nothing went wrong.
    if (!(failure instanceof DOMException && failure.name === "AbortError")) sayFailed(failure);
  });
}

export function stopSound(): void {
  playing?.pause();
  playing = null;
}
