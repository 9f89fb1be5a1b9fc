/** How much one press of "more time" gives: by rule, asked for whenever wrap-up begins. */

import { shallowRef, watch, type ComputedRef, type ShallowRef } from "vue";

import { session } from "../live/session";

/** What the rule says where nobody changed it. */
const USUAL_S = 60;

export function useExtension(isWrapping: ComputedRef<boolean>): ShallowRef<number> {
  const extraS = shallowRef(USUAL_S);
  watch(
    isWrapping,
    async (is) => {
      const inForce = is ? await session.commands.getRules().catch(() => null) : null;
      if (inForce !== null) extraS.value = inForce.rules.desk.extension_s;
    },
    { immediate: true },
  );
  return extraS;
}
