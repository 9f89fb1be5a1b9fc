// A service for looking at the pages without one: `npm run mock`, then http://127.0.0.1:8901/ (or `npm run dev` beside it).
// Any password signs in; the login is the role: supervisor, team_leader, agent, administrator, department, auditor.
// POST /mock/scene/<name>?phone=browser|desk shows the desk in a scene of dev/desk.mjs; MOCK_SCENE is the first one.
// POST /mock/pop/<name> puts a pop of dev/cases.mjs on the desk: unknown, known, shared, hostile, away, loading, typed, passed.
// MOCK=empty shows the empty states, MOCK=down a switch that is away. Never part of the build.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

import { WebSocketServer } from "ws";

import { MockCases, rules as RULES } from "./cases.mjs";
import { MockDesk, SCENES, sipAnswer } from "./desk.mjs";
import { iso, MockFloor } from "./floor.mjs";
import { MockFlows } from "./flows.mjs";
import { MockHotline } from "./hotline.mjs";
import { MockLeft } from "./left.mjs";

const PORT = Number(process.env.MOCK_PORT ?? 8901);
const MODE = process.env.MOCK ?? "full";
const STATIC = process.env.MOCK_STATIC ?? new URL("../../static/", import.meta.url).pathname;
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
/** The policy of the real service, so that a page which breaks it breaks here. */
const POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const SEES = ["see_floor", "see_history", "see_numbers", "control_calls", "set_others_mode"];
const DESK = ["set_own_mode", "call_out", "see_tickets", "work_tickets", "see_customers", "edit_customers", "listen_recordings", "work_messages"];
const RIGHTS = {
  administrator: ["see_floor", "see_check", "repair", "place_test_call", "manage_people", "change_rules", "see_flows", "edit_flows"],
  supervisor: [...SEES, ...DESK, "see_check", "repair", "place_test_call", "export_tickets", "change_rules", "see_flows", "edit_flows", "block_callers", "see_reports"],
  team_leader: [...SEES, ...DESK, "export_tickets", "see_flows", "block_callers", "see_reports"],
  agent: DESK,
  department: ["work_tickets"],
  auditor: ["see_history", "listen_recordings", "see_tickets", "see_flows", "see_reports"],
};

const floor = new MockFloor({ isEmpty: MODE === "empty" });
if (MODE === "down") floor.put("check", "link", { ...floor.topics.check.get("link"), is_up: false, is_valid: false, reason: "connection refused", since: iso(-20) });
floor.changes.length = 0;
const cases = new MockCases({ isEmpty: MODE === "empty" });
const flows = new MockFlows({ isEmpty: MODE === "empty" });
const hotline = new MockHotline({ isEmpty: MODE === "empty", rules: RULES });
const left = new MockLeft({ isEmpty: MODE === "empty" });
const desk = new MockDesk(cases, process.env.MOCK_SCENE ?? "ready");
const sockets = new Set();
/** Who is signed in, by cookie. */
const sessions = new Map();
const past = MODE === "empty" ? [] : [...floor.topics.calls.values()].filter((call) => call.visits.length).map(ended);

function ended(call, n) {
  const isAnswered = n % 5 !== 0;
  const at = new Date(Date.now() - n * 190_000);
  const visits = call.visits.map((one) => ({ ...one, outcome: isAnswered ? "answered" : "abandoned", agent_id: isAnswered ? String(1001 + (n % 12)) : null, wait_s: 4 + n, talk_s: isAnswered ? 80 + n * 3 : null, ended_at: at.toISOString(), ended_by: "caller" }));
  const left = n % 4 === 0 ? { messages: [{ at: at.toISOString(), box: "complaints", name: "hq7f3ka9-1795000000.1-1", length_s: 34 }], callback: { at: at.toISOString(), queue: "consult", number: "13800138000" } } : {};
  const ratings = isAnswered ? [{ at: at.toISOString(), question: "service", score: 5 - (n % 3), agent_id: String(1001 + (n % 12)) }] : [];
  return { ...call, ...left, ratings, refusal: n % 9 === 3 ? "closed" : "", stage: "ended", end: "hung_up", agent_ids: [], started_at: at.toISOString(), ended_at: new Date(at.getTime() + 120_000).toISOString(), visits };
}

function people() {
  const row = (n, login, name, role, number, more) => ({ account_id: n, login, name, role, agent_number: number, queues: number ? ["consult"] : [], is_active: true, has_password: true, last_seen_at: iso(-n * 4000), ...more });
  const all = [
    row(1, "admin", "Administrator", "administrator", null),
    row(2, "zhao", "赵主管", "supervisor", null),
    row(3, "qian", "钱班长", "team_leader", "1003", { queues: ["consult", "complaints"] }),
    row(4, "sun", "孙悦", "agent", "1004", { has_password: false, last_seen_at: null }),
    row(5, "li", "李静", "agent", "1005", { is_active: false }),
  ];
  return { people: MODE === "empty" ? [] : all, queues: ["consult", "complaints"], free_numbers: ["1041", "1042"] };
}

function check() {
  const found = (code, level, text, fix = "", about = "") => ({ code, level, text, fix, about });
  const findings = [
    found("conf.version", "bad", "Asterisk 22.8.2 has known holes: 22.10.1 closed 20 advisories, remote crashes among them", "Update Asterisk to 22.10.1 or newer."),
    found("rights.read", "unknown", "read class `agi`: nothing has happened yet that would show it; place a test call", "", "agi"),
    found("disk.short", "warn", "3.1 GiB (6%) free for /srv/hotline", "Make room: recordings and the database stop when it is full.", "/srv/hotline"),
    found("link.up", "ok", "logged in as 127.0.0.1:5038"),
    found("conf.queues", "ok", "queues: complaints, consult, fallback, test"),
  ];
  const gauges = [["link.lag", 0.0021, "s"], ["link.lag_max", 0.019, "s"], ["link.events", 128412, "count"], ["engine.wait_worst", 0.0041, "s"], ["link.heartbeat", null, "s"]];
  return { at: iso(0), findings: MODE === "empty" ? [] : findings, gauges: gauges.map(([code, value, unit]) => ({ code, value, unit })) };
}

const session = (login) => {
  const role = RIGHTS[login] ? login : "supervisor";
  return { account_id: 2, login, name: login === "agent" ? "孙悦" : "赵主管", role, rights: RIGHTS[role], agent_id: role === "agent" || role === "team_leader" ? "1004" : null, language: "zh", csrf: "mock", must_set_password: false, expires_at: iso(36_000) };
};

/** Route -> [status, answer]. `id` is the browser's cookie. */
function answer(method, path, query, body, id) {
  const enter = (next) => [200, sessions.set(id, next).get(id)];
  const present = sessions.get(id);
  if (path === "/api/session" && method === "POST") return enter(session(body.login));
  if (path === "/api/session/link") return enter({ ...session("administrator"), rights: [], must_set_password: true });
  if (!present) return [401, problem(401, "session.none")];
  if (path === "/api/session" && method === "DELETE") return sessions.delete(id), [204];
  if (path === "/api/session/password") return enter(session(present.login));
  if (path === "/api/session/language") return enter({ ...present, language: body.language });
  if (path === "/api/session") return [200, present];
  const own = hotline.answer(method, path, query, body) ?? flows.answer(method, path, query, body) ?? left.answer(method, path, query, body) ?? cases.answer(method, path, query, body) ?? desk.answer(method, path, body);
  if (own) return own[0] < 400 ? own : [own[0], problem(own[0], own[1].code)];
  if (path === "/api/people" && method === "GET") return [200, people()];
  if (path === "/api/people" || path.endsWith("/link")) return [200, { person: { ...people().people[3], ...body }, url: "http://127.0.0.1:8901/sign-in#Zk3mQ9xWv7Lp2Rt5Yb8N", expires_at: iso(86_400) }];
  if (path.endsWith("/telephone")) return [200, { user: "1004", secret: "k7Pq-mock-9fRw", server: "192.0.2.10:5060" }];
  if (path.startsWith("/api/people/")) return [200, people().people[0]];
  if (path === "/api/calls") return [200, { calls: past.slice(0, 50), next: past.length > 50 ? "mock" : null }];
  if (path.startsWith("/api/calls/") && method === "GET") return [200, past.find((one) => one.call_id === decodeURIComponent(path.slice(11)))];
  if (path.endsWith("/transfer")) return [409, problem(409, "transfer.target_busy")];
  if (path === "/api/check") return [200, check()];
  return [202, { command_id: "mock" }];
}

/** JSON, or how long a file is. */
function bodyOf(request, data) {
  if (request.headers["content-type"] === "application/octet-stream") return { bytes: data.length };
  return data.length ? JSON.parse(data) : {};
}

const problem = (status, code) => ({ type: "about:blank", title: code, status, code, detail: `mock: ${code}`, ids: {} });

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://mock");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (pathname.startsWith("/api/")) {
    const id = /mock=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? Math.random().toString(36).slice(2);
    const [status, body] = answer(request.method, pathname, searchParams, bodyOf(request, Buffer.concat(chunks)), id);
    tell();
    return response.writeHead(status, { "Content-Type": "application/json", "Set-Cookie": `mock=${id}; Path=/; HttpOnly; SameSite=Strict` }).end(body === undefined ? "" : JSON.stringify(body));
  }
  if (pathname.startsWith("/mock/scene/")) {
    desk.show(pathname.slice(12), searchParams.get("phone") ?? undefined);
    tell();
    return response.end(JSON.stringify(SCENES));
  }
  if (pathname.startsWith("/mock/pop/")) {
    const pop = cases.pop(pathname.slice(10));
    desk.put(`pop:${pop.call_id}`, pop);
    tell();
    return response.end();
  }
  const asked = join(STATIC, pathname);
  const file = asked.startsWith(STATIC) && extname(asked) && existsSync(asked) ? asked : join(STATIC, "index.html");
  response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": POLICY }).end(readFileSync(file));
});

const live = new WebSocketServer({ noServer: true });
const sip = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  const to = request.url.startsWith("/api/sip") ? sip : live;
  to.handleUpgrade(request, socket, head, (opened) => to.emit("connection", opened));
});
sip.on("connection", (socket) => socket.on("message", (text) => {
  const answer = sipAnswer(String(text));
  if (answer) socket.send(answer);
}));
live.on("connection", (socket) => {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("message", (text) => {
    const message = JSON.parse(text);
    if (message.type === "subscribe") for (const topic of message.topics) socket.send(JSON.stringify(topic === desk.topic ? desk.snapshot() : floor.snapshot(topic)));
    if (message.type === "pop_shown") console.log("pop shown:", message.call_id);
  });
});

/** Send what changed at the desk at once, as the service does. */
function tell() {
  send(desk.changes.splice(0));
}

function send(items) {
  const text = JSON.stringify(items.length ? { type: "changes", at: iso(0), items } : { type: "ping", at: iso(0) });
  for (const socket of sockets) socket.send(text);
}

setInterval(() => send(floor.tick()), 1000);

server.listen(PORT, "127.0.0.1", () => console.log(`mock (${MODE}): http://127.0.0.1:${PORT}/`));
