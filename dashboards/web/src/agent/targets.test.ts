import { describe, expect, it } from "vitest";

import type { Colleague } from "../live/protocol";
import { digitsOf, filtered, stepped, targetsOf } from "./targets";

const one = (agent_id: string, name: string, refused = ""): Colleague => ({ agent_id, name, mode: "ready", reason: "", phase: "idle", is_reachable: true, queues: [], refused });
const found = {
  colleagues: [one("1002", "王芳"), one("1003", "Li Na", "transfer.target_busy"), one("1004", "李娜")],
  queues: [{ name: "complaints", waiting_count: 2, free_count: 1, refused: "" }],
};
const all = targetsOf(found, ["13800138000", "1002"], () => "投诉");
const names = (typed: string) => filtered(all, typed).map((target) => target.to);

describe("targets", () => {
  it("are colleagues, queues and numbers used before, nobody twice", () => {
    expect(all.map((target) => target.to)).toEqual(["1002", "1003", "1004", "complaints", "13800138000"]);
  });

  it("are found by a part of the name or the number", () => {
    expect(names("芳")).toEqual(["1002"]);
    expect(names("NA")).toEqual(["1003"]);
    expect(names("004")).toEqual(["1004"]);
    expect(names("投诉")).toEqual(["complaints"]);
    expect(names("138 0013-8000")).toEqual(["13800138000"]);
    expect(names("nobody")).toEqual([]);
    expect(names(" ")).toHaveLength(5);
  });

  it("are walked through without those who cannot take a call", () => {
    expect(stepped(all, -1, 1)).toBe(0);
    expect(stepped(all, 0, 1)).toBe(2);
    expect(stepped(all, 2, -1)).toBe(0);
    expect(stepped(all, -1, -1)).toBe(4);
    expect(stepped(all, 4, 1)).toBe(0);
    expect(stepped(all.filter((target) => target.refused !== ""), -1, 1)).toBe(-1);
    expect(stepped([], -1, 1)).toBe(-1);
  });

  it("are numbers only where nothing but digits was typed", () => {
    expect(digitsOf("+86 138-0013 8000")).toBe("+8613800138000");
    expect(digitsOf("1")).toBe("");
    expect(digitsOf("1002x")).toBe("");
  });
});
