/** Short names for the parts of a flow. */

import type { Case, Flow, Key, Spoken, When } from "../live/protocol";

export type { Case, Flow, Key, Spoken, When };
export type Node = Flow["nodes"][string];
export type NodeKind = Node["kind"];
export type Part = string | Spoken;
/** A node's fields by their names: forms and ways are made from a table of them. */
export type Fields = Record<string, unknown>;

export const fieldsOf = (node: Node): Fields => node as unknown as Fields;
/** The same node with some fields changed. */
export const withFields = (node: Node, change: Fields): Node => ({ ...node, ...change }) as Node;
