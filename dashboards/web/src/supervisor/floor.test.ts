import { describe, expect, it } from "vitest";

import type { AgentView, CallView, QueueView } from "../live/protocol";
import { helpWanted, isShown, matches, ordered, orderedAgents, tilesOf } from "./floor";

const call = (given: Partial<CallView>): CallView =>
  ({ call_id: "c", stage: "talking", caller_number: "13800138000", caller_name: "", queue: "consult", hotline: "95001", agent_ids: [], is_test: false, started_at: "2026-11-24T08:00:00Z", ...given }) as CallView;
const agent = (given: Partial<AgentView>): AgentView =>
  ({ agent_id: "1001", mode: "ready", phase: "idle", ...given }) as AgentView;
const queue = (given: Partial<QueueView>): QueueView =>
  ({ name: "consult", waiting_count: 0, longest_since: null, ...given }) as QueueView;

describe("the floor", () => {
  it("counts calls by where they are, ended ones not at all", () => {
    const tiles = tilesOf(
      [call({}), call({ stage: "menu" }), call({ stage: "arriving" }), call({ stage: "held" }), call({ stage: "ended" })],
      [],
      [],
    );
    expect([tiles.calls, tiles.menu, tiles.talking]).toEqual([4, 2, 2]);
  });

  it("takes the longest wait over all queues", () => {
    const tiles = tilesOf(
      [],
      [],
      [
        queue({ waiting_count: 1, longest_since: "2026-11-24T08:00:05Z" }),
        queue({ waiting_count: 2, longest_since: "2026-11-24T08:00:01.500Z" }),
        queue({}),
      ],
    );
    expect([tiles.waiting, tiles.queuesWithWaiting, tiles.longestSince]).toEqual([3, 2, "2026-11-24T08:00:01.500Z"]);
  });

  it("calls an agent free only when ready and idle", () => {
    const tiles = tilesOf([], [agent({}), agent({ phase: "ringing" }), agent({ mode: "wrap_up" }), agent({ mode: "signed_out" })], []);
    expect([tiles.free, tiles.signedIn, tiles.agentsRinging, tiles.wrapUp]).toEqual([1, 3, 1, 1]);
  });

  it("finds a number typed with blanks, and words in any order", () => {
    expect(matches(call({}), "138 0013", [])).toBe(true);
    expect(matches(call({}), "139", [])).toBe(false);
    expect(matches(call({}), "安娜 consult", ["安娜"])).toBe(true);
    expect(matches(call({}), "安娜 complaints", ["安娜"])).toBe(false);
  });

  it("shows a ringing call among the waiting", () => {
    expect(isShown(call({ stage: "ringing" }), "waiting")).toBe(true);
    expect(isShown(call({ stage: "ringing" }), "talking")).toBe(false);
    expect(isShown(call({ is_test: true }), "test")).toBe(true);
  });

  it("keeps rows in the order they came", () => {
    const rows = ordered([call({ call_id: "b", started_at: "2026-11-24T08:00:02Z" }), call({ call_id: "a", started_at: "2026-11-24T08:00:01.9Z" })]);
    expect(rows.map((one) => one.call_id)).toEqual(["a", "b"]);
  });

  it("puts busy agents first and signed-out ones last", () => {
    const rows = orderedAgents([agent({ agent_id: "1", mode: "signed_out" }), agent({ agent_id: "2" }), agent({ agent_id: "3", mode: "wrap_up", phase: "talking" })]);
    expect(rows.map((one) => one.agent_id)).toEqual(["3", "2", "1"]);
  });

  it("puts who asks for help above all others, and whoever waits longest for it first", () => {
    const early = agent({ agent_id: "4", help_since: "2026-11-24T08:00:00Z" });
    const late = agent({ agent_id: "1", help_since: "2026-11-24T08:01:00Z", phase: "talking" });
    const team = [late, agent({ agent_id: "2", phase: "talking", help_since: null }), early];
    expect(orderedAgents(team).map((one) => one.agent_id)).toEqual(["1", "4", "2"]);
    expect(helpWanted(team).map((one) => one.agent_id)).toEqual(["4", "1"]);
  });
});
