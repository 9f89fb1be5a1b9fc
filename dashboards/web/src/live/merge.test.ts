import { describe, expect, it } from "vitest";

import { fromSnapshot, stepOf, withChanges } from "./merge";
import type { AnyView, TopicChange, TopicSnapshot } from "./protocol";
import { AT, call } from "./samples";

const snapshot = (seq: number, items: Record<string, AnyView>): TopicSnapshot => ({
  type: "snapshot",
  topic: "calls",
  seq,
  at: AT,
  items,
});
const change = (seq: number, key: string, value: AnyView | null): TopicChange => ({ topic: "calls", seq, key, value });

describe("merge", () => {
  it("sets, replaces and takes away whole entities", () => {
    const before = fromSnapshot(snapshot(4, { a: call("a"), b: call("b") }));
    const after = withChanges(before, [
      change(5, "a", call("a", { stage: "talking" })),
      change(6, "b", null),
      change(7, "c", call("c")),
    ]);
    expect([...after.items.keys()].sort()).toEqual(["a", "c"]);
    expect(after.items.get("a")).toMatchObject({ stage: "talking" });
    expect(after.seq).toBe(7);
  });

  it("leaves the earlier data untouched and unchanged entities the same objects", () => {
    const before = fromSnapshot(snapshot(1, { a: call("a"), b: call("b") }));
    const after = withChanges(before, [change(2, "a", null)]);
    expect(before.items.has("a")).toBe(true);
    expect(after.items.get("b")).toBe(before.items.get("b"));
  });

  it("passes over changes that the snapshot contains already", () => {
    const before = fromSnapshot(snapshot(9, { a: call("a", { stage: "talking" }) }));
    const after = withChanges(before, [change(8, "a", call("a", { stage: "waiting" })), change(9, "a", null)]);
    expect(after.items.get("a")).toMatchObject({ stage: "talking" });
    expect(after.seq).toBe(9);
  });

  it("tells next, old and gap apart", () => {
    const data = fromSnapshot(snapshot(3, {}));
    expect(stepOf(data, 3)).toBe("old");
    expect(stepOf(data, 4)).toBe("next");
    expect(stepOf(data, 5)).toBe("gap");
  });

  it("keeps the law: an old snapshot and all changes give the new snapshot, from any starting point", () => {
    const random = generator(7);
    const history: TopicChange[] = [];
    const states: Map<string, AnyView>[] = [new Map()];
    for (let seq = 1; seq <= 200; seq++) {
      const key = `k${Math.floor(random() * 12)}`;
      const value = random() < 0.3 ? null : call(key, { hotline: String(seq) });
      history.push(change(seq, key, value));
      const next = new Map(states[seq - 1]);
      if (value === null) next.delete(key);
      else next.set(key, value);
      states.push(next);
    }
    for (const from of [0, 1, 57, 150, 200]) {
      const start = fromSnapshot(snapshot(from, Object.fromEntries(states[from]!)));
      const end = withChanges(start, history.slice(Math.max(0, from - 5)));
      expect(Object.fromEntries(end.items)).toEqual(Object.fromEntries(states[200]!));
    }
  });
});

function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}
