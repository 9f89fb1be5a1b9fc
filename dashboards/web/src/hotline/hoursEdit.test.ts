import { describe, expect, it } from "vitest";

import type { Hotline, Schedule, Span } from "../live/protocol";
import { ALL_DAY, clockOf, dayFault, hotlinesFault, hoursFault, isOverMidnight, mondayEverywhere, nextSpan, webhooksFault } from "./hoursEdit";

const span = (since: string, until: string): Span => ({ since, until });
const schedule = (more: Partial<Schedule> = {}): Schedule => ({ code: "day", zh: "白班", en: "Day", week: mondayEverywhere([[span("08:00", "21:00")]]), holidays: null, ...more });
const hotline = (number: string, more: Partial<Hotline> = {}): Hotline => ({ number, zh: "咨询", en: "Consultation", schedule: "day", day: "consult-day", night: "consult-night", ...more });
const faultOf = (...schedules: Schedule[]) => hoursFault({ schedules }, (day) => `day ${day}`, "holidays");

describe("opening hours as typed", () => {
  it("read a clock however it is written", () => {
    for (const typed of ["9", "09", "9:00", "0900", "900".padStart(4, "0"), "９：００", " 9:00 "]) expect(clockOf(typed), typed).toBe("09:00");
    expect(clockOf("24")).toBe("24:00");
    expect(clockOf("noon")).toBe("noon");
    expect(clockOf("")).toBe("");
  });

  it("find clocks that are none, spans without length, spans that meet", () => {
    expect(dayFault([span("08:00", "12:00"), span("13:00", "18:00")], "x")).toBeNull();
    expect(dayFault([span("25:00", "12:00")], "x")).toEqual({ key: "clock", about: "x" });
    expect(dayFault([span("08:00", "08:00")], "x")).toEqual({ key: "same", about: "x" });
    expect(dayFault([span("13:00", "18:00"), span("08:00", "13:30")], "x")).toEqual({ key: "overlap", about: "x" });
    expect(dayFault([ALL_DAY], "x")).toBeNull();
    expect(dayFault([span("22:00", "06:00"), span("08:00", "12:00")], "x")).toBeNull();
    expect(dayFault([span("20:00", "06:00"), span("21:00", "22:00")], "x")).toEqual({ key: "overlap", about: "x" });
  });

  it("know what runs over midnight", () => {
    expect(isOverMidnight(span("22:00", "06:00"))).toBe(true);
    expect(isOverMidnight(span("08:00", "24:00"))).toBe(false);
    expect(isOverMidnight(span("99:00", "21:00"))).toBe(false);
  });

  it("propose a span behind the last", () => {
    expect(nextSpan([])).toEqual(span("09:00", "18:00"));
    expect(nextSpan([span("09:00", "12:00")])).toEqual(span("13:00", "16:00"));
    expect(nextSpan([span("09:00", "23:30")])).toEqual(span("23:30", "24:00"));
  });

  it("copy Monday to every day, each its own", () => {
    const week = mondayEverywhere([[span("09:00", "18:00")], [], [], [], [], [], []]);
    expect(week).toHaveLength(7);
    expect(week[6]).toEqual([span("09:00", "18:00")]);
    expect(week[6]![0]).not.toBe(week[0]![0]);
  });

  it("name the schedule and the day of a fault", () => {
    expect(faultOf(schedule())).toBeNull();
    expect(faultOf(schedule({ week: [[], [span("9", "10")], [], [], [], [], []] }))).toEqual({ key: "clock", about: "白班 day 1" });
    expect(faultOf(schedule({ holidays: [span("08:00", "08:00")] }))).toEqual({ key: "same", about: "白班 holidays" });
    expect(faultOf(schedule({ en: " " }))).toEqual({ key: "word", about: "白班" });
    expect(faultOf(schedule(), schedule())).toEqual({ key: "twice", about: "day" });
  });

  it("find numbers that are none or doubled, and what leads nowhere", () => {
    const rules = (...hotlines: Hotline[]) => hotlinesFault({ hotlines, fallback: "fallback" });
    expect(rules(hotline("95001"), hotline("95002"))).toBeNull();
    expect(rules(hotline("95"))).toEqual({ key: "number", about: "95" });
    expect(rules(hotline("95001"), hotline("95001"))).toEqual({ key: "twice", about: "95001" });
    expect(rules(hotline("95001", { night: "" }))).toEqual({ key: "flow", about: "95001" });
    expect(hotlinesFault({ hotlines: [], fallback: "" })).toEqual({ key: "flow", about: "" });
  });

  it("find addresses of webhooks that are none, or hold a password", () => {
    const rules = (url: string, code = "crm") => webhooksFault({ webhooks: [{ code, url, is_active: true }] });
    expect(rules("https://crm.example/api")).toBeNull();
    expect(rules("ftp://crm.example")).toEqual({ key: "url", about: "crm" });
    expect(rules("https://me:secret@crm.example")).toEqual({ key: "url", about: "crm" });
    expect(rules("https://crm.example", "CRM!")).toEqual({ key: "code", about: "CRM!" });
  });
});
