/** What is different between two editions of a flow. Pure. */

import type { Flow } from "./flowTypes";
import { fieldsOf } from "./flowTypes";

export interface FlowDiff {
  added: string[];
  removed: string[];
  /** Nodes in both, with the fields that differ. */
  changed: { node: string; fields: string[] }[];
  /** `title`, `start`, `language`, `voice`. */
  head: string[];
}

/** `before` null: everything is new. */
export function diffFlows(before: Flow | null, after: Flow): FlowDiff {
  const old = before?.nodes ?? {};
  const both = Object.keys(after.nodes).filter((name) => name in old);
  return {
    added: Object.keys(after.nodes).filter((name) => !(name in old)),
    removed: Object.keys(old).filter((name) => !(name in after.nodes)),
    changed: both.map((node) => ({ node, fields: changedFields(fieldsOf(old[node]!), fieldsOf(after.nodes[node]!)) })).filter((one) => one.fields.length > 0),
    head: before === null ? [] : (["title", "start", "language", "voice"] as const).filter((name) => !isSame(before[name], after[name])),
  };
}

export function isNothing(diff: FlowDiff): boolean {
  return diff.added.length + diff.removed.length + diff.changed.length + diff.head.length === 0;
}

function changedFields(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isSame(before[name], after[name]));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
