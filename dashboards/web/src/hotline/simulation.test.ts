import { describe, expect, it } from "vitest";

import type { SimulateOut } from "../live/protocol";
import { answersOf, keysTaken, linesOf, pressed, wantedBy } from "./simulation";

const out = (actions: SimulateOut["actions"], more: Partial<SimulateOut> = {}): SimulateOut => ({
  actions,
  said: [{ prompt: "menu", text: "咨询请按一", exists: true }],
  position: { flow: "day", node: "menu", tries: 0, stage: "", variables: {} },
  is_over: false,
  path: ["menu"],
  ...more,
});
const note = (node: string, outcome: string, digits = "", words = ""): SimulateOut["actions"][number] => ({ type: "Note", node, digits, outcome, words });

describe("a simulated call", () => {
  it("tells what it waits for", () => {
    expect(wantedBy(out([{ type: "Say", prompts: [] }]))).toBe("said");
    expect(wantedBy(out([note("menu", "entered"), { type: "Ask", prompts: [], wait_s: 5, max_digits: 4 }]))).toBe("keys");
    expect(wantedBy(out([{ type: "LookUp", what: "customer", values: {}, limit_s: 3, takes: [] }]))).toBe("look_up");
    expect(wantedBy(out([{ type: "EndCall", refusal: "" }], { is_over: true }))).toBe("over");
    expect(keysTaken(out([{ type: "Ask", prompts: [], wait_s: 5, max_digits: 4 }]))).toBe(4);
    expect(keysTaken(out([{ type: "Say", prompts: [] }]))).toBe(0);
  });

  it("is told line by line: words at their node, what the floor sees, where it ends", () => {
    const step = out([note("menu", "key", "2", "投诉"), note("queue", "entered"), { type: "Ask", prompts: ["menu", "gone"], wait_s: 5, max_digits: 1 }]);
    expect(linesOf(step)).toEqual([
      { kind: "note", node: "menu", text: "key", about: "2 投诉" },
      { kind: "heard", node: "queue", text: "咨询请按一", about: "menu", exists: true },
      { kind: "heard", node: "queue", text: "", about: "gone", exists: false },
    ]);
    const end = out([note("queue", "to_queue"), { type: "ToQueue", queue: "consult", priority: 10, words_every_s: 60, says_position: true, says_wait: true, after: "" }], { is_over: true });
    expect(linesOf(end).at(-1)).toEqual({ kind: "did", node: "queue", text: "ToQueue", about: "consult +10" });
    expect(linesOf(out([{ type: "NoticePlayed", node: "menu", prompts: ["menu"] }]))).toEqual([{ kind: "did", node: "menu", text: "NoticePlayed", about: "menu" }]);
  });

  it("takes keys as a telephone does: the last digit or # ends, # alone is itself", () => {
    expect(pressed("", "5", 1)).toEqual({ typed: "5", isWhole: true });
    expect(pressed("", "#", 1)).toEqual({ typed: "#", isWhole: true });
    expect(pressed("12", "3", 4)).toEqual({ typed: "123", isWhole: false });
    expect(pressed("123", "4", 4)).toEqual({ typed: "1234", isWhole: true });
    expect(pressed("12", "#", 4)).toEqual({ typed: "12", isWhole: true });
    expect(pressed("", "#", 4)).toEqual({ typed: "#", isWhole: true });
  });

  it("offers the values a look-up answers with", () => {
    expect(Object.keys(answersOf("customer", []))).toEqual(["customer_known", "customer_class", "customer_vip"]);
    expect(answersOf("webhook:stock", ["amount"])).toEqual({ amount: "" });
  });
});
