import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { CommandFailed } from "../live/commands";
import type { DraftChange, TicketDraft } from "../live/protocol";
import { DraftKeeper } from "./draftKeeper";
import type { DraftFields } from "./ticketForm";

const EMPTY: DraftFields = { procedure: "complaint", category: "", text: "", priority: "normal", department: "", contact_name: "", contact_number: "" };
const fields = (text: string): DraftFields => ({ ...EMPTY, text });
const draft = (version: number, text: string): TicketDraft => ({ ...fields(text), version, changed_at: "2026-11-25T08:00:00Z", changed_by: "ben" });

/** A service that keeps what it is sent and refuses when told to. */
class Service {
  saved: DraftChange[] = [];
  refuse: CommandFailed | null = null;
  readonly save = async (body: DraftChange): Promise<void> => {
    await Promise.resolve();
    if (this.refuse !== null) throw this.refuse;
    this.saved.push(body);
  };
}

describe("a draft", () => {
  let service: Service;
  beforeEach(() => {
    vi.useFakeTimers();
    service = new Service();
  });
  afterEach(() => void vi.useRealTimers());

  it("is saved once, 600 ms after the last key, and says so", async () => {
    const keeper = new DraftKeeper(service.save, null);
    keeper.typed(fields("a"));
    await vi.advanceTimersByTimeAsync(500);
    keeper.typed(fields("ab"));
    await vi.advanceTimersByTimeAsync(599);
    expect(service.saved).toEqual([]);
    expect(keeper.state.value).toBe("typing");
    await vi.advanceTimersByTimeAsync(1);
    expect(service.saved).toEqual([{ version: 0, ...fields("ab") }]);
    expect(keeper.state.value).toBe("saved");
  });

  it("counts the version on without waiting for the pop, and takes its own echo for no news", async () => {
    const keeper = new DraftKeeper(service.save, draft(4, "a"));
    keeper.typed(fields("ab"));
    await keeper.flush();
    expect(keeper.seen(draft(5, "ab"))).toBeNull();
    keeper.typed(fields("abc"));
    await keeper.flush();
    expect(service.saved.map((one) => one.version)).toEqual([4, 5]);
    expect(keeper.seen(draft(5, "ab"))).toBeNull();
    expect(keeper.state.value).toBe("saved");
  });

  it("takes over what a colleague typed while nothing of ours waits", () => {
    const keeper = new DraftKeeper(service.save, draft(1, "mine"));
    expect(keeper.seen(draft(2, "theirs"))).toEqual(fields("theirs"));
    expect(keeper.state.value).toBe("saved");
  });

  it("asks who wins when both typed, and writes ours over the newer version when we do", async () => {
    const keeper = new DraftKeeper(service.save, draft(1, ""));
    keeper.typed(fields("mine"));
    expect(keeper.seen(draft(2, "theirs"))).toBeNull();
    expect(keeper.state.value).toBe("conflict");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(service.saved).toEqual([]);
    await keeper.keepMine();
    expect(service.saved).toEqual([{ version: 2, ...fields("mine") }]);
    expect(keeper.state.value).toBe("saved");
  });

  it("gives way to the colleague when we choose so", () => {
    const keeper = new DraftKeeper(service.save, draft(1, ""));
    keeper.typed(fields("mine"));
    keeper.seen(draft(2, "theirs"));
    expect(keeper.takeTheirs()).toEqual(fields("theirs"));
    expect(keeper.state.value).toBe("saved");
  });

  it("becomes a conflict when the service refuses, and shows the newer one as soon as the pop brings it", async () => {
    const keeper = new DraftKeeper(service.save, draft(1, ""));
    service.refuse = new CommandFailed("draft.changed", 409);
    keeper.typed(fields("mine"));
    await keeper.flush();
    expect(keeper.state.value).toBe("conflict");
    keeper.seen(draft(2, "theirs"));
    expect(keeper.theirs.value?.text).toBe("theirs");
  });

  it("tries again by itself when the service is away, with what is typed by then", async () => {
    const keeper = new DraftKeeper(service.save, null);
    service.refuse = new CommandFailed("net.away", 0);
    keeper.typed(fields("a"));
    await keeper.flush();
    expect(keeper.state.value).toBe("failed");
    expect(keeper.failure.value).toBe(service.refuse);
    service.refuse = null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(service.saved).toEqual([{ version: 0, ...fields("a") }]);
    expect(keeper.state.value).toBe("saved");
  });

  it("is not tried for ever when the pop it belonged to is put away", async () => {
    let tries = 0;
    const keeper = new DraftKeeper(() => (tries++, Promise.reject(new CommandFailed("pop.unknown", 404))), null);
    keeper.typed(fields("a"));
    await keeper.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toBe(1);
  });

  it("does not come back once it is a ticket, and the next one begins at version 0", async () => {
    const keeper = new DraftKeeper(service.save, null);
    keeper.typed(fields("a"));
    await keeper.flush();
    keeper.typed(fields("ab"));
    await keeper.settle();
    keeper.usedUp();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(service.saved).toHaveLength(1);
    expect(keeper.seen(draft(1, "a"))).toBeNull();
    expect(keeper.state.value).toBe("idle");
    keeper.seen(null);
    keeper.typed(fields("next"));
    await keeper.flush();
    expect(service.saved.at(-1)).toEqual({ version: 0, ...fields("next") });
  });
});
