import { describe, expect, it } from "vitest";

import { changesSince } from "./useNews";

describe("news of a list", () => {
  it("is what was counted since it was read", () => {
    expect(changesSince(4, 7)).toBe(3);
    expect(changesSince(7, 7)).toBe(0);
  });

  it("is unknown while the feed is down", () => {
    expect(changesSince(4, null)).toBe(0);
    expect(changesSince(null, 4)).toBe(0);
  });

  it("is what a restarted service has counted since", () => {
    expect(changesSince(7, 2)).toBe(2);
    expect(changesSince(7, 0)).toBe(0);
  });
});
