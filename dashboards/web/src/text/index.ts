/** Words on the screen: Chinese first, English second. */

import { computed, watchEffect } from "vue";
import { createI18n } from "vue-i18n";

import { en } from "./en";
import { zh } from "./zh";

export type Language = "zh" | "en";
export type TextTable = "queue" | "hotline" | "problem" | "gauge" | "menuOutcome" | "menuNode" | "refusal" | "endedBy" | "callbackWhy" | "flawWanted";

const KEPT_AS = "hotline.language";

export const i18n = createI18n({
  legacy: false,
  locale: keptLanguage(),
  fallbackLocale: "zh",
  messages: { zh, en },
});

export const t = i18n.global.t;

export const language = computed<Language>(() => i18n.global.locale.value as Language);

/** Speak `next` from now on, and after the next loading of the page. */
export function setLanguage(next: Language): void {
  i18n.global.locale.value = next;
  try {
    localStorage.setItem(KEPT_AS, next);
  } catch {
    // Private windows may have no storage: the choice lives until the page closes.
  }
}

watchEffect(() => {
  if (typeof document !== "undefined") document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

/** Return the word for a code that the service sent (codes may hold dots), or `otherwise` for an unknown one. */
export function word(table: TextTable, code: string, otherwise: string = code): string {
  const words = (language.value === "zh" ? zh : en)[table] as Record<string, string>;
  return Object.hasOwn(words, code) ? words[code]! : otherwise;
}

function keptLanguage(): Language {
  try {
    return localStorage.getItem(KEPT_AS) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}
