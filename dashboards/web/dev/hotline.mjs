// Made-up prompts, hours, numbers and blocked callers for dev/mock.mjs. Shapes as in src/live/protocol.ts.
import { iso } from "./floor.mjs";

const HOSTILE = "\u202Eمرحبا <b>evil</b>\u202C " + "王".repeat(55);
const own = (id, more = {}) => ({ id, is_in_force: false, is_there: true, length_s: 3.4, text: "", source: "upload", made_at: iso(-86_400 * id), made_by: "赵主管", ...more });
const prompt = (name, text, more = {}) => ({ name, language: "zh", text, shipped_text: text, voices: { female: 2.4, male: 2.6 }, own: [], used_by: [], ...more });
const PROMPTS = [
  prompt("record-notice", "您好，本次通话将被录音。", { used_by: ["complaints-day", "consult-day", "consult-night", "service-day", "service-night"] }),
  prompt("welcome-consult", "欢迎致电蓝海机械，双十一期间咨询较多。", { shipped_text: "欢迎致电咨询热线。", used_by: ["consult-day"], own: [own(3, { is_in_force: true, text: "欢迎致电蓝海机械，双十一期间咨询较多。", source: "phone" }), own(2, { is_there: false }), own(1, { made_by: HOSTILE })] }),
  prompt("wrong-key", "您的按键有误。", { used_by: ["consult-day", "dialplan"] }),
  prompt("please-hold", "正在为您转接人工坐席，请稍候。", { used_by: ["consult-day", "complaints-day"] }),
  prompt("promotion-2026", "", { shipped_text: "", voices: {}, own: [own(4, { is_in_force: true })], used_by: ["service-day"] }),
  prompt("no-such-prompt", "", { shipped_text: "", voices: {}, used_by: ["consult-night"] }),
  ...Array.from({ length: 60 }, (_, n) => prompt(`m${n + 1}`, `${n + 1}分钟`, { voices: { female: 1.1 } })),
  prompt("record-notice", "Hello. This call will be recorded.", { language: "en", voices: { female: 2.2 }, used_by: ["english"] }),
  prompt("welcome-consult", "Welcome to our consultation line.", { language: "en", voices: { female: 2.0 }, used_by: ["english"] }),
];
const span = (since, until) => ({ since, until });
const week = (...spans) => Array.from({ length: 7 }, () => spans.map((one) => ({ ...one })));
const day = (on, kind, zh, en) => ({ on, kind, zh, en });
const hotline = (number, zh, en, name) => ({ number, zh, en, schedule: "day", day: `${name}-day`, night: `${name}-night` });
export const HOTLINE_RULES = {
  hours: {
    schedules: [
      { code: "day", zh: "白班", en: "Day", week: week(span("08:00", "21:00")), holidays: null },
      { code: "office", zh: "办公时间", en: "Office hours", week: [...week(span("09:00", "12:00"), span("13:30", "18:00")).slice(0, 5), [], []], holidays: [] },
      { code: "night_shift", zh: "夜班", en: "Night shift", week: week(span("21:00", "08:00")), holidays: [span("20:00", "09:00")] },
    ],
  },
  calendar: { days: [day("2026-01-01", "holiday", "元旦", "New Year"), day("2026-01-04", "workday", "元旦", "New Year"), day("2026-10-01", "holiday", "国庆节", "National Day"), day("2026-10-02", "holiday", "国庆节", "National Day"), day("2026-10-10", "workday", "国庆节", "National Day")] },
  hotlines: { hotlines: [hotline("95001", "咨询热线", "Consultation", "consult"), hotline("95002", "投诉热线", "Complaints", "complaints"), hotline("95003", "服务热线", "Service", "service")], fallback: "fallback" },
  webhooks: { webhooks: [{ code: "crm", url: "https://crm.example/hotline", is_active: true }, { code: "old_erp", url: "http://192.0.2.7/ask", is_active: false }] },
};
const EMPTY = { hours: { schedules: [] }, calendar: { days: [] }, hotlines: { hotlines: [], fallback: "fallback" }, webhooks: { webhooks: [] } };

export class MockHotline {
  /** `rules`: of the whole mock; those of the hotline are put in. */
  constructor({ isEmpty = false, rules }) {
    this.prompts = isEmpty ? [] : PROMPTS;
    this.callers = isEmpty ? [] : [["k1", "13800138000", "多次骚扰坐席", iso(86_400 * 20), 14], ["k2", "01055550000", HOSTILE, null, 0], ["k3", "13900000001", "恶意占线", iso(7200), 3]].map(([key, number, why, until, refused_count]) => ({ key, number, why, until, blocked_at: iso(-86_400 * 3), blocked_by: "赵主管", refused_count }));
    this.takes = new Map();
    this.last = 10;
    Object.assign(rules.rules, isEmpty ? EMPTY : HOTLINE_RULES);
    this.rules = rules.rules;
  }

  answer(method, path, query, body) {
    const [, , place, ...rest] = path.split("/").map(decodeURIComponent);
    if (place === "prompts") return rest.length ? this.prompt(method, rest, query, body) : [200, { prompts: this.prompts, takes_all_formats: true }];
    if (place === "prompt-takes") return this.take(rest[0]);
    if (path === "/api/hotlines/now") return [200, { hotlines: this.rules.hotlines.hotlines.map((one, n) => ({ number: one.number, flow: n ? one.day : "fallback", is_open: n !== 2, why: ["retired", "schedule", "holiday"][n % 3], until: n === 1 ? null : iso(3600 * (n + 2)) })), calendar_years: [2026] }];
    if (place === "blocked") return this.blocked(method, rest[0], body);
    return null;
  }

  prompt(method, [language, name, what, one], query, body) {
    let found = this.prompts.find((each) => each.language === language && each.name === name);
    if (what === "upload" && body.bytes < 100) return [422, { code: "prompt.not_audio" }];
    if (!found) this.prompts.push((found = prompt(name, "", { language, voices: {} })));
    if (what === "upload") return [200, this.made(found, "upload", query.get("text") ?? "")];
    if (what === "by-phone") return this.ring(found, body);
    if (what === "in-force") found.own = found.own.map((each) => ({ ...each, is_in_force: each.id === body.id }));
    if (what === "text") found.own = found.own.map((each) => (each.is_in_force ? { ...each, text: body.text } : each));
    if (what === "own") found.own = found.own.filter((each) => each.id !== Number(one));
    found.text = found.own.find((each) => each.is_in_force)?.text ?? found.shipped_text;
    return method === "DELETE" ? [204] : [200, found];
  }

  made(found, source, text) {
    found.own = [own((this.last += 1), { is_in_force: true, source, text, made_at: iso(0) }), ...found.own.map((each) => ({ ...each, is_in_force: false }))];
    found.text = text;
    return { prompt: { ...found }, level_dbfs: -19, peak_dbfs: -4.2, trimmed_s: 0.84 };
  }

  ring(found, body) {
    const take = { id: `prompt-${this.takes.size}`, began: Date.now(), found, text: body.text };
    this.takes.set(take.id, take);
    return [202, { id: take.id, state: "ringing", code: "", text: "", made: null }];
  }

  take(id) {
    const take = this.takes.get(id);
    if (!take) return [404, { code: "prompt.take_unknown" }];
    const state = ["ringing", "recording", "checking", "made"][Math.min(3, Math.floor((Date.now() - take.began) / 3000))];
    if (state === "made") take.made ??= this.made(take.found, "phone", take.text);
    return [200, { id, state, code: "", text: "", made: take.made ?? null }];
  }

  blocked(method, key, body) {
    if (method === "DELETE") this.callers = this.callers.filter((one) => one.key !== key);
    if (method === "POST") this.callers = [{ key: `k${Date.now()}`, number: body.number ?? "13800138000", why: body.why, until: body.until ?? null, blocked_at: iso(0), blocked_by: "赵主管", refused_count: 0 }, ...this.callers];
    return [200, { callers: this.callers }];
  }
}
