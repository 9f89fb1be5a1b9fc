import { describe, expect, it } from "vitest";

import { ServerClock } from "./clock";

function clockAt(start: number) {
  const local = { ms: start };
  return { local, clock: new ServerClock(() => local.ms, () => 111) };
}
const iso = (ms: number) => new Date(ms).toISOString();

describe("server clock", () => {
  it("shows this computer's time until the server has spoken", () => {
    expect(clockAt(0).clock.now()).toBe(111);
  });

  it("runs on between messages, whatever this computer's calendar says", () => {
    const { local, clock } = clockAt(5_000);
    clock.observe(iso(1_700_000_000_000));
    local.ms += 1_500;
    expect(clock.now()).toBe(1_700_000_001_500);
  });

  it("believes the fastest message, not the latest", () => {
    const { local, clock } = clockAt(0);
    clock.observe(iso(1_000_000));
    local.ms = 1_000;
    clock.observe(iso(1_000_300));
    expect(clock.now()).toBe(1_001_000);
  });

  it("forgets a difference after two minutes, so that a drifting clock is followed", () => {
    const { local, clock } = clockAt(0);
    clock.observe(iso(1_000_000));
    for (local.ms = 10_000; local.ms <= 200_000; local.ms += 10_000) clock.observe(iso(999_000 + local.ms));
    local.ms = 200_000;
    expect(clock.now()).toBe(1_199_000);
  });

  it("ignores what is no instant", () => {
    const { clock } = clockAt(0);
    clock.observe("soon");
    expect(clock.now()).toBe(111);
  });
});
