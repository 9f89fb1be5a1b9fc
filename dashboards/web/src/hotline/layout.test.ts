import { describe, expect, it } from "vitest";

import type { Flow } from "./flowTypes";
import { crossings, layersOf } from "./layers";
import { BOX, draw, spread } from "./layout";
import { KINDS } from "./kinds";

const say = (next: string) => KINDS.announce.fresh(next);
const flowOf = (start: string, nodes: Flow["nodes"]): Flow => ({ name: "x", title: { zh: "试", en: "x" }, start, nodes, language: "zh", voice: "female" });
const words = () => "w";

/** A menu of menus: 1 + 6 + 48 + 2 nodes, with ways back up. */
function large(): Flow {
  const nodes: Flow["nodes"] = { bye: KINDS.hang_up.fresh(""), queue: KINDS.queue.fresh("") };
  const menu = (keys: string[], otherwise: string) => ({ ...KINDS.menu.fresh(otherwise), keys: keys.map((to, at) => ({ key: String(at + 1), to, says: "" })) }) as Flow["nodes"][string];
  for (let m = 1; m <= 6; m += 1) {
    nodes[`menu-${m}`] = menu(Array.from({ length: 8 }, (_, k) => `say-${m}-${k}`), "top");
    for (let k = 0; k < 8; k += 1) nodes[`say-${m}-${k}`] = say(k % 3 ? "queue" : `menu-${m}`);
  }
  nodes["top"] = menu([1, 2, 3, 4, 5, 6].map((m) => `menu-${m}`), "bye");
  return flowOf("top", nodes);
}

describe("layers", () => {
  it("put a node below everything that leads to it, by the longest path", () => {
    const { rows } = layersOf(["a", "b", "c"], [{ from: "a", to: "b" }, { from: "b", to: "c" }, { from: "a", to: "c" }]);
    expect(rows.map((row) => row.filter((name) => !name.startsWith("~")))).toEqual([["a"], ["b"], ["c"]]);
    expect(rows[1]!.length).toBe(2);
  });

  it("turn the arc that closes a loop, and no other", () => {
    const { routes } = layersOf(["a", "b", "c"], [{ from: "a", to: "b" }, { from: "b", to: "c" }, { from: "c", to: "a" }]);
    expect(routes.map((route) => route.isTurned)).toEqual([false, false, true]);
    expect(routes[2]!.names.at(0)).toBe("a");
  });

  it("take crossings out by another order", () => {
    const arcs = [["a", "y"], ["b", "x"], ["s", "a"], ["s", "b"]].map(([from, to]) => ({ from: from!, to: to! }));
    const { rows, routes } = layersOf(["s", "a", "b", "x", "y"], arcs);
    const below = new Map<string, string[]>();
    for (const { names } of routes) below.set(names[0]!, [...(below.get(names[0]!) ?? []), names[1]!]);
    expect(crossings([["s"], ["a", "b"], ["x", "y"]], below)).toBe(1);
    expect(crossings(rows, below)).toBe(0);
  });
});

describe("drawing", () => {
  it("gives places nearest to the wanted ones that leave room", () => {
    const room = BOX.width + 24;
    expect(spread(["a", "b"], [0, 500])).toEqual([0, 500]);
    expect(spread(["a", "b"], [100, 100])).toEqual([100 - room / 2, 100 + room / 2]);
    expect(spread(["a", "b", "c"], [0, 0, 0])).toEqual([-room, 0, room]);
  });

  it("draws one line for all ways between two nodes, and none to a node that is not there", () => {
    const menu = { ...KINDS.menu.fresh("b"), keys: [{ key: "1", to: "b", says: "" }, { key: "2", to: "nowhere", says: "" }] } as Flow["nodes"][string];
    const { lines, boxes } = draw(flowOf("a", { b: say("b"), a: menu }), (way) => way.key ?? way.field);
    expect(lines.map((line) => [line.from, line.to, line.words])).toEqual([["a", "b", "1, otherwise"], ["b", "b", "next"]]);
    expect(boxes.map((box) => box.name)).toEqual(["a", "b"]);
    expect(boxes[0]!.y).toBeLessThan(boxes[1]!.y);
  });

  it("draws 57 nodes without one box upon another, inside its frame, in less than a second", () => {
    const began = performance.now();
    const { boxes, width, height } = draw(large(), words);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(boxes.length).toBe(57);
    expect(width).toBeLessThan(20 * BOX.width);
    for (const [at, one] of boxes.entries()) {
      expect(one.x).toBeGreaterThanOrEqual(0);
      expect(one.x + BOX.width).toBeLessThanOrEqual(width);
      expect(one.y + BOX.height).toBeLessThanOrEqual(height);
      for (const other of boxes.slice(at + 1)) expect(one.y !== other.y || Math.abs(one.x - other.x) >= BOX.width).toBe(true);
    }
  });

  it("draws a flow whose start is missing, and the nodes nothing leads to", () => {
    expect(draw(flowOf("gone", { a: say("b"), b: say("a"), c: say("c") }), words).boxes.length).toBe(3);
    expect(draw(flowOf("gone", {}), words).lines).toEqual([]);
  });
});
