import { describe, expect, it } from "vitest";

import type { FlowBrief } from "../live/protocol";
import { answering, freeName, matching, NAME } from "./flowList";

const brief = (name: string, zh: string, answers: string[] = []): FlowBrief => ({
  name,
  zh,
  en: name,
  language: "zh",
  version: 1,
  published_at: null,
  published_by: "",
  has_draft: false,
  is_shipped: true,
  answers,
  used_by: [],
  flaw_count: 0,
});
const flows = [brief("consult-day", "咨询（白天）", ["95001:day"]), brief("fallback", "兜底")];

describe("flow list", () => {
  it("is searched by name, title and number; every word must be there", () => {
    expect(matching(flows, "").length).toBe(2);
    expect(matching(flows, "咨询 9500").map((one) => one.name)).toEqual(["consult-day"]);
    expect(matching(flows, "FALL").map((one) => one.name)).toEqual(["fallback"]);
    expect(matching(flows, "咨询 兜底")).toEqual([]);
  });

  it("shows each number once, with the times at which it is answered", () => {
    expect(answering(["95000:day", "95000:night", "95001:day"])).toEqual([
      { number: "95000", times: ["day", "night"] },
      { number: "95001", times: ["day"] },
    ]);
  });

  it("proposes a name that is free and fit for a file", () => {
    expect(freeName("consult-day", ["consult-day"])).toBe("consult-day-2");
    expect(freeName("consult-day-2", ["consult-day-2", "consult-day-3"])).toBe("consult-day-4");
    expect(freeName("x".repeat(40), [])).toMatch(NAME);
  });
});
