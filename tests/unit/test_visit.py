"""How a visit ended follows from the facts, in whatever order they came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cti.domain.changes import OfferOutcome, VisitOutcome
from cti.domain.ids import AgentId, ChannelId, Device, QueueName, VisitId
from cti.domain.visit import REPORTED, VISIT_CORRECTIONS, VISIT_STEPS, Visit

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def visit(**facts: object) -> Visit:
    one = Visit(visit_id=VisitId("c#1"), channel_id=ChannelId("c"), queue=QueueName("q"), entered_at=NOON)
    for name, value in facts.items():
        setattr(one, name, value)
    one.settle()
    return one


def connected(**facts: object) -> Visit:
    return visit(left_at=at(4), connected_at=at(4), serving_id=ChannelId("a"), **facts)


@pytest.mark.parametrize(
    ("facts", "outcome", "ended_by"),
    [
        ({}, "waiting", ""),
        ({"left_at": at(4)}, "waiting", ""),
        ({"left_at": at(4), "abandoned_at": at(4)}, "waiting", ""),
        ({"left_at": at(4), "abandoned_at": at(4), "caller_closed_at": at(4.001)}, "abandoned", "caller"),
        ({"caller_closed_at": at(4)}, "abandoned", "caller"),
        ({"left_at": at(4), "caller_closed_at": at(4.001)}, "abandoned", "caller"),
        ({"left_at": at(4), "caller_closed_at": at(6)}, "left_by_key", "caller"),
        ({"left_at": at(4), "is_late": True}, "left_by_key", "caller"),
        ({"left_at": at(4), "abandoned_at": at(4), "is_late": True}, "unknown", "switch"),
        ({"left_at": at(4), "abandoned_at": at(4), "caller_closed_at": at(9)}, "unknown", "switch"),
        ({"left_at": at(4), "next_at": at(4.2)}, "left_by_key", "caller"),
        ({"lost_at": at(4)}, "unknown", "switch"),
        ({"lost_at": at(4), "caller_closed_at": at(4)}, "unknown", "switch"),
    ],
)
def test_a_visit_without_a_person(facts: dict[str, object], outcome: str, ended_by: str) -> None:
    one = visit(**facts)
    assert (one.outcome, one.ended_by) == (outcome, ended_by)
    assert (one.ended_at is None) == (outcome == "waiting")


@pytest.mark.parametrize(("status", "outcome"), sorted(REPORTED.items()))
def test_our_own_report_decides_over_abandon_and_hang_up(status: str, outcome: VisitOutcome) -> None:
    one = visit(abandoned_at=at(4), left_at=at(4), reported_at=at(4), status=status, caller_closed_at=at(4))
    assert (one.outcome, one.ended_by, one.ended_at) == (outcome, "switch", at(4))


@pytest.mark.parametrize("status", ["", "CONTINUE", "nonsense"])
def test_a_report_that_says_nothing_decides_nothing(status: str) -> None:
    assert visit(left_at=at(4), reported_at=at(4), status=status).outcome == "waiting"


@pytest.mark.parametrize(
    ("facts", "ended_by"),
    [
        ({"completed_at": at(9), "completed_reason": "agent", "agent_closed_at": at(9)}, "agent"),
        ({"completed_at": at(9), "completed_reason": "caller", "caller_closed_at": at(9)}, "caller"),
        # Asterisk: AMI Hangup of the agent's channel says `caller`, but he left the bridge first.
        (
            {
                "completed_reason": "caller",
                "agent_closed_at": at(9),
                "caller_closed_at": at(9),
                "agent_left_first": True,
            },
            "agent",
        ),
        # Asterisk: after a Redirect AgentComplete says `caller` when he hangs up at last, minutes later.
        ({"completed_reason": "caller", "agent_closed_at": at(9), "caller_closed_at": at(60)}, "transfer"),
        ({"completed_reason": "transfer", "completed_at": at(9)}, "transfer"),
        ({"transferred_at": at(9)}, "transfer"),
        ({"next_at": at(9), "agent_closed_at": at(9.1)}, "transfer"),
        ({"agent_closed_at": at(9), "next_at": at(20), "completed_reason": "agent"}, "agent"),
        ({"agent_closed_at": at(9), "lost_at": at(9)}, "switch"),
        ({"agent_closed_at": at(9)}, ""),
        ({"agent_closed_at": at(9), "completed_reason": "caller"}, ""),
    ],
)
def test_who_ended_a_served_visit(facts: dict[str, object], ended_by: str) -> None:
    one = connected(talk_s=5.0, has_stays=True, **facts)
    assert (one.outcome, one.ended_by, one.ended_at) == ("answered", ended_by, at(9))
    assert (one.view().wait_s, one.view().talk_s) == (4, 5)


def test_a_late_agent_complete_does_not_move_the_end() -> None:
    one = connected(agent_closed_at=at(9), completed_at=at(60), completed_reason="caller", caller_closed_at=at(60))
    assert one.ended_at == at(9)


def test_connect_without_a_second_of_talk_is_a_class_of_its_own() -> None:
    one = connected(has_stays=True, talk_s=0.0, agent_closed_at=at(4.2))
    assert one.outcome == "answered_without_talk"


def test_without_bridge_events_talk_is_from_connect_to_the_end() -> None:
    one = connected(completed_at=at(9.5), completed_reason="agent", agent_closed_at=at(9.6))
    assert one.view().talk_s == 5.5


def test_while_it_lasts_a_visit_shows_no_end_and_no_talk() -> None:
    view = connected().view()
    assert (view.outcome, view.ended_at, view.talk_s, view.hold_s) == ("talking", None, None, None)


def test_the_offers_of_a_caller_who_left_are_canceled_and_of_one_answered_elsewhere_too() -> None:
    one = visit()
    first = one.add_offer(Device("PJSIP/1"), AgentId("1"), ChannelId("a"), at(1))
    second = one.add_offer(Device("PJSIP/2"), None, ChannelId("b"), at(1))
    assert [offer.offer_id for offer in one.offers] == ["c#1/1", "c#1/2"]
    first.connected_at = one.connected_at = at(4)
    one.settle()
    assert (first.outcome, second.outcome) == (OfferOutcome.CONNECTED, OfferOutcome.CANCELED)
    assert second.view().ring_s == 3


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, "ringing"),
        ({"missed_at": at(9)}, "rang_out"),
        ({"missed_at": at(1), "cause": 17, "closed_at": at(1)}, "rejected"),
        ({"missed_at": at(1), "cause": 21}, "rejected"),
        ({"closed_at": at(9), "cause": 0}, "canceled"),
        ({"closed_at": at(9), "is_lost": True}, "unknown"),
        ({"connected_at": at(3), "closed_at": at(9), "cause": 17}, "connected"),
    ],
)
def test_how_an_offer_ended(facts: dict[str, object], outcome: str) -> None:
    offer = visit().add_offer(Device("PJSIP/1"), None, ChannelId("a"), NOON)
    for name, value in facts.items():
        setattr(offer, name, value)
    assert offer.outcome == outcome
    assert (offer.ended_at is None) == (outcome == "ringing")


def test_reported_ends_are_never_taken_back() -> None:
    for outcome in set(REPORTED.values()):
        assert not VISIT_STEPS[outcome]
        assert not VISIT_CORRECTIONS[outcome]
    assert set(VISIT_STEPS) == set(VISIT_CORRECTIONS) == set(VisitOutcome)
