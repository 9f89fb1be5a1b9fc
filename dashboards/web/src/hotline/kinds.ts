/**
 * All kinds of nodes as data: which fields they have and how those are written. Forms, ways out and what is missing are
 * made from this table; the limits are those of `ivr/kinds/shapes.py`. Pure.
 */

import type { Node, NodeKind } from "./flowTypes";

/** What a kind is for; one colour each. */
export type Tone = "say" | "ask" | "decide" | "person" | "jump" | "end";

export type FieldType =
  | "prompts"
  | "node"
  | "keys"
  | "cases"
  | "scores"
  | "takes"
  | "names"
  | "key"
  | "choice"
  | "number"
  | "switch"
  | "text"
  /** Names of things that exist elsewhere; what is known is offered. */
  | "queue"
  | "flow"
  | "schedule"
  | "webhook"
  | "variable"
  | "telephone";

export interface Field {
  name: string;
  type: FieldType;
  /** May be empty. */
  isOptional?: boolean;
  least?: number;
  most?: number;
  step?: number;
  choices?: readonly string[];
  /** Only for nodes like this one. */
  isFor?: (node: Node) => boolean;
}

export interface KindRow {
  tone: Tone;
  fields: readonly Field[];
  /** A new one; ways out lead to `next`. */
  fresh: (next: string) => Node;
}

const prompts = (name = "prompts"): Field => ({ name, type: "prompts" });
const maybePrompts = (name = "prompts"): Field => ({ name, type: "prompts", isOptional: true });
const way = (name: string): Field => ({ name, type: "node" });
const maybeWay = (name: string): Field => ({ name, type: "node", isOptional: true });
const number = (name: string, least: number, most: number, step = 1): Field => ({ name, type: "number", least, most, step });
const wait = number("wait_s", 1, 60);
const tries = number("tries", 1, 9);
const priority = number("priority", 0, 19);
const queue = (name = "queue"): Field => ({ name, type: "queue" });
const isWebhook = (node: Node): boolean => node.kind === "look_up" && node.what === "webhook";

const note = "";

export const KINDS: Record<NodeKind, KindRow> = {
  announce: { tone: "say", fields: [prompts(), way("next")], fresh: (next) => ({ kind: "announce", note, prompts: [], next }) },
  notice: { tone: "say", fields: [prompts(), way("next")], fresh: (next) => ({ kind: "notice", note, prompts: [], next }) },
  menu: {
    tone: "ask",
    fields: [prompts(), { name: "keys", type: "keys" }, way("otherwise"), maybeWay("operator"), { name: "operator_key", type: "key" }, { name: "repeat", type: "key", isOptional: true }, maybePrompts("wrong_key"), maybePrompts("no_input"), wait, tries],
    fresh: (next) => ({ kind: "menu", note, prompts: [], keys: [{ key: "1", to: next, says: "" }], otherwise: next, repeat: "", operator: "", operator_key: "0", wrong_key: [], no_input: [], wait_s: 5, tries: 3 }),
  },
  collect: {
    tone: "ask",
    fields: [prompts(), { name: "into", type: "variable" }, { name: "what", type: "choice", choices: ["digits", "order", "ticket", "phone"] }, number("fewest", 1, 32), number("most", 1, 32), { name: "is_confirmed", type: "switch" }, { name: "is_masked", type: "switch" }, way("next"), way("otherwise"), maybePrompts("wrong"), wait, tries],
    fresh: (next) => ({ kind: "collect", note, prompts: [], into: "digits", next, otherwise: next, what: "digits", fewest: 1, most: 20, is_confirmed: false, is_masked: false, wrong: [], wait_s: 8, tries: 3 }),
  },
  survey: {
    tone: "ask",
    fields: [prompts(), { name: "question", type: "variable" }, { name: "scores", type: "scores" }, way("next"), maybePrompts("wrong_key"), wait, tries],
    fresh: (next) => ({ kind: "survey", note, question: "service", prompts: [], next, scores: { "1": 5, "2": 4, "3": 3, "4": 2, "5": 1 }, wrong_key: [], wait_s: 6, tries: 2 }),
  },
  ticket_status: {
    tone: "ask",
    fields: [prompts("ask_number"), prompts("ask_digits"), { name: "found", type: "prompts" }, maybePrompts("not_found"), way("next"), way("otherwise"), wait, tries],
    fresh: (next) => ({ kind: "ticket_status", note, ask_number: [], ask_digits: [], found: [], next, otherwise: next, not_found: [], wait_s: 8, tries: 3 }),
  },
  hours: {
    tone: "decide",
    fields: [{ name: "schedule", type: "schedule" }, way("open"), way("closed"), maybeWay("holiday")],
    fresh: (next) => ({ kind: "hours", note, schedule: "day", open: next, closed: next, holiday: "" }),
  },
  condition: {
    tone: "decide",
    fields: [{ name: "cases", type: "cases" }, way("otherwise")],
    fresh: (next) => ({ kind: "condition", note, cases: [{ when: [{ ...FRESH_WHEN, fact: "blocked", is_one_of: ["yes"] }], to: next }], otherwise: next }),
  },
  look_up: {
    tone: "decide",
    fields: [{ name: "what", type: "choice", choices: ["customer", "webhook"] }, { name: "webhook", type: "webhook", isFor: isWebhook }, { name: "sends", type: "names", isOptional: true, isFor: isWebhook }, { name: "takes", type: "takes", isOptional: true, isFor: isWebhook }, way("found"), way("not_found"), way("failed"), number("limit_s", 0.5, 10, 0.5)],
    fresh: (next) => ({ kind: "look_up", note, what: "customer", found: next, not_found: next, failed: next, webhook: "", sends: [], takes: {}, limit_s: 3 }),
  },
  queue: {
    tone: "person",
    fields: [queue(), maybePrompts(), priority, { name: "says_position", type: "switch" }, { name: "says_wait", type: "switch" }, number("words_every_s", 0, 600, 10), maybeWay("after")],
    fresh: () => ({ kind: "queue", note, queue: "consult", prompts: [], priority: 0, says_position: false, says_wait: false, words_every_s: 60, after: "" }),
  },
  callback: {
    tone: "person",
    fields: [queue(), maybePrompts(), { name: "number_from", type: "variable", isOptional: true }, priority, way("next"), way("otherwise")],
    fresh: (next) => ({ kind: "callback", note, queue: "consult", next, otherwise: next, number_from: "", prompts: [], priority: 0 }),
  },
  voicemail: {
    tone: "person",
    fields: [prompts(), queue("box"), number("most_s", 5, 600, 5), number("silence_s", 2, 30), way("next"), way("otherwise")],
    fresh: (next) => ({ kind: "voicemail", note, prompts: [], box: "consult", next, otherwise: next, most_s: 180, silence_s: 6 }),
  },
  transfer_out: {
    tone: "person",
    fields: [{ name: "number", type: "telephone" }, maybePrompts(), way("otherwise")],
    fresh: (next) => ({ kind: "transfer_out", note, number: "", otherwise: next, prompts: [] }),
  },
  flow: { tone: "jump", fields: [{ name: "flow", type: "flow" }], fresh: () => ({ kind: "flow", note, flow: "" }) },
  refuse: {
    tone: "end",
    fields: [{ name: "reason", type: "choice", choices: ["closed", "full", "nobody", "blocked"] }, prompts()],
    fresh: () => ({ kind: "refuse", note, reason: "closed", prompts: [] }),
  },
  hang_up: { tone: "end", fields: [maybePrompts()], fresh: () => ({ kind: "hang_up", note, prompts: [] }) },
};

export const KIND_NAMES = Object.keys(KINDS) as NodeKind[];
export const TONES: readonly Tone[] = ["say", "ask", "decide", "person", "jump", "end"];

export const FRESH_WHEN = { queue: "", variable: "", at_least: null, at_most: null, is_one_of: [], since: null, until: null } as const;

/** The fields of this very node, in the order of the form. */
export function formFields(node: Node): readonly Field[] {
  return KINDS[node.kind].fields.filter((field) => field.isFor?.(node) ?? true);
}
