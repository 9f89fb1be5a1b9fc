import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Connection, type LinkState } from "./connection";
import { FakeSockets } from "./fakeSocket";
import type { ToBrowser } from "./protocol";
import { AT } from "./samples";

let sockets: FakeSockets;
let states: LinkState[];
let messages: ToBrowser[];
let refusals: number;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = new FakeSockets();
  states = [];
  messages = [];
  refusals = 0;
  connection = new Connection({
    open: sockets.open,
    onMessage: (message) => messages.push(message),
    onState: (state) => states.push(state),
    onRefused: () => (refusals += 1),
    random: () => 1,
  });
  connection.start();
});
afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

describe("connection", () => {
  it("opens and hands messages on", () => {
    sockets.last.opens();
    sockets.last.says({ type: "ping", at: AT });
    expect(states).toEqual(["connecting", "open"]);
    expect(messages).toEqual([{ type: "ping", at: AT }]);
  });

  it("answers a ping", () => {
    sockets.last.opens();
    sockets.last.says({ type: "ping", at: AT });
    expect(sockets.last.sent).toEqual([{ type: "pong" }]);
  });

  it("comes back with doubling delays, at most 15 s", () => {
    const delays: number[] = [];
    for (let round = 0; round < 8; round++) {
      sockets.last.ends();
      delays.push(delayUntilNextSocket());
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  });

  it("starts again with the short delay after a message came", () => {
    for (let round = 0; round < 4; round++) {
      sockets.last.ends();
      delayUntilNextSocket();
    }
    sockets.last.opens();
    sockets.last.says({ type: "ping", at: AT });
    sockets.last.ends();
    expect(delayUntilNextSocket()).toBe(500);
  });

  it("spreads the return by up to half", () => {
    const lazy = new FakeSockets();
    const other = new Connection({
      open: lazy.open,
      onMessage: () => undefined,
      onState: () => undefined,
      onRefused: () => undefined,
      random: () => 0,
    });
    other.start();
    lazy.last.ends();
    vi.advanceTimersByTime(249);
    expect(lazy.all.length).toBe(1);
    vi.advanceTimersByTime(1);
    expect(lazy.all.length).toBe(2);
    other.stop();
  });

  it("stays away as long as a bye asks, and does not hurry then", () => {
    sockets.last.opens();
    sockets.last.says({ type: "bye", code: "restarting", after_s: 5 });
    sockets.last.ends();
    connection.hurry();
    expect(delayUntilNextSocket()).toBe(6000);
  });

  it("hurries when asked during an ordinary wait", () => {
    sockets.last.ends();
    connection.hurry();
    expect(sockets.all.length).toBe(2);
  });

  it("gives up on a socket that is silent for 35 s", () => {
    const silent = sockets.last;
    silent.opens();
    vi.advanceTimersByTime(34_000);
    silent.says({ type: "ping", at: AT });
    vi.advanceTimersByTime(34_000);
    expect(connection.state).toBe("open");
    vi.advanceTimersByTime(1_000);
    expect(connection.state).toBe("waiting");
    expect(silent.isClosed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(sockets.all.length).toBe(2);
  });

  it("tells a refusal at the door from a broken link", () => {
    sockets.last.ends();
    expect(refusals).toBe(1);
    delayUntilNextSocket();
    sockets.last.opens();
    sockets.last.ends();
    expect(refusals).toBe(1);
  });

  it("ignores what is no message", () => {
    sockets.last.opens();
    for (const garbage of ["", "{", "null", "[]", "7", new ArrayBuffer(3)]) sockets.last.saysText(garbage);
    expect(messages).toEqual([]);
    expect(connection.state).toBe("open");
  });

  it("opens nothing any more after stop", () => {
    sockets.last.ends();
    connection.stop();
    vi.advanceTimersByTime(60_000);
    expect(sockets.all.length).toBe(1);
    expect(connection.state).toBe("stopped");
  });
});

function delayUntilNextSocket(): number {
  const count = sockets.all.length;
  let waited = 0;
  while (sockets.all.length === count && waited < 60_000) {
    vi.advanceTimersByTime(10);
    waited += 10;
  }
  return waited;
}
