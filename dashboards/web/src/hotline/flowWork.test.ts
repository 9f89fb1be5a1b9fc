import { beforeEach, describe, expect, it, vi } from "vitest";

import { CommandFailed } from "../live/commands";
import type { DraftSave, FlowPage } from "../live/protocol";
import type { Flow } from "./flowTypes";
import { FlowWork } from "./flowWork";
import { KINDS } from "./kinds";
import { setNode } from "./flowEdit";

const FLOW: Flow = { name: "day", title: { zh: "白天", en: "Day" }, start: "bye", nodes: { bye: KINDS.hang_up.fresh("") }, language: "zh", voice: "female" };

/** A service with one flow, whose texts are JSON. */
class OneFlow {
  draft: { text: string; version: number } | null = null;
  refusal: CommandFailed | null = null;
  saved: DraftSave[] = [];
  published = JSON.stringify(FLOW);
  inForce = 1;

  getFlow = async (): Promise<FlowPage> => this.page();
  writeFlow = async ({ flow }: { flow: Flow }) => ({ text: JSON.stringify(flow) });
  checkFlow = async ({ text }: { text: string }) => ({ flow: text.startsWith("{") ? (JSON.parse(text) as Flow) : null, flaws: text.startsWith("{") ? [] : [{ code: "unreadable", level: "bad", line: 1, node: "", text: "", values: {} }], lines: { bye: 7 } });
  saveDraft = async (_: string, body: DraftSave): Promise<FlowPage> => {
    if (this.refusal) throw this.refusal;
    this.saved.push(body);
    this.draft = { text: body.text, version: body.version + 1 };
    return this.page();
  };
  dropDraft = async (): Promise<void> => void (this.draft = null);
  publishFlow = async (): Promise<FlowPage> => {
    this.published = this.draft!.text;
    [this.draft, this.inForce] = [null, this.inForce + 1];
    return this.page();
  };
  putInForce = async (_: string, body: { version: number }): Promise<FlowPage> => ((this.inForce = body.version), this.page());

  page(): FlowPage {
    const draft = this.draft && { version: this.draft.version, based_on: 1, saved_at: "2026-11-26T00:00:00Z", saved_by: "zhao" };
    const text = this.draft?.text ?? this.published;
    return { name: "day", text, flow: text.startsWith("{") ? (JSON.parse(text) as Flow) : null, flaws: [], lines: {}, draft, in_force: this.inForce, is_shipped: true };
  }
}

function memory() {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
}

const noted = (note: string): Flow => setNode(FLOW, "bye", { ...FLOW.nodes["bye"]!, note });

describe("a flow being worked on", () => {
  let service: OneFlow;
  let keeping: ReturnType<typeof memory>;
  const opened = async (): Promise<FlowWork> => {
    const work = new FlowWork("day", service, keeping, () => 0);
    await work.load();
    return work;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    service = new OneFlow();
    keeping = memory();
  });

  it("saves itself after a pause, written and checked by the service", async () => {
    const work = await opened();
    expect(work.isSafe).toBe(true);
    work.change(noted("neu"));
    expect([work.state.value, work.isSafe]).toEqual(["typing", false]);
    await vi.advanceTimersByTimeAsync(600);
    expect(service.saved).toEqual([{ text: JSON.stringify(noted("neu")), version: 0, based_on: 1 }]);
    expect([work.state.value, work.doc.text, work.lines.value]).toEqual(["saved", JSON.stringify(noted("neu")), { bye: 7 }]);
    work.undo();
    await work.flush();
    expect(service.saved.at(-1)).toEqual({ text: JSON.stringify(FLOW), version: 1, based_on: 1 });
  });

  it("waits while the form lacks something, and does not ask the service to write that", async () => {
    const work = await opened();
    work.change(setNode(FLOW, "bye", KINDS.announce.fresh("bye")));
    await work.flush();
    expect([work.state.value, service.saved]).toEqual(["incomplete", []]);
  });

  it("keeps a text that cannot be read as a draft, and the drawing of the last that could", async () => {
    const work = await opened();
    work.type("start: [");
    await work.flush();
    expect([work.doc.flow, work.readable.value?.name, work.flaws.value[0]?.code, work.state.value]).toEqual([null, "day", "unreadable", "saved"]);
  });

  it("says who was faster, and saves over it or takes it", async () => {
    const work = await opened();
    service.draft = { text: JSON.stringify(noted("theirs")), version: 7 };
    service.refusal = new CommandFailed("flow.draft_changed", 409);
    work.change(noted("mine"));
    await work.flush();
    expect([work.state.value, work.theirs.value?.draft?.saved_by]).toEqual(["conflict", "zhao"]);
    service.refusal = null;
    await work.keepMine();
    expect([work.state.value, service.saved.at(-1)!.version]).toEqual(["saved", 7]);

    service.refusal = new CommandFailed("flow.draft_changed", 409);
    work.change(noted("mine again"));
    await work.flush();
    work.takeTheirs();
    expect(work.doc.flow!.nodes["bye"]!.note).toBe("mine");
    service.refusal = null;
    work.undo();
    expect(work.doc.flow!.nodes["bye"]!.note).toBe("mine again");
  });

  it("tries again by itself when the service was away, and comes back after the page was loaded again", async () => {
    const work = await opened();
    service.refusal = new CommandFailed("net.away", 0);
    work.change(noted("neu"));
    await work.flush();
    expect(work.state.value).toBe("failed");
    work.leave();
    const again = await opened();
    expect(again.doc.flow!.nodes["bye"]!.note).toBe("neu");
    service.refusal = null;
    await again.flush();
    expect([again.state.value, (await opened()).state.value]).toEqual(["saved", "saved"]);
  });

  it("publishes what was typed last, goes back, and drops a draft", async () => {
    const work = await opened();
    work.change(noted("neu"));
    await work.publish("why");
    expect([service.published, work.page.value!.in_force, work.state.value]).toEqual([JSON.stringify(noted("neu")), 2, "idle"]);
    await work.putInForce(1);
    expect(work.page.value!.in_force).toBe(1);
    work.change(noted("weg"));
    await work.flush();
    await work.drop();
    expect([work.state.value, work.doc.flow!.nodes["bye"]!.note]).toEqual(["idle", "neu"]);
  });
});
