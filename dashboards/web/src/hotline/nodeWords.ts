/** Nodes, ways and tests in the words of the screen. */

import { coded } from "../casework/catalogue";
import type { FlawView } from "../live/protocol";
import { i18n, language, t, word } from "../text";
import type { Case, Node, Part, When } from "./flowTypes";
import { fieldsOf } from "./flowTypes";
import type { Way } from "./ways";
import { widthOf } from "./layout";

export const kindWord = (kind: string): string => coded("flows.kind", kind);
export const fieldWord = (name: string): string => coded("flows.field", name);
export const hintOf = (table: string, name: string): string => (i18n.global.te(`flows.${table}.${name}`, "zh") ? t(`flows.${table}.${name}`) : "");

/** What is written on a way; empty for the plain way on. */
export function wayWords(way: Way, node: Node): string {
  if (way.field === "keys") return [way.key, way.says].filter(Boolean).join(" ");
  if (way.field === "operator") return `${way.key} ${t("flows.way.operator")}`;
  if (way.field === "cases" && node.kind === "condition") return caseWords(node.cases[way.at!]!);
  return way.field === "next" ? "" : coded("flows.way", way.field);
}

export function caseWords(one: Case): string {
  return one.when.map(testWords).join(" & ");
}

function testWords(when: When): string {
  if (when.fact === "time") return `${when.since ?? ""}–${when.until ?? ""}`;
  const fact = when.fact === "variable" ? when.variable : t(`flows.fact.${when.fact}`);
  const words = when.is_one_of.map((one) => coded("flows.factWord", one)).join("/");
  if (when.fact === "blocked" || when.fact === "callback" || when.fact === "number") return `${fact}: ${words}`;
  if (when.fact === "variable" && words === "" && when.at_least === null && when.at_most === null) return `${fact}: ${t("flows.factWord.any")}`;
  const bounds = [when.at_least === null ? "" : `≥${when.at_least}`, when.at_most === null ? "" : `≤${when.at_most}`].join(" ").trim();
  const of = when.queue ? ` (${word("queue", when.queue)})` : "";
  return `${[fact, words && `= ${words}`, bounds].filter(Boolean).join(" ")}${of}`;
}

/** The line below a node's name: its kind, and what tells it from others of its kind. `said`: words of a prompt. */
export function summaryOf(node: Node, said: (prompt: string) => string): string {
  const about = aboutOf(node) || firstWords(node, said);
  return [kindWord(node.kind), about].filter(Boolean).join(" · ");
}

function aboutOf(node: Node): string {
  switch (node.kind) {
    case "queue":
    case "callback":
      return word("queue", node.queue);
    case "voicemail":
      return word("queue", node.box);
    case "flow":
      return node.flow;
    case "hours":
      return node.schedule;
    case "refuse":
      return t(`flows.choice.${node.reason}`);
    case "transfer_out":
      return node.number;
    case "look_up":
      return node.what === "webhook" ? node.webhook : t("flows.choice.customer");
    default:
      return "";
  }
}

function firstWords(node: Node, said: (prompt: string) => string): string {
  const parts = (fieldsOf(node)["prompts"] ?? fieldsOf(node)["ask_number"] ?? []) as Part[];
  const first = parts.find((part) => typeof part === "string") as string | undefined;
  return first === undefined ? "" : said(first) || first;
}

/** `text` cut so that it fits into `width` of a drawing. */
export function fitting(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let short = text;
  while (short !== "" && widthOf(`${short}…`) > width) short = [...short].slice(0, -1).join("");
  return `${short}…`;
}

/** What a flaw says, in the language of the screen; an unknown one says it in the service's English. */
export function flawWords(flaw: FlawView): string {
  const key = `flaw.${flaw.code}`;
  if (!i18n.global.te(key, "zh")) return flaw.text;
  return t(key, Object.fromEntries(Object.entries(flaw.values).map(([name, value]) => [name, valueWords(name, value)])));
}

/** Some values are words of the check's own. */
function valueWords(name: string, value: string): string {
  if (name === "wanted") return word("flawWanted", value);
  if (name !== "limit" || language.value === "en") return value;
  return value.replace(/ (characters|entries)$/, (_, unit: string) => ` ${word("flawWanted", unit)}`);
}
