// Made-up procedures, rules, tickets, customers, recordings and pops for dev/mock.mjs. Shapes as in src/live/protocol.ts.
import { iso } from "./floor.mjs";

const LONG = "x".repeat(300) + "一".repeat(300) + " " + "w ".repeat(200);
const HOSTILE = { name: "\u202Eمرحبا <b>evil</b>\u202C " + "王".repeat(55), company: "</script><img src=x onerror=alert(1)> =cmd|'/C calc'!A0 " + "公司".repeat(60), text: LONG };
const NUMBER = "13800138000";

const category = (code, zh, en, department = "") => ({ code, zh, en, department });
const procedure = (code, zh, en, department, isComplaint, categories = []) => ({ code, zh, en, is_complaint: isComplaint, due_h: 8, department, categories });
export const PROCEDURES = [
  procedure("complaint", "产品投诉", "Complaint", "service", true, [category("quality", "质量问题", "Quality", "quality"), category("delivery", "交货延误", "Late delivery", "warehouse"), category("other", "其他", "Other")]),
  procedure("service_complaint", "服务投诉", "Service complaint", "personnel", true, [category("staff", "人员态度", "Staff conduct", "personnel"), category("money", "收费问题", "Money", "finance")]),
  procedure("return_exchange", "退换货", "Return or exchange", "quality", false, [category("few", "少量不良", "A few pieces"), category("batch", "整批不良", "A whole batch", "quality")]),
  procedure("order", "电话订单", "Order by phone", "sales", false),
  procedure("consultation", "咨询", "Consultation", "service", false),
];
const DEPARTMENTS = [["service", "客服部", "Customer service"], ["quality", "质量部", "Quality"], ["production", "生产部", "Production"], ["warehouse", "仓储物流部", "Warehouse and transport"], ["sales", "营销部", "Sales"], ["finance", "财务部", "Finance"], ["personnel", "人事行政部", "Personnel"]];
export const rules = {
  rules: {
    not_ready: { reasons: [["break", "小休", "Break", 60], ["meal", "用餐", "Meal", 60], ["training", "培训", "Training", 0], ["back_office", "后台工作", "Back office", 0]].map(([code, zh, en, allowance_min]) => ({ code, zh, en, allowance_min, is_active: true })) },
    desk: { wrap_up_s: 15, extension_s: 60, missed_offers_limit: 1, phone_away_s: 4, phone_back_s: 120, lost_browser: "wait", take_back_s: 20, recording_pause_s: 120 },
    calling: { is_on: true, prefixes: {}, blocked: ["00", "010101", "9951", "168", "16"], per_minute: 6, concurrent: 8, minutes_a_day: 180 },
    departments: { departments: DEPARTMENTS.map(([code, zh, en]) => ({ code, zh, en, is_active: code !== "personnel" })) },
    hours: { schedules: [["day", "白班", "Day", 7, 7], ["office", "办公时间", "Office hours", 5, 0]].map(([code, zh, en, open, holidays]) => ({ code, zh, en, week: Array.from({ length: 7 }, (_, day) => (day < open ? [{ since: "08:00", until: "21:00" }] : [])), holidays: holidays ? null : [] })) },
    calendar: { days: [] },
    hotlines: { hotlines: [["95001", "咨询热线", "Consultation", "consult"], ["95002", "投诉热线", "Complaints", "complaints"]].map(([number, zh, en, flow]) => ({ number, zh, en, schedule: "day", day: `${flow}-day`, night: `${flow}-night` })), fallback: "fallback" },
    webhooks: { webhooks: [{ code: "orders", url: "https://example.com/orders", is_active: true }] },
  },
  versions: { not_ready: 3 },
};

const MOVES = { new: ["working", "waiting", "resolved", "closed"], working: ["waiting", "resolved", "closed"], waiting: ["working", "resolved", "closed"], resolved: ["closed", "working"], closed: ["working"] };
const TEXTS = ["空压机 K2 启动后异响，客户要求上门", "送货晚了三天，产线停工", "收到的 20 件里有 3 件表面划伤", "客服电话里态度不好，要求道歉", "咨询保修期和三包规定\n第二行", HOSTILE.text];

function ticket(n) {
  const state = ["new", "working", "waiting", "working", "resolved", "closed"][n % 6];
  const chosen = PROCEDURES[n % 5];
  const received = (n % 3 ? -3600 * (n + 1) : -3600 * 9 - n * 600);
  const isClosed = state === "closed";
  return {
    ticket_id: n, number: `T202611${String(25 - (n % 20)).padStart(2, "0")}-${String(n).padStart(4, "0")}`, version: 1, procedure: chosen.code, category: chosen.categories[n % 2]?.code ?? "", text: TEXTS[n % 6], product: "K2", state, moves: MOVES[state],
    priority: ["normal", "normal", "high", "normal", "urgent"][n % 5], department: chosen.categories[n % 2]?.department || chosen.department, channel: "phone", customer_id: n % 4 ? 1 + (n % 5) : null, customer_name: n % 4 ? customers[n % 5].name : "",
    contact_name: "王芳", contact_number: "138****8000", may_edit: true, may_call: true, received_at: iso(received), received_by: "孙悦", due_at: iso(received + 8 * 3600), resolved_at: null, closed_at: isClosed ? iso(-600) : null, answer: isClosed ? "已换新件，客户满意。" : "", call_ids: n % 2 ? ["hq7f3ka9-1795000000.7001"] : [],
    timeline: [
      { event_id: 1, at: iso(received), kind: "received", by: "孙悦", text: "", changes: {}, call_id: "hq7f3ka9-1795000000.7001" },
      { event_id: 2, at: iso(received + 600), kind: "edited", by: "钱班长", text: "", changes: { department: ["service", "quality"], priority: ["normal", "urgent"] }, call_id: "" },
      { event_id: 3, at: iso(received + 900), kind: "moved", by: "质量部 李工", text: "已联系客户，约定明天上午上门。\n带 2 个备件。", changes: { state: ["new", "working"] }, call_id: "" },
      { event_id: 4, at: iso(received + 1200), kind: "noted", by: HOSTILE.name, text: HOSTILE.text, changes: {}, call_id: "" },
    ],
  };
}

const customer = (id, name, more = {}) => ({
  customer_id: id, version: 1, name, company: "", kind: "owner", is_vip: false, numbers: ["138****8000", "010****0000"], are_numbers_whole: false, address: "", mail: "", note: "", warnings: [], created_at: iso(-86_400 * 400), tickets: [], contacts: [], ...more,
});
const customers = [
  customer(1, "王芳", { company: "蓝海机械有限公司", is_vip: true, warnings: ["左耳听力不好，请说慢一些", "欠款 3 个月，勿承诺发货"], note: "采购主管。\n喜欢上午联系。", address: "上海市松江区", mail: "wang@example.com" }),
  customer(2, "李强", { company: "蓝海机械有限公司", kind: "intending" }),
  customer(3, HOSTILE.name, { company: HOSTILE.company, kind: "potential", warnings: [HOSTILE.text.slice(0, 200)], note: HOSTILE.text }),
  customer(4, "Anna Schmidt", { company: "Nordlicht GmbH", kind: "potential", numbers: [] }),
  customer(5, "赵敏", { kind: "unknown" }),
];
const contact = (n, more = {}) => ({ call_id: `hq7f3ka9-1795000000.700${n}`, customer_id: 1, started_at: iso(-86_400 * n - 500), direction: n === 2 ? "out" : "in", hotline: "95002", queue: n === 2 ? "" : "complaints", agent_id: "1003", agent_name: "钱班长", talk_s: 184 - n * 30, outcome: "answered", ticket_numbers: [], parts: 2, ...more });
const contacts = [contact(1, { ticket_numbers: ["T20261124-0001"] }), contact(2), contact(3, { outcome: "abandoned", talk_s: 0, parts: 0, agent_name: "" }), contact(4, { agent_name: HOSTILE.name })];

const brief = (one) => ({ ticket_id: one.ticket_id, number: one.number, procedure: one.procedure, category: one.category, title: one.text.split("\n")[0].slice(0, 120), state: one.state, priority: one.priority, department: one.department, customer_id: one.customer_id, customer_name: one.customer_name, received_at: one.received_at, due_at: one.due_at, closed_at: one.closed_at });
const popCustomer = (one) => ({ customer_id: one.customer_id, name: one.name, company: one.company, kind: one.kind, is_vip: one.is_vip, warnings: one.warnings, numbers: [NUMBER, "01055550000"], note: one.note, open_ticket_count: one.customer_id });

const pop = (more) => ({
  type: "PopView", call_id: "hq7f3ka9-1795000000.9001", agent_id: "1004", offered_at: iso(-3), direction: "in", hotline: "95002", queue: "complaints", caller_number: NUMBER, caller_name: "", waited_s: 34, from_agent: null, is_loaded: true, customer_id: null, customers: [], tickets: [], contacts: [], procedure: "complaint", draft: null, saved: [], missing: "",
  menu: MENU, notice: { at: iso(-44), wording: "3fa91c02" }, ...more,
});

const colleague = (agent_id, name, given = {}) => ({ agent_id, name, mode: "ready", reason: "", phase: "idle", is_reachable: true, queues: ["consult", "complaints"], refused: "", ...given });
const COLLEAGUES = [
  colleague("1002", "孙悦"),
  colleague("1005", "\u202E" + LONG),
  colleague("1004", "Li Na", { mode: "not_ready", reason: "meal" }),
  colleague("1003", "周敏", { phase: "talking", refused: "transfer.target_busy" }),
  colleague("1006", "吴磊", { is_reachable: false, refused: "transfer.target_away" }),
  colleague("1007", "郑强", { mode: "signed_out", is_reachable: false, refused: "transfer.target_away" }),
];
const QUEUES = [["complaints", 2, ""], ["consult", 0, ""], ["fallback", 0, "transfer.queue_empty"]].map(([name, waiting_count, refused]) => ({ name, waiting_count, free_count: 1, refused }));

export class MockCases {
  constructor({ isEmpty = false } = {}) {
    this.tickets = isEmpty ? [] : Array.from({ length: 46 }, (_, n) => ticket(n + 1));
    this.customers = isEmpty ? [] : customers;
  }

  /** A pop to look at: `unknown`, `known`, `shared`, `hostile`, `away`, `loading`, `typed`, `passed`. */
  pop(scene) {
    const own = [...new Set([...this.tickets.filter((one) => one.procedure.endsWith("complaint") && one.state !== "closed").slice(0, 2), ...this.tickets.slice(2, 6)])].map(brief);
    const known = { customer_id: 1, customers: [popCustomer(customers[0])], tickets: own, contacts };
    const scenes = {
      unknown: {},
      known,
      shared: { customers: customers.slice(0, 3).map(popCustomer) },
      hostile: { customer_id: 3, customers: [popCustomer(customers[2])], tickets: this.tickets.filter((one) => one.text === HOSTILE.text).slice(0, 3).map(brief), contacts: contacts.slice(3), caller_name: "\u202E" + LONG },
      away: { is_loaded: false, missing: "database.away" },
      loading: { is_loaded: false },
      typed: { ...known, draft: { version: 4, procedure: "complaint", category: "quality", text: "空压机 K2 启动后异响", priority: "high", department: "", contact_name: "王芳", contact_number: NUMBER, changed_at: iso(-2), changed_by: "孙悦" }, saved: own.slice(2, 3) },
      passed: { ...known, from_agent: "1002", caller_number: "", tickets: [], contacts: [] },
    };
    return pop(scenes[scene] ?? {});
  }

  /** Route -> [status, answer], or null when it is not ours. */
  answer(method, path, query, body) {
    if (path === "/api/procedures") return [200, { procedures: PROCEDURES }];
    if (path === "/api/rules") return [200, rules];
    if (path.startsWith("/api/rules/")) return this.rule(path.slice(11).replace("-", "_"), body);
    if (path === "/api/tickets.csv") return [200, "number\r\n"];
    if (path === "/api/tickets" && method === "GET") return this.list(query);
    // A ticket of the call belongs to the desk's pop.
    if (path === "/api/tickets") return body.call_id ? null : this.add(body);
    if (path.startsWith("/api/tickets/")) return this.ticket(method, Number(path.split("/")[3]), path.split("/")[4], body);
    if (path === "/api/customers") return method === "POST" ? [200, customer(9, body.name, body)] : [200, { customers: this.customers.map((one) => ({ ...one, open_ticket_count: one.customer_id % 3, last_contact_at: iso(-9000) })), next: null }];
    if (path.startsWith("/api/customers/")) return this.customer(method, Number(path.split("/")[3]), path.split("/")[4], body);
    if (path.endsWith("/recordings")) return [200, { call_id: path.split("/")[3], parts: ["ready", "missing", "writing", "empty", "damaged"].map((state, index) => ({ part: index + 1, started_at: iso(-900 + index * 60), duration_s: 84.5, state })) }];
    if (path === "/api/colleagues") return [200, { colleagues: COLLEAGUES, queues: QUEUES }];
    if (path === "/api/missed-callers") return [200, { callers: this.tickets.length ? [0, 1, 2].map((n) => ({ call_id: `missed.${n}`, caller_number: `1390000000${n}`, hotline: "95001", queue: "consult", outcome: "abandoned", lost_at: iso(-900 * (n + 1)), waited_s: 40 + n * 30, times: n + 1, tried_at: n === 2 ? iso(-60) : null })) : [] }];
    return null;
  }

  rule(name, body) {
    if ((rules.versions[name] ?? 0) !== body.version) return [409, { code: "rules.changed" }];
    rules.rules[name] = body.value;
    rules.versions[name] = body.version + 1;
    return [200, rules];
  }

  list(query) {
    const isOpen = (one) => one.state !== "closed";
    const isLate = (one) => isOpen(one) && one.state !== "resolved" && Date.parse(one.due_at) < Date.now();
    const wanted = (one) => (!query.get("state") || (query.get("state") === "open" ? isOpen(one) : one.state === query.get("state"))) && (!query.get("overdue") || isLate(one)) && (!query.get("q") || one.text.includes(query.get("q")));
    const found = this.tickets.filter(wanted).sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
    const from = Number(query.get("before") ?? 0);
    const counts = { overdue: this.tickets.filter(isLate).length };
    for (const one of this.tickets) counts[one.state] = (counts[one.state] ?? 0) + 1;
    return [200, { tickets: found.slice(from, from + 20).map(brief), next: found.length > from + 20 ? String(from + 20) : null, counts }];
  }

  add(body) {
    const made = { ...ticket(this.tickets.length + 1), ...body, version: 1, state: body.state ?? "new" };
    this.tickets.push(made);
    return [200, made];
  }

  ticket(method, id, what, body) {
    const one = this.tickets.find((each) => each.ticket_id === id);
    if (!one) return [404, { code: "ticket.unknown" }];
    if (what === "call") return [202, { command_id: "mock", call_id: "" }];
    if (method === "GET") return [200, one];
    if (body.version !== undefined && body.version !== one.version) return [409, { code: "ticket.changed" }];
    const { version: _, text, ...fields } = body;
    if (what === undefined) Object.assign(one, fields, text ? { text } : {});
    if (what === "state") Object.assign(one, { state: body.state, moves: MOVES[body.state] });
    const kind = { state: "moved", notes: "noted" }[what] ?? "edited";
    one.timeline = [...one.timeline, { event_id: one.timeline.length + 1, at: iso(0), kind, by: "赵主管", text: what ? (text ?? "") : "", changes: {}, call_id: body.call_id ?? "" }];
    one.version += 1;
    return [200, { ...one }];
  }

  customer(method, id, what, body) {
    const one = this.customers.find((each) => each.customer_id === id);
    if (!one) return [404, { code: "customer.unknown" }];
    if (what === "call") return [409, { code: "dial.no_line" }];
    if (method === "PATCH") Object.assign(one, body, { version: one.version + 1 });
    return [200, { ...one, tickets: this.tickets.filter((each) => each.customer_id === id).map(brief), contacts: id === 5 ? [] : contacts }];
  }
}

const step = (ago, node, outcome, digits = "", words = "") => ({ at: iso(-ago), flow: "complaints-day", node, digits, outcome, version: 3, words });
const MENU = [step(40, "welcome", "key", "2", "投诉"), step(39, "state", "collected", "**********07"), step(39, "state", "status"), step(38, "complaints", "to_queue", "", "complaints")];
