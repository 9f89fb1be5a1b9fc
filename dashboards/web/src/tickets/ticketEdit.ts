/** The edit form of a ticket: what it holds and what is sent. Pure. */

import { PRIORITIES, type Priority } from "../casework/ticketForm";
import type { Ticket, TicketEdit } from "../live/protocol";

export interface EditFields {
  procedure: string;
  category: string;
  text: string;
  priority: Priority;
  department: string;
  product: string;
  contact_name: string;
  contact_number: string;
  customer_id: number | null;
}

export function editFields(ticket: Ticket): EditFields {
  const { procedure, category, text, department, product, contact_name, contact_number, customer_id } = ticket;
  return { procedure, category, text, department, product, contact_name, contact_number, customer_id, priority: PRIORITIES.find((one) => one === ticket.priority) ?? "normal" };
}

/** What was changed against the ticket as it was read; null when nothing was. A masked number is never sent back. */
export function ticketEdit(fields: EditFields, before: Ticket, version: number): TicketEdit | null {
  const then = editFields(before);
  const changed = Object.entries(fields).filter(([name, value]) => value !== then[name as keyof EditFields] && !(name === "contact_number" && fields.contact_number.includes("*")));
  return changed.length === 0 ? null : { version, ...Object.fromEntries(changed) };
}
