import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { FakeSockets } from "./fakeSocket";
import { Feed } from "./feed";
import type { CallView, TopicChange } from "./protocol";
import { AT, call } from "./samples";

let sockets: FakeSockets;
let frames: (() => void)[];
let byes: string[];
let feed: Feed;

const change = (seq: number, key: string, value: CallView | null = call(key)): TopicChange => ({
  topic: "calls",
  seq,
  key,
  value,
});
const frame = (): void => frames.splice(0).forEach((work) => work());

beforeEach(() => {
  vi.useFakeTimers();
  sockets = new FakeSockets();
  frames = [];
  byes = [];
  feed = new Feed({
    open: sockets.open,
    onRefused: () => undefined,
    onBye: (code) => byes.push(code),
    schedule: (work) => frames.push(work),
    random: () => 1,
  });
  feed.start(["calls", "agents"]);
});
afterEach(() => {
  feed.stop();
  vi.useRealTimers();
});

describe("feed", () => {
  it("subscribes its topics at every opening", () => {
    sockets.last.opens();
    expect(sockets.last.sent).toEqual([{ type: "subscribe", topics: ["calls", "agents"] }]);
    sockets.last.ends();
    vi.advanceTimersByTime(500);
    sockets.last.opens();
    expect(sockets.all.length).toBe(2);
    expect(sockets.last.sent).toEqual([{ type: "subscribe", topics: ["calls", "agents"] }]);
  });

  it("makes one update of everything that comes between two frames", () => {
    sockets.last.opens();
    const calls = feed.topic<CallView>("calls");
    const before = calls.items.value;
    sockets.last.says({ type: "snapshot", topic: "calls", seq: 1, at: AT, items: { a: call("a") } });
    for (let seq = 2; seq <= 50; seq++) sockets.last.says({ type: "changes", at: AT, items: [change(seq, `k${seq}`)] });
    expect(calls.items.value).toBe(before);
    expect(frames.length).toBe(1);
    frame();
    expect(calls.items.value.size).toBe(50);
    expect(calls.status.value).toBe("current");
  });

  it("asks again for the one topic in which a change is missing", () => {
    sockets.last.opens();
    sockets.last.says({ type: "snapshot", topic: "calls", seq: 1, at: AT, items: {} });
    sockets.last.says({ type: "changes", at: AT, items: [change(3, "c")] });
    expect(sockets.last.sent.at(-1)).toEqual({ type: "subscribe", topics: ["calls"] });
    frame();
    expect(feed.topic("calls").status.value).toBe("stale");
    sockets.last.says({ type: "snapshot", topic: "calls", seq: 3, at: AT, items: { c: call("c") } });
    frame();
    expect(feed.topic("calls").status.value).toBe("current");
    expect(feed.topic("calls").items.value.has("c")).toBe(true);
  });

  it("marks everything stale while the link is away, and says since when", () => {
    sockets.last.opens();
    sockets.last.says({ type: "snapshot", topic: "calls", seq: 1, at: AT, items: { a: call("a") } });
    frame();
    expect(feed.downSince.value).toBeNull();
    sockets.last.ends();
    frame();
    expect(feed.topic("calls").status.value).toBe("stale");
    expect(feed.topic("calls").items.value.has("a")).toBe(true);
    expect(feed.downSince.value).not.toBeNull();
  });

  it("keeps data-as-of at the newest instant and never lets it go back", () => {
    sockets.last.opens();
    sockets.last.says({ type: "ping", at: "2026-11-23T08:00:10Z" });
    sockets.last.says({ type: "ping", at: "2026-11-23T08:00:05Z" });
    frame();
    expect(feed.asOf.value).toBe(Date.parse("2026-11-23T08:00:10Z"));
  });

  it("believes a stale message and a bye", () => {
    sockets.last.opens();
    sockets.last.says({ type: "snapshot", topic: "calls", seq: 1, at: AT, items: {} });
    sockets.last.says({ type: "stale", topics: ["calls"] });
    sockets.last.says({ type: "bye", code: "session.ended", after_s: 1 });
    frame();
    expect(feed.topic("calls").status.value).toBe("stale");
    expect(byes).toEqual(["session.ended"]);
  });

  it("forgets what it knew when it is stopped", () => {
    sockets.last.opens();
    sockets.last.says({ type: "snapshot", topic: "calls", seq: 1, at: AT, items: { a: call("a") } });
    frame();
    feed.stop();
    expect(feed.topic("calls").items.value.size).toBe(0);
    expect(feed.topic("calls").status.value).toBe("loading");
  });
});
