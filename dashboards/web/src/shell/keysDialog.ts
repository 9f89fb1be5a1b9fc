/** Whether the help of the keyboard is open. */

import { ref } from "vue";

export const areKeysShown = ref(false);

export function openKeys(): void {
  areKeysShown.value = true;
}
