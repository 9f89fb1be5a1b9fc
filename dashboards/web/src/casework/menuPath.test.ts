import { describe, expect, it } from "vitest";

import type { MenuStepView } from "../live/protocol";
import { nodeText, presentNode, stepText, told } from "./menuPath";

const step = (outcome: string, more: Partial<MenuStepView> = {}): MenuStepView => ({
  at: "2026-11-25T08:00:00Z",
  flow: "consult-day",
  node: "welcome",
  digits: "",
  outcome,
  version: 0,
  words: "",
  ...more,
});

describe("menu path", () => {
  it("says a key with the flow's own words, and codes in words", () => {
    expect(stepText(step("key", { digits: "2", words: "投诉" }))).toBe("按键 2 投诉");
    expect(stepText(step("to_queue", { words: "complaints" }))).toBe("进入队列 投诉");
    expect(stepText(step("refused", { words: "closed" }))).toBe("未接入 非服务时间");
    expect(stepText(step("collected", { digits: "********34" }))).toBe("键入 ********34");
    expect(stepText(step("no_input"))).toBe("未按键");
  });

  it("leaves out what only tells that he was there", () => {
    const menu = [step("entered"), step("notice"), step("key", { digits: "1" }), step("case"), step("to_queue")];
    expect(told(menu).map((one) => one.outcome)).toEqual(["key", "to_queue"]);
  });

  it("knows where a caller is while he is in the menu", () => {
    const menu = [step("key"), step("entered", { node: "state" })];
    expect(nodeText(presentNode({ stage: "menu", menu })!)).toBe("查询进度");
    expect(presentNode({ stage: "waiting", menu })).toBeNull();
    expect(presentNode({ stage: "menu", menu: [] })).toBeNull();
    expect(nodeText({ node: "own-node" })).toBe("own-node");
  });
});
