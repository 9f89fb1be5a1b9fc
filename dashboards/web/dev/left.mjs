// Made-up messages, callbacks and figures for dev/mock.mjs. Shapes as in src/live/protocol.ts.
import { iso } from "./floor.mjs";

const DAY_S = 86_400;
const NUMBERS = ["13800138000", "02165432100", "13911112222", "", "18612345678"];
const NOTES = ["", "客户要求下午三点以后回电，产品型号 HX-200，已查保修期内。", "<script>alert(1)</script>", "已转质量部"];

export class MockLeft {
  constructor({ isEmpty = false } = {}) {
    this.isEmpty = isEmpty;
    this.callbacks = isEmpty ? [] : CALLBACKS.map((one, n) => callback(one, n));
    this.messages = isEmpty ? [] : Array.from({ length: 23 }, (_, n) => message(n));
  }

  /** What its own routes answer, or null. */
  answer(method, path, query, body) {
    if (path === "/api/messages") return [200, this.page(query)];
    if (path.startsWith("/api/messages/") && method === "PUT") return this.change(decodeURIComponent(path.split("/")[3]), body);
    if (path.startsWith("/api/messages/") && path.endsWith("/call")) return [202, { command_id: "mock", call_id: "mock" }];
    if (path === "/api/callbacks") return [200, this.calls(query.get("state") ?? "open")];
    if (path.startsWith("/api/callbacks/") && method === "DELETE") return this.cancel(Number(path.split("/")[3]));
    if (path.startsWith("/api/callbacks/") && path.endsWith("/call")) return [202, { command_id: "mock", call_id: "mock" }];
    if (path === "/api/reports/menu") return [200, this.isEmpty ? { since: query.get("since"), until: query.get("until"), days: [], keys: [], ratings: [] } : report(query)];
    return null;
  }

  page(query) {
    const wanted = (one) => (!query.get("state") || one.state === query.get("state")) && (!query.get("box") || one.box === query.get("box"));
    return { messages: this.messages.filter(wanted), new_count: this.messages.filter((one) => one.state === "new").length, next_before: null };
  }

  calls(state) {
    const open = this.callbacks.filter((one) => !["reached", "cancelled"].includes(one.state));
    const done = this.callbacks.filter((one) => !open.includes(one));
    return { callbacks: state === "open" ? open : done, open_count: open.length, next_before: null };
  }

  cancel(id) {
    Object.assign(this.callbacks.find((one) => one.id === id), { state: "cancelled", why: "by_person", changed_by: "赵主管", changed_at: iso(0) });
    return [200, this.calls("open")];
  }

  change(name, { version, state, note }) {
    const one = this.messages.find((each) => each.name === name);
    if (one.version !== version) return [409, { code: "message.changed" }];
    return [200, Object.assign(one, { version: version + 1, state, note, changed_at: iso(0), changed_by: "赵主管" })];
  }
}

const CALLBACKS = [
  ["placed", "", ""], ["dialling", "", ""], ["waiting", "left_empty", ""], ["no_answer", "busy", ""], ["no_answer", "rang", ""], ["unknown", "out_of_sight", ""],
  ["failed", "too_late", ""], ["waiting", "", ""], ["reached", "", ""], ["cancelled", "served", ""], ["cancelled", "by_person", "孙悦"], ["reached", "", ""],
];

function callback([state, why, changed_by], n) {
  return {
    id: 40 - n, call_id: `hq7f3ka9-1795000000.${n}`, made_call_id: why === "left_empty" ? null : `callback-${40 - n}-0a1b2c`, number: NUMBERS[n % 3 === 2 ? 2 : n % 3], hotline: n % 3 ? "95002" : "95001",
    queue: n % 3 ? "complaints" : "consult", asked_at: iso(-n * 3_100 - 240), waits_since: iso(-n * 3_100 - 240), state, why, changed_at: iso(-n * 2_900 - 60), changed_by,
  };
}

function message(n) {
  const state = n < 9 ? "new" : n < 14 ? "taken" : "done";
  return {
    name: `hq7f3ka9-1795000000.${n}-1`, call_id: `hq7f3ka9-1795000000.${n}`, box: n % 3 ? "complaints" : "consult", hotline: n % 3 ? "95002" : "95001",
    number: NUMBERS[n % NUMBERS.length], left_at: iso(-n * 5_000 - 300), length_s: 8 + ((n * 37) % 170), state, note: state === "new" ? "" : NOTES[n % NOTES.length],
    version: state === "new" ? 0 : 1, changed_at: state === "new" ? null : iso(-n * 4_000), changed_by: state === "new" ? "" : "孙悦", is_playable: n % 8 !== 7,
  };
}

function report(query) {
  const [since, until] = [Date.parse(query.get("since")), Date.parse(query.get("until"))];
  const days = [];
  for (let at = until; at >= since; at -= DAY_S * 1000) for (const [index, hotline] of ["95001", "95002", "95003"].entries()) if (!query.get("hotline") || query.get("hotline") === hotline) days.push(day(new Date(at).toISOString().slice(0, 10), hotline, index));
  const key = (flow, node, name, words, count) => ({ flow, node, key: name, words, outcome: words ? "key" : name === "0" ? "operator" : "wrong_key", count });
  const rating = (question, agent_id, name, asked, scores) => ({ question, agent_id, name, asked, scores, average: average(scores) });
  return {
    since: query.get("since"), until: query.get("until"), days,
    keys: [
      key("consult-day", "welcome", "1", "咨询", 812), key("consult-day", "welcome", "2", "投诉", 301), key("consult-day", "welcome", "3", "查询进度", 144), key("consult-day", "welcome", "0", "", 77), key("consult-day", "welcome", "7", "", 12),
      key("complaints-day", "complaints-menu", "1", "质量问题", 220), key("complaints-day", "complaints-menu", "2", "服务态度与礼仪、回复速度以及其他各种各样的很长的说明文字", 91),
      key("consult-day", "long-offer", "1", "回电", 40), key("consult-day", "long-offer", "3", "留言", 21),
    ],
    ratings: [rating("service", "", "", 4, { 4: 1 }), rating("service", "1004", "孙悦", 132, { 5: 70, 4: 12, 3: 3, 1: 2 }), rating("service", "1005", "李敏", 98, { 5: 30, 4: 22, 3: 9, 2: 8, 1: 11 }), rating("service", "1006", "陈洋", 12, {})],
  };
}

function day(date, hotline, index) {
  const calls = [412, 187, 96][index] + (Number(date.slice(-2)) % 7) * 9;
  const part = (share) => Math.round(calls * share);
  return { day: date, hotline, calls, contained: part(0.14), called_again: part(0.02), to_queue: part(0.71), hung_up: part(0.06), refused: index === 0 ? { closed: 9, lines: 3, nobody: 2, blocked: 4 } : { closed: 5, refused_full: 1 }, fell_back: index === 2 ? 1 : 0, notice_heard: part(0.95), menu_s: 17 + index * 6 };
}

function average(scores) {
  const given = Object.entries(scores);
  const count = given.reduce((sum, [, many]) => sum + many, 0);
  return count ? Math.round((100 * given.reduce((sum, [score, many]) => sum + score * many, 0)) / count) / 100 : 0;
}
