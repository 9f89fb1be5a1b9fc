/** What the live floor shows, worked out from the topics. Pure: the instant of "now" comes in. */

import type { AgentView, CallStage, CallView, QueueView } from "../live/protocol";

export type CallFilter = "all" | "menu" | "waiting" | "talking" | "test";

export const FILTERS: readonly CallFilter[] = ["all", "menu", "waiting", "talking", "test"];

const GROUP: Record<CallStage, CallFilter | null> = {
  arriving: "menu",
  menu: "menu",
  waiting: "waiting",
  ringing: "waiting",
  talking: "talking",
  held: "talking",
  leaving: null,
  ended: null,
};

export interface Tiles {
  calls: number;
  menu: number;
  talking: number;
  waiting: number;
  queuesWithWaiting: number;
  longestSince: string | null;
  free: number;
  signedIn: number;
  agentsTalking: number;
  agentsRinging: number;
  wrapUp: number;
  notReady: number;
}

export function tilesOf(calls: Iterable<CallView>, agents: Iterable<AgentView>, queues: Iterable<QueueView>): Tiles {
  const open = [...calls].filter((call) => call.stage !== "ended");
  const team = [...agents];
  const waiting = [...queues].filter((queue) => queue.waiting_count > 0);
  const inGroup = (group: CallFilter) => open.filter((call) => GROUP[call.stage] === group).length;
  const signedIn = team.filter((agent) => agent.mode !== "signed_out");
  const since = waiting.map((queue) => queue.longest_since).filter((at) => at !== null);
  return {
    calls: open.length,
    menu: inGroup("menu"),
    talking: inGroup("talking"),
    waiting: waiting.reduce((sum, queue) => sum + queue.waiting_count, 0),
    queuesWithWaiting: waiting.length,
    longestSince: since.length === 0 ? null : since.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? a : b)),
    free: signedIn.filter((agent) => agent.mode === "ready" && agent.phase === "idle").length,
    signedIn: signedIn.length,
    agentsTalking: team.filter((agent) => agent.phase === "talking" || agent.phase === "holding").length,
    agentsRinging: team.filter((agent) => agent.phase === "ringing").length,
    wrapUp: team.filter((agent) => agent.mode === "wrap_up").length,
    notReady: team.filter((agent) => agent.mode === "not_ready").length,
  };
}

export function isShown(call: CallView, filter: CallFilter): boolean {
  if (filter === "all") return true;
  return filter === "test" ? call.is_test : GROUP[call.stage] === filter;
}

/** Whether every word of `search` is somewhere in the call. Blanks inside a number do not matter. */
export function matches(call: CallView, search: string, names: readonly string[]): boolean {
  const haystack = [call.caller_number, call.caller_name, call.queue ?? "", call.hotline, ...call.agent_ids, ...names]
    .join("\n")
    .toLowerCase();
  const digits = search.replace(/\s+/g, "");
  if (/^\d+$/.test(digits)) return haystack.includes(digits);
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

/** Oldest first, so that rows keep their places; ended ones where they stood. */
export function ordered(calls: Iterable<CallView>): CallView[] {
  return [...calls].sort((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at) || (a.call_id < b.call_id ? -1 : 1));
}

const MODE_ORDER: Record<AgentView["mode"], number> = { ready: 1, wrap_up: 2, not_ready: 3, signed_out: 4 };

/** Who asks for help first, then busy ones, then ready, wrap-up, not ready; within that by number. */
export function orderedAgents(agents: Iterable<AgentView>): AgentView[] {
  const rank = (agent: AgentView) => (agent.help_since != null ? -1 : agent.phase === "idle" ? MODE_ORDER[agent.mode] : 0);
  return [...agents].sort((a, b) => rank(a) - rank(b) || (a.agent_id < b.agent_id ? -1 : 1));
}

/** Agents who ask for help, whoever waits longest first. */
export function helpWanted(agents: Iterable<AgentView>): (AgentView & { help_since: string })[] {
  const asking = [...agents].filter((agent): agent is AgentView & { help_since: string } => agent.help_since != null);
  return asking.sort((a, b) => Date.parse(a.help_since) - Date.parse(b.help_since));
}
