// Made-up menus, prompts and counts for dev/mock.mjs. Texts are JSON, which is YAML as well. Shapes as in src/live/protocol.ts.
import { iso } from "./floor.mjs";
import { step } from "./steps.mjs";

const PROMPTS = {
  welcome: "您好，欢迎致电客户服务热线。", "record-notice": "为了保证服务质量，您的通话将被录音。", "main-menu": "咨询请按一，投诉请按二，查询工单请按三，人工服务请按零。", "wrong-key": "您的按键有误。", "no-input": "您还没有按键。",
  "please-hold": "正在为您转接，请稍候。", "busy-choice": "现在排队人数较多。继续等待请按一，预约回电请按二，留言请按三。", "leave-message": "请在滴声后留言，按井号键结束。", "message-kept": "您的留言已收到。", "callback-kept": "我们会按顺序回电给您。",
  "ticket-number": "请输入工单号码，按井号键结束。", "last-four": "请输入登记电话的后四位。", "ticket-is": "您的工单状态是", "not-found": "没有找到。", closed: "现在是非服务时间。", goodbye: "感谢来电，再见。", "rate-us": "请为本次服务打分。", blocked: "您的号码暂时不能接入。",
};
const say = (...prompts) => prompts;
const title = (zh, en) => ({ zh, en });

const DAY = {
  name: "consult-day", title: title("咨询（白天）", "Consultation, day"), language: "zh", voice: "female", start: "check-caller",
  nodes: {
    "check-caller": { kind: "condition", cases: [{ when: [{ fact: "blocked", is_one_of: ["yes"] }], to: "refuse-blocked" }], otherwise: "notice" },
    "refuse-blocked": { kind: "refuse", reason: "blocked", prompts: say("blocked") },
    notice: { kind: "notice", prompts: say("welcome", "record-notice"), next: "who" },
    who: { kind: "look_up", what: "customer", found: "vip", not_found: "menu", failed: "menu", limit_s: 2 },
    vip: { kind: "condition", cases: [{ when: [{ fact: "variable", variable: "customer_vip", is_one_of: ["yes"] }], to: "vip-queue" }], otherwise: "menu" },
    "vip-queue": { kind: "queue", queue: "consult", prompts: say("please-hold"), priority: 10, says_position: true, says_wait: true, after: "rate" },
    menu: { kind: "menu", prompts: say("main-menu"), keys: [{ key: "1", to: "busy", says: "咨询" }, { key: "2", to: "complain", says: "投诉" }, { key: "3", to: "ticket", says: "查询工单" }], repeat: "*", operator: "busy", otherwise: "busy", wrong_key: say("wrong-key"), no_input: say("no-input") },
    complain: { kind: "flow", flow: "complaints-day" },
    busy: { kind: "condition", cases: [{ when: [{ fact: "expected_wait_s", queue: "consult", at_least: 180 }], to: "busy-menu" }, { when: [{ fact: "seats", queue: "consult", at_most: 0 }], to: "message" }], otherwise: "queue" },
    "busy-menu": { kind: "menu", prompts: say({ say: "minutes", of: "wait" }, "busy-choice"), keys: [{ key: "1", to: "queue", says: "继续等待" }, { key: "2", to: "call-back", says: "预约回电" }, { key: "3", to: "message", says: "留言" }], otherwise: "queue" },
    "call-back": { kind: "callback", queue: "consult", prompts: say("callback-kept"), next: "bye", otherwise: "message" },
    message: { kind: "voicemail", prompts: say("leave-message"), box: "consult", next: "kept", otherwise: "bye" },
    kept: { kind: "announce", prompts: say("message-kept"), next: "bye" },
    ticket: { kind: "ticket_status", ask_number: say("ticket-number"), ask_digits: say("last-four"), found: say("ticket-is", { say: "prompt", of: "ticket_state", prefix: "state-" }), not_found: say("not-found"), next: "menu", otherwise: "busy" },
    queue: { kind: "queue", queue: "consult", prompts: say("please-hold"), says_position: true, says_wait: true, after: "rate" },
    rate: { kind: "survey", question: "service", prompts: say("rate-us"), next: "bye" },
    bye: { kind: "hang_up", prompts: say("goodbye") },
  },
};
const COMPLAINTS = {
  name: "complaints-day", title: title("投诉（白天）", "Complaints, day"), language: "zh", voice: "female", start: "notice",
  nodes: { notice: { kind: "notice", prompts: say("welcome", "record-notice"), next: "queue" }, queue: { kind: "queue", queue: "complaints", prompts: say("please-hold") } },
};
const NIGHT = {
  name: "consult-night", title: title("咨询（夜间）", "Consultation, night"), language: "zh", voice: "male", start: "hours",
  nodes: { hours: { kind: "hours", schedule: "office", open: "message", closed: "closed", holiday: "" }, closed: { kind: "announce", prompts: say("closed"), next: "message" }, message: { kind: "voicemail", prompts: say("leave-message", "no-such-prompt"), box: "consult", next: "bye", otherwise: "bye" }, bye: { kind: "hang_up", prompts: say("goodbye") } },
};
const FALLBACK = { name: "fallback", title: title("兜底", "Fallback"), language: "zh", voice: "female", start: "queue", nodes: { queue: { kind: "queue", queue: "fallback", prompts: say("please-hold") } } };

/** A large one: 60 nodes, to look at the drawing. */
function large() {
  const nodes = { top: { kind: "menu", prompts: say("main-menu"), keys: [], otherwise: "bye" }, bye: { kind: "hang_up", prompts: say("goodbye") }, queue: { kind: "queue", queue: "consult" } };
  for (let m = 1; m <= 6; m += 1) {
    nodes.top.keys.push({ key: String(m), to: `menu-${m}`, says: `业务${m}` });
    nodes[`menu-${m}`] = { kind: "menu", prompts: say("main-menu"), keys: [], otherwise: "top", operator: "queue" };
    for (let k = 1; k <= 8; k += 1) {
      nodes[`menu-${m}`].keys.push({ key: String(k), to: `say-${m}-${k}`, says: `条目${k}` });
      nodes[`say-${m}-${k}`] = { kind: "announce", prompts: say("please-hold"), next: k % 3 ? "queue" : `menu-${m}` };
    }
  }
  return { name: "large", title: title("大菜单", "A large one"), language: "en", voice: "female", start: "top", nodes };
}

const DEFAULTS = {
  menu: { repeat: "", operator: "", operator_key: "0", wrong_key: [], no_input: [], wait_s: 5, tries: 3 }, hours: { holiday: "" }, look_up: { webhook: "", sends: [], takes: {}, limit_s: 3 }, queue: { prompts: [], priority: 0, says_position: false, says_wait: false, words_every_s: 60, after: "" },
  callback: { number_from: "", prompts: [], priority: 0 }, voicemail: { most_s: 180, silence_s: 6 }, survey: { scores: { 1: 5, 2: 4, 3: 3, 4: 2, 5: 1 }, wrong_key: [], wait_s: 6, tries: 2 }, ticket_status: { not_found: [], wait_s: 8, tries: 3 }, hang_up: { prompts: [] }, transfer_out: { prompts: [] },
  collect: { what: "digits", fewest: 1, most: 20, is_confirmed: false, is_masked: false, wrong: [], wait_s: 8, tries: 3 },
};
const WHEN = { queue: "", variable: "", at_least: null, at_most: null, is_one_of: [], since: null, until: null };

/** As the service answers: every field there. */
function whole(flow) {
  const full = (node) => {
    const one = { note: "", ...DEFAULTS[node.kind], ...node };
    if (one.cases) one.cases = one.cases.map((each) => ({ ...each, when: each.when.map((when) => ({ ...WHEN, ...when })) }));
    return one;
  };
  return { ...flow, nodes: Object.fromEntries(Object.entries(flow.nodes).map(([name, node]) => [name, full(node)])) };
}

/** JSON with a line for each node's field. */
function write(flow) {
  const { nodes, ...head } = flow;
  const short = ([name, node]) => `    ${JSON.stringify(name)}: {\n${Object.entries(node).filter(([, value]) => value !== "" && value?.length !== 0).map(([field, value]) => `      ${JSON.stringify(field)}: ${JSON.stringify(value)}`).join(",\n")}\n    }`;
  return `{\n${Object.entries(head).map(([field, value]) => `  ${JSON.stringify(field)}: ${JSON.stringify(value)}`).join(",\n")},\n  "nodes": {\n${Object.entries(nodes).map(short).join(",\n")}\n  }\n}\n`;
}

const targets = (node) => [node.next, node.otherwise, node.open, node.closed, node.holiday, node.not_found, node.failed, node.operator, node.after, ...(node.kind === "look_up" ? [node.found] : []), ...(node.keys ?? []).map((one) => one.to), ...(node.cases ?? []).map((one) => one.to)].filter((one) => typeof one === "string" && one);

function check(text) {
  const flaw = (code, node, line, values = {}, level = "bad") => ({ code, level, line, node, text: `mock: ${code} ${Object.values(values).join(" ")}`, values: { node, ...values } });
  let flow;
  try {
    flow = whole(JSON.parse(text));
  } catch (broken) {
    const at = Number(/position (\d+)/.exec(broken.message)?.[1] ?? 0);
    return { flow: null, flaws: [flaw("syntax", "", text.slice(0, at).split("\n").length, { why: broken.message })], lines: {} };
  }
  const lines = Object.fromEntries(Object.keys(flow.nodes).map((name) => [name, text.split("\n").findIndex((line) => line.startsWith(`    "${name}": {`)) + 1]));
  const flaws = [];
  const reached = new Set();
  const visit = (name) => reached.has(name) || !flow.nodes[name] || (reached.add(name), targets(flow.nodes[name]).forEach(visit));
  visit(flow.start);
  for (const [name, node] of Object.entries(flow.nodes)) {
    for (const to of new Set(targets(node))) if (!flow.nodes[to]) flaws.push(flaw("unknown_node", name, lines[name], { to }));
    if (!reached.has(name)) flaws.push(flaw("unreachable", name, lines[name]));
    const keys = (node.keys ?? []).map((one) => one.key);
    for (const key of new Set(keys.filter((one, at) => keys.indexOf(one) !== at))) flaws.push(flaw("key_twice", name, lines[name], { key }));
    for (const part of node.prompts ?? []) if (typeof part === "string" && !PROMPTS[part]) flaws.push(flaw("missing_prompt", name, lines[name], { prompt: part }));
  }
  return { flow, flaws, lines };
}

export class MockFlows {
  constructor({ isEmpty = false } = {}) {
    this.flows = new Map(isEmpty ? [] : [DAY, NIGHT, COMPLAINTS, FALLBACK, large()].map((flow) => [flow.name, { versions: [{ text: write(whole(flow)), version: 0, published_at: null, published_by: "", note: "" }], inForce: 0, draft: null }]));
    const day = this.flows.get("consult-day");
    if (day) day.versions.unshift({ ...day.versions[0], version: 1, published_at: iso(-86_400 * 3), published_by: "赵主管", note: "夜班提前" }), (day.inForce = 1);
  }

  /** Route -> [status, answer], or null when it is not ours. */
  answer(method, path, query, body) {
    if (path === "/api/prompts") return [200, { prompts: Object.entries(PROMPTS).map(([name, text]) => ({ name, language: "zh", text, voices: { female: 2.4, male: 2.6 }, own: [], used_by: ["consult-day"] })) }];
    const [, , place, name, what, version] = path.split("/").map(decodeURIComponent);
    if (place !== "flows") return null;
    if (name === undefined) return [200, { flows: [...this.flows.keys()].map((one) => this.brief(one)), fallback: "fallback" }];
    if (name === "check") return [200, check(body.text)];
    if (name === "write") return [200, { text: write(body.flow) }];
    if (name === "simulate") return [200, step(body.text === null || body.text === undefined ? this.flowOf(body.name) : check(body.text).flow, body, PROMPTS, (one) => this.flowOf(one))];
    if (what === "draft") return method === "PUT" ? this.save(name, body) : this.drop(name);
    if (!this.flows.has(name)) return [404, { code: "flow.unknown" }];
    if (what === "publish") return this.publish(name, body);
    if (what === "in-force") return (this.flows.get(name).inForce = body.version), [200, this.page(name)];
    if (what === "counts") return [200, this.counts(name, query)];
    if (what === "versions" && version === undefined) return [200, { versions: this.flows.get(name).versions.map(({ text: _, ...one }) => ({ ...one, is_in_force: one.version === this.flows.get(name).inForce })) }];
    if (what === "versions") return [200, this.page(name, Number(version))];
    return [200, this.page(name)];
  }

  brief(name) {
    const { flow, flaws } = check(this.text(name));
    const kept = this.flows.get(name);
    const shown = kept.versions.find((one) => one.version === kept.inForce);
    const usedBy = [...this.flows.keys()].filter((one) => one !== name && this.text(one).includes(`"flow": ${JSON.stringify(name)}`));
    const answers = { "consult-day": ["95001:day"], "consult-night": ["95001:night", "95002:night", "95003:night"], "complaints-day": ["95002:day"] }[name] ?? [];
    return { name, ...(flow?.title ?? title(name, name)), language: flow?.language ?? "zh", version: kept.inForce, published_at: shown?.published_at ?? null, published_by: shown?.published_by ?? "", has_draft: kept.draft !== null, is_shipped: kept.versions.some((one) => one.version === 0), answers, used_by: usedBy, flaw_count: flaws.length };
  }

  text(name) {
    const kept = this.flows.get(name);
    return (kept.draft ?? kept.versions.find((one) => one.version === kept.inForce) ?? kept.versions[0]).text;
  }

  flowOf(name) {
    return check(this.text(name)).flow;
  }

  page(name, version) {
    const kept = this.flows.get(name);
    const text = version === undefined ? this.text(name) : kept.versions.find((one) => one.version === version).text;
    const { text: _, ...draft } = kept.draft ?? {};
    return { name, text, ...check(text), draft: kept.draft && draft, in_force: kept.inForce, is_shipped: kept.versions.some((one) => one.version === 0) };
  }

  save(name, body) {
    const kept = this.flows.get(name) ?? this.flows.set(name, { versions: [], inForce: -1, draft: null }).get(name);
    if ((kept.draft?.version ?? 0) !== body.version) return [409, { code: "draft.changed" }];
    kept.draft = { text: body.text, version: body.version + 1, based_on: body.based_on ?? 0, saved_at: iso(0), saved_by: "赵主管" };
    return [200, this.page(name)];
  }

  drop(name) {
    this.flows.get(name).draft = null;
    return [204];
  }

  publish(name, body) {
    const kept = this.flows.get(name);
    if (check(kept.draft.text).flaws.some((one) => one.level === "bad")) return [409, { code: "flow.flawed" }];
    const version = Math.max(0, ...kept.versions.map((one) => one.version)) + 1;
    kept.versions.unshift({ text: kept.draft.text, version, published_at: iso(0), published_by: "赵主管", note: body.note ?? "" });
    Object.assign(kept, { draft: null, inForce: version });
    return [200, this.page(name)];
  }

  counts(name, query) {
    const nodes = Object.entries(this.flowOf(name)?.nodes ?? {}).map(([node, one], n) => {
      const came = 900 - n * 47 > 0 ? 900 - n * 47 : 0;
      const isEnd = ["queue", "hang_up", "refuse", "flow"].includes(one.kind);
      const hungUp = Math.floor(came / 17);
      return { node, came, passed: isEnd ? 0 : came - hungUp, left: isEnd ? came - hungUp : 0, hung_up: hungUp, outcomes: { entered: came }, keys: Object.fromEntries((one.keys ?? []).map((key, at) => [key.key, Math.floor(came / (at + 2))])) };
    });
    const yesterday = iso(-86_400).slice(0, 10);
    return { since: query.get("since") ?? yesterday, until: query.get("until") ?? yesterday, calls: 900, nodes };
  }
}
