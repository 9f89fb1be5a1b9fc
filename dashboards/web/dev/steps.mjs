// A rough walk through a menu for dev/mock.mjs; the service has the real one (ivr/flow.py). Shapes as in src/live/protocol.ts.

const names = (parts = []) => parts.map((part) => (typeof part === "string" ? part : `d${part.of.length}`));
const note = (node, outcome, digits = "", words = "") => ({ type: "Note", node, digits, outcome, words });
const ask = (prompts, node) => ({ type: "Ask", prompts: names(prompts), wait_s: node.wait_s ?? 5, max_digits: node.kind === "menu" || node.kind === "survey" ? 1 : 20 });
const holds = (when, world) => {
  const queue = world.queues?.[when.queue] ?? {};
  const value = { waiting: queue.waiting_count, ready: queue.ready_count, seats: queue.seat_count, expected_wait_s: queue.expected_wait_s, blocked: world.is_blocked ? "yes" : "no", number: world.caller_number ? "known" : "withheld" }[when.fact];
  if (value === undefined || value === null) return false;
  if (when.is_one_of.length) return when.is_one_of.includes(value);
  return (when.at_least === null || value >= when.at_least) && (when.at_most === null || value <= when.at_most);
};

/** What happens when a caller comes to a node: actions, and where he goes on at once (or null). */
function enter(name, node, world) {
  const say = { type: "Say", prompts: names(node.prompts) };
  switch (node.kind) {
    case "hours": return [[note(name, "open")], node.open];
    case "condition": {
      const found = node.cases.find((one) => one.when.every((when) => holds(when, world)));
      return [[note(name, "case")], found?.to ?? node.otherwise];
    }
    case "menu": case "collect": case "survey": return [[note(name, "entered"), ask(node.prompts, node)], null];
    case "ticket_status": return [[note(name, "entered"), ask(node.ask_number, node)], null];
    case "look_up": return [[note(name, "entered"), { type: "LookUp", what: node.what === "webhook" ? `webhook:${node.webhook}` : "customer", values: {}, limit_s: node.limit_s, takes: Object.keys(node.takes ?? {}) }], null];
    case "voicemail": return [[note(name, "entered"), { type: "TakeMessage", prompts: names(node.prompts), box: node.box, limit_s: node.most_s, silence_s: node.silence_s }], null];
    case "callback": return [[note(name, "entered"), { type: "TakeCallback", queue: node.queue, number: world.caller_number ?? "", priority: 0 }], null];
    default: return [[note(name, "entered"), say], null];
  }
}

/** What a node makes of an answer: actions, next node (null: it is over, undefined: it asks again). */
function take(name, node, given) {
  const digits = given.digits ?? "";
  switch (node.kind) {
    case "menu": {
      const key = node.keys.find((one) => one.key === digits);
      if (key) return [[note(name, "key", digits, key.says)], key.to];
      if (node.operator && digits === node.operator_key) return [[note(name, "operator", digits)], node.operator];
      return [[note(name, digits ? "wrong_key" : "no_input", digits)], undefined];
    }
    case "survey": return node.scores[digits] ? [[note(name, "rated", digits), { type: "Rate", question: node.question, score: node.scores[digits] }], node.next] : [[note(name, "no_input")], undefined];
    case "look_up": return given.type === "Found" ? [[note(name, "found")], node.found] : given.type === "NotFound" ? [[note(name, "not_found")], node.not_found] : [[note(name, "failed")], node.failed];
    case "collect": case "ticket_status": return digits ? [[note(name, "collected", digits)], node.next] : [[note(name, "no_input")], undefined];
    case "voicemail": return given.type === "Recorded" ? [[note(name, "recorded")], node.next] : [[note(name, "failed")], node.otherwise];
    case "callback": return given.type === "Failed" ? [[note(name, "failed")], node.otherwise] : [[note(name, "callback")], node.next];
    case "queue": return [[note(name, "to_queue"), { type: "ToQueue", queue: node.queue, priority: node.priority, words_every_s: node.words_every_s, says_position: node.says_position, says_wait: node.says_wait, after: node.after }], null];
    case "refuse": return [[note(name, "refused", "", node.reason), { type: "EndCall", refusal: node.reason }], null];
    case "hang_up": return [[note(name, "hang_up"), { type: "EndCall", refusal: "" }], null];
    case "notice": return [[{ type: "NoticePlayed", node: name, prompts: names(node.prompts) }, note(name, "notice")], node.next];
    default: return [[note(name, "played")], node.next];
  }
}

/** Answer to POST /api/flows/simulate. */
export function step(flow, { position, given, world }, prompts, flowOf) {
  const actions = [];
  const path = [];
  let at = flow;
  let tries = position?.tries ?? 0;
  let next = position?.node ?? flow.start;
  if (given && given.type !== "Entered") {
    const [done, to] = take(next, at.nodes[next], given);
    actions.push(...done);
    tries = to === undefined ? tries + 1 : 0;
    if (to === null) return out(null);
    if (to === undefined && tries >= (at.nodes[next].tries ?? 3)) next = at.nodes[next].otherwise ?? at.nodes[next].next;
    else next = to ?? next;
  }
  for (let hops = 0; hops < 50; hops += 1) {
    path.push(next);
    const node = at.nodes[next];
    if (node.kind === "flow") {
      actions.push(note(next, "to_flow"));
      at = flowOf(node.flow);
      next = at.start;
      continue;
    }
    const [done, to] = enter(next, node, world);
    actions.push(...done);
    if (to === null) break;
    next = to;
  }
  return out(next);

  function out(node) {
    const said = actions.flatMap((one) => one.prompts ?? []).map((prompt) => ({ prompt, text: prompts[prompt] ?? "", exists: prompt in prompts }));
    return { actions, said, position: { flow: at.name, node: node ?? position.node, tries, stage: "", variables: position?.variables ?? {} }, is_over: node === null, path };
  }
}
