import { describe, expect, it } from "vitest";

import { filled } from "./filled";
import { dayAndTime } from "./time";

describe("filled", () => {
  it("puts in what the refusal is about, as it is", () => {
    expect(filled("{by} asks {webhook}.", { by: "consult-day", webhook: "$& {by}" })).toBe("consult-day asks $& {by}.");
  });

  it("shows instants by the clock of the screen", () => {
    const at = "2026-11-26T02:00:00+00:00";
    expect(filled("at {at}", { at })).toBe(`at ${dayAndTime(at)}`);
  });

  it("leaves a slot empty that nobody fills, and words without slots alone", () => {
    expect(filled("{by}{at}{toString}", {})).toBe("");
    expect(filled("No.", { by: "li" })).toBe("No.");
  });
});
