/** Where callers go from a node, and what leads to it. Pure. */

import type { Case, Flow, Key, Node } from "./flowTypes";
import { fieldsOf, withFields } from "./flowTypes";
import { KINDS } from "./kinds";

/** One way out of a node. */
export interface Way {
  to: string;
  /** `next`, `otherwise`, `keys` ...; tells what leads that way. */
  field: string;
  /** Place in `keys` or `cases`. */
  at?: number;
  /** The key, for keys and the operator. */
  key?: string;
  /** The key's meaning. */
  says?: string;
}

/** The ways out of a node, in the order of its form; empty ones left out. */
export function waysOf(node: Node): Way[] {
  return KINDS[node.kind].fields.flatMap((field): Way[] => {
    const value = fieldsOf(node)[field.name];
    if (field.type === "keys") return (value as Key[]).map((key, at) => ({ to: key.to, field: field.name, at, key: key.key, says: key.says }));
    if (field.type === "cases") return (value as Case[]).map((one, at) => ({ to: one.to, field: field.name, at }));
    if (field.type !== "node" || value === "") return [];
    return [{ to: value as string, field: field.name, ...(field.name === "operator" && node.kind === "menu" ? { key: node.operator_key } : {}) }];
  }).filter((way) => way.to !== "");
}

/** The node with every way out led to what `to` says of where it led before. */
export function led(node: Node, to: (target: string) => string): Node {
  const change: Record<string, unknown> = {};
  for (const field of KINDS[node.kind].fields) {
    const value = fieldsOf(node)[field.name];
    if (field.type === "keys" || field.type === "cases") change[field.name] = (value as { to: string }[]).map((one) => ({ ...one, to: to(one.to) }));
    if (field.type === "node" && value !== "") change[field.name] = to(value as string);
  }
  return withFields(node, change);
}

/** Names of nodes that lead to `name`, in the order of the flow. */
export function leadingTo(flow: Flow, name: string): string[] {
  return Object.keys(flow.nodes).filter((one) => waysOf(flow.nodes[one]!).some((way) => way.to === name));
}

/** Nodes a caller can come to from the start. */
export function reached(flow: Flow): Set<string> {
  const found = new Set<string>();
  const waiting = [flow.start];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = flow.nodes[name];
    if (node === undefined || found.has(name)) continue;
    found.add(name);
    waiting.push(...waysOf(node).map((way) => way.to));
  }
  return found;
}
