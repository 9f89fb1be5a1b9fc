import { describe, expect, it } from "vitest";

import { beginWatch, watchQuality, type Sample } from "./quality";

const good = (second: number, change: Partial<Sample> = {}): Sample => ({
  at: second * 1000,
  packets: second * 50,
  lost: 0,
  jitterS: 0.002,
  micLevel: 0.01,
  isMuted: false,
  isHeld: false,
  ...change,
});
const run = (samples: Sample[]) => samples.reduce(watchQuality, beginWatch(0)).warnings;
const seconds = (count: number, change: (second: number) => Partial<Sample>) =>
  Array.from({ length: count }, (_, index) => good(index + 1, change(index + 1)));

describe("quality", () => {
  it("is silent while all is well", () => {
    expect(run(seconds(20, () => ({})))).toEqual([]);
  });

  it("warns above 3 % loss of the last ten seconds, and stops when it is over", () => {
    const lossy = (second: number) => ({ lost: Math.min(second, 10) * 2 });
    expect(run(seconds(9, lossy))).toEqual(["loss"]);
    expect(run(seconds(25, lossy))).toEqual([]);
    expect(run(seconds(9, (second) => ({ lost: second })))).toEqual([]);
  });

  it("does not judge loss by a handful of packets", () => {
    expect(run([good(0, { packets: 0 }), good(1, { packets: 20, lost: 10 })])).toEqual([]);
  });

  it("warns of jitter above 40 ms", () => {
    expect(run([good(1), good(2, { jitterS: 0.041 })])).toEqual(["jitter"]);
  });

  it("warns when nothing has come for 3 s, but not on hold", () => {
    const dead = { packets: 50 };
    expect(run([good(1), good(2, dead), good(3, dead)])).toEqual([]);
    expect(run([good(1), good(2, dead), good(3, dead), good(4, dead)])).toEqual(["nothing_heard"]);
    expect(run([good(1), ...[2, 3, 4, 5].map((second) => good(second, { ...dead, isHeld: true }))])).toEqual([]);
  });

  it("warns when a call never brings a packet", () => {
    expect(run([1, 2, 3].map((second) => good(second, { packets: 0 })))).toEqual(["nothing_heard"]);
  });

  it("warns of a microphone without any sound for 5 s, but not of a muted one", () => {
    const mute = (isMuted: boolean) => seconds(6, (second) => (second < 2 ? {} : { micLevel: 0, isMuted }));
    expect(run(mute(false))).toEqual(["mic_silent"]);
    expect(run(mute(true))).toEqual([]);
    expect(run(mute(false).slice(0, 4))).toEqual([]);
  });
});
