/** The customer form: what it holds, what is wrong with it, what is sent. Pure. */

import type { Customer, CustomerEdit, CustomerNew } from "../live/protocol";

export type CustomerKind = NonNullable<CustomerNew["kind"]>;

export const KINDS: readonly CustomerKind[] = ["owner", "intending", "potential", "unknown"];

/** Lists are typed as lines. */
export interface CustomerFields {
  name: string;
  company: string;
  kind: CustomerKind;
  is_vip: boolean;
  numbers: string;
  address: string;
  mail: string;
  note: string;
  warnings: string;
}

export type CustomerFault = "name" | "numbers";

export function emptyCustomer(number = "", name = ""): CustomerFields {
  return { name, company: "", kind: "unknown", is_vip: false, numbers: number, address: "", mail: "", note: "", warnings: "" };
}

export function customerFields(customer: Customer): CustomerFields {
  const { name, company, is_vip, address, mail, note } = customer;
  return {
    ...{ name, company, is_vip, address, mail, note },
    kind: KINDS.find((one) => one === customer.kind) ?? "unknown",
    numbers: customer.numbers.join("\n"),
    warnings: customer.warnings.join("\n"),
  };
}

/** Digits, with what people write between them; a plus in front; stars where the service masked it. */
const NUMBER = /^\+?[\d*\s()./-]{3,40}$/;

export function customerFaults(fields: CustomerFields): CustomerFault[] {
  const faults: CustomerFault[] = [];
  if (fields.name.trim() === "") faults.push("name");
  if (!lines(fields.numbers).every((one) => NUMBER.test(one))) faults.push("numbers");
  return faults;
}

export function customerNew(fields: CustomerFields, callId = ""): CustomerNew {
  return { ...sent(fields), ...(callId ? { call_id: callId } : {}) };
}

/** What was changed. A masked number that goes back means the number it was made of: the service keeps that. */
export function customerEdit(fields: CustomerFields, before: Customer): CustomerEdit {
  const [now, then] = [sent(fields), sent(customerFields(before))];
  const changed = Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(then[name as keyof typeof then]));
  return { version: before.version, ...Object.fromEntries(changed) };
}

function sent(fields: CustomerFields) {
  const { kind, is_vip } = fields;
  return {
    ...{ kind, is_vip },
    name: fields.name.trim(),
    company: fields.company.trim(),
    address: fields.address.trim(),
    mail: fields.mail.trim(),
    note: fields.note.trim(),
    numbers: lines(fields.numbers),
    warnings: lines(fields.warnings),
  };
}

function lines(text: string): string[] {
  return text.split(/[\n;；,，]/).map((one) => one.trim()).filter((one) => one !== "");
}
