import { describe, expect, it } from "vitest";

import type { CallView } from "../live/protocol";
import { findTestCall, reached } from "./testCall";

const call = (given: object): CallView =>
  ({ call_id: "c", is_test: true, hotline: "95000", caller_number: "", stage: "arriving", menu: [], visits: [], started_at: "2026-11-24T08:00:10Z", ...given }) as unknown as CallView;

describe("a test call", () => {
  it("is the first one since it was asked for", () => {
    const at = Date.parse("2026-11-24T08:00:10Z");
    const old = call({ call_id: "old", started_at: "2026-11-24T07:00:00Z" });
    const another = call({ call_id: "later", started_at: "2026-11-24T08:00:40Z" });
    expect(findTestCall([old, another, call({})], at, "self")?.call_id).toBe("c");
    expect(findTestCall([old], at, "self")).toBeNull();
  });

  it("is never taken for a customer's call", () => {
    const at = Date.parse("2026-11-24T08:00:10Z");
    const customer = call({ call_id: "customer", is_test: false, hotline: "95001", caller_number: "13800138000" });
    const ours = call({ is_test: false, hotline: "95001", started_at: "2026-11-24T08:00:12Z" });
    expect(findTestCall([customer], at, "real")).toBeNull();
    expect(findTestCall([customer, ours], at, "real")?.call_id).toBe("c");
    expect(findTestCall([call({})], at, "real")).toBeNull();
  });

  it("has come as far as its visit says", () => {
    expect([...reached(null)]).toEqual(["requested"]);
    expect(reached(call({ stage: "menu" })).has("menu")).toBe(true);
    const talking = call({ stage: "talking", visits: [{ offers: [{}], answered_at: "2026-11-24T08:00:20Z" }] });
    expect(reached(talking).has("talking")).toBe(true);
    expect(reached(talking).has("ended")).toBe(false);
  });
});
