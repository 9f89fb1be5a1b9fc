import { describe, expect, it } from "vitest";

import { parsedTargets, withTarget } from "./recentTargets";

describe("recent targets", () => {
  it("are the newest eight, each once", () => {
    expect(withTarget(["1", "2", "3"], "2")).toEqual(["2", "1", "3"]);
    expect(withTarget(["1", "2", "3", "4", "5", "6", "7", "8"], "9")).toHaveLength(8);
  });

  it("are numbers, whatever lies in the storage", () => {
    expect(parsedTargets('{"owner":3,"targets":["1002","<b>",5,"+8613800138000"]}', 3)).toEqual(["1002", "+8613800138000"]);
    for (const text of ["{}", "[]", "null", "no json", '{"owner":3,"targets":"1002"}', null]) expect(parsedTargets(text, 3)).toEqual([]);
  });

  it("are not those of whoever sat here before", () => {
    expect(parsedTargets('{"owner":3,"targets":["13800138000"]}', 4)).toEqual([]);
  });
});
