import { describe, expect, it } from "vitest";

import type { Ticket, TicketEvent } from "../live/protocol";
import { movesOf, needsWords, wayBack } from "./moves";
import { editFields, ticketEdit } from "./ticketEdit";
import { changeLines } from "./timeline";

const AT = "2026-11-25T08:00:00Z";
const ticket = (change: Partial<Ticket> = {}): Ticket => ({
  ticket_id: 1,
  number: "T20261125-0001",
  version: 3,
  procedure: "complaint",
  category: "",
  text: "leaks",
  product: "",
  state: "working",
  moves: ["waiting", "resolved", "closed"],
  priority: "normal",
  department: "quality",
  channel: "phone",
  customer_id: null,
  customer_name: "",
  contact_name: "",
  contact_number: "138****8000",
  may_edit: true,
  may_call: true,
  received_at: AT,
  received_by: "anna",
  due_at: AT,
  resolved_at: null,
  closed_at: null,
  answer: "",
  call_ids: [],
  timeline: [],
  ...change,
});
const event = (changes: Record<string, string[]>): TicketEvent => ({ event_id: 1, at: AT, kind: "edited", by: "anna", text: "", changes, call_id: "" });

describe("work on a ticket", () => {
  it("sends what was changed with the version that was read, and nothing when nothing was", () => {
    const before = ticket();
    expect(ticketEdit(editFields(before), before, 3)).toBeNull();
    expect(ticketEdit({ ...editFields(before), priority: "urgent" }, before, 4)).toEqual({ version: 4, priority: "urgent" });
    const linked = ticket({ customer_id: 7 });
    expect(ticketEdit({ ...editFields(linked), customer_id: null }, linked, 3)).toEqual({ version: 3, customer_id: null });
  });

  it("never sends a masked number back, but takes a whole one", () => {
    const before = ticket();
    expect(ticketEdit({ ...editFields(before), contact_number: "138****80" }, before, 3)).toBeNull();
    expect(ticketEdit({ ...editFields(before), contact_number: "13900000000" }, before, 3)).toEqual({ version: 3, contact_number: "13900000000" });
  });

  it("offers the moves of the service in the order of life, and asks for words at an end", () => {
    expect(movesOf(ticket({ moves: ["closed", "waiting", "unheard_of"] }))).toEqual(["waiting", "closed"]);
    expect(["new", "working", "waiting", "resolved", "closed"].filter(needsWords)).toEqual(["resolved", "closed"]);
  });

  it("offers the way back only where there is one without words", () => {
    expect(wayBack("working", ticket({ moves: ["working", "resolved"] }))).toBe("working");
    expect(wayBack("new", ticket({ moves: ["waiting"] }))).toBeNull();
    expect(wayBack("resolved", ticket({ moves: ["resolved", "working"] }))).toBeNull();
  });

  it("tells changes in words, and shows what it does not know as it is", () => {
    const [state, note, odd] = changeLines(event({ state: ["new", "working"], product: ["", "K2"], shoe_size: ["41", "42"] }), ticket());
    expect(state).toEqual({ field: "状态", before: "新建", after: "处理中" });
    expect(note).toMatchObject({ before: "–", after: "K2" });
    expect(odd).toEqual({ field: "shoe_size", before: "41", after: "42" });
  });
});
