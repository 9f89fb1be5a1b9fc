"""What a list from Asterisk corrects, and which differences it names."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from cti.domain import events as e
from cti.domain.changes import CallEnd, CallView
from cti.domain.floor import Floor
from cti.domain.ids import BridgeId, Device, QueueName
from tests.stories import staffed_floor
from tests.world import QUEUE, START, World


def talking() -> tuple[World, Floor]:
    """A caller who talks with 1001, known to a valid floor."""
    world = World()
    for step in (world.arrive, world.join, world.offer, world.answer):
        step(0)
    floor = staffed_floor(START)
    for event in world.events:
        floor.apply(event)
    floor.apply(e.LinkUp(at=world.at, started_at=START - timedelta(hours=1)))
    floor.apply(world.listed())
    return world, floor


def only(floor: Floor) -> CallView:
    (call,) = floor.calls.values()
    return call


def changed(listed: e.FloorListed, **fields: object) -> e.FloorListed:
    return msgspec.structs.replace(listed, **fields)


def test_a_call_the_list_does_not_have_was_lost_from_sight_when_the_link_went() -> None:
    world, floor = talking()
    world.at += timedelta(seconds=30)
    sight_at = world.at
    floor.apply(e.Ticked(at=sight_at))
    floor = Floor.load(floor.dump(), floor.options)  # killed; it says so when it is back
    world.at += timedelta(seconds=20)
    floor.apply(e.LinkDown(at=world.at, reason="the service has just started"))
    floor.apply(e.LinkUp(at=world.at, started_at=START - timedelta(hours=1)))
    floor.apply(changed(world.listed(), channels=()))
    call = only(floor)
    assert (call.end, call.ended_at, call.is_reconstructed) == (CallEnd.LOST_SIGHT, sight_at, True)
    assert (call.visits[0].outcome, call.visits[0].ended_by) == ("answered", "switch")
    assert call.visits[0].talk_s == pytest.approx(30, abs=0.1)
    assert floor.agents["1001"].phase == "idle"
    assert f"drift:call_gone:{call.call_id}" in floor.snapshot()["check"]


def test_a_call_under_which_the_switch_restarted_crashed_with_it() -> None:
    world, floor = talking()
    world.at += timedelta(seconds=5)
    floor.apply(e.LinkDown(at=world.at, reason="closed"))
    world.at += timedelta(seconds=3)
    floor.apply(changed(world.listed(), channels=(), switch_started_at=world.at - timedelta(seconds=1)))
    assert only(floor).end is CallEnd.SWITCH_CRASHED


def test_a_waiting_caller_lost_in_a_crash_has_an_unknown_end() -> None:
    world = World()
    world.arrive(0)
    world.join(0)
    floor = staffed_floor(START)
    for event in world.events:
        floor.apply(event)
    floor.apply(e.LinkDown(at=world.at, reason="closed"))
    floor.apply(changed(world.listed(), channels=(), callers=()))
    assert (only(floor).visits[0].outcome, only(floor).visits[0].ended_by) == ("unknown", "switch")
    assert floor.queues[QUEUE].waiting_count == 0


def test_what_was_seen_after_the_list_was_taken_is_not_corrected_by_it() -> None:
    world, floor = talking()
    listed = world.listed()
    world.arrive(0)
    world.join(0)
    for event in world.events[-6:]:
        if event.at > listed.at:
            floor.apply(event)
    before = floor.snapshot()["calls"]
    floor.apply(listed)
    assert floor.snapshot()["calls"] == before


def test_calls_nobody_saw_begin_are_adopted_and_say_so() -> None:
    world = World()
    for step in (world.arrive, world.join, world.arrive):
        step(0)
    world.at += timedelta(seconds=40)
    floor = staffed_floor(START)
    floor.apply(world.listed())
    waiting, menu = floor.calls.values()
    assert (waiting.is_reconstructed, menu.is_reconstructed) == (True, True)
    assert (waiting.stage, menu.stage) == ("waiting", "menu")
    assert waiting.visits[0].is_reconstructed
    assert (world.at - waiting.visits[0].entered_at).total_seconds() == pytest.approx(40, abs=0.1)
    assert floor.differences == {}, "the first list ever differs from nothing"


def test_an_unseen_call_on_a_valid_floor_is_a_difference_until_the_next_list_or_ten_minutes() -> None:
    world, floor = talking()
    world.arrive(0)
    unseen = list(world.channels)[-1]
    floor.apply(world.listed())
    assert list(floor.differences) == [f"drift:call_unseen:{unseen}"]
    floor.apply(world.listed())
    assert floor.differences == {}
    world.arrive(0)
    floor.apply(world.listed())
    floor.apply(e.Ticked(at=world.at + timedelta(seconds=599)))
    assert "call_unseen" in kinds(floor)
    floor.apply(e.Ticked(at=world.at + timedelta(seconds=601)))
    assert "call_unseen" not in kinds(floor)


def test_a_caller_found_waiting_gets_his_visit() -> None:
    world, floor = talking()
    world.arrive(0)
    for event in world.events[-4:]:
        floor.apply(event)
    world.join(0)
    floor.apply(world.listed())
    caller = list(world.channels)[-1]
    assert kinds(floor) == {"caller_unseen"}
    assert floor.calls[caller].visits[0].is_reconstructed
    assert floor.queues[QUEUE].waiting_count == 1


def test_a_caller_found_in_a_bridge_instead_of_the_queue_was_answered() -> None:
    world = World()
    for step in (world.arrive, world.join, world.offer):
        step(0)
    floor = staffed_floor(START)
    for event in world.events:
        floor.apply(event)
    world.answer(0)
    floor.apply(world.listed())
    visit = only(floor).visits[0]
    assert (visit.outcome, visit.agent_id) == ("talking", "1001")
    assert only(floor).stage == "talking"


def test_a_channel_thought_lost_lives_again_when_it_speaks() -> None:
    world, floor = talking()
    floor.apply(changed(world.listed(), channels=()))
    assert only(floor).stage == "ended"
    caller = next(iter(world.channels.values()))
    event = e.BridgeEntered(
        at=world.at + timedelta(seconds=1),
        channel_id=caller.id,
        linked_id=caller.linked_id,
        channel=caller.name,
        bridge_id=BridgeId("b9"),
    )
    floor.apply(event)
    assert (only(floor).stage == "ended", only(floor).end, only(floor).ended_at) == (False, CallEnd.NONE, None)


def test_members_and_queues_become_what_is_listed() -> None:
    world, floor = talking()
    row = e.ListedMember(
        queue=QueueName("consult"),
        device=Device("PJSIP/1002"),
        member_name="1002",
        device_state=1,
        is_paused=True,
        pause_reason="meal",
        penalty=0,
    )
    listed = changed(world.listed(), members=(row,), queues=(QueueName("consult"), QueueName("empty")))
    floor.apply(listed)
    counts = {name: view.member_count for name, view in floor.queues.items()}
    assert counts == {"consult": 1, "empty": 0, QUEUE: 0}, "somebody still talks out of the last one"
    assert (floor.agents["1002"].member_of, floor.agents["1002"].paused_in) == (("consult",), ("consult",))
    assert floor.agents["1001"].member_of == ()


def kinds(floor: Floor) -> set[str]:
    return {one.kind for one in floor.differences.values()}


def test_a_membership_difference_shows_after_its_grace_and_goes_when_it_is_settled() -> None:
    floor = staffed_floor(START, ["1001"])
    floor.apply(e.Ticked(at=START + timedelta(seconds=4)))
    assert floor.differences == {}
    floor.apply(e.Ticked(at=START + timedelta(seconds=5)))
    assert sorted(floor.differences) == [
        "drift:member_missing:complaints/PJSIP/1001",
        "drift:member_missing:fallback/PJSIP/1001",
    ]
    for queue, is_paused in (("complaints", True), ("fallback", False), ("consult", False)):
        floor.apply(member(queue, is_paused))
    floor.apply(e.Ticked(at=START + timedelta(seconds=11)))
    found = {key: (one.ours, one.theirs, one.can_repair) for key, one in floor.differences.items()}
    assert found == {
        "drift:pause:complaints/PJSIP/1001": ("open", "paused", True),
        "drift:member_extra:consult/PJSIP/1001": ("absent", "member", True),
    }
    floor.apply(member("complaints", False))
    floor.apply(
        e.MemberRemoved(
            at=START + timedelta(seconds=12), queue=QueueName("consult"), device=Device("PJSIP/1001"), member_name="x"
        )
    )
    floor.apply(e.Ticked(at=START + timedelta(seconds=12)))
    assert floor.differences == {}


def member(queue: str, is_paused: bool) -> e.MemberChanged:
    return e.MemberChanged(
        at=START + timedelta(seconds=6),
        queue=QueueName(queue),
        device=Device("PJSIP/1001"),
        member_name="1001",
        device_state=1,
        is_paused=is_paused,
        pause_reason="",
        penalty=0,
    )
