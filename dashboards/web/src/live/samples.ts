/** Views for tests: valid, and short to write. */

import type { AgentView, CallView, OfferView, QueueView, VisitView } from "./protocol";

export const AT = "2026-11-23T08:00:00Z";

export function call(id: string, change: Partial<CallView> = {}): CallView {
  return {
    type: "CallView",
    call_id: id,
    linked_id: id,
    direction: "in",
    hotline: "95001",
    caller_number: "13800138000",
    caller_name: "",
    is_test: false,
    stage: "waiting",
    stage_since: AT,
    queue: "consult",
    agent_ids: [],
    started_at: AT,
    answered_at: AT,
    ended_at: null,
    end: "",
    refusal: "",
    fell_back: false,
    merged_into: null,
    is_reconstructed: false,
    menu: [],
    legs: [],
    visits: [],
    segments: [],
    transfers: [],
    recording_paused_at: null,
    recording_resumes_at: null,
    waits_for: null,
    notice: null,
    messages: [],
    ratings: [],
    callback: null,
    ...change,
  };
}

export function visit(id: string, change: Partial<VisitView> = {}): VisitView {
  return {
    visit_id: id,
    channel_id: "c",
    queue: "consult",
    entered_at: AT,
    position: 1,
    answered_at: null,
    ended_at: null,
    outcome: "waiting",
    agent_id: null,
    device: null,
    wait_s: null,
    talk_s: null,
    hold_s: null,
    ended_by: "",
    is_reconstructed: false,
    offers: [],
    ...change,
  };
}

export function offer(id: string, change: Partial<OfferView> = {}): OfferView {
  return {
    offer_id: id,
    device: "PJSIP/1001",
    agent_id: "1001",
    channel_id: null,
    offered_at: AT,
    ended_at: null,
    outcome: "ringing",
    ring_s: null,
    ...change,
  };
}

export function agent(id: string, change: Partial<AgentView> = {}): AgentView {
  return {
    type: "AgentView",
    agent_id: id,
    name: `Agent ${id}`,
    device: `PJSIP/${id}`,
    mode: "ready",
    reason: "",
    mode_since: AT,
    wrap_up_until: null,
    phase: "idle",
    phase_since: AT,
    call_id: null,
    device_state: 1,
    queues: ["consult"],
    member_of: ["consult", "fallback"],
    paused_in: [],
    offers_missed_count: 0,
    phone: "desk",
    phone_away_since: null,
    consult: null,
    help_since: null,
    ...change,
  };
}

export function queue(name: string, change: Partial<QueueView> = {}): QueueView {
  return {
    type: "QueueView",
    name,
    waiting_count: 0,
    longest_since: null,
    talking_count: 0,
    member_count: 0,
    free_count: 0,
    ...change,
  };
}
