/** What the codes of the rules mean: procedures with their categories, departments, reasons. Asked once for all pages, asked again when old. */

import { computed, shallowRef } from "vue";

import type { CategoryView, Department, ProcedureView, Reason } from "../live/protocol";
import { session } from "../live/session";
import { i18n, language, t } from "../text";

/** A changed procedure or department shows on the next page that is opened after this. */
const FRESH_MS = 60_000;

export const procedures = shallowRef<readonly ProcedureView[]>([]);
export const departments = shallowRef<readonly Department[]>([]);
const reasons = shallowRef<readonly Reason[]>([]);
/** What reading the procedures failed with; null when they are here. */
export const catalogueFailure = shallowRef<unknown>(null);
/** Departments that may be chosen for a new ticket. */
export const activeDepartments = computed(() => departments.value.filter((one) => one.is_active));
/** Codes of procedures that are complaints. */
export const complaintCodes = computed(() => new Set(procedures.value.filter((one) => one.is_complaint).map((one) => one.code)));

let readAt = 0;
let readBy: number | null = null;

/** Read the catalogue when there is none, or an old one, or another person's. Never throws: `catalogueFailure` tells. */
export async function loadCatalogue(isForced = false): Promise<void> {
  const account = session.session.value?.account_id ?? null;
  if (!isForced && readBy === account && Date.now() - readAt < FRESH_MS) return;
  [readAt, readBy] = [Date.now(), account];
  const [found, rules] = await Promise.allSettled([session.commands.listProcedures(), session.commands.getRules()]);
  if (rules.status === "fulfilled") {
    departments.value = rules.value.rules.departments.departments;
    reasons.value = rules.value.rules.not_ready.reasons;
  }
  if (found.status === "fulfilled") procedures.value = found.value.procedures;
  catalogueFailure.value = found.status === "fulfilled" ? null : found.reason;
  if (found.status === "rejected") readAt = 0;
}

export function procedureOf(code: string): ProcedureView | undefined {
  return procedures.value.find((one) => one.code === code);
}

export function procedureWord(code: string): string {
  return named(procedureOf(code)) || code;
}

export function categoryWord(procedure: string, category: string): string {
  return named(procedureOf(procedure)?.categories.find((one) => one.code === category)) || category;
}

export function departmentWord(code: string): string {
  return named(departments.value.find((one) => one.code === code)) || code;
}

/** Why an agent is not ready: by the supervisor's list, or by rule (a missed offer). */
export function reasonWord(code: string): string {
  return named(reasons.value.find((one) => one.code === code)) || coded("agent.reason", code);
}

/** A thing's name in the language of the screen. */
export function named(thing: Pick<CategoryView, "zh" | "en"> | undefined): string {
  return thing === undefined ? "" : language.value === "zh" ? thing.zh : thing.en;
}

/** The word of `table` for a code of the service; an unknown code shows itself. */
export function coded(table: string, code: string): string {
  const key = `${table}.${code}`;
  return i18n.global.te(key, "zh") ? t(key) : code;
}
