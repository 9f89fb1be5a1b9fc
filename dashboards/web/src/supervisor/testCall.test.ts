import { describe, expect, it } from "vitest";

import type { CallView } from "../live/protocol";
import { findTestCall, reached } from "./testCall";

const call = (given: object): CallView =>
  ({ call_id: "c", is_test: true, hotline: "95000", stage: "arriving", menu: [], visits: [], started_at: "2026-11-24T08:00:10Z", ...given }) as unknown as CallView;

describe("a test call", () => {
  it("is the newest one since it was asked for", () => {
    const at = Date.parse("2026-11-24T08:00:10Z");
    expect(findTestCall([call({}), call({ call_id: "old", started_at: "2026-11-24T07:00:00Z" })], at)?.call_id).toBe("c");
    expect(findTestCall([call({ started_at: "2026-11-24T07:00:00Z" })], at)).toBeNull();
    expect(findTestCall([call({ is_test: false, hotline: "95002" })], at)).toBeNull();
  });

  it("has come as far as its visit says", () => {
    expect([...reached(null)]).toEqual(["requested"]);
    expect(reached(call({ stage: "menu" })).has("menu")).toBe(true);
    const talking = call({ stage: "talking", visits: [{ offers: [{}], answered_at: "2026-11-24T08:00:20Z" }] });
    expect(reached(talking).has("talking")).toBe(true);
    expect(reached(talking).has("ended")).toBe(false);
  });
});
