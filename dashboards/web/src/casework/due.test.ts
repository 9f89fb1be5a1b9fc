import { describe, expect, it } from "vitest";

import { dueIn, shortWhen } from "./due";

const NOW = Date.parse("2026-11-25T08:00:00Z");
const due = (seconds: number) => dueIn(new Date(NOW + seconds * 1000).toISOString(), NOW);

describe("a due time", () => {
  it("is told in minutes up to two hours, in hours up to two days, then in days", () => {
    expect(due(7199)).toEqual({ tone: "soon", unit: "minutes", n: 119 });
    expect(due(7201)).toEqual({ tone: "later", unit: "hours", n: 2 });
    expect(due(48 * 3600 - 1)).toMatchObject({ unit: "hours", n: 47 });
    expect(due(48 * 3600)).toMatchObject({ unit: "days", n: 2 });
  });

  it("is over from the first second on, and counts away from it", () => {
    expect(due(0).tone).toBe("soon");
    expect(due(-1)).toEqual({ tone: "over", unit: "minutes", n: 0 });
    expect(due(-3 * 3600)).toEqual({ tone: "over", unit: "hours", n: 3 });
  });
});

describe("an instant in a list", () => {
  it("leaves out what everybody knows", () => {
    const now = new Date(2026, 10, 25, 12).getTime();
    const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();
    expect(shortWhen(at(2026, 10, 25, 8, 5), now)).toBe("08:05");
    expect(shortWhen(at(2026, 2, 3, 8, 5), now)).toBe("03-03 08:05");
    expect(shortWhen(at(2025, 10, 25, 8, 5), now)).toBe("2025-11-25 08:05");
  });
});
