/** One flow being worked on: its form and its text, what the check says of it, and its draft, which saves itself. */

import { ref, shallowRef } from "vue";

import { CommandFailed, type Commands } from "../live/commands";
import type { FlawView, FlowPage } from "../live/protocol";
import type { Flow } from "./flowTypes";
import { missingOf } from "./missing";
import { begun, changed, corrected, redone, undone, type Past } from "./past";

/**
 * `incomplete`: the form lacks something, so that there is no text yet that could be saved. `conflict`: somebody else
 * saved meanwhile, and one of the two must be chosen.
 */
export type SaveState = "idle" | "typing" | "saving" | "saved" | "incomplete" | "failed" | "conflict";

/** The flow as form and as text. */
export interface Doc {
  /** Null while the text cannot be read. */
  flow: Flow | null;
  text: string;
  /** The text says what the form says; false until the service has written it. */
  isWritten: boolean;
}

type Asking = Pick<Commands["hotline"], "getFlow" | "checkFlow" | "writeFlow" | "saveDraft" | "dropDraft" | "publishFlow" | "putInForce">;
type Keeping = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** A pause in typing, short enough that a crash costs a few words. */
const PAUSE_MS = 500;
const RETRY_MS = 5_000;

export class FlowWork {
  readonly page = shallowRef<FlowPage | null>(null);
  readonly past = shallowRef<Past<Doc>>(begun({ flow: null, text: "", isWritten: true }));
  readonly flaws = shallowRef<readonly FlawView[]>([]);
  /** Node -> its line in the text. */
  readonly lines = shallowRef<Readonly<Record<string, number>>>({});
  /** The flow when it was last readable: what the drawing shows while the text is not. */
  readonly readable = shallowRef<Flow | null>(null);
  readonly state = ref<SaveState>("idle");
  /** What the last saving failed with. */
  readonly failure = shallowRef<unknown>(null);
  /** The page as somebody else saved it, while there is a conflict. */
  readonly theirs = shallowRef<FlowPage | null>(null);

  private version = 0;
  private basedOn = 0;
  private savedText = "";
  private flying: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly name: string,
    private readonly asking: Asking,
    private readonly keeping: Keeping,
    private readonly now: () => number = () => Date.now(),
  ) {}

  get doc(): Doc {
    return this.past.value.now;
  }

  /** Read the draft, or what is in force. What this page could not save before it was loaded again comes back. */
  async load(): Promise<void> {
    this.adopt(await this.asking.getFlow(this.name));
    const kept = this.kept();
    if (kept === null) return;
    this.past.value = changed(this.past.value, kept.doc, "", this.now());
    this.readable.value = kept.doc.flow ?? this.readable.value;
    this.version = kept.version;
    this.typed();
  }

  /** The form says this now. `tag`: changes of the same field are one step back. */
  change(flow: Flow, tag = ""): void {
    this.past.value = changed(this.past.value, { ...this.doc, flow, isWritten: false }, tag, this.now());
    this.readable.value = flow;
    this.typed();
  }

  /** The text says this now. */
  type(text: string): void {
    this.past.value = changed(this.past.value, { flow: this.doc.flow, text, isWritten: true }, "text", this.now());
    this.typed();
  }

  undo(): void {
    this.go(undone(this.past.value));
  }

  redo(): void {
    this.go(redone(this.past.value));
  }

  /** Write, check and save what waits. Resolves when nothing is on its way any more. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    if (this.flying !== null) await this.flying;
    if (this.state.value !== "typing" && this.state.value !== "failed") return;
    this.flying = this.sync();
    await this.flying;
    this.flying = null;
    if (this.state.value === "typing") this.plan(PAUSE_MS);
    if (this.state.value === "failed") this.plan(RETRY_MS);
  }

  /** Nothing is lost when the page goes now. */
  get isSafe(): boolean {
    return this.state.value === "idle" || this.state.value === "saved";
  }

  /** Throw the draft away; the flow is as it is in force. */
  async drop(): Promise<void> {
    await this.flush();
    if (this.page.value!.draft !== null) await this.asking.dropDraft(this.name, this.version);
    this.forget();
    this.adopt(await this.asking.getFlow(this.name));
  }

  /** Publish the draft. `isOverNewer`: although a newer version is in force than it was made from. */
  async publish(note: string, isOverNewer = false): Promise<void> {
    await this.flush();
    if (isOverNewer) {
      this.basedOn = (await this.asking.getFlow(this.name)).in_force;
      await this.save(this.doc.text);
    }
    this.adopt(await this.asking.publishFlow(this.name, { version: this.version, note }));
  }

  /** Let new calls have another version; -1: none. */
  async putInForce(version: number): Promise<void> {
    const page = await this.asking.putInForce(this.name, { version, expected: this.page.value!.in_force });
    if (this.page.value!.draft === null) this.adopt(page);
    else this.page.value = { ...this.page.value!, in_force: page.in_force };
  }

  /** Save ours over what somebody else saved. */
  async keepMine(): Promise<void> {
    this.version = this.theirs.value?.draft?.version ?? 0;
    this.theirs.value = null;
    this.savedText = "";
    this.state.value = "typing";
    await this.flush();
  }

  /** Give ours up for what somebody else saved. One step back has ours again. */
  takeTheirs(): void {
    const [page, ours] = [this.theirs.value!, this.doc];
    this.forget();
    this.adopt(page);
    this.past.value = { ...this.past.value, before: [ours] };
  }

  /** The page goes. */
  leave(): void {
    clearTimeout(this.timer);
  }

  private adopt(page: FlowPage): void {
    this.page.value = page;
    this.past.value = begun({ flow: page.flow, text: page.text, isWritten: true });
    this.readable.value = page.flow;
    this.flaws.value = page.flaws;
    this.lines.value = page.lines;
    this.version = page.draft?.version ?? 0;
    this.basedOn = page.draft?.based_on ?? page.in_force;
    this.savedText = page.text;
    this.theirs.value = null;
    this.failure.value = null;
    this.state.value = page.draft === null ? "idle" : "saved";
  }

  private go(past: Past<Doc>): void {
    if (past === this.past.value) return;
    this.past.value = past;
    this.readable.value = past.now.flow ?? this.readable.value;
    this.typed();
  }

  private typed(): void {
    this.keep();
    if (this.state.value === "conflict") return;
    this.state.value = "typing";
    this.plan(PAUSE_MS);
  }

  /** In this browser, until the service has it. */
  private keep(): void {
    try {
      this.keeping.setItem(this.place, JSON.stringify({ doc: this.doc, version: this.version }));
    } catch {
      // No room, or none allowed: saving goes on all the same.
    }
  }

  private plan(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), afterMs);
  }

  private async sync(): Promise<void> {
    const doc = this.doc;
    if (!doc.isWritten && missingOf(doc.flow!).length > 0) {
      this.state.value = "incomplete";
      return;
    }
    this.state.value = "saving";
    try {
      const text = doc.isWritten ? doc.text : (await this.asking.writeFlow({ flow: doc.flow! })).text;
      await this.check(doc, text);
      if (text !== this.savedText) await this.save(text);
      this.failure.value = null;
      this.settled(text);
    } catch (failure) {
      await this.failed(failure);
    }
  }

  private async check(doc: Doc, text: string): Promise<void> {
    const found = await this.asking.checkFlow({ text });
    // Typed on meanwhile: the next check will tell.
    if (this.doc !== doc) return;
    // The form's own flow stays: a field somebody stands in must not change under his hands.
    const flow = doc.isWritten ? found.flow : doc.flow;
    this.past.value = corrected(this.past.value, { flow, text, isWritten: true });
    this.readable.value = flow ?? this.readable.value;
    this.flaws.value = found.flaws;
    this.lines.value = found.lines;
  }

  private async save(text: string): Promise<void> {
    const page = await this.asking.saveDraft(this.name, { text, version: this.version, based_on: this.basedOn });
    this.savedText = text;
    this.version = page.draft?.version ?? this.version + 1;
    this.page.value = page;
  }

  private settled(text: string): void {
    if (this.doc.isWritten && this.doc.text === text) {
      this.keeping.removeItem(this.place);
      this.state.value = this.page.value?.draft == null ? "idle" : "saved";
    } else this.state.value = "typing";
  }

  private async failed(failure: unknown): Promise<void> {
    this.failure.value = failure;
    const isConflict = failure instanceof CommandFailed && failure.status === 409;
    if (isConflict) this.theirs.value = await this.asking.getFlow(this.name).catch(() => null);
    // Without theirs there is nothing to choose from: the next try asks again.
    this.state.value = this.theirs.value === null ? "failed" : "conflict";
  }

  private get place(): string {
    return `hotline.flow.${this.name}`;
  }

  private kept(): { doc: Doc; version: number } | null {
    try {
      return JSON.parse(this.keeping.getItem(this.place) ?? "null") as { doc: Doc; version: number } | null;
    } catch {
      return null;
    }
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.keeping.removeItem(this.place);
  }
}
