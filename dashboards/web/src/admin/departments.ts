/** Departments by name, for the pages about people. */

import { onMounted, type Ref, type ShallowRef } from "vue";

import type { Department } from "../live/protocol";
import { session } from "../live/session";
import { language } from "../text";
import { useLoaded } from "../ui/useLoaded";

export interface Departments {
  /** All of them, also those out of use; null before the answer. */
  value: ShallowRef<readonly Department[] | null>;
  reason: Ref<string>;
  wordOf: (code: string) => string;
}

export function useDepartments(): Departments {
  const { value, reason, load } = useLoaded<readonly Department[]>(async () => (await session.commands.getRules()).rules.departments.departments);
  const wordOf = (code: string): string => {
    const one = value.value?.find((each) => each.code === code);
    return one === undefined ? code : language.value === "zh" ? one.zh : one.en;
  };
  onMounted(load);
  return { value, reason, wordOf };
}
