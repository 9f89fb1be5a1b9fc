/** Light or dark: what the system says until somebody chooses. */

import { ref, watchEffect } from "vue";

export type Theme = "light" | "dark";

const KEPT_AS = "hotline.theme";

export const theme = ref<Theme>(kept() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));

watchEffect(() => document.documentElement.classList.toggle("dark", theme.value === "dark"));

export function chooseTheme(next: Theme): void {
  theme.value = next;
  try {
    localStorage.setItem(KEPT_AS, next);
  } catch {
    // Without storage the choice lives until the page closes.
  }
}

function kept(): Theme | null {
  try {
    const value = localStorage.getItem(KEPT_AS);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
}
