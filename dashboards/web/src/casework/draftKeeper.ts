/** Saves a form by itself while it is typed, and notices when a colleague changed the same draft. */

import { ref, shallowRef } from "vue";

import { CommandFailed } from "../live/commands";
import type { DraftChange, TicketDraft } from "../live/protocol";
import { draftChange, draftFields, isSame, type DraftFields } from "./ticketForm";

/** `conflict`: somebody else changed it meanwhile, and one of the two must be chosen. */
export type DraftState = "idle" | "typing" | "saving" | "saved" | "failed" | "conflict";

/** A pause in typing, short enough that a crash costs a few words. */
const PAUSE_MS = 600;
const RETRY_MS = 5_000;

export class DraftKeeper {
  readonly state = ref<DraftState>("idle");
  /** What the last saving failed with. */
  readonly failure = shallowRef<unknown>(null);
  /** The colleague's draft, while there is a conflict and it is known. */
  readonly theirs = shallowRef<TicketDraft | null>(null);

  private version: number;
  /** The newest draft seen on the pop. */
  private newest: TicketDraft | null;
  /** Typed and not on its way yet. */
  private waiting: DraftFields | null = null;
  private sent: DraftFields | null = null;
  private flying: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Drafts up to this version became a ticket: late news of them must not fill the form again. */
  private usedUpTo = 0;
  /** The form is being sent as a ticket. */
  private isHeld = false;

  constructor(
    private readonly save: (body: DraftChange) => Promise<void>,
    first: TicketDraft | null,
  ) {
    this.newest = first;
    this.version = first?.version ?? 0;
    if (first !== null) this.state.value = "saved";
  }

  /** The form holds this now; save it after a pause. */
  typed(fields: DraftFields): void {
    this.isHeld = false;
    this.waiting = { ...fields };
    if (this.isClashing()) return;
    this.state.value = "typing";
    this.plan(PAUSE_MS);
  }

  /** Save at once what waits. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    if (this.flying !== null) await this.flying;
    if (this.waiting === null || this.isClashing()) return;
    this.flying = this.send(this.waiting);
    await this.flying;
    this.flying = null;
    if (this.waiting !== null && !this.isClashing()) this.plan(this.state.value === "failed" ? RETRY_MS : PAUSE_MS);
  }

  /** Whether the service has a draft of this call, as far as is known here. */
  get hasDraft(): boolean {
    return this.version > 0;
  }

  /** The form goes from the page: save what waits once more, and then never again. */
  async leave(): Promise<void> {
    await this.flush();
    this.isHeld = true;
    clearTimeout(this.timer);
  }

  /** Stop saving until something is typed or the draft is used up. Resolves when nothing is on its way any more. */
  async settle(): Promise<void> {
    this.isHeld = true;
    clearTimeout(this.timer);
    this.waiting = null;
    await this.flying;
  }

  /** The draft became a ticket; the next one begins anew. */
  usedUp(): void {
    this.usedUpTo = Math.max(this.version, this.newest?.version ?? 0);
    Object.assign(this, { version: 0, waiting: null, sent: null, newest: null, isHeld: false });
    this.theirs.value = null;
    this.failure.value = null;
    this.state.value = "idle";
  }

  /** The pop shows this draft now. Returns what the form must take over: somebody else typed, and nothing of ours is lost by it. */
  seen(draft: TicketDraft | null): DraftFields | null {
    if (draft === null) {
      this.usedUpTo = 0;
      if (this.flying === null) this.version = 0;
      return null;
    }
    if (draft.version <= this.usedUpTo) return null;
    this.newest = draft;
    if (this.sent !== null && isSame(draftFields(draft), this.sent)) {
      this.version = Math.max(this.version, draft.version);
      return null;
    }
    if (draft.version <= this.version) return null;
    if (this.waiting !== null || this.flying !== null) {
      this.clash();
      return null;
    }
    return this.take(draft);
  }

  /** Write ours over the colleague's. */
  async keepMine(): Promise<void> {
    this.version = this.newest?.version ?? this.version;
    this.waiting ??= this.sent;
    this.theirs.value = null;
    this.state.value = "typing";
    await this.flush();
  }

  /** Give ours up. Returns what the form must take over; null when theirs has not arrived. */
  takeTheirs(): DraftFields | null {
    this.waiting = null;
    const draft = this.theirs.value;
    this.theirs.value = null;
    return draft === null ? null : this.take(draft);
  }

  private take(draft: TicketDraft): DraftFields {
    this.version = draft.version;
    this.state.value = "saved";
    this.sent = draftFields(draft);
    return draftFields(draft);
  }

  private plan(afterMs: number): void {
    clearTimeout(this.timer);
    if (!this.isHeld) this.timer = setTimeout(() => void this.flush(), afterMs);
  }

  private async send(fields: DraftFields): Promise<void> {
    const version = this.version;
    this.state.value = "saving";
    this.waiting = null;
    this.sent = fields;
    try {
      await this.save(draftChange(fields, version));
      // The service counts on by one; the pop says the same a moment later.
      this.version = Math.max(this.version, version + 1);
      this.failure.value = null;
      if (this.state.value === "saving") this.state.value = this.waiting === null ? "saved" : "typing";
    } catch (failure) {
      this.waiting ??= fields;
      if (failure instanceof CommandFailed && failure.code === "draft.changed") this.clash();
      else this.fail(failure);
    }
  }

  private fail(failure: unknown): void {
    this.failure.value = failure;
    this.state.value = "failed";
  }

  private isClashing(): boolean {
    return this.state.value === "conflict";
  }

  private clash(): void {
    clearTimeout(this.timer);
    this.state.value = "conflict";
    this.theirs.value = this.newest;
  }
}
