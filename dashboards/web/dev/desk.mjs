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

  /** `cases` makes the pops. */
  constructor(cases, scene = "ready") {
    this.cases = cases;
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
    const { agent, items } = sceneOf(scene, (kind, more) => ({ ...this.cases.pop(kind), ...more }));
    this.put("agent", { ...blankAgent(), phone, device: phone === "browser" ? `PJSIP/web${ID}` : `PJSIP/${ID}`, ...agent });
    for (const [key, value] of Object.entries(items)) this.put(key, value);
  }

  /** What the desk's own routes answer, or null. */
  answer(method, path, body) {
    if (path === "/api/telephone" && method === "POST") return this.telephone(body);
    if (path === "/api/telephone") return [204];
    if (path === `/api/agents/${ID}/mode`) return this.mode(body);
    if (path === `/api/agents/${ID}/wrap-up`) return this.wrapUp(body);
    if (path === `/api/agents/${ID}/help`) return this.change("agent", { help_since: body.action === "ask" ? iso(0) : null }), accepted();
    if (path === `/api/agents/${ID}/reasons`) return [200, { reasons: REASONS }];
    if (path.startsWith("/api/pops/")) return this.pops(method, decodeURIComponent(path.split("/")[3]), path, body);
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

}

const accepted = () => [202, { command_id: "mock", call_id: CALL }];

function sceneOf(scene, popOf) {
  const pop = { [`pop:${CALL}`]: popOf("known", { offered_at: iso(-75) }) };
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
      return { agent: { phase: "ringing", phase_since: iso(-3), call_id: CALL, device_state: 6 }, items: { [`call:${CALL}`]: callView("ringing"), [`pop:${CALL}`]: popOf("unknown", { caller_number: "13911112222" }) } };
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
      return { agent: { phase: "talking", phase_since: iso(-20), call_id: CALL, device_state: 2, help_since: iso(-40) }, items: { [`call:${CALL}`]: callView("talking"), [`pop:${OLD}`]: popOf("shared", { call_id: OLD, caller_number: "02165432100", offered_at: iso(-900) }), ...pop } };
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
    menu: MENU, legs: [], visits: [], segments: [], transfers: [], recording_paused_at: null, recording_resumes_at: null, waits_for: null, notice: null, messages: [], ratings: [], callback: null, ...more,
  };
}

const MENU = [
  { at: iso(-105), flow: "consult-day", node: "welcome", digits: "2", outcome: "key", version: 3, words: "投诉" },
  { at: iso(-103), flow: "complaints-day", node: "state", digits: "**********07", outcome: "collected", version: 3, words: "" },
  { at: iso(-102), flow: "complaints-day", node: "state", digits: "", outcome: "status", version: 3, words: "" },
  { at: iso(-101), flow: "complaints-day", node: "complaints", digits: "", outcome: "to_queue", version: 3, words: "complaints" },
];

const reason = (code, zh, en, allowance_min, used_s) => ({ code, zh, en, allowance_min, used_s });
const REASONS = [reason("break", "小休", "Break", 60, 2280), reason("meal", "用餐", "Meal", 60, 3720), reason("training", "培训", "Training", 0, 0), reason("back_office", "后台工作", "Back office", 0, 640)];
/** Just enough of a registrar: every REGISTER and OPTIONS is welcome. */
export function sipAnswer(text) {
  const lines = text.split("\r\n");
  const all = (name) => lines.filter((line) => line.toLowerCase().startsWith(`${name}:`));
  if (!/^(REGISTER|OPTIONS) /.test(text)) return null;
  const to = all("to")[0].includes("tag=") ? all("to") : [`${all("to")[0]};tag=mock`];
  const contact = all("contact").map((line) => (line.includes("expires=") ? line : `${line};expires=120`));
  return ["SIP/2.0 200 OK", ...all("via"), ...all("from"), ...to, ...all("call-id"), ...all("cseq"), ...contact, "Content-Length: 0", "", ""].join("\r\n");
}
