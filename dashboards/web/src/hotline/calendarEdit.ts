/** Public holidays and make-up workdays as they are typed or pasted. Pure. */

import type { SpecialDay } from "../live/protocol";
import { BARE_LINE, DATE, DAY_ONLY, HOLIDAY, RANGE, SEPARATOR, SHORT, WORKDAY } from "../text/dateWords";

export interface LineFault {
  /** From 1. */
  line: number;
  text: string;
  key: "date" | "kind" | "order" | "long" | "word";
}

export interface Pasted {
  days: SpecialDay[];
  faults: LineFault[];
}

const MOST_DAYS = 40;
/** A day in ms. */
const DAY_MS = 86_400_000;

/** Two texts of the same order as their days: the table stays sorted. */
export const sorted = (days: readonly SpecialDay[]): SpecialDay[] => [...days].sort((a, b) => a.on.localeCompare(b.on));

export const yearOf = (day: SpecialDay): number => Number(day.on.slice(0, 4));

/** Years with days, oldest first, `also` among them. */
export function yearsOf(days: readonly SpecialDay[], also: readonly number[]): number[] {
  return [...new Set([...days.map(yearOf), ...also])].sort((a, b) => a - b);
}

/** Years that are near `now` and have no holiday: this one, and the next from December on. */
export function missingYears(days: readonly SpecialDay[], now: number): number[] {
  const date = new Date(now);
  const near = date.getMonth() === 11 ? [date.getFullYear(), date.getFullYear() + 1] : [date.getFullYear()];
  return near.filter((year) => !days.some((day) => day.kind === "holiday" && yearOf(day) === year));
}

/** Days with those of `more`, which win. */
export function merged(days: readonly SpecialDay[], more: readonly SpecialDay[]): SpecialDay[] {
  const byDate = new Map([...days, ...more].map((day) => [day.on, day]));
  return sorted([...byDate.values()]);
}

/** Dates that stand twice. */
export function doubled(days: readonly SpecialDay[]): string | null {
  const dates = days.map((day) => day.on);
  return dates.find((date, at) => dates.indexOf(date) !== at) ?? null;
}

/**
 * Lines as they are pasted: a date or two, `放假` or `上班`, a name, an English name; separated by tabs, commas or
 * semicolons, a few by blanks. `2027-02-06 至 2027-02-12, 放假, 春节, Spring Festival`. Empty lines and `#` are skipped.
 */
export function parsePasted(text: string): Pasted {
  const found: Pasted = { days: [], faults: [] };
  text.split(/\r?\n/).forEach((raw, at) => {
    const line = raw.normalize("NFKC").trim();
    if (line === "" || line.startsWith("#")) return;
    const read = parseLine(line);
    if (typeof read === "string") found.faults.push({ line: at + 1, text: raw.trim().slice(0, 60), key: read });
    else found.days.push(...read);
  });
  return { days: merged([], found.days), faults: found.faults };
}

function parseLine(line: string): SpecialDay[] | LineFault["key"] {
  const parts = line.split(SEPARATOR).filter((part) => part !== "");
  const [when = "", kindWord = "", zh = "", en = ""] = parts.length > 1 ? parts : bare(line);
  const [first, last] = datesOf(when);
  if (first === null || last === null) return "date";
  const kind = HOLIDAY.has(kindWord.toLowerCase()) ? "holiday" : WORKDAY.has(kindWord.toLowerCase()) ? "workday" : null;
  if (kind === null) return "kind";
  if (first > last) return "order";
  const count = (last - first) / DAY_MS + 1;
  if (count > MOST_DAYS) return "long";
  const words = { zh: zh || en || kindWord, en: en || zh || kind };
  if (words.zh.length > 40 || words.en.length > 40) return "word";
  return Array.from({ length: count }, (_, at) => ({ on: iso(first + at * DAY_MS), kind, ...words }));
}

function bare(line: string): string[] {
  return BARE_LINE.exec(line)?.slice(1).map((part) => part ?? "") ?? [line];
}

/** First and last instant (UTC midnight, ms); null for what is no date. */
function datesOf(text: string): [number | null, number | null] {
  const [first = "", last = first] = text.split(RANGE);
  const start = dateOf(first, null);
  return [start, dateOf(last, start)];
}

/** `near`: what a date without year, or without year and month, takes them from. */
function dateOf(text: string, near: number | null): number | null {
  const parts = partsOf(text.trim(), near);
  if (parts === null) return null;
  const [year, month, day] = parts;
  const at = Date.UTC(year, month - 1, day);
  // 31 November is no date, and not 1 December either.
  return new Date(at).getUTCDate() === day && new Date(at).getUTCMonth() === month - 1 ? at : null;
}

function partsOf(text: string, near: number | null): [number, number, number] | null {
  const figures = (shape: RegExp): number[] | undefined => shape.exec(text)?.slice(1).map(Number);
  const [year, month, day] = figures(DATE) ?? [];
  if (year !== undefined) return [year, month!, day!];
  if (near === null) return null;
  const first = new Date(near);
  const [laterMonth, laterDay] = figures(SHORT) ?? [first.getUTCMonth() + 1, figures(DAY_ONLY)?.[0]];
  return laterDay === undefined ? null : [first.getUTCFullYear(), laterMonth!, laterDay];
}

const iso = (at: number): string => new Date(at).toISOString().slice(0, 10);
