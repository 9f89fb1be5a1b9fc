/** What a refusal is about, put into the slots of its words. */

import { dayAndTime } from "./time";

/** Fill `{name}` from `ids`; `{at}` is an instant and shown by the clock of the screen. A slot nobody fills stays empty. */
export function filled(words: string, ids: Record<string, string>): string {
  return words.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(ids, name) ? ids[name]! : "";
    return name === "at" && value !== "" ? dayAndTime(value) : value;
  });
}
