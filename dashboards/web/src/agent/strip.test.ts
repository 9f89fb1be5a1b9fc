import { describe, expect, it } from "vitest";

import { agent, AT, call } from "../live/samples";
import { QUIET_LINE, step, type Line, type LineEvent } from "../softphone/line";
import { DESK_KEYS } from "./deskKeys";
import { isGhost, offered, stripOf } from "./strip";

const now = Date.parse(AT);
const after = (...events: LineEvent[]): Line => events.reduce((line, event, index) => step(line, event, now + index * 1000), QUIET_LINE);
const rang: LineEvent = { type: "rang", id: "a", number: "138", name: "" };
const talks: LineEvent = { type: "talking", id: "a" };
const browser = (change = {}) => agent("1001", { phone: "browser", ...change });
const desk = (change = {}) => agent("1001", { phone: "desk", ...change });

describe("the telephone strip", () => {
  it("follows the page's own line when the telephone is the browser", () => {
    expect(stripOf(browser(), after(rang), false)).toMatchObject({ state: "ringing", number: "138", since: new Date(now).toISOString() });
    expect(stripOf(browser({ phase: "ringing" }), after(rang, talks), false).state).toBe("talking");
    expect(stripOf(browser(), after(rang, talks, { type: "held", id: "a", is: true }), false)).toMatchObject({ state: "held", heldBeforeS: 0 });
  });

  it("adds up earlier holds", () => {
    const twice = after(rang, talks, { type: "held", id: "a", is: true }, { type: "held", id: "a", is: false }, { type: "held", id: "a", is: true });
    expect(stripOf(browser(), twice, false).heldBeforeS).toBe(1);
  });

  it("follows the floor with a desk telephone", () => {
    expect(stripOf(desk({ phase: "holding" }), QUIET_LINE, true)).toMatchObject({ state: "held", since: AT, isMuted: true, isElsewhere: false });
    expect(stripOf(desk(), QUIET_LINE, false)).toMatchObject({ state: "idle", since: null });
  });

  it("says when the call is in another window", () => {
    expect(stripOf(browser({ phase: "talking" }), QUIET_LINE, false)).toMatchObject({ state: "talking", isElsewhere: true });
  });
});

describe("a ghost", () => {
  const later = now + 5000;
  it("rings although the switch has no call for this telephone any more", () => {
    expect(isGhost(browser(), after(rang), later)).toBe(true);
    expect(isGhost(browser(), after(rang, { type: "answering", id: "a" }), later + 1000)).toBe(true);
  });
  it("is no call that has just begun, that the floor knows, or that is talked in", () => {
    expect(isGhost(browser(), after(rang), now + 3000)).toBe(false);
    expect(isGhost(browser({ phase_since: new Date(later).toISOString() }), after(rang), later + 1000)).toBe(false);
    expect(isGhost(browser({ phase: "ringing" }), after(rang), later)).toBe(false);
    expect(isGhost(browser(), after(rang, talks), later)).toBe(false);
    expect(isGhost(browser(), QUIET_LINE, later)).toBe(false);
  });
});

describe("what is offered", () => {
  const can = (me: ReturnType<typeof agent>, line = QUIET_LINE) => offered(me, stripOf(me, line, false), call("c"));

  it("is answering and refusing while it rings, and no answering in the wrong window", () => {
    expect(can(browser(), after(rang))).toEqual(can(desk({ phase: "ringing" })));
    expect(can(desk({ phase: "ringing" })).has("answer")).toBe(true);
    expect(can(browser({ phase: "ringing" })).has("answer")).toBe(false);
    expect(can(browser({ phase: "ringing" })).has("hangUp")).toBe(true);
  });

  it("is the same in a call with both telephones", () => {
    expect(can(browser({ phase: "talking" }), after(rang, talks))).toEqual(can(desk({ phase: "talking" })));
    expect(can(desk({ phase: "talking" })).has("transfer")).toBe(true);
    expect(can(desk()).has("transfer")).toBe(false);
  });

  it("changes with a consultation: first only back, then complete and three", () => {
    const consult = (state: string) => ({ target: "1002", agent_id: "1002", state, since: AT });
    const dialling = can(desk({ phase: "talking", consult: consult("dialling") }));
    expect([dialling.has("back"), dialling.has("complete"), dialling.has("transfer")]).toEqual([true, false, false]);
    expect(dialling.has("hangUp")).toBe(false);
    const talking = can(desk({ phase: "talking", consult: consult("talking") }));
    expect([talking.has("complete"), talking.has("conference")]).toEqual([true, true]);
    expect(talking.has("hangUp")).toBe(false);
    const three = can(desk({ phase: "talking", consult: consult("conference") }));
    expect([three.has("conference"), three.has("back"), three.has("complete"), three.has("hangUp")]).toEqual([false, false, true, true]);
  });
});

describe("keys", () => {
  it("are one for each action, and none of the browser's", () => {
    const keys = Object.values(DESK_KEYS);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of ["D", "E", "F"]) expect(keys).not.toContain(key);
  });
});
