import { describe, expect, it } from "vitest";

import { countOf, filterOf, isNarrow, viewOf, WIDE } from "./views";

describe("chips of the ticket list", () => {
  it("ask for what they say, together with the other conditions", () => {
    expect(filterOf("open", WIDE)).toEqual({ state: "open" });
    expect(filterOf("all", WIDE)).toEqual({});
    expect(filterOf("overdue", { ...WIDE, department: "quality" })).toEqual({ state: "open", overdue: "1", department: "quality" });
    expect(filterOf("mine", { ...WIDE, q: " leak " })).toEqual({ state: "open", by: "me", q: " leak " });
  });

  it("count all open states together, and do not invent what was not counted", () => {
    const counts = { new: 2, working: 3, waiting: 1, resolved: 4, closed: 90, overdue: 5 };
    expect(countOf("open", counts)).toBe(10);
    expect(countOf("overdue", counts)).toBe(5);
    expect(countOf("closed", {})).toBe(0);
    expect(countOf("mine", counts)).toBeUndefined();
  });

  it("are open when the address says nonsense", () => {
    expect(viewOf("<script>")).toBe("open");
    expect(viewOf("closed")).toBe("closed");
    expect(isNarrow(WIDE)).toBe(false);
    expect(isNarrow({ ...WIDE, q: " " })).toBe(false);
  });
});
