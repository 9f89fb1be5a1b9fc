// The desk of one made-up agent for dev/mock.mjs: scenes to look at. POST /mock/scene/<name>?phone=browser|desk changes it;
// buttons on the page do, too. Shapes as in src/live/protocol.ts.
import { iso } from "./floor.mjs";

const ID = "1004";
const CALL = "hq7f3ka9-1795000000.9001";
const OLD = "hq7f3ka9-1795000000.8001";
const NUMBER = "13800138000";

export const SCENES = ["signed_out", "ready", "not_ready", "ringing", "stranger", "talking", "held", "consulting", "conference", "paused", "wrap_up", "away", "missed", "stranded", "two_pops"];

export class MockDesk {
  topic = `agent.${ID}`;
  seq = 0;
  changes = [];
  items = new Map();
  isElsewhere = false;

  constructor(scene = "ready") {
    this.phone = "desk";
    this.show(scene);
  }

  snapshot() {
    return { type: "snapshot", topic: this.topic, seq: this.seq, at: iso(0), items: Object.fromEntries(this.items) };
  }

  put(key, value) {
    if (value === null) this.items.delete(key);
    else this.items.set(key, value);
    this.changes.push({ topic: this.topic, seq: ++this.seq, key, value });
  }

  change(key, more) {
    if (this.items.has(key)) this.put(key, { ...this.items.get(key), ...more });
  }

  /** Make everything as it is in this scene. */
  show(scene, phone = this.phone) {
    this.phone = phone;
    this.isElsewhere = scene === "elsewhere";
    for (const key of [...this.items.keys()]) if (key !== "agent") this.put(key, null);
    const { agent, items } = sceneOf(scene);
    this.put("agent", { ...blankAgent(), phone, device: phone === "browser" ? `PJSIP/web${ID}` : `PJSIP/${ID}`, ...agent });
    for (const [key, value] of Object.entries(items)) this.put(key, value);
  }

  /** What the desk's own routes answer, or null. */
  answer(method, path, body, mayTake) {
    if (path === "/api/telephone" && method === "POST") return this.telephone(body, mayTake);
    if (path === "/api/telephone") return [204];
    if (path === `/api/agents/${ID}/mode`) return this.mode(body);
    if (path === `/api/agents/${ID}/wrap-up`) return this.wrapUp(body);
    if (path === `/api/agents/${ID}/help`) return this.change("agent", { help_since: body.action === "ask" ? iso(0) : null }), accepted();
    if (path === `/api/agents/${ID}/reasons`) return [200, { reasons: REASONS }];
    if (path === "/api/missed-callers") return [200, { callers: MISSED }];
    if (path === "/api/procedures") return [200, { procedures: PROCEDURES }];
    if (path === "/api/rules") return [200, { rules: { departments: { departments: DEPARTMENTS } }, versions: {} }];
    if (path.startsWith("/api/pops/")) return this.pops(method, decodeURIComponent(path.split("/")[3]), path, body);
    if (path === "/api/tickets" && method === "POST") return this.ticket(body);
    if (path.endsWith("/recordings")) return [200, { call_id: OLD, parts: [] }];
    if (path.startsWith("/api/calls/") && method === "POST") return this.call(path.split("/")[4], body);
    return null;
  }

  telephone({ kind, take }) {
    if (this.isElsewhere && !take) return [409, { type: "about:blank", title: "", status: 409, code: "telephone.elsewhere", detail: "Another page has your telephone.", ids: {} }];
    this.isElsewhere = false;
    this.phone = kind;
    this.change("agent", { phone: kind });
    const user = `web${ID}`;
    return [200, kind === "desk" ? { kind, user: "", realm: "", secret: "", uri: "", call_in_progress: "" } : { kind, user, realm: "hotline", secret: "0".repeat(32), uri: `sip:${user}@hotline`, call_in_progress: "" }];
  }

  mode({ mode, reason }) {
    this.change("agent", { mode, reason: reason ?? "", mode_since: iso(0), wrap_up_until: null });
    return accepted();
  }

  wrapUp({ action, extra_s }) {
    if (action === "end") return this.mode({ mode: "ready" });
    this.change("agent", { wrap_up_until: iso(extra_s ?? 60) });
    return accepted();
  }

  call(what, body) {
    const refused = (code) => [409, { type: "about:blank", title: "", status: 409, code, detail: `mock: ${code}`, ids: {} }];
    if (what === "transfer" && body.target === "1005") return refused("transfer.target_busy");
    if (what === "transfer") return this.show("wrap_up"), accepted();
    if (what === "consult") return this.show("consulting"), accepted();
    if (what === "step") return accepted();
    if (what === "recording") return this.show(body.action === "pause" ? "paused" : "talking"), accepted();
    if (what === "hang-up") return this.show("wrap_up"), accepted();
    if (what === "phone") return body.action === "mute" || body.action === "unmute" ? accepted() : (this.show(body.action === "hold" ? "held" : "talking"), accepted());
    return accepted();
  }

  pops(method, id, path, body) {
    const key = `pop:${id}`;
    if (method === "DELETE") return this.put(key, null), [204];
    if (path.endsWith("/customer")) this.change(key, { customer_id: body.customer_id });
    return [204];
  }

  ticket(body) {
    const pop = this.items.get(`pop:${body.call_id}`);
    const saved = { ...brief(9, body.procedure, body.text.split("\n")[0], 8), number: "T-2026-000309" };
    if (pop) this.put(`pop:${body.call_id}`, { ...pop, draft: null, saved: [...pop.saved, saved] });
    return [200, { ...saved, version: 1 }];
  }
}

const accepted = () => [202, { command_id: "mock", call_id: CALL }];

function sceneOf(scene) {
  const pop = { [`pop:${CALL}`]: popView(CALL, NUMBER) };
  const inCall = (phase, more = {}, call = {}) => ({
    agent: { phase, phase_since: iso(-72), call_id: CALL, device_state: 2, ...more },
    items: { [`call:${CALL}`]: callView(phase === "holding" ? "held" : "talking", call), ...pop },
  });
  switch (scene) {
    case "signed_out":
      return { agent: { mode: "signed_out", member_of: [] }, items: {} };
    case "not_ready":
      return { agent: { mode: "not_ready", reason: "break", mode_since: iso(-400) }, items: {} };
    case "ringing":
      return { agent: { phase: "ringing", phase_since: iso(-3), call_id: CALL, device_state: 6 }, items: { [`call:${CALL}`]: callView("ringing"), ...pop } };
    case "stranger":
      return { agent: { phase: "ringing", phase_since: iso(-3), call_id: CALL, device_state: 6 }, items: { [`call:${CALL}`]: callView("ringing"), [`pop:${CALL}`]: { ...popView(CALL, "13911112222"), customer_id: null, customers: [], tickets: [], contacts: [] } } };
    case "talking":
      return inCall("talking");
    case "held":
      return inCall("holding");
    case "consulting":
    case "conference":
      return inCall("talking", { consult: { target: "1005", agent_id: "1005", state: scene === "consulting" ? "talking" : "conference", since: iso(-14) } });
    case "paused":
      return inCall("talking", {}, { recording_paused_at: iso(-20), recording_resumes_at: iso(100) });
    case "wrap_up":
      return { agent: { mode: "wrap_up", mode_since: iso(-3), wrap_up_until: iso(27) }, items: pop };
    case "away":
      return { agent: { mode: "not_ready", reason: "phone_away", mode_since: iso(-8), device_state: 5, phone_away_since: iso(-12) }, items: {} };
    case "missed":
      return { agent: { mode: "not_ready", reason: "missed_offer", offers_missed_count: 1, mode_since: iso(-30) }, items: {} };
    case "stranded":
      return { agent: {}, items: { [`call:${CALL}`]: { ...callView("waiting"), agent_ids: [], waits_for: ID, stage_since: iso(-6) }, ...pop } };
    case "two_pops":
      return { agent: { phase: "talking", phase_since: iso(-20), call_id: CALL, device_state: 2, help_since: iso(-40) }, items: { [`call:${CALL}`]: callView("talking"), [`pop:${OLD}`]: { ...popView(OLD, "02165432100"), offered_at: iso(-900) }, ...pop } };
    default:
      return { agent: {}, items: {} };
  }
}

function blankAgent() {
  return {
    type: "AgentView", agent_id: ID, name: "孙悦", mode: "ready", reason: "", mode_since: iso(-190), wrap_up_until: null, phase: "idle", phase_since: iso(-190),
    call_id: null, device_state: 1, queues: ["consult", "complaints"], member_of: ["consult", "complaints", "fallback"], paused_in: [], offers_missed_count: 0,
    phone_away_since: null, consult: null, help_since: null,
  };
}

function callView(stage, more = {}) {
  return {
    type: "CallView", call_id: CALL, linked_id: CALL, direction: "in", hotline: "95002", caller_number: NUMBER, caller_name: "", is_test: false, stage, stage_since: iso(-72), queue: "complaints",
    agent_ids: [ID], started_at: iso(-110), answered_at: iso(-110), ended_at: null, end: "", refusal: "", fell_back: false, merged_into: null, is_reconstructed: false,
    menu: MENU, legs: [], visits: [], segments: [], transfers: [], recording_paused_at: null, recording_resumes_at: null, waits_for: null, ...more,
  };
}

const MENU = [
  { at: iso(-105), flow: "hotline", node: "welcome", digits: "2", outcome: "key" },
  { at: iso(-101), flow: "hotline", node: "complaints", digits: "", outcome: "to_queue" },
];

function popView(id, number) {
  return {
    type: "PopView", call_id: id, agent_id: ID, offered_at: iso(-75), direction: "in", hotline: "95002", queue: "complaints", caller_number: number, caller_name: "", waited_s: 26, menu: MENU,
    from_agent: null, is_loaded: true, customer_id: 1,
    customers: [{ customer_id: 1, name: "王建国", company: "江南机械有限公司", kind: "owner", is_vip: true, warnings: ["通话前请先核对身份"], numbers: [number, "02165432100"], note: "下午联系", open_ticket_count: 2 }],
    tickets: [brief(1, "complaint", "送货迟了三天，安装师傅没有来", -1), brief(2, "complaint", "电机异响，要求更换", 5), brief(3, "inquiry", "保修期怎么算", 7)],
    contacts: [
      { call_id: OLD, customer_id: 1, started_at: iso(-86_400), direction: "in", hotline: "95001", queue: "consult", agent_id: "1005", agent_name: "李静", talk_s: 184, outcome: "answered", ticket_numbers: ["T-2026-000287"], parts: 1 },
      { call_id: `${OLD}b`, customer_id: 1, started_at: iso(-260_000), direction: "in", hotline: "95002", queue: "complaints", agent_id: null, agent_name: "", talk_s: 0, outcome: "abandoned", ticket_numbers: [], parts: 0 },
    ],
    procedure: "complaint", draft: null, saved: [], missing: "",
  };
}

function brief(id, procedure, title, dueInH) {
  return { ticket_id: id, number: `T-2026-00028${id}`, procedure, category: "", title, state: "working", priority: id === 1 ? "high" : "normal", department: "service", customer_id: 1, customer_name: "王建国", received_at: iso(-9 * 3600), due_at: iso(dueInH * 3600), closed_at: null };
}

const reason = (code, zh, en, allowance_min, used_s) => ({ code, zh, en, allowance_min, used_s });
const REASONS = [reason("break", "小休", "Break", 60, 2280), reason("meal", "用餐", "Meal", 60, 3720), reason("training", "培训", "Training", 0, 0), reason("back_office", "后台工作", "Back office", 0, 640)];
const missed = (n, number, queue, ago_s, times, more = {}) => ({ call_id: `missed-${n}`, caller_number: number, hotline: "95001", queue, outcome: "abandoned", lost_at: iso(-ago_s), waited_s: 20 + n * 13, times, tried_at: null, ...more });
const MISSED = [missed(1, "138****0077", "complaints", 4100, 3), missed(2, "021****2100", "consult", 2500, 1, { tried_at: iso(-900) }), missed(3, "", "consult", 1300, 1), missed(4, "139****4321", "consult", 300, 1)];
const category = (code, zh, en) => ({ code, zh, en, department: "service" });
const PROCEDURES = [
  { code: "complaint", zh: "投诉", en: "Complaint", is_complaint: true, due_h: 8, department: "service", categories: [category("delivery", "送货", "Delivery"), category("quality", "质量", "Quality")] },
  { code: "inquiry", zh: "咨询", en: "Inquiry", is_complaint: false, due_h: 8, department: "service", categories: [category("product", "产品", "Product")] },
];
const department = (code, zh, en) => ({ code, zh, en, is_active: true });
const DEPARTMENTS = [department("service", "客服部", "Customer service"), department("quality", "质量部", "Quality"), department("warehouse", "仓储物流部", "Warehouse and transport")];

/** Just enough of a registrar: every REGISTER and OPTIONS is welcome. */
export function sipAnswer(text) {
  const lines = text.split("\r\n");
  const all = (name) => lines.filter((line) => line.toLowerCase().startsWith(`${name}:`));
  if (!/^(REGISTER|OPTIONS) /.test(text)) return null;
  const to = all("to")[0].includes("tag=") ? all("to") : [`${all("to")[0]};tag=mock`];
  const contact = all("contact").map((line) => (line.includes("expires=") ? line : `${line};expires=120`));
  return ["SIP/2.0 200 OK", ...all("via"), ...all("from"), ...to, ...all("call-id"), ...all("cseq"), ...contact, "Content-Length: 0", "", ""].join("\r\n");
}
