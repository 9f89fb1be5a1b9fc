"""Stories cut from a real Asterisk: what the floor makes of each, and the laws it keeps on all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cti.domain import events as e
from cti.domain.agent import MODE_STEPS
from cti.domain.changes import AgentView, CallView, OfferView, VisitOutcome, VisitView
from cti.domain.floor import Floor
from cti.domain.offer import OFFER_CORRECTIONS, OFFER_STEPS
from cti.domain.stages import CALL_STEPS
from cti.domain.visit import VISIT_CORRECTIONS, VISIT_STEPS
from tests.raw_ami import count, talk_by_call, trace_bytes
from tests.stories import (
    STORIES,
    calls_of,
    expectation,
    merge,
    seconds,
    staffed_floor,
    story_events,
    ticks,
    told,
)

MICROSECOND = 1.5e-6
Wanted = dict[str, Any]


@pytest.mark.parametrize("name", STORIES)
def test_a_story_has_the_calls_visits_offers_and_talk_that_its_raw_events_tell(name: str) -> None:
    wanted = expectation(name)
    floor = told(name)
    assert list(floor.calls) == [one["call"] for one in wanted["calls"]]
    for one in wanted["calls"]:
        check_call(floor.calls[one["call"]], one)
    for agent_id, agent in wanted["agents"].items():
        check_agent(floor.agents[agent_id], agent)


def check_call(call: CallView, wanted: Wanted) -> None:
    assert call.stage == "ended"
    assert call.end == wanted["end"]
    assert call.direction == wanted.get("direction", "in")
    assert call.caller_number == wanted.get("number", "")
    assert list(call.transfers) == wanted.get("transfers", [])
    assert not call.is_reconstructed
    assert [leg.channel for leg in call.legs] == [leg["channel"] for leg in wanted["legs"]]
    for leg, leg_wanted in zip(call.legs, wanted["legs"], strict=True):
        assert leg.kind == leg_wanted["kind"]
        assert leg.agent_id == leg_wanted.get("agent")
        assert leg.talk_s == pytest.approx(seconds(leg_wanted["talk"]), abs=MICROSECOND)
        assert leg.hold_s == pytest.approx(seconds(leg_wanted["hold"]), abs=MICROSECOND)
        assert leg.cause == leg_wanted.get("cause", leg.cause)
        assert leg.closed_at is not None
    assert len(call.visits) == len(wanted["visits"])
    for visit, visit_wanted in zip(call.visits, wanted["visits"], strict=True):
        check_visit(visit, visit_wanted)


def check_visit(visit: VisitView, wanted: Wanted) -> None:
    assert visit.queue == wanted["queue"]
    assert visit.outcome == wanted["outcome"]
    assert visit.ended_by == wanted["ended_by"]
    assert visit.agent_id == wanted.get("agent")
    assert visit.wait_s == pytest.approx(seconds(wanted["wait"]), abs=MICROSECOND)
    for ours, theirs in ((visit.talk_s, wanted.get("talk")), (visit.hold_s, wanted.get("hold"))):
        assert ours == (theirs if theirs is None else pytest.approx(seconds(theirs), abs=MICROSECOND))
    assert len(visit.offers) == len(wanted["offers"])
    for offer, offer_wanted in zip(visit.offers, wanted["offers"], strict=True):
        assert (offer.device, offer.outcome) == (offer_wanted["device"], offer_wanted["outcome"])
        assert offer.ring_s == pytest.approx(seconds(offer_wanted["ring"]), abs=MICROSECOND)


def check_agent(agent: AgentView, wanted: Wanted) -> None:
    assert agent.mode == wanted["mode"]
    assert agent.reason == wanted.get("reason", "")
    assert agent.phase == "idle"
    assert agent.call_id is None
    assert agent.offers_missed_count == wanted.get("missed", 0)
    assert (agent.wrap_up_until is None) == ("until" not in wanted)
    if agent.wrap_up_until is not None:
        until = agent.wrap_up_until.timestamp() % 1000
        assert until == pytest.approx(seconds(wanted["until"]), abs=MICROSECOND)


@pytest.mark.parametrize("name", STORIES)
def test_a_call_passes_the_stages_its_story_tells(name: str) -> None:
    passed: dict[str, list[str]] = {}
    floor = staffed_floor(story_events(name)[0].at)
    for event in story_events(name):
        for change in floor.apply(event):
            if isinstance(change.value, CallView):
                stages = passed.setdefault(change.key, [])
                if stages[-1:] != [change.value.stage]:
                    stages.append(change.value.stage.value)
    assert passed == {one["call"]: one["stages"] for one in expectation(name)["calls"]}


def test_load_every_one_of_270_calls_is_served_and_its_talk_is_that_of_the_bridge() -> None:
    raw = trace_bytes("load")
    truth = talk_by_call(raw)
    assert len(truth) == count(raw, "QueueCallerJoin") == 270
    floor = told("load")
    assert len(floor.calls) == 270
    for call in floor.calls.values():
        (visit,) = call.visits
        assert (call.stage, call.end, call.is_reconstructed) == ("ended", "hung_up", False)
        assert (visit.outcome, visit.ended_by, visit.hold_s) == (VisitOutcome.ANSWERED, "agent", 0)
        assert visit.talk_s == pytest.approx(truth[call.linked_id], abs=MICROSECOND)
        assert {leg.talk_s for leg in call.legs} == {visit.talk_s}
    assert {queue.talking_count + queue.waiting_count for queue in floor.queues.values()} == {0}


# --- laws -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STORIES)
def test_an_old_snapshot_with_the_changes_is_the_new_snapshot_and_equals_one_built_from_the_facts(name: str) -> None:
    floor = staffed_floor(story_events(name)[0].at)
    shown = floor.snapshot()
    for event in story_events(name):
        merge(shown, floor.apply(event))
        assert shown == floor.snapshot()
        assert Floor.load(floor.dump(), floor.options).snapshot() == shown
    merge(shown, ticks(floor, 7))
    assert shown == floor.snapshot()
    assert shown["calls"] == {}


@pytest.mark.parametrize("name", STORIES)
def test_a_floor_kept_and_loaded_at_every_event_ends_like_one_that_never_slept(name: str) -> None:
    floor = staffed_floor(story_events(name)[0].at)
    for event in story_events(name):
        floor = Floor.load(floor.dump(), floor.options)
        floor.apply(event)
    assert floor.snapshot() == told(name).snapshot()


@pytest.mark.parametrize("name", STORIES)
def test_each_event_twice_makes_no_difference(name: str) -> None:
    floor = staffed_floor(story_events(name)[0].at)
    for event in story_events(name):
        floor.apply(event)
        assert [change for change in floor.apply(event) if change.topic != "check"] == []
    assert without_link(floor) == without_link(told(name))


def without_link(floor: Floor) -> dict[str, object]:
    return {topic: views for topic, views in floor.snapshot().items() if topic != "check"}


@pytest.mark.parametrize("name", STORIES)
def test_a_whole_story_told_again_changes_no_call(name: str) -> None:
    floor = told(name)
    before = calls_of(floor)
    for event in story_events(name):
        floor.apply(event)
    assert calls_of(floor) == before
    gone = ticks(floor, 7)
    for event in story_events(name):
        assert not [change for change in floor.apply(event) if change.topic == "calls"]
    assert gone
    assert not floor.calls


@pytest.mark.parametrize("name", STORIES)
def test_neighbours_within_a_few_milliseconds_may_come_in_either_order(name: str) -> None:
    """Asterisk's topics are separate: within a moment any order is seen. Only Newchannel is always first."""
    events = story_events(name)
    wanted = calls_of(told(name))
    for index in range(len(events) - 1):
        first, second = events[index : index + 2]
        if second.at - first.at > timedelta(milliseconds=3) or isinstance(first, e.ChannelOpened):
            continue
        floor = staffed_floor(events[0].at)
        for event in (*events[:index], second, first, *events[index + 2 :]):
            floor.apply(event)
        assert calls_of(floor) == wanted, (first, second)


@pytest.mark.parametrize("name", STORIES)
def test_stages_outcomes_and_modes_move_only_along_their_tables(name: str) -> None:
    floor = staffed_floor(story_events(name)[0].at)
    for event in story_events(name):
        before = floor.snapshot()
        for change in floor.apply(event):
            old, new = before[change.topic].get(change.key), change.value
            if isinstance(old, CallView) and isinstance(new, CallView):
                check_steps(old, new)
            if isinstance(old, AgentView) and isinstance(new, AgentView) and old.mode is not new.mode:
                assert new.mode in MODE_STEPS[old.mode]


def check_steps(old: CallView, new: CallView) -> None:
    assert new.stage is old.stage or new.stage in CALL_STEPS[old.stage]
    for was, now in zip(old.visits, new.visits, strict=False):
        steps = VISIT_STEPS[was.outcome] | VISIT_CORRECTIONS[was.outcome]
        assert now.outcome is was.outcome or now.outcome in steps
        check_offers(was.offers, now.offers)


def check_offers(old: tuple[OfferView, ...], new: tuple[OfferView, ...]) -> None:
    for was, now in zip(old, new, strict=False):
        steps = OFFER_STEPS[was.outcome] | OFFER_CORRECTIONS[was.outcome]
        assert now.outcome is was.outcome or now.outcome in steps


@pytest.mark.parametrize("name", STORIES)
def test_nobody_who_was_answered_is_ever_shown_as_answered_without_talk(name: str) -> None:
    talked = {one["call"] for one in expectation(name)["calls"] if any(leg["talk"] != "0" for leg in one["legs"])}
    floor = staffed_floor(story_events(name)[0].at)
    for event in story_events(name):
        for change in floor.apply(event):
            if isinstance(change.value, CallView) and change.key in talked:
                assert "answered_without_talk" not in [visit.outcome for visit in change.value.visits]
