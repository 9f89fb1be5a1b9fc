import { describe, expect, it } from "vitest";

import type { OwnPrompt, PromptView } from "../live/protocol";
import { counts, heardOf, lengthOf, matching, replaced, voiceOf } from "./promptList";

const own = (id: number, more: Partial<OwnPrompt> = {}): OwnPrompt => ({ id, is_in_force: true, is_there: true, length_s: 2.5, text: "", source: "upload", made_at: "2026-11-25T08:00:00Z", made_by: "zhao", ...more });
const prompt = (name: string, more: Partial<PromptView> = {}): PromptView => ({ name, language: "zh", text: "", shipped_text: "", voices: { female: 3, male: 4 }, own: [], used_by: [], ...more });

const PROMPTS = [
  prompt("welcome", { text: "您好，欢迎致电", used_by: ["consult-day"] }),
  prompt("welcome", { language: "en", text: "Welcome", voices: { female: 2 } }),
  prompt("promo", { voices: {}, own: [own(7)], text: "双十一" }),
  prompt("nowhere", { voices: {}, used_by: ["fallback"] }),
];
const names = (search: string, language = "", kind: "all" | "used" | "own" | "missing" = "all") => matching(PROMPTS, { search, language, kind }).map((one) => `${one.language}/${one.name}`);

describe("the list of prompts", () => {
  it("finds by name, words and the flows that say them", () => {
    expect(names("WELC")).toEqual(["zh/welcome", "en/welcome"]);
    expect(names("欢迎")).toEqual(["zh/welcome"]);
    expect(names("consult day")).toEqual(["zh/welcome"]);
    expect(names("fallback")).toEqual(["zh/nowhere"]);
    expect(names("nothing")).toEqual([]);
  });

  it("narrows to a language and a kind, and counts what there is", () => {
    expect(names("", "en")).toEqual(["en/welcome"]);
    expect(names("", "", "used")).toEqual(["zh/welcome", "zh/nowhere"]);
    expect(names("", "", "own")).toEqual(["zh/promo"]);
    expect(names("", "", "missing")).toEqual(["zh/nowhere"]);
    expect(counts(PROMPTS, "zh")).toEqual({ all: 3, used: 2, own: 1, missing: 1 });
    expect(counts(PROMPTS, "").all).toBe(4);
  });

  it("knows what callers hear, and how long it takes", () => {
    expect(PROMPTS.map(heardOf)).toEqual(["shipped", "shipped", "own", "missing"]);
    expect(PROMPTS.map(voiceOf)).toEqual(["female", "female", "7", null]);
    expect(PROMPTS.map(lengthOf)).toEqual([3, 2, 2.5, null]);
    expect(voiceOf(prompt("x", { voices: { male: 1 } }))).toBe("male");
    const resting = prompt("x", { own: [own(1, { is_in_force: false })] });
    expect([heardOf(resting), voiceOf(resting), lengthOf(resting)]).toEqual(["shipped", "female", 3]);
    const gone = prompt("x", { voices: {}, own: [own(1, { is_there: false })] });
    expect(heardOf(gone)).toBe("missing");
  });

  it("takes a changed prompt in at its place, and a new one at the end", () => {
    const changed = prompt("promo", { text: "新" });
    expect(replaced(PROMPTS, changed)[2]).toBe(changed);
    expect(replaced(PROMPTS, changed)).toHaveLength(4);
    expect(replaced(PROMPTS, prompt("fresh")).at(-1)!.name).toBe("fresh");
  });
});
