import { describe, expect, it } from "vitest";

import { isoDay } from "../ui/time";
import { keyWords, lastDays, lostShare } from "./counts";

const count = { node: "menu", came: 40, passed: 30, left: 0, hung_up: 10, outcomes: {}, keys: { "1": 5, "2": 25 } };

describe("counts", () => {
  it("are of yesterday, or of the days before today", () => {
    const now = new Date(2026, 2, 1, 0, 5).getTime();
    expect(lastDays(1, now, isoDay)).toEqual({ since: "2026-02-28", until: "2026-02-28" });
    expect(lastDays(7, now, isoDay)).toEqual({ since: "2026-02-22", until: "2026-02-28" });
  });

  it("show keys by how often they were pressed, and the share that was lost", () => {
    expect(keyWords(count)).toBe("2: 25 · 1: 5");
    expect(lostShare(count)).toBe("25%");
    expect(lostShare({ ...count, came: 0 })).toBe("");
  });
});
