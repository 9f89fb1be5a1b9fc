import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { effectScope } from "vue";

import { CommandFailed } from "../live/commands";
import type { PhoneTake } from "../live/protocol";
import { useTakeWatch } from "./takeWatch";

const take = (state: string): PhoneTake => ({ id: "prompt-1", state, code: "", text: "", made: null });

describe("a recording by telephone", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watching(answers: (PhoneTake | Error)[]) {
    const asked: string[] = [];
    const over: string[] = [];
    const scope = effectScope();
    const watch = scope.run(() =>
      useTakeWatch(
        (id) => {
          asked.push(id);
          const next = answers.shift() ?? take("made");
          return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
        },
        (last) => over.push(last.state),
      ),
    )!;
    return { ...watch, asked, over, scope };
  }

  it("is asked after once a second until it is made, and no longer", async () => {
    const { take: shown, begin, asked, over } = watching([take("recording"), take("checking")]);
    await begin(() => Promise.resolve(take("ringing")));
    expect(shown.value?.state).toBe("ringing");
    await vi.advanceTimersByTimeAsync(1000);
    expect(shown.value?.state).toBe("recording");
    await vi.advanceTimersByTimeAsync(2000);
    expect([shown.value?.state, over]).toEqual(["made", ["made"]]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(3);
  });

  it("outlives a network that hiccups, and ends when nobody knows it any more", async () => {
    const { take: shown, failure, begin, asked } = watching([new CommandFailed("net.away", 0), take("recording"), new CommandFailed("prompt.take_unknown", 404)]);
    await begin(() => Promise.resolve(take("ringing")));
    await vi.advanceTimersByTimeAsync(2000);
    expect([shown.value?.state, failure.value]).toEqual(["recording", null]);
    await vi.advanceTimersByTimeAsync(5000);
    expect([(failure.value as CommandFailed).code, asked.length]).toEqual(["prompt.take_unknown", 3]);
  });

  it("tells why it could not begin, and asks nobody after the page has gone", async () => {
    const { failure, begin, asked, scope } = watching([]);
    await begin(() => Promise.reject(new CommandFailed("prompt.phone_busy", 409)));
    expect((failure.value as CommandFailed).code).toBe("prompt.phone_busy");
    await begin(() => Promise.resolve(take("ringing")));
    expect(failure.value).toBeNull();
    scope.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([]);
  });
});
