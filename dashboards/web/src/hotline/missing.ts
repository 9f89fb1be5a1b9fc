/** What a form still lacks before the service can read it as a flow. Limits are those of the kinds' table. Pure. */

import type { Case, Flow, Key, Node, Part, When } from "./flowTypes";
import { fieldsOf } from "./flowTypes";
import { NAME } from "./flowList";
import { formFields, type Field } from "./kinds";

export interface Missing {
  node: string;
  field: string;
}

const NAMED = new Set(["node", "queue", "flow", "schedule", "webhook", "variable"]);
const KEY = /^[0-9*#]$/;
const CLOCK = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** Fields that are empty and may not be, or hold what no flow may hold. */
export function missingOf(flow: Flow): Missing[] {
  const inNodes = Object.entries(flow.nodes).flatMap(([name, node]) => missingIn(node).map((field) => ({ node: name, field })));
  const title = flow.title.zh.trim() === "" || flow.title.en.trim() === "" ? [{ node: "", field: "title" }] : [];
  return [...title, ...inNodes];
}

export function missingIn(node: Node): string[] {
  return formFields(node)
    .filter((field) => !isWhole(field, fieldsOf(node)[field.name]))
    .map((field) => field.name);
}

function isWhole(field: Field, value: unknown): boolean {
  if (field.type === "prompts") return (value as Part[]).every(isPart) && (field.isOptional === true || (value as Part[]).length > 0);
  if (field.type === "keys") return (value as Key[]).every((one) => KEY.test(one.key) && NAME.test(one.to));
  if (field.type === "cases") return (value as Case[]).length > 0 && (value as Case[]).every((one) => NAME.test(one.to) && one.when.length > 0 && one.when.every(isTest));
  if (field.type === "number") return typeof value === "number" && value >= field.least! && value <= field.most!;
  if (field.type === "scores") return Object.keys(value as object).length >= 2;
  if (field.type === "takes") return Object.entries(value as Record<string, string>).every((pair) => pair.every((name) => NAME.test(name)));
  if (value === "" || value === undefined) return field.isOptional === true;
  if (field.type === "key") return KEY.test(value as string);
  if (field.type === "telephone") return /^\d{3,20}$/.test(value as string);
  return NAMED.has(field.type) ? NAME.test(value as string) : true;
}

const isPart = (part: Part): boolean => NAME.test(typeof part === "string" ? part : part.of);

function isTest(when: When): boolean {
  if (when.fact === "time") return CLOCK.test(when.since ?? "") && CLOCK.test(when.until ?? "");
  // With nothing to be held against, the test asks whether the variable is known.
  if (when.fact === "variable") return NAME.test(when.variable);
  return when.at_least !== null || when.at_most !== null || when.is_one_of.length > 0;
}
