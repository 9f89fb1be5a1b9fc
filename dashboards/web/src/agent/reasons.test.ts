import { describe, expect, it } from "vitest";

import { agent } from "../live/samples";
import { allowance, counted } from "./reasons";

const use = (code: string, used_s: number, allowance_min = 60) => ({ code, zh: code, en: code, allowance_min, used_s });

describe("reasons", () => {
  it("count on for the one that runs, and for no other", () => {
    const all = [use("break", 600), use("meal", 0)];
    const me = agent("1001", { mode: "not_ready", reason: "break" });
    expect(counted(all, me, 30).map((one) => one.used_s)).toEqual([630, 0]);
    expect(counted(all, agent("1001"), 30).map((one) => one.used_s)).toEqual([600, 0]);
    expect(counted(all, me, -2)[0]!.used_s).toBe(600);
  });

  it("say what is used of the allowance, and nothing where none is planned", () => {
    expect(allowance(use("break", 61))).toEqual({ used: 1, planned: 60, isOver: false });
    expect(allowance(use("break", 3601))).toEqual({ used: 60, planned: 60, isOver: true });
    expect(allowance(use("training", 999, 0))).toBeNull();
  });
});
