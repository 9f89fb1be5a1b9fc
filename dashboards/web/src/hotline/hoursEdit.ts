/** Opening hours as they are typed: spans of the week, what is wrong with them. The service checks again. Pure. */

import type { Hotline, HotlineRules, HoursRules, Schedule, Span, WebhookRules } from "../live/protocol";

/** Key under `hours.fault`, with the place of the fault. */
export interface Fault {
  key: "clock" | "same" | "overlap" | "word" | "number" | "twice" | "flow" | "url" | "code";
  about: string;
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const NUMBER = /^\d{3,15}$/;
const URL_SHAPE = /^https?:\/\/[^\s@]+$/;
const CODE = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const DAY_MIN = 24 * 60;
export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
export const ALL_DAY: Span = { since: "00:00", until: "24:00" };

export const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** Whether a span ends on the next day; not while one of its clocks is none. */
export const isOverMidnight = (span: Span): boolean => [span.since, span.until].every((clock) => CLOCK.test(clock)) && minutes(span.until) <= minutes(span.since);

/** `9`, `9:00`, `0900`, `９：００` -> `09:00`; what cannot be read stays as it is. */
export function clockOf(typed: string): string {
  const plain = typed.normalize("NFKC").trim();
  const found = /^(\d{1,2})(?::?(\d{2}))?$/.exec(plain);
  return found === null ? plain : `${found[1]!.padStart(2, "0")}:${found[2] ?? "00"}`;
}

/** A span to add behind those of a day: after the last, or the usual hours. */
export function nextSpan(spans: readonly Span[]): Span {
  const last = spans.at(-1);
  if (last === undefined) return { since: "09:00", until: "18:00" };
  const since = minutes(last.until) + (minutes(last.until) < 23 * 60 ? 60 : 0);
  return { since: clock(since), until: clock(Math.min(since + 180, DAY_MIN)) };
}

/** The week with Monday's spans on every day. */
export const mondayEverywhere = (week: readonly Span[][]): Span[][] => WEEKDAYS.map(() => (week[0] ?? []).map((span) => ({ ...span })));

/** Faults of one day: clocks, spans that meet. */
export function dayFault(spans: readonly Span[], about: string): Fault | null {
  for (const span of spans) {
    if (!CLOCK.test(span.since) || !CLOCK.test(span.until)) return { key: "clock", about };
    if (span.since === span.until) return { key: "same", about };
  }
  const sorted = [...spans].sort((a, b) => minutes(a.since) - minutes(b.since));
  const meets = sorted.some((span, at) => at > 0 && minutes(span.since) < end(sorted[at - 1]!));
  return meets ? { key: "overlap", about } : null;
}

export function hoursFault(rules: HoursRules, dayName: (day: number) => string, holidayName: string): Fault | null {
  for (const one of rules.schedules) {
    const name = one.zh || one.en || one.code;
    const faults = [wordFault(one), ...one.week.map((spans, day) => dayFault(spans, `${name} ${dayName(day)}`)), dayFault(one.holidays ?? [], `${name} ${holidayName}`)];
    const found = faults.find((fault) => fault !== null);
    if (found) return found;
  }
  return twice(rules.schedules.map((one) => one.code));
}

export function hotlinesFault(rules: HotlineRules): Fault | null {
  for (const one of rules.hotlines) {
    if (!NUMBER.test(one.number)) return { key: "number", about: one.number || one.zh || one.en };
    const fault = wordFault(one) ?? (one.schedule && one.day && one.night ? null : ({ key: "flow", about: one.number } as const));
    if (fault) return fault;
  }
  return twice(rules.hotlines.map((one) => one.number)) ?? (rules.fallback ? null : { key: "flow", about: "" });
}

export function webhooksFault(rules: WebhookRules): Fault | null {
  for (const one of rules.webhooks) {
    if (!CODE.test(one.code)) return { key: "code", about: one.code || one.url };
    if (!URL_SHAPE.test(one.url) || one.url.length > 500) return { key: "url", about: one.code };
  }
  return twice(rules.webhooks.map((one) => one.code));
}

function wordFault(one: Pick<Schedule | Hotline, "zh" | "en">): Fault | null {
  return [one.zh, one.en].every((word) => word.trim() !== "" && word.length <= 40) ? null : { key: "word", about: one.zh || one.en };
}

function twice(codes: readonly string[]): Fault | null {
  const found = codes.find((code, at) => codes.indexOf(code) !== at);
  return found === undefined ? null : { key: "twice", about: found };
}

const end = (span: Span): number => minutes(span.until) + (isOverMidnight(span) ? DAY_MIN : 0);

function clock(total: number): string {
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}
