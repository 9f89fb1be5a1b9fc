import { describe, expect, it } from "vitest";

import { answersItself, EXPECTED_MS, heldMs, QUIET_LINE, step, type Line, type LineEvent } from "./line";

const rang: LineEvent = { type: "rang", id: "a", number: "13800138000", name: "" };
const after = (events: [LineEvent, number][], from: Line = QUIET_LINE) => events.reduce((line, [event, at]) => step(line, event, at), from);
const talking = after([[rang, 1000], [{ type: "answering", id: "a" }, 2000], [{ type: "talking", id: "a" }, 2100]]);

describe("the line", () => {
  it("rings, is answered and talks, each since its own instant", () => {
    expect(after([[rang, 1000]]).call).toMatchObject({ state: "ringing", since: 1000, number: "13800138000" });
    expect(after([[rang, 1000], [{ type: "answering", id: "a" }, 2000]]).call).toMatchObject({ state: "answering", since: 2000 });
    expect(talking.call).toMatchObject({ state: "talking", since: 2100 });
  });

  it("hears `talking` twice (accepted, confirmed) and counts from the first", () => {
    expect(step(talking, { type: "talking", id: "a" }, 2500).call?.since).toBe(2100);
  });

  it("has one call: a second one does not push the first away, and its end does not end the first", () => {
    const second = step(talking, { type: "rang", id: "b", number: "1", name: "" }, 3000);
    expect(second.call?.id).toBe("a");
    expect(step(second, { type: "over", id: "b" }, 3100).call?.id).toBe("a");
    expect(step(second, { type: "over", id: "a" }, 3100).call).toBeNull();
  });

  it("adds up holds, and a repeated hold does not begin again", () => {
    const held = after([[{ type: "held", id: "a", is: true }, 10_000], [{ type: "held", id: "a", is: true }, 12_000]], talking);
    expect(held.call?.heldSince).toBe(10_000);
    expect(heldMs(held.call!, 13_000)).toBe(3000);
    const again = after([[{ type: "held", id: "a", is: false }, 15_000], [{ type: "held", id: "a", is: true }, 20_000]], held);
    expect(heldMs(again.call!, 21_000)).toBe(6000);
  });

  it("keeps its call while the registration comes and goes", () => {
    const lost = step(talking, { type: "registration", to: "connecting" }, 5000);
    expect(lost.call?.state).toBe("talking");
    expect(step(lost, { type: "registration", to: "refused", why: "x" }, 6000)).toMatchObject({ registration: "refused", why: "x" });
  });

  it("takes commands for a call that is over for nothing", () => {
    const quiet = step(talking, { type: "over", id: "a" }, 9000);
    expect(step(quiet, { type: "muted", id: "a", is: true }, 9001)).toBe(quiet);
    expect(step(quiet, { type: "talking", id: "a" }, 9001).call).toBeNull();
  });
});

describe("picking up by itself", () => {
  const no = { always: false, asked: false };

  it("happens when the agent or the switch wants it", () => {
    expect(answersItself(QUIET_LINE, 0, no)).toBe(false);
    expect(answersItself(QUIET_LINE, 0, { always: true, asked: false })).toBe(true);
    expect(answersItself(QUIET_LINE, 0, { always: false, asked: true })).toBe(true);
  });

  it("happens for the call one has just dialled, for a while, once", () => {
    const dialled = step(QUIET_LINE, { type: "expected", is: true }, 1000);
    expect(answersItself(dialled, 1000 + EXPECTED_MS, no)).toBe(true);
    expect(answersItself(dialled, 1001 + EXPECTED_MS, no)).toBe(false);
    const taken = after([[rang, 2000], [{ type: "answering", id: "a" }, 2001], [{ type: "over", id: "a" }, 3000]], dialled);
    expect(answersItself(taken, 3001, no)).toBe(false);
  });

  it("does not happen when the dialling was refused", () => {
    const refused = after([[{ type: "expected", is: true }, 1000], [{ type: "expected", is: false }, 1100]]);
    expect(answersItself(refused, 1200, no)).toBe(false);
  });
});
