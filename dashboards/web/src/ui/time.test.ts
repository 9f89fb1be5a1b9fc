import { describe, expect, it } from "vitest";

import { clockTime, dayAndTime, duration, isoDay, measured, secondsBetween } from "./time";

describe("time", () => {
  it("writes durations as a phone display does", () => {
    expect(duration(0)).toBe("0:00");
    expect(duration(9.99)).toBe("0:09");
    expect(duration(65)).toBe("1:05");
    expect(duration(3599)).toBe("59:59");
    expect(duration(3600)).toBe("1:00:00");
    expect(duration(36_061)).toBe("10:01:01");
  });

  it("never shows a negative duration, even when clocks differ", () => {
    expect(duration(-3)).toBe("0:00");
  });

  it("does not lose a second to binary fractions", () => {
    expect(duration(secondsBetween("2026-11-23T08:00:00.100Z", "2026-11-23T08:00:05.100Z"))).toBe("0:05");
    expect(duration(2.9999999)).toBe("0:03");
  });

  it("shows a dash for what was not measured", () => {
    expect(measured(null)).toBe("–");
    expect(measured(undefined)).toBe("–");
    expect(measured(0)).toBe("0:00");
  });

  it("shows the date only when it is another day", () => {
    const at = new Date(2026, 10, 23, 8, 5, 9).getTime();
    expect(clockTime(at)).toBe("08:05:09");
    expect(dayAndTime(at, at + 3_600_000)).toBe("08:05:09");
    expect(dayAndTime(at, at + 86_400_000)).toBe("2026-11-23 08:05:09");
    expect(isoDay(at)).toBe("2026-11-23");
  });

  it("understands microseconds and UTC", () => {
    expect(secondsBetween("2026-11-23T08:00:00Z", "2026-11-23T08:01:30.500000Z")).toBe(90.5);
  });
});
