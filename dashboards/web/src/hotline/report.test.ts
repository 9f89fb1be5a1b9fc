import { describe, expect, it } from "vitest";

import type { KeyCount, MenuDay } from "../live/protocol";
import { daysBefore, nodesOf, percent, ratedCount, refusals, scale, sumOf } from "./report";

const day = (change: Partial<MenuDay> = {}): MenuDay => ({
  day: "2026-11-25",
  hotline: "95001",
  calls: 10,
  contained: 2,
  called_again: 1,
  to_queue: 5,
  hung_up: 1,
  refused: { closed: 1 },
  fell_back: 0,
  notice_heard: 9,
  menu_s: 21,
  ...change,
});
const key = (node: string, name: string, count: number): KeyCount => ({ flow: "consult-day", node, key: name, words: "", outcome: "key", count });

describe("report", () => {
  it("adds days up", () => {
    const sums = sumOf([day(), day({ calls: 5, refused: { closed: 1, lines: 2 } })]);
    expect([sums.calls, sums.contained, sums.refused]).toEqual([15, 4, 4]);
    expect(sumOf([]).calls).toBe(0);
  });

  it("lists refusals by how often they happened", () => {
    expect(refusals([day(), day({ refused: { lines: 3, blocked: 1 } })])).toEqual([["lines", 3], ["blocked", 1], ["closed", 1]]);
  });

  it("says nothing of a share of nothing", () => {
    expect([percent(1, 8), percent(0, 4), percent(0, 0)]).toEqual(["12.5%", "0%", "–"]);
  });

  it("puts keys to their nodes, the busiest first", () => {
    const nodes = nodesOf([key("second", "1", 2), key("welcome", "1", 5), key("welcome", "2", 4)]);
    expect(nodes.map((one) => [one.node, one.total, one.keys.length])).toEqual([["welcome", 9, 2], ["second", 2, 1]]);
  });

  it("has a place for every score of the scale", () => {
    expect(scale([{ scores: { "5": 2 } }, { scores: {} }])).toEqual(["5", "4", "3", "2", "1"]);
    expect(scale([{ scores: { "10": 1 } }])).toHaveLength(10);
    expect(ratedCount({ scores: { "5": 2, "1": 1 } })).toBe(3);
  });

  it("counts days back over the end of a month", () => {
    expect(daysBefore("2026-12-03", 7)).toBe("2026-11-27");
    expect(daysBefore("2026-12-03", 1)).toBe("2026-12-03");
  });
});
