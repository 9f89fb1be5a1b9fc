/** Views for tests: valid, and short to write. */

import type { PopCustomer, PopView, TicketBrief } from "../live/protocol";

const AT = "2026-11-25T08:00:00Z";

export function pop(change: Partial<PopView> = {}): PopView {
  return {
    type: "PopView",
    call_id: "hq-1.1",
    agent_id: "1001",
    offered_at: AT,
    direction: "in",
    hotline: "95002",
    queue: "complaints",
    caller_number: "13800138000",
    caller_name: "",
    waited_s: 12,
    menu: [],
    from_agent: null,
    is_loaded: true,
    customer_id: null,
    customers: [],
    tickets: [],
    contacts: [],
    procedure: "complaint",
    draft: null,
    saved: [],
    missing: "",
    notice: null,
    ...change,
  };
}

export function popCustomer(id: number, change: Partial<PopCustomer> = {}): PopCustomer {
  return { customer_id: id, name: `Customer ${id}`, company: "", kind: "owner", is_vip: false, warnings: [], numbers: ["13800138000"], note: "", open_ticket_count: 0, ...change };
}

export function brief(id: number, change: Partial<TicketBrief> = {}): TicketBrief {
  return {
    ticket_id: id,
    number: `T20261125-000${id}`,
    procedure: "complaint",
    category: "",
    title: "leaks",
    state: "new",
    priority: "normal",
    department: "quality",
    customer_id: 7,
    customer_name: "Customer 7",
    received_at: AT,
    due_at: AT,
    closed_at: null,
    ...change,
  };
}
