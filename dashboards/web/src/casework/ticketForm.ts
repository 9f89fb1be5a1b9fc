/** The ticket form of a call: what it begins with, what is wrong with it, what is sent. Pure. */

import type { CategoryView, DraftChange, PopView, ProcedureView, TicketBrief, TicketDraft, TicketNew } from "../live/protocol";

export type Priority = NonNullable<TicketNew["priority"]>;

export const PRIORITIES: readonly Priority[] = ["low", "normal", "high", "urgent"];

/** What a draft keeps. `department` is empty while it is the proposed one. */
export interface DraftFields {
  procedure: string;
  category: string;
  text: string;
  priority: Priority;
  department: string;
  contact_name: string;
  contact_number: string;
}

export type FormFault = "procedure" | "text" | "answer";

/** What the form holds when it opens: the draft, or what the call itself tells. */
export function fieldsOf(pop: PopView): DraftFields {
  if (pop.draft !== null) return draftFields(pop.draft);
  const customer = pop.customers.find((one) => one.customer_id === pop.customer_id);
  return {
    procedure: pop.procedure,
    category: "",
    text: "",
    priority: "normal",
    department: "",
    contact_name: customer?.name ?? "",
    contact_number: pop.caller_number,
  };
}

export function draftFields(draft: TicketDraft): DraftFields {
  const { procedure, category, text, department, contact_name, contact_number } = draft;
  return { procedure, category, text, priority: priorityOf(draft.priority), department, contact_name, contact_number };
}

export function isSame(a: DraftFields, b: DraftFields): boolean {
  return (Object.keys(a) as (keyof DraftFields)[]).every((name) => a[name] === b[name]);
}

export function draftChange(fields: DraftFields, version: number): DraftChange {
  return { version, ...fields };
}

/** Who works it to the end, unless somebody chooses otherwise: the category's department, else the procedure's. */
export function proposedDepartment(procedure: ProcedureView | undefined, category: string): string {
  const chosen = procedure?.categories.find((one: CategoryView) => one.code === category);
  return chosen?.department || procedure?.department || "";
}

/** What keeps the form from being sent; empty when nothing does. */
export function faultsOf(fields: DraftFields, isAnswered: boolean, answer: string): FormFault[] {
  const faults: FormFault[] = [];
  if (fields.procedure === "") faults.push("procedure");
  if (fields.text.trim() === "") faults.push("text");
  if (isAnswered && answer.trim() === "") faults.push("answer");
  return faults;
}

/** A new ticket of this call. Answered on the telephone: closed at once, and the answer says how (P-22). */
export function newTicket(pop: PopView, fields: DraftFields, product: string, isAnswered: boolean, answer: string): TicketNew {
  return {
    ...fields,
    text: fields.text.trim(),
    product: product.trim(),
    channel: "phone",
    customer_id: pop.customer_id,
    call_id: pop.call_id,
    ...(isAnswered ? { state: "closed" as const, answer: answer.trim() } : {}),
  };
}

export interface TicketGroup {
  kind: "complaints" | "open" | "closed";
  tickets: TicketBrief[];
}

/** In the order in which an agent must know them: open complaints, other open ones, closed ones. Empty groups are left out. */
export function grouped(tickets: readonly TicketBrief[], complaints: ReadonlySet<string>): TicketGroup[] {
  const kindOf = (one: TicketBrief) => (one.closed_at !== null || one.state === "closed" ? "closed" : complaints.has(one.procedure) ? "complaints" : "open");
  return (["complaints", "open", "closed"] as const)
    .map((kind) => ({ kind, tickets: tickets.filter((one) => kindOf(one) === kind) }))
    .filter((group) => group.tickets.length > 0);
}

function priorityOf(code: string): Priority {
  return PRIORITIES.find((one) => one === code) ?? "normal";
}
