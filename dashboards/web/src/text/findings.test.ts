import { describe, expect, it } from "vitest";

import { findingFix, findingText, FIXES, SENTENCES } from "./findings";

const told = { code: "rights.read", level: "bad", text: "the account lacks read class `agi`", fix: "Add it.", about: "agi" };

describe("findings", () => {
  it("have a sentence for their level before the one of their code", () => {
    expect(findingText(told, "zh")).toBe("AMI 账号缺少读权限 agi，收不到它的事件");
    expect(findingText({ ...told, level: "unknown" }, "zh")).toBe("AMI 账号的读权限 agi 还没有机会验证");
  });

  it("keep the service's words in English, and for codes nobody translated", () => {
    expect(findingText(told, "en")).toBe(told.text);
    expect(findingText({ ...told, code: "new.thing" }, "zh")).toBe(told.text);
    expect(findingFix({ ...told, code: "new.thing" }, "zh")).toBe("Add it.");
  });

  it("say what to do only when something is to be done", () => {
    expect(findingFix({ ...told, fix: "" }, "zh")).toBe("");
    expect(findingFix(told, "zh")).toContain("read =");
  });

  it("put a name in as it is, whatever it holds", () => {
    expect(findingText({ ...told, about: "$& {about}" }, "zh")).toContain("$& {about}");
  });

  it("offer no fix for a finding that has no sentence", () => {
    const codes = new Set(Object.keys(SENTENCES).map((key) => key.split(":")[0]));
    expect(Object.keys(FIXES).filter((key) => !codes.has(key.split(":")[0]))).toEqual([]);
  });
});
