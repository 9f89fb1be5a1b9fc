import { describe, expect, it } from "vitest";

import type { CallbackBrief } from "../live/protocol";
import { mayCall, mayCancel, needsPerson, sorted, TONES } from "./callbackWork";

const STATES = ["waiting", "placed", "dialling", "reached", "no_answer", "failed", "unknown", "cancelled"];
const brief = (id: number, state: string): CallbackBrief => ({
  id,
  call_id: "x-1.1",
  made_call_id: null,
  number: "13800138000",
  hotline: "95001",
  queue: "consult",
  asked_at: "2026-11-25T04:00:00Z",
  waits_since: "2026-11-25T04:00:00Z",
  state,
  why: "",
  changed_at: "2026-11-25T04:00:00Z",
  changed_by: "",
});
const those = (may: (one: { state: string }) => boolean): string[] => STATES.filter((state) => may({ state }));

describe("a promised call", () => {
  it("waits for a person when the system could not reach the customer", () => {
    expect(those(needsPerson)).toEqual(["no_answer", "failed", "unknown"]);
    expect(those(mayCall)).toEqual(["no_answer", "failed", "unknown"]);
  });

  it("is taken back until the customer's telephone rings, and not when it is over", () => {
    expect(those(mayCancel)).toEqual(["waiting", "placed", "no_answer", "failed", "unknown"]);
  });

  it("has a badge in every state", () => {
    expect(STATES.filter((state) => !TONES[state])).toEqual([]);
  });

  it("stands above the others when it waits for a person, else in the service's order", () => {
    const rows = [brief(5, "waiting"), brief(4, "no_answer"), brief(3, "placed"), brief(2, "unknown")];
    expect(sorted(rows).map((one) => one.id)).toEqual([4, 2, 5, 3]);
  });
});
