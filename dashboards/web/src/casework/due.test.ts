import { describe, expect, it } from "vitest";

import { dueIn } from "./due";

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
