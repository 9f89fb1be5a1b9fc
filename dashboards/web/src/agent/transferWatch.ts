/** A transfer that the switch took and that then did not happen must be seen. Pure; instants are ms of the server's clock. */

import type { CallView } from "../live/protocol";

export interface AskedTransfer {
  callId: string;
  target: string;
  at: number;
}

/** A blind transfer takes the agent out in 0.1 s, a completed consultation in less. */
export const LATE_AFTER_MS = 5000;

/** `pending`: may still happen. `done`: the agent is out of the call. `failed`: he still is in it. */
export function transferState(asked: AskedTransfer, call: CallView | undefined, agentId: string, now: number): "pending" | "done" | "failed" {
  const isIn = call?.call_id === asked.callId && call.agent_ids.includes(agentId) && call.stage !== "ended";
  if (!isIn) return "done";
  return now - asked.at >= LATE_AFTER_MS ? "failed" : "pending";
}
