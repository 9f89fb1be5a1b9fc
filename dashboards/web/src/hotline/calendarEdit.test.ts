import { describe, expect, it } from "vitest";

import type { SpecialDay } from "../live/protocol";
import { doubled, merged, missingYears, parsePasted, yearsOf } from "./calendarEdit";

const day = (on: string, kind: SpecialDay["kind"] = "holiday", zh = "春节"): SpecialDay => ({ on, kind, zh, en: "Spring Festival" });
const dates = (text: string) => parsePasted(text).days.map((one) => one.on);
const faults = (text: string) => parsePasted(text).faults.map((one) => [one.line, one.key]);

describe("the calendar", () => {
  it("reads lines with dates, spans, both kinds and names", () => {
    const { days, faults: none } = parsePasted("2027-02-06, 放假, 春节, Spring Festival\n2027-02-20\t上班\t春节\n\n# 注释\n");
    expect(none).toEqual([]);
    expect(days).toEqual([
      { on: "2027-02-06", kind: "holiday", zh: "春节", en: "Spring Festival" },
      { on: "2027-02-20", kind: "workday", zh: "春节", en: "春节" },
    ]);
  });

  it("reads a span of days however it is written", () => {
    for (const text of ["2027-02-06 至 2027-02-08, 放假", "2027年2月6日至8日, 放假", "2027/2/6~2027/2/8；休", "2027-02-06..2027-02-08, holiday", "2027-02-06 至 2027-02-08 放假 春节 Spring Festival", "2027.2.6—2.8，放假"]) {
      expect(dates(text), text).toEqual(["2027-02-06", "2027-02-07", "2027-02-08"]);
    }
    expect(dates("2026-12-31 到 2027-01-02, 放假, 元旦")).toEqual(["2026-12-31", "2027-01-01", "2027-01-02"]);
  });

  it("says which line cannot be read, and why", () => {
    expect(faults("2027-02-06, 放假\n2027-02-30, 放假\n2027-02-06, maybe\n2027-02-08 至 2027-02-06, 放假\n2027-01-01 至 2027-12-31, 放假\n明天 放假")).toEqual([
      [2, "date"],
      [3, "kind"],
      [4, "order"],
      [5, "long"],
      [6, "date"],
    ]);
    expect(faults(`2027-02-06, 放假, ${"长".repeat(41)}`)).toEqual([[1, "word"]]);
    expect(faults("<script>alert(1)</script>")).toEqual([[1, "date"]]);
  });

  it("lets pasted days win over those that are there, in order", () => {
    const days = merged([day("2027-02-07"), day("2027-02-06")], [day("2027-02-07", "workday")]);
    expect(days.map((one) => [one.on, one.kind])).toEqual([
      ["2027-02-06", "holiday"],
      ["2027-02-07", "workday"],
    ]);
    expect(doubled(days)).toBeNull();
    expect(doubled([...days, day("2027-02-06")])).toBe("2027-02-06");
  });

  it("misses a year that is near and has no holiday", () => {
    const days = [day("2026-10-01"), day("2027-01-03", "workday")];
    expect(missingYears(days, Date.parse("2026-11-25T00:00:00Z"))).toEqual([]);
    expect(missingYears(days, Date.parse("2026-12-15T00:00:00Z"))).toEqual([2027]);
    expect(missingYears([], Date.parse("2026-06-15T00:00:00Z"))).toEqual([2026]);
    expect(yearsOf(days, [2026, 2028])).toEqual([2026, 2027, 2028]);
  });
});
