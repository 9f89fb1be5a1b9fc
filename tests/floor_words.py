"""Views and events for tests that need some, not particular ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cti.domain.changes import (
    AgentMode,
    AgentPhase,
    AgentView,
    CallEnd,
    CallStage,
    CallView,
    LegKind,
    LegView,
    OfferOutcome,
    OfferView,
    SegmentView,
    VisitOutcome,
    VisitView,
)
from cti.domain.ids import AgentId, CallId, ChannelId, Device, LinkedId, OfferId, QueueName, VisitId

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """The instant `seconds` after noon."""
    return NOON + timedelta(seconds=seconds)


def a_leg(channel: str = "x-1.1", **given: Any) -> LegView:
    """A caller's leg."""
    known: dict[str, Any] = {
        "channel_id": ChannelId(channel),
        "channel": "PJSIP/trunk-00000001",
        "kind": LegKind.CALLER,
        "number": "13800138000",
        "name": "",
        "agent_id": None,
        "opened_at": at(0),
        "answered_at": at(0.2),
        "closed_at": None,
        "bridge_id": None,
        "is_holding": False,
        "talk_s": 0.0,
        "hold_s": 0.0,
        "cause": None,
    }
    return LegView(**known | given)


def an_offer(offer: str = "x-1.1#1/1", **given: Any) -> OfferView:
    """An offer that was taken."""
    known: dict[str, Any] = {
        "offer_id": OfferId(offer),
        "device": Device("PJSIP/1001"),
        "agent_id": AgentId("1001"),
        "channel_id": ChannelId("x-1.2"),
        "offered_at": at(10),
        "ended_at": at(13.25),
        "outcome": OfferOutcome.CONNECTED,
        "ring_s": 3.25,
    }
    return OfferView(**known | given)


def a_visit(visit: str = "x-1.1#1", **given: Any) -> VisitView:
    """A visit that was answered and has ended."""
    known: dict[str, Any] = {
        "visit_id": VisitId(visit),
        "channel_id": ChannelId(visit.split("#")[0]),
        "queue": QueueName("consult"),
        "entered_at": at(5),
        "position": 1,
        "answered_at": at(13.25),
        "ended_at": at(73.5),
        "outcome": VisitOutcome.ANSWERED,
        "agent_id": AgentId("1001"),
        "device": Device("PJSIP/1001"),
        "wait_s": 8.25,
        "talk_s": 60.25,
        "hold_s": 0.0,
        "ended_by": "caller",
        "is_reconstructed": False,
        "offers": (),
    }
    return VisitView(**known | given)


def a_call(call: str = "x-1.1", **given: Any) -> CallView:
    """A call that has just arrived."""
    known: dict[str, Any] = {
        "call_id": CallId(call),
        "linked_id": LinkedId(call),
        "direction": "in",
        "hotline": "95001",
        "caller_number": "13800138000",
        "caller_name": "",
        "is_test": False,
        "stage": CallStage.ARRIVING,
        "stage_since": at(0),
        "queue": None,
        "agent_ids": (),
        "started_at": at(0),
        "answered_at": None,
        "ended_at": None,
        "end": CallEnd.NONE,
        "refusal": "",
        "fell_back": False,
        "merged_into": None,
        "is_reconstructed": False,
        "menu": (),
        "legs": (),
        "visits": (),
        "segments": (),
        "transfers": (),
    }
    return CallView(**known | given)


def a_whole_call(call: str = "x-1.1", **given: Any) -> CallView:
    """A call that was answered, recorded and has ended, with one of everything."""
    known: dict[str, Any] = {
        "stage": CallStage.ENDED,
        "ended_at": at(74),
        "end": CallEnd.HUNG_UP,
        "answered_at": at(0.2),
        "legs": (
            a_leg(call, closed_at=at(74), talk_s=60.25, cause=16),
            a_leg(
                f"{call}0",
                kind=LegKind.AGENT,
                agent_id=AgentId("1001"),
                opened_at=at(10),
                closed_at=at(73.6),
                talk_s=60.25,
            ),
        ),
        "visits": (a_visit(f"{call}#1", offers=(an_offer(f"{call}#1/1"),)),),
        "segments": (SegmentView(name=call, part=1, started_at=at(13.3)),),
    }
    return a_call(call, **known | given)


def an_agent(agent: str = "1001", **given: Any) -> AgentView:
    """An agent who is ready."""
    known: dict[str, Any] = {
        "agent_id": AgentId(agent),
        "name": f"坐席{agent}",
        "device": Device(f"PJSIP/{agent}"),
        "mode": AgentMode.READY,
        "reason": "",
        "mode_since": at(0),
        "wrap_up_until": None,
        "phase": AgentPhase.IDLE,
        "phase_since": at(0),
        "call_id": None,
        "device_state": 1,
        "queues": (QueueName("consult"),),
        "member_of": (QueueName("consult"), QueueName("fallback")),
        "paused_in": (),
        "offers_missed_count": 0,
    }
    return AgentView(**known | given)
