"""What we saw against the book, and the call as it should have been recorded."""

from __future__ import annotations

from typing import Any

import pytest

from cti.domain.changes import CallEnd, CallStage, LegKind, VisitOutcome
from cti.domain.ids import AgentId, ChannelId, Device, QueueName
from cti.domain.settle import call_from_book, differences, find_visit, is_unsure, settled
from cti.domain.visits import BookedVisit
from tests.floor_words import a_leg, a_visit, a_whole_call, at


def booked(**given: Any) -> BookedVisit:
    """The book's own words on `a_visit`."""
    known: dict[str, Any] = {
        "channel_id": ChannelId("x-1.1"),
        "queue": QueueName("consult"),
        "entered_at": at(5),
        "answered_at": at(13),
        "ended_at": at(73),
        "outcome": VisitOutcome.ANSWERED,
        "member": "1001",
        "wait_s": 8.0,
        "talk_s": 60.0,
        "ring_s": 3.0,
        "ended_by": "caller",
        "position": 1,
    }
    return BookedVisit(**known | given)


def lost(**given: Any) -> Any:
    """A call that we lost sight of while it talked, 30 s in."""
    leg = a_leg(closed_at=at(30), talk_s=16.75)
    agent = a_leg("x-1.2", kind=LegKind.AGENT, agent_id=AgentId("1001"), closed_at=at(30), talk_s=16.75)
    visit = a_visit(ended_at=at(30), talk_s=16.75, ended_by="switch", is_reconstructed=True)
    known = {"end": CallEnd.LOST_SIGHT, "ended_at": at(30), "legs": (leg, agent), "visits": (visit,)}
    return a_whole_call(**known | given)


def test_whole_seconds_are_no_difference() -> None:
    call = a_whole_call()
    assert differences(call, call.visits[0], booked(wait_s=7.0, talk_s=61.0)) == []


def test_another_ending_is_a_difference() -> None:
    call = a_whole_call()
    (found,) = differences(call, call.visits[0], booked(outcome=VisitOutcome.ABANDONED))
    assert (found.kind, found.about, found.ours, found.theirs) == ("visit_outcome", "x-1.1#1", "answered", "abandoned")


def test_times_more_than_two_seconds_apart_are_a_difference() -> None:
    call = a_whole_call()
    assert [found.kind for found in differences(call, call.visits[0], booked(wait_s=11.0))] == ["visit_times"]
    assert [found.kind for found in differences(call, call.visits[0], booked(talk_s=70.0))] == ["visit_times"]


def test_talk_is_not_compared_where_the_book_counts_otherwise() -> None:
    call = a_whole_call(transfers=("blind:1002",))
    assert differences(call, call.visits[0], booked(talk_s=500.0)) == []
    held = a_whole_call(visits=(a_visit(hold_s=20.0),))
    assert differences(held, held.visits[0], booked(talk_s=80.0)) == []


def test_a_talk_below_a_second_is_none_in_the_book() -> None:
    call = a_whole_call(visits=(a_visit(talk_s=0.4, ended_at=at(13.65)),))
    assert differences(call, call.visits[0], booked(outcome=VisitOutcome.ANSWERED_WITHOUT_TALK, talk_s=0.0)) == []


def test_a_book_closed_by_a_restart_proves_nothing() -> None:
    call = a_whole_call()
    assert differences(call, call.visits[0], booked(outcome=VisitOutcome.UNKNOWN)) == []


def test_of_two_visits_to_one_queue_the_nearer_is_meant() -> None:
    first = a_visit("x-1.1#1", entered_at=at(5), ended_at=at(10))
    second = a_visit("x-1.1#2", entered_at=at(100))
    call = a_whole_call(visits=(first, second))
    assert find_visit(call, booked(entered_at=at(99), ended_at=at(173))) is second
    assert find_visit(call, booked(ended_at=at(10))) is first
    assert find_visit(call, booked(queue=QueueName("complaints"))) is None


def test_an_end_we_did_not_see_moves_to_where_the_book_has_it() -> None:
    call = lost()
    assert is_unsure(call, call.visits[0])
    repaired = settled(call, call.visits[0], booked())
    visit = repaired.visits[0]
    assert (visit.talk_s, visit.ended_at, visit.ended_by, visit.outcome) == (60.0, at(73), "caller", "answered")
    assert visit.answered_at == at(13.25)  # ours, with its fraction
    assert repaired.ended_at == at(73)
    assert [(leg.closed_at, leg.talk_s) for leg in repaired.legs] == [(at(73), 60.0), (at(73), 60.0)]
    assert differences(repaired, visit, booked()) == []


def test_what_was_seen_to_end_before_stays() -> None:
    gone = a_leg("x-1.9", kind=LegKind.AGENT, agent_id=AgentId("1002"), closed_at=at(12), talk_s=0.0)
    call = lost()
    repaired = settled(lost(legs=(*call.legs, gone)), call.visits[0], booked())
    assert repaired.legs[-1] == gone


def test_a_seen_end_of_the_call_does_not_move() -> None:
    call = a_whole_call(end=CallEnd.LOST_SIGHT, ended_at=at(90))
    assert settled(call, call.visits[0], booked(wait_s=20.0)).ended_at == at(90)


def test_a_waiting_caller_we_lost_is_abandoned_when_the_book_says_so() -> None:
    visit = a_visit(
        outcome=VisitOutcome.UNKNOWN, answered_at=None, ended_at=at(30), wait_s=25.0, talk_s=None, agent_id=None
    )
    call = lost(visits=(visit,), legs=(a_leg(closed_at=at(30)),))
    theirs = booked(outcome=VisitOutcome.ABANDONED, answered_at=None, ended_at=at(65), wait_s=60.0, talk_s=None)
    repaired = settled(call, visit, theirs)
    assert (repaired.visits[0].outcome, repaired.visits[0].wait_s, repaired.visits[0].agent_id) == (
        "abandoned",
        60.0,
        None,
    )
    assert repaired.ended_at == at(65)


def test_a_visit_we_never_saw_is_added_to_its_call() -> None:
    call = a_whole_call(visits=())
    repaired = settled(call, None, booked())
    assert [visit.visit_id for visit in repaired.visits] == ["x-1.1#1"]
    assert (repaired.visits[0].device, repaired.visits[0].agent_id) == (Device("PJSIP/1001"), "1001")
    assert repaired.is_reconstructed


@pytest.mark.parametrize(("caller", "number"), [("13800138000", "13800138000"), ("<script>", ""), ("", "")])
def test_a_call_nobody_saw_is_made_from_the_book(caller: str, number: str) -> None:
    call = call_from_book(booked(), caller)
    assert (call.call_id, call.caller_number, call.stage) == ("x-1.1", number, CallStage.ENDED)
    assert (call.started_at, call.ended_at, call.is_reconstructed) == (at(5), at(73), True)
    assert [visit.talk_s for visit in call.visits] == [60.0]
    assert [leg.closed_at for leg in call.legs] == [at(73)]
