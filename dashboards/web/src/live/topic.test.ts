import { describe, expect, it } from "vitest";

import type { TopicChange, TopicSnapshot } from "./protocol";
import { AT, call } from "./samples";
import { Topic } from "./topic";

const snapshot = (seq: number, keys: string[]): TopicSnapshot => ({
  type: "snapshot",
  topic: "calls",
  seq,
  at: AT,
  items: Object.fromEntries(keys.map((key) => [key, call(key)])),
});
const change = (seq: number, key: string): TopicChange => ({ topic: "calls", seq, key, value: call(key) });

describe("topic", () => {
  it("is loading until its first snapshot and ignores changes before it", () => {
    const topic = new Topic("calls");
    expect(topic.takeChanges([change(5, "x")])).toBe(false);
    expect(topic.status).toBe("loading");
    expect(topic.items.size).toBe(0);
  });

  it("applies changes that follow the snapshot", () => {
    const topic = new Topic("calls");
    topic.takeSnapshot(snapshot(10, ["a"]));
    expect(topic.takeChanges([change(11, "b"), change(12, "c")])).toBe(false);
    expect([...topic.items.keys()]).toEqual(["a", "b", "c"]);
  });

  it("asks once for a new snapshot when a change is missing, and applies nothing of that message", () => {
    const topic = new Topic("calls");
    topic.takeSnapshot(snapshot(10, ["a"]));
    expect(topic.takeChanges([change(11, "b"), change(13, "d")])).toBe(true);
    expect(topic.status).toBe("stale");
    expect([...topic.items.keys()]).toEqual(["a"]);
    expect(topic.takeChanges([change(14, "e")])).toBe(false);
    topic.takeSnapshot(snapshot(14, ["a", "b", "d", "e"]));
    expect(topic.status).toBe("current");
    expect(topic.items.size).toBe(4);
  });

  it("keeps the old data on the screen while stale", () => {
    const topic = new Topic("calls");
    topic.takeSnapshot(snapshot(1, ["a"]));
    topic.lose();
    expect(topic.status).toBe("stale");
    expect(topic.items.has("a")).toBe(true);
  });
});
