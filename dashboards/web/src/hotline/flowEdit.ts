/** What may be done to a flow in its editor. Each gives a new flow and leaves the old one as it was. Pure. */

import type { Flow, Node, NodeKind } from "./flowTypes";
import { fieldsOf, withFields } from "./flowTypes";
import { KINDS } from "./kinds";
import { led, waysOf } from "./ways";

const KEYS = "1234567890*#";
/** The way on from a node, by its first field that is there. */
const MAIN_WAYS = ["next", "otherwise", "found", "open", "after"];

export function setNode(flow: Flow, name: string, node: Node): Flow {
  return { ...flow, nodes: { ...flow.nodes, [name]: node } };
}

/** Give a node another name; whatever leads to it follows, and it keeps its place. */
export function renameNode(flow: Flow, name: string, to: string): Flow {
  const nodes = Object.entries(flow.nodes).map(([one, node]) => [one === name ? to : one, led(node, (target) => (target === name ? to : target))] as const);
  return { ...flow, start: flow.start === name ? to : flow.start, nodes: Object.fromEntries(nodes) };
}

/**
 * Take a node out. What led to it leads to `to`; null leaves those ways as they are, for the check to find.
 * `to` may not be the node itself.
 */
export function deleteNode(flow: Flow, name: string, to: string | null): Flow {
  const { [name]: _, ...rest } = flow.nodes;
  const lead = (target: string): string => (target === name && to !== null ? to : target);
  const nodes = Object.fromEntries(Object.entries(rest).map(([one, node]) => [one, led(node, lead)]));
  return { ...flow, start: lead(flow.start), nodes };
}

/** Where callers would go if the node were not there: its main way, when that leads elsewhere. */
export function heirOf(flow: Flow, name: string): string | null {
  const node = flow.nodes[name];
  const to = node === undefined ? undefined : mainWay(node)?.to;
  return to === undefined || to === name || flow.nodes[to] === undefined ? null : to;
}

/** Put a new node behind `name`: callers come to it by that node's main way and go on where they went before. */
export function addAfter(flow: Flow, name: string, kind: NodeKind): { flow: Flow; added: string } {
  const before = flow.nodes[name]!;
  const added = freeNode(flow, kind.replace("_", "-"));
  const fresh = KINDS[kind].fresh(mainWay(before)?.to ?? someEnd(flow, name));
  const nodes = Object.entries(flow.nodes).flatMap(([one, node]) => (one === name ? [[one, leadOn(node, added)] as const, [added, fresh] as const] : [[one, node] as const]));
  return { flow: { ...flow, nodes: Object.fromEntries(nodes) }, added };
}

/** A copy of a node, beside it. Nothing leads to it yet. */
export function duplicate(flow: Flow, name: string): { flow: Flow; added: string } {
  const added = freeNode(flow, name);
  const nodes = Object.entries(flow.nodes).flatMap(([one, node]) => (one === name ? [[one, node] as const, [added, node] as const] : [[one, node] as const]));
  return { flow: { ...flow, nodes: Object.fromEntries(nodes) }, added };
}

/** A key of a menu that does nothing yet; empty when all have a meaning. */
export function freeKey(node: Node): string {
  if (node.kind !== "menu") return "";
  const taken = [...node.keys.map((one) => one.key), node.repeat, node.operator === "" ? "" : node.operator_key];
  return [...KEYS].find((key) => !taken.includes(key)) ?? "";
}

/** Make the node another kind. What both have stays, prompts and ways above all. */
export function changeKind(flow: Flow, name: string, kind: NodeKind): Flow {
  const node = flow.nodes[name]!;
  const fresh = KINDS[kind].fresh(mainWay(node)?.to ?? someEnd(flow, name));
  const kept = KINDS[kind].fields.filter((field) => KINDS[node.kind].fields.some((one) => one.name === field.name && one.type === field.type && one.choices === field.choices));
  return setNode(flow, name, withFields(fresh, Object.fromEntries([["note", node.note], ...kept.map((field) => [field.name, fieldsOf(node)[field.name]])])));
}

/** `announce`, `announce-2` ...: a name that no node has. */
export function freeNode(flow: Flow, name: string): string {
  const stem = name.replace(/-\d+$/, "").slice(0, 36);
  if (!(stem in flow.nodes)) return stem;
  for (let n = 2; ; n += 1) if (!(`${stem}-${n}` in flow.nodes)) return `${stem}-${n}`;
}

function mainWay(node: Node): { field: string; to: string } | undefined {
  const ways = waysOf(node);
  return MAIN_WAYS.flatMap((field) => ways.filter((way) => way.field === field))[0];
}

/** The node with its main way led to `to`; an end has none and stays as it is. */
function leadOn(node: Node, to: string): Node {
  const field = mainWay(node)?.field ?? (node.kind === "queue" ? "after" : undefined);
  return field === undefined ? node : withFields(node, { [field]: to });
}

/** An end to lead new ways to. */
function someEnd(flow: Flow, otherwise: string): string {
  return Object.keys(flow.nodes).find((name) => flow.nodes[name]!.kind === "hang_up") ?? otherwise;
}
