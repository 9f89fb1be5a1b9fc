import { describe, expect, it } from "vitest";

import { safeNext } from "./next";

describe("after signing in", () => {
  it("one goes where one was, and never to another site", () => {
    expect(safeNext("/calls/x?day=2026-01-01")).toBe("/calls/x?day=2026-01-01");
    for (const evil of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", undefined, ["/a"]]) {
      expect(safeNext(evil)).toBe("/");
    }
  });
});
