/** Pure: snapshot and changes to what is. The law tested here and in the service: snapshot + changes = later snapshot. */

import type { AnyView, TopicChange, TopicSnapshot } from "./protocol";

export interface TopicData {
  readonly seq: number;
  readonly items: ReadonlyMap<string, AnyView>;
}

/** `old`: already contained. `gap`: at least one change before it is missing. */
export type Step = "next" | "old" | "gap";

/** Return everything the snapshot says. */
export function fromSnapshot(snapshot: TopicSnapshot): TopicData {
  return { seq: snapshot.seq, items: new Map(Object.entries(snapshot.items)) };
}

/** Tell how a change numbered `seq` stands to the data. */
export function stepOf(data: TopicData, seq: number): Step {
  if (seq <= data.seq) return "old";
  return seq === data.seq + 1 ? "next" : "gap";
}

/** Return the data after `changes`, which must follow each other without a gap; old ones are passed over. */
export function withChanges(data: TopicData, changes: readonly TopicChange[]): TopicData {
  const items = new Map(data.items);
  let seq = data.seq;
  for (const change of changes) {
    if (change.seq <= seq) continue;
    seq = change.seq;
    if (change.value === null) items.delete(change.key);
    else items.set(change.key, change.value);
  }
  return { seq, items };
}
