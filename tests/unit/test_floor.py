"""The floor on single stories that no trace has: doors, merges, gaps, time going by."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

import pytest

from cti.domain import events as e
from cti.domain.changes import AgentPhase, CallEnd, CallStage, CallView, LinkView
from cti.domain.floor import ROUTES, Floor, FloorOptions
from cti.domain.ids import AgentId, BridgeId, CallId, ChannelId, Device, LinkedId, QueueName
from tests.stories import staffed_floor
from tests.world import START, World

Made = TypeVar("Made", bound=e.ChannelEvent)
CALLER, AGENT = "x-1.1", "x-1.2"


def at(seconds: float) -> object:
    return START + timedelta(seconds=seconds)


def on(kind: type[Made], seconds: float, channel_id: str = CALLER, linked_id: str = CALLER, **fields: object) -> Made:
    """An event of a channel; the caller's is PJSIP/trunk, the agent's PJSIP/1001."""
    name = "PJSIP/1001-02" if channel_id == AGENT else f"PJSIP/trunk-{channel_id[-1]}"
    known: dict[str, object] = {
        "at": at(seconds),
        "channel_id": ChannelId(channel_id),
        "linked_id": LinkedId(linked_id),
        "channel": name,
    }
    return kind(**known | fields)  # type: ignore[arg-type]


def told(*events: e.Event, options: FloorOptions | None = None) -> Floor:
    floor = staffed_floor(START, options=options)
    for event in events:
        floor.apply(event)
    return floor


def tick(floor: Floor, seconds: float) -> None:
    floor.apply(e.Ticked(at=floor.as_of + timedelta(seconds=seconds)))


def opened(seconds: float = 0, channel_id: str = CALLER, linked_id: str = CALLER, **fields: object) -> e.ChannelOpened:
    return on(e.ChannelOpened, seconds, channel_id, linked_id, **fields)


def only(floor: Floor) -> CallView:
    (call,) = floor.calls.values()
    return call


# --- the door ---------------------------------------------------------------------------------------------------------


def test_a_caller_comes_in_on_a_hotline_with_his_number_when_the_dialplan_has_taken_it() -> None:
    floor = told(
        opened(number="0000000"),
        on(e.CallerIdentified, 0.1, number="+8613800138000", caller_name="<b>x</b>"),
        on(e.CallEntered, 0.1, hotline="95001", line_count=3, is_test=False),
    )
    call = only(floor)
    assert (call.hotline, call.caller_number, call.caller_name) == ("95001", "8613800138000", "<b>x</b>")
    assert (call.direction, call.stage, call.is_test) == ("in", CallStage.ARRIVING, False)


def test_a_number_that_is_no_number_is_anonymous() -> None:
    assert only(told(opened(number="0000000"))).caller_number == ""
    assert only(told(opened(number="138\r\nAction: x"))).caller_number == ""


def test_the_91st_call_ends_as_refused_and_says_why() -> None:
    floor = told(opened(), on(e.CallRefused, 0.1, reason="lines", hotline="95001"), on(e.ChannelClosed, 2, cause=34))
    call = only(floor)
    assert (call.end, call.refusal, call.hotline) == (CallEnd.REFUSED, "lines", "95001")


def test_a_self_test_is_marked_and_its_machine_ends_are_never_shown() -> None:
    floor = told(
        opened(channel_id="test-1", linked_id="test-1", context="nowhere"),
        opened(channel_id="x-1.5", linked_id="x-1.5", context="robot"),
        opened(context="from-trunk"),
        on(e.CallEntered, 0.1, hotline="95000", line_count=1, is_test=True),
    )
    assert [(call.call_id, call.is_test) for call in floor.calls.values()] == [(CALLER, True)]
    floor.apply(e.CallMarked(at=floor.as_of, call_id=CallId(CALLER), is_test=False))
    assert not only(floor).is_test


def test_the_menu_and_its_steps_are_part_of_the_call() -> None:
    step = e.MenuStepped(at=START, channel_id=ChannelId(CALLER), node="main", flow="hotline", digits="2", outcome="key")
    floor = told(opened(), on(e.MenuEntered, 0.2), step, step)
    assert only(floor).stage is CallStage.MENU
    assert [one.digits for one in only(floor).menu] == ["2"]


def test_a_caller_sent_on_by_the_dead_mans_switch_fell_back() -> None:
    floor = told(opened(), on(e.MenuEntered, 0.2), on(e.MenuLeft, 2.2), on(e.MenuFellBack, 2.2))
    assert only(floor).fell_back


def test_recorded_parts_are_kept_once_each() -> None:
    part = on(e.SegmentBegun, 1, name="x-1.1", part=1)
    floor = told(opened(), part, part, on(e.SegmentBegun, 9, name="x-1.1-2", part=2))
    assert [(one.name, one.part) for one in only(floor).segments] == [("x-1.1", 1), ("x-1.1-2", 2)]


# --- queues -----------------------------------------------------------------------------------------------------------


def joined(seconds: float = 1, queue: str = "complaints") -> e.CallerJoined:
    return on(e.CallerJoined, seconds, queue=QueueName(queue), position=1)


def left(seconds: float, queue: str = "complaints") -> e.CallerLeft:
    return on(e.CallerLeft, seconds, queue=QueueName(queue), position=1)


def test_leave_without_connect_is_an_exit_key_after_3_s() -> None:
    floor = told(opened(), joined(), left(5))
    assert floor.queues["complaints"].waiting_count == 0
    tick(floor, 2.9)
    assert only(floor).visits[0].outcome == "waiting"
    tick(floor, 0.2)
    assert (only(floor).visits[0].outcome, only(floor).visits[0].wait_s) == ("left_by_key", 4)
    assert only(floor).stage is CallStage.LEAVING


def test_a_connect_that_comes_after_the_decision_still_wins() -> None:
    floor = told(opened(), joined(), left(5))
    tick(floor, 4)
    floor.apply(connected(5))
    assert only(floor).visits[0].outcome == "talking"
    assert floor.queues["complaints"].talking_count == 1


def connected(seconds: float) -> e.MemberConnected:
    return on(
        e.MemberConnected,
        seconds,
        queue=QueueName("complaints"),
        device=Device("PJSIP/1001"),
        member_name="1001",
        dest_id=ChannelId(AGENT),
        wait_s=4.0,
        ring_s=2.0,
    )


def test_a_timed_out_caller_goes_on_to_the_fallback_queue_and_has_two_visits() -> None:
    report = on(e.VisitReported, 9, status="TIMEOUT", queue=QueueName("complaints"))
    abandon = on(e.CallerAbandoned, 9, queue=QueueName("complaints"), position=1, first_position=1, wait_s=8.0)
    floor = told(opened(), joined(), abandon, left(9), report, joined(9.1, "fallback"))
    assert [(one.visit_id, one.outcome) for one in only(floor).visits] == [
        ("x-1.1#1", "timed_out"),
        ("x-1.1#2", "waiting"),
    ]
    assert only(floor).queue == "fallback"
    assert [floor.queues[name].waiting_count for name in ("complaints", "fallback")] == [0, 1]


def test_a_lost_agent_connect_is_made_good_by_the_bridge() -> None:
    world = World()
    for step in (world.arrive, world.join, world.offer, world.answer):
        step(0)
    floor = told(*[event for event in world.events if not isinstance(event, e.MemberConnected)])
    visit = only(floor).visits[0]
    assert (visit.outcome, visit.agent_id, visit.offers[0].outcome) == ("talking", "1001", "connected")
    assert floor.agents["1001"].phase is AgentPhase.TALKING


def test_a_lost_bridge_enter_is_made_good_by_the_bridge_leave() -> None:
    world = World()
    for step in (world.arrive, world.join, world.offer, world.answer, world.hang_up):
        step(0)
    entered = [event for event in world.events if isinstance(event, e.BridgeEntered)]
    talk_s = []
    for lost in ([], [entered[0]], [entered[1]]):
        floor = told(*[event for event in world.events if event not in lost])
        talk_s.append(only(floor).visits[0].talk_s)
    assert talk_s[0] == pytest.approx(3, abs=0.01)
    assert talk_s[1:] == pytest.approx([talk_s[0]] * 2, abs=0.001)


def test_agent_complete_without_any_channel_finds_its_visit_by_member() -> None:
    world = World()
    for step in (world.arrive, world.join, world.offer, world.answer):
        step(0)
    floor = told(*world.events)
    completed = e.MemberCompleted(
        at=world.at,
        channel_id=None,
        dest_id=None,
        queue=QueueName("complaints"),
        device=Device("PJSIP/1001"),
        member_name="1001",
        wait_s=1.0,
        talk_s=2.0,
        reason="agent",
    )
    floor.apply(completed)
    assert (only(floor).visits[0].outcome, only(floor).visits[0].ended_by) == ("answered", "agent")


# --- identity ---------------------------------------------------------------------------------------------------------


def test_when_two_calls_meet_the_older_takes_everything_and_the_other_ends_as_merged() -> None:
    bridge = BridgeId("b1")
    floor = told(
        opened(0, number="13800138000"),
        opened(1, AGENT, AGENT),
        on(e.BridgeEntered, 2, AGENT, AGENT, bridge_id=bridge),
        on(e.BridgeEntered, 2, bridge_id=bridge),
    )
    assert len(floor.calls) == 2
    floor.apply(on(e.BridgeLeft, 7, AGENT, CALLER, bridge_id=bridge))
    call, merged = floor.calls[CALLER], floor.calls[AGENT]
    assert (merged.stage, merged.end, merged.merged_into, merged.legs) == ("ended", CallEnd.MERGED, CALLER, ())
    assert [(leg.channel_id, leg.talk_s) for leg in call.legs] == [(CALLER, 5), (AGENT, 5)]
    assert floor.agents["1001"].call_id == CALLER
    tick(floor, 10)
    assert list(floor.calls) == [CALLER]
    floor.apply(on(e.ChannelClosed, 20, AGENT, AGENT))
    assert floor.calls[CALLER].legs[1].closed_at == at(20), "an event with the old Linkedid finds its call"


def test_a_linkedid_never_seen_before_renames_the_call_but_not_its_id() -> None:
    floor = told(opened(), on(e.ChannelStateChanged, 1, linked_id="x-0.9", state=6))
    assert (only(floor).call_id, only(floor).linked_id) == (CALLER, "x-0.9")


def test_an_event_of_an_unknown_channel_makes_what_is_missing_and_says_so() -> None:
    floor = told(joined())
    assert (only(floor).is_reconstructed, only(floor).visits[0].outcome) == (True, "waiting")


def test_a_hangup_before_its_newchannel_ends_the_same_way() -> None:
    late, early = told(opened(), on(e.ChannelClosed, 1, cause=16)), told(on(e.ChannelClosed, 1, cause=16), opened())
    assert only(early).legs == only(late).legs
    assert (only(early).stage, only(early).ended_at) == ("ended", at(1))


def test_late_events_of_a_call_that_has_left_the_floor_make_no_ghost() -> None:
    floor = told(opened(), on(e.ChannelClosed, 1))
    tick(floor, 6)
    assert not floor.calls
    for event in (on(e.ChannelClosed, 1), joined(), opened(), on(e.BridgeEntered, 1, bridge_id=BridgeId("b"))):
        assert not floor.apply(event)


def test_channels_are_forgotten_after_a_while_so_that_memory_is_bounded() -> None:
    floor = told(opened(), on(e.ChannelClosed, 1), on(e.ChannelClosed, 1, "x-1.9", "x-1.9"))
    tick(floor, 6)
    tick(floor, 61)
    assert b"x-1.1" not in floor.dump()
    assert b"x-1.9" not in floor.dump()


# --- agents on the telephone ------------------------------------------------------------------------------------------


def test_an_agent_who_dials_a_colleague_talks_and_the_colleague_rings() -> None:
    first = opened(0, AGENT, AGENT)
    second = e.ChannelOpened(
        at=START, channel_id=ChannelId("x-1.3"), linked_id=LinkedId(AGENT), channel="PJSIP/1002-03", number="1002"
    )
    floor = told(first, second)
    assert [floor.agents[one].phase for one in ("1001", "1002")] == [AgentPhase.TALKING, AgentPhase.RINGING]
    assert (only(floor).direction, only(floor).stage) == ("internal", CallStage.RINGING)
    assert only(floor).agent_ids == ("1001", "1002")


def test_colleagues_among_themselves_owe_no_wrap_up() -> None:
    other = {"channel_id": ChannelId("x-1.3"), "linked_id": LinkedId(AGENT), "channel": "PJSIP/1002-03"}
    floor = told(
        opened(0, AGENT, AGENT),
        e.ChannelOpened(at=at(0), **other),
        on(e.BridgeEntered, 1, AGENT, AGENT, bridge_id=BridgeId("b")),
        e.BridgeEntered(at=at(1), bridge_id=BridgeId("b"), **other),
        on(e.ChannelClosed, 9, AGENT, AGENT),
        e.ChannelClosed(at=at(9), **other),
    )
    assert [floor.agents[one].mode for one in ("1001", "1002")] == ["ready", "ready"]
    assert only(floor).legs[0].talk_s == 8


def test_wrap_up_ends_at_its_deadline_whatever_the_queues_report_meanwhile() -> None:
    world = World()
    for step in (world.arrive, world.join, world.offer, world.answer, world.hang_up):
        step(0)
    floor = told(*world.events)
    until = floor.agents["1001"].wrap_up_until
    assert until is not None
    for queue in ("complaints", "consult"):
        changed = e.MemberChanged(
            at=world.at,
            queue=QueueName(queue),
            device=Device("PJSIP/1001"),
            member_name="1001",
            device_state=1,
            is_paused=False,
            pause_reason="",
            penalty=0,
        )
        floor.apply(changed)
    floor.apply(e.Ticked(at=until - timedelta(seconds=0.1)))
    assert floor.agents["1001"].mode == "wrap_up"
    floor.apply(e.Ticked(at=until))
    assert floor.agents["1001"].mode == "ready"


def test_an_agent_taken_out_or_given_another_telephone_is_followed() -> None:
    floor = told(opened(0, AGENT, AGENT))
    moved = e.AgentKnown(
        at=START, agent_id=AgentId("1009"), name="Wu", device=Device("PJSIP/1001"), queues=(QueueName("consult"),)
    )
    floor.apply(moved)
    assert (floor.agents["1009"].phase, floor.agents["1001"].phase) == (AgentPhase.TALKING, AgentPhase.IDLE)
    changes = floor.apply(e.AgentForgotten(at=START, agent_id=AgentId("1009")))
    assert [(change.key, change.value) for change in changes] == [("1009", None)]
    floor.apply(on(e.ChannelClosed, 1, AGENT, AGENT))


def test_signing_out_takes_no_reason_and_unknown_modes_are_ignored() -> None:
    floor = told(e.AgentModeSet(at=START, agent_id=AgentId("1001"), mode="wrap_up"))
    assert floor.agents["1001"].mode == "ready"
    floor.apply(e.AgentModeSet(at=START, agent_id=AgentId("nobody"), mode="ready"))
    floor.apply(e.AgentModeSet(at=START, agent_id=AgentId("1001"), mode="signed_out"))
    assert floor.agents["1001"].mode == "signed_out"


# --- the link ---------------------------------------------------------------------------------------------------------


def test_the_link_view_tells_gaps_and_is_valid_only_after_a_list() -> None:
    floor = told()
    assert (floor.link.is_up, floor.link.is_valid) == (False, False)
    floor.apply(e.LinkUp(at=START, system_name="a1", version="22.10.1", started_at=START))
    assert (floor.link.is_up, floor.link.is_valid, floor.link.version) == (True, False, "22.10.1")
    floor.apply(listed(1))
    assert (floor.link.is_valid, floor.link.gaps_count) == (True, 0)
    changes = floor.apply(e.LinkLagged(at=floor.as_of, lost_count=9, reason="queue full"))
    (view,) = [change.value for change in changes]
    assert isinstance(view, LinkView)
    assert (view.is_valid, view.is_up, view.reason, view.gaps_count) == (False, True, "queue full", 1)
    floor.apply(e.LinkDown(at=floor.as_of, reason="cut"))
    assert (floor.link.is_up, floor.link.gaps_count) == (False, 1), "a gap inside a gap is one gap"
    floor.apply(e.SwitchStopping(at=floor.as_of, is_clean=True))
    assert "stopping" in floor.link.reason


def listed(seconds: float, **fields: object) -> e.FloorListed:
    known: dict[str, object] = {"at": at(seconds), "channels": (), "members": (), "callers": (), "queues": ()}
    return e.FloorListed(**known | fields)  # type: ignore[arg-type]


def test_what_means_nothing_to_the_floor_changes_nothing_but_its_instant() -> None:
    floor = told()
    event = on(e.RecordingStarted, 9)
    assert floor.apply(event) == []
    assert floor.as_of == at(9)


def test_every_event_is_either_routed_or_named_as_meaningless_here() -> None:
    meaningless = {
        e.RecordingStarted,
        e.RecordingStopped,
        e.ListenStopped,
        e.OriginateEnded,
        e.ContactChanged,
        e.PromptRecorded,
    }
    kinds = {one for one in vars(e).values() if isinstance(one, type) and issubclass(one, e.Event)}
    assert kinds - {e.Event, e.ChannelEvent} - set(ROUTES) == meaningless
