// A made-up floor for dev/mock.mjs: callers come, wait, talk and go, forty agents take them. Shapes as in src/live/protocol.ts.

const QUEUES = ["consult", "complaints", "service", "fallback", "test"];
const SURNAMES = [..."王李张刘陈杨赵黄周吴"];
const GIVEN = ["芳", "伟", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇"];
const HOSTILE = ["<script>alert(1)</script>", "=cmd|'/C calc'!A0", "\u202Eevil\u202C", "👩‍🚀".repeat(20), "x".repeat(300)];
const REASONS = ["break", "meal", "training", "back_office"];

export class MockFloor {
  topics = { calls: new Map(), agents: new Map(), queues: new Map(), check: new Map() };
  seqs = { calls: 0, agents: 0, queues: 0, check: 0 };
  changes = [];
  count = 0;

  constructor({ isEmpty = false, lines = 90, agents = 40 } = {}) {
    this.lines = isEmpty ? 0 : lines;
    const since = iso(-3600);
    this.put("check", "link", {
      type: "LinkView", is_up: true, is_valid: true, since, reason: "", system_name: "hq7f3ka9", version: "22.10.1",
      switch_started_at: since, events_seen: 128_412, gaps_count: 1,
    });
    for (let n = 0; n < (isEmpty ? 0 : agents); n++) this.put("agents", String(1001 + n), agent(n));
    this.countQueues();
    for (let n = 0; n < this.lines; n++) this.arrive(Math.random() * 200);
    if (isEmpty) return;
    this.put("check", "drift:pause:consult PJSIP/1007", {
      type: "DifferenceView", kind: "pause", about: "consult PJSIP/1007", ours: "not paused", theirs: "paused", found_at: iso(-40), can_repair: true,
    });
  }

  put(topic, key, value) {
    if (value === null) this.topics[topic].delete(key);
    else this.topics[topic].set(key, value);
    this.changes.push({ topic, seq: ++this.seqs[topic], key, value });
  }

  snapshot(topic) {
    return { type: "snapshot", topic, seq: this.seqs[topic] ?? 0, at: iso(0), items: Object.fromEntries(this.topics[topic] ?? []) };
  }

  /** One second: some calls go a step on. Returns what changed. */
  tick() {
    for (const call of [...this.topics.calls.values()]) if (Math.random() < 0.12) this.advance(call);
    if (this.topics.calls.size < this.lines && Math.random() < 0.8) this.arrive(0);
    this.countQueues();
    return this.changes.splice(0);
  }

  arrive(agoS) {
    const id = `hq7f3ka9-${1_795_000_000 + this.count}.${this.count++}`;
    const hotline = pick(["95001", "95001", "95002", "95003"]);
    const at = iso(-agoS);
    const steps = Math.floor(agoS / 20);
    this.put("calls", id, {
      type: "CallView", call_id: id, linked_id: id, direction: "in", hotline,
      caller_number: this.count % 11 ? `13${8 + (this.count % 2)}${String(10_000_000 + ((this.count * 7_654_321) % 89_999_999))}` : "",
      caller_name: this.count % 9 ? "" : pick(HOSTILE), is_test: false, stage: "arriving", stage_since: at, queue: null, agent_ids: [],
      started_at: at, answered_at: at, ended_at: null, end: "", refusal: "", fell_back: this.count % 29 === 0, merged_into: null,
      is_reconstructed: this.count % 37 === 0, menu: [], legs: [leg("caller", id, at, null)], visits: [], segments: [], transfers: [],
      recording_paused_at: this.count % 13 === 5 ? at : null, recording_resumes_at: null, waits_for: this.count % 31 === 7 ? "1003" : null,
      notice: { at, wording: "3fa91c02" }, messages: [], ratings: [], callback: null,
    });
    for (let n = 0; n < Math.min(4, steps); n++) this.advance(this.topics.calls.get(id), -agoS * (0.8 - n * 0.2));
  }

  advance(call, agoS = 0) {
    const at = iso(agoS);
    const next = { ...call, stage_since: at };
    if (call.stage === "arriving") Object.assign(next, { stage: "menu", menu: [{ at, flow: "consult-day", node: "welcome", digits: "", outcome: "entered", version: 0, words: "" }] });
    else if (call.stage === "menu") this.enterQueue(next, at);
    else if (call.stage === "waiting" || call.stage === "ringing") {
      if (!this.serve(next, at)) return;
    } else if (call.stage === "talking" && Math.random() < 0.3) next.stage = "held";
    else if (call.stage === "held") next.stage = "talking";
    else if (call.stage === "ended") return this.put("calls", call.call_id, null);
    else this.hangUp(next, at);
    this.put("calls", call.call_id, next);
  }

  enterQueue(call, at) {
    const queue = call.hotline === "95002" ? "complaints" : "consult";
    call.menu = [
      ...call.menu,
      { at, flow: "consult-day", node: "welcome", digits: queue === "consult" ? "1" : "2", outcome: "key", version: 3, words: queue === "consult" ? "咨询" : "投诉" },
      { at, flow: "consult-day", node: "state", digits: "**********07", outcome: "collected", version: 3, words: "" },
      { at, flow: "consult-day", node: "state", digits: "", outcome: "not_found", version: 3, words: "" },
      { at, flow: "consult-day", node: queue, digits: "", outcome: "to_queue", version: 3, words: queue },
    ];
    call.visits = [visit(call.call_id, queue, at)];
    Object.assign(call, { stage: "waiting", queue });
  }

  serve(call, at) {
    const free = [...this.topics.agents.values()].filter((one) => one.mode === "ready" && one.phase === "idle" && one.queues.includes(call.queue));
    const chosen = call.stage === "ringing" ? this.topics.agents.get(call.agent_ids[0]) : free[0];
    if (!chosen) return false;
    const isUp = call.stage === "ringing";
    const last = call.visits.at(-1);
    const offer = { offer_id: `${last.visit_id}/1`, device: chosen.device, agent_id: chosen.agent_id, channel_id: null, offered_at: at, ended_at: isUp ? at : null, outcome: isUp ? "connected" : "ringing", ring_s: isUp ? 3.2 : null };
    const visits = [{ ...last, offers: [offer], ...(isUp ? { outcome: "talking", answered_at: at, agent_id: chosen.agent_id, device: chosen.device, wait_s: 14.5 } : {}) }];
    Object.assign(call, { stage: isUp ? "talking" : "ringing", agent_ids: [chosen.agent_id], visits });
    if (isUp) {
      call.legs = [...call.legs, leg("agent", call.call_id, at, chosen.agent_id)];
      call.segments = [{ name: call.call_id, part: 1, started_at: at }];
    }
    this.put("agents", chosen.agent_id, { ...chosen, phase: isUp ? "talking" : "ringing", phase_since: at, device_state: isUp ? 2 : 6, call_id: call.call_id });
    return true;
  }

  hangUp(call, at) {
    for (const id of call.agent_ids) {
      const one = this.topics.agents.get(id);
      this.put("agents", id, { ...one, phase: "idle", phase_since: at, device_state: 1, call_id: null, mode: Math.random() < 0.7 ? "ready" : "wrap_up", mode_since: at, wrap_up_until: iso(25) });
    }
    const visits = call.visits.map((one) => ({ ...one, ended_at: at, outcome: one.answered_at ? "answered" : "abandoned", talk_s: one.answered_at ? 61.5 : null, hold_s: 0, ended_by: "caller" }));
    Object.assign(call, { stage: "ended", ended_at: at, end: "hung_up", agent_ids: [], visits });
  }

  countQueues() {
    const calls = [...this.topics.calls.values()];
    for (const name of QUEUES) {
      const own = calls.filter((call) => call.queue === name);
      const waiting = own.filter((call) => call.stage === "waiting" || call.stage === "ringing").map((call) => call.visits.at(-1).entered_at).sort();
      const members = [...this.topics.agents.values()].filter((one) => one.member_of.includes(name));
      const value = {
        type: "QueueView", name, waiting_count: waiting.length, longest_since: waiting[0] ?? null,
        talking_count: own.filter((call) => call.stage === "talking" || call.stage === "held").length,
        member_count: name === "test" ? 1 : members.length,
        free_count: name === "test" ? 1 : members.filter((one) => one.mode === "ready" && one.phase === "idle").length,
      };
      if (JSON.stringify(value) !== JSON.stringify(this.topics.queues.get(name))) this.put("queues", name, value);
    }
  }
}

function agent(n) {
  const id = String(1001 + n);
  const mode = n % 13 === 12 ? "signed_out" : n % 9 === 8 ? "not_ready" : "ready";
  const queues = n % 3 ? ["consult"] : ["consult", "complaints"];
  return {
    type: "AgentView", agent_id: id, name: SURNAMES[n % 10] + GIVEN[Math.floor(n / 4) % 10], device: `PJSIP/${id}`, mode,
    reason: mode === "not_ready" ? REASONS[n % 4] : "", mode_since: iso(-n * 97), wrap_up_until: null, phase: "idle", phase_since: iso(-n * 31), call_id: null,
    device_state: n === 17 ? 5 : 1, queues, member_of: mode === "signed_out" ? [] : [...queues, "fallback"],
    paused_in: mode === "not_ready" ? [...queues, "fallback"] : [], offers_missed_count: 0, phone: n % 2 ? "browser" : "desk", phone_away_since: null,
    consult: n === 5 ? { target: "1002", agent_id: "1002", state: "talking", since: iso(-20) } : null, help_since: n === 5 || n === 9 ? iso(-70 - n) : null,
  };
}

function visit(id, queue, at) {
  return { visit_id: `${id}#1`, channel_id: id, queue, entered_at: at, position: 1, answered_at: null, ended_at: null, outcome: "waiting", agent_id: null, device: null, wait_s: null, talk_s: null, hold_s: null, ended_by: "", is_reconstructed: false, offers: [] };
}

function leg(kind, id, at, agentId) {
  return { channel_id: `${id}-${kind}`, channel: `PJSIP/${agentId ?? "trunk"}-0000002c`, kind, number: agentId ?? "13800138000", name: "", agent_id: agentId, opened_at: at, answered_at: at, closed_at: null, bridge_id: "b", is_holding: false, talk_s: 12.4, hold_s: 0, cause: null };
}

const pick = (list) => list[Math.floor(Math.random() * list.length)];

export function iso(inS) {
  return new Date(Date.now() + inS * 1000).toISOString();
}
