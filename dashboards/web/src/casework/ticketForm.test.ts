import { describe, expect, it } from "vitest";

import type { PopView, ProcedureView } from "../live/protocol";
import { faultsOf, fieldsOf, grouped, newTicket, proposedDepartment } from "./ticketForm";
import { brief, pop, popCustomer } from "./samples";

const PROCEDURE: ProcedureView = {
  code: "complaint",
  zh: "投诉",
  en: "Complaint",
  is_complaint: true,
  due_h: 8,
  department: "service",
  categories: [
    { code: "quality", zh: "质量", en: "Quality", department: "quality" },
    { code: "other", zh: "其他", en: "Other", department: "" },
  ],
};

describe("the ticket form", () => {
  it("begins with what the call tells: procedure, number, the chosen customer's name", () => {
    const known: PopView = pop({ customer_id: 7, customers: [popCustomer(7, { name: "王芳" })] });
    expect(fieldsOf(known)).toMatchObject({ procedure: "complaint", contact_name: "王芳", contact_number: "13800138000", text: "" });
    expect(fieldsOf(pop({ customers: [popCustomer(7), popCustomer(8)] })).contact_name).toBe("");
  });

  it("begins with the draft when there is one, also with a priority of a newer service", () => {
    const draft = { version: 3, procedure: "consultation", category: "x", text: "half a sen", priority: "galactic", department: "", contact_name: "", contact_number: "", changed_at: "2026-11-25T08:00:00Z", changed_by: "anna" };
    expect(fieldsOf(pop({ draft }))).toMatchObject({ procedure: "consultation", text: "half a sen", priority: "normal" });
  });

  it("proposes the category's department, else the procedure's", () => {
    expect(proposedDepartment(PROCEDURE, "quality")).toBe("quality");
    expect(proposedDepartment(PROCEDURE, "other")).toBe("service");
    expect(proposedDepartment(undefined, "quality")).toBe("");
  });

  it("needs a procedure and words, and an answer when it is to be closed at once (P-22)", () => {
    const fields = fieldsOf(pop({ procedure: "" }));
    expect(faultsOf(fields, true, " ")).toEqual(["procedure", "text", "answer"]);
    expect(faultsOf({ ...fields, procedure: "complaint", text: "leaks" }, false, "")).toEqual([]);
  });

  it("is sent with its call and its customer; answered ones are closed", () => {
    const one = pop({ customer_id: 7, customers: [popCustomer(7)] });
    const sent = newTicket(one, { ...fieldsOf(one), text: " leaks " }, "K2", true, " replaced ");
    expect(sent).toMatchObject({ text: "leaks", call_id: one.call_id, customer_id: 7, product: "K2", state: "closed", answer: "replaced", channel: "phone" });
    expect(newTicket(one, fieldsOf(one), "", false, "left over")).not.toHaveProperty("state");
  });

  it("groups open complaints first, and keeps the order within", () => {
    const tickets = [brief(1, { procedure: "consultation" }), brief(2), brief(3, { state: "closed", closed_at: "2026-11-25T08:00:00Z" }), brief(4)];
    const groups = grouped(tickets, new Set(["complaint"]));
    expect(groups.map((group) => [group.kind, group.tickets.map((one) => one.ticket_id)])).toEqual([
      ["complaints", [2, 4]],
      ["open", [1]],
      ["closed", [3]],
    ]);
  });
});
