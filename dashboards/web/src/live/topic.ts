/** One topic of the feed: a snapshot, then its changes, each with the next number. */

import { fromSnapshot, stepOf, withChanges, type TopicData } from "./merge";
import type { AnyView, TopicChange, TopicSnapshot } from "./protocol";

/** `loading`: nothing yet. `stale`: old data stay on the screen until a fresh snapshot comes. */
export type TopicStatus = "loading" | "current" | "stale" | "refused";

export class Topic {
  status: TopicStatus = "loading";
  private data: TopicData = { seq: 0, items: new Map() };

  constructor(readonly name: string) {}

  get items(): ReadonlyMap<string, AnyView> {
    return this.data.items;
  }

  takeSnapshot(snapshot: TopicSnapshot): void {
    this.data = fromSnapshot(snapshot);
    this.status = "current";
  }

  /** Apply changes in order. Returns true when one is missing: the topic is stale then and must be subscribed again. */
  takeChanges(changes: readonly TopicChange[]): boolean {
    // Whatever arrives before the asked-for snapshot is contained in it.
    if (this.status !== "current") return false;
    const fitting: TopicChange[] = [];
    let seq = this.data.seq;
    for (const change of changes) {
      const step = stepOf({ seq, items: this.data.items }, change.seq);
      if (step === "old") continue;
      if (step === "gap") {
        this.lose();
        return true;
      }
      fitting.push(change);
      seq = change.seq;
    }
    this.data = withChanges(this.data, fitting);
    return false;
  }

  /** The link broke or fell behind: what is shown may be wrong until the next snapshot. */
  lose(): void {
    if (this.status === "current") this.status = "stale";
  }
}
