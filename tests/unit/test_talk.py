"""Talk and hold seconds from bridge instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from cti.domain.bridging import begin_hold, end_hold, enter_bridge, leave_bridge
from cti.domain.call import MANY_INTERVALS, Call
from cti.domain.changes import LegKind
from cti.domain.ids import BridgeId, CallId, ChannelId, LinkedId, QueueName, VisitId
from cti.domain.leg import Hold, Leg, Stay, device_of, other_half
from cti.domain.talk import count_talk
from cti.domain.visit import Visit

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CALLER, AGENT, COLLEAGUE = ChannelId("c"), ChannelId("a"), ChannelId("d")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def leg(channel_id: str, kind: LegKind, name: str = "", closed: float | None = None) -> Leg:
    return Leg(
        channel_id=ChannelId(channel_id),
        channel=name or f"PJSIP/{channel_id}-01",
        kind=kind,
        number="",
        name="",
        agent_id=None,
        opened_at=NOON,
        seen_at=NOON,
        closed_at=None if closed is None else at(closed),
    )


def stay(channel_id: str, bridge: str, entered: float, left: float | None = None) -> Stay:
    return Stay(
        channel_id=ChannelId(channel_id),
        bridge_id=BridgeId(bridge),
        entered_at=at(entered),
        left_at=None if left is None else at(left),
    )


def people(closed: float | None = None) -> dict[ChannelId, Leg]:
    legs = [leg("c", LegKind.CALLER, closed=closed), leg("a", LegKind.AGENT), leg("d", LegKind.AGENT)]
    return {one.channel_id: one for one in legs}


def served(answered: float = 0.0) -> Visit:
    visit = Visit(visit_id=VisitId("c#1"), channel_id=CALLER, queue=QueueName("q"), entered_at=at(-5))
    visit.connected_at, visit.serving_id = at(answered), AGENT
    return visit


def test_two_in_a_bridge_talk_from_the_later_enter_to_the_earlier_leave() -> None:
    legs = people()
    count_talk(legs, [stay("a", "b", 1, 11), stay("c", "b", 2, 10)], [], [])
    assert [legs[one].talk_s for one in (CALLER, AGENT, COLLEAGUE)] == [8, 8, 0]
    assert legs[AGENT].met_customer
    assert not legs[AGENT].is_talking


def test_a_hang_up_ends_the_stay_that_no_bridge_leave_ended() -> None:
    legs = people(closed=6)
    count_talk(legs, [stay("a", "b", 1), stay("c", "b", 2)], [], [])
    assert legs[AGENT].talk_s == 4
    assert not legs[AGENT].is_talking


def test_hold_is_not_talk_and_counts_for_both_sides() -> None:
    legs, visit = people(), served()
    holds = [Hold(channel_id=AGENT, bridge_id=BridgeId("b"), began_at=at(3), ended_at=at(5))]
    count_talk(legs, [stay("a", "b", 1, 9), stay("c", "b", 1, 9)], holds, [visit])
    assert (legs[CALLER].talk_s, legs[CALLER].hold_s) == (6, 2)
    assert (visit.talk_s, visit.hold_s) == (6, 2)


def test_a_hold_that_lasts_holds_now() -> None:
    legs = people()
    holds = [Hold(channel_id=AGENT, bridge_id=BridgeId("b"), began_at=at(3))]
    count_talk(legs, [stay("a", "b", 1), stay("c", "b", 1)], holds, [])
    assert legs[CALLER].is_held
    assert not legs[CALLER].is_talking
    assert legs[CALLER].talk_s == 2


def test_a_hold_belongs_to_its_bridge_and_does_not_mute_the_consultation() -> None:
    """Asterisk: a consultation begins with Hold and sends no Unhold when it succeeds."""
    legs, visit = people(), served()
    stays = [stay("c", "b", 0), stay("a", "b", 0, 4), stay("a", "b2", 4, 9), stay("d", "b2", 6, 9)]
    holds = [Hold(channel_id=AGENT, bridge_id=BridgeId("b"), began_at=at(3))]
    visit.agent_closed_at = at(10)
    count_talk(legs, stays, holds, [visit])
    assert (legs[AGENT].talk_s, legs[COLLEAGUE].talk_s, legs[CALLER].talk_s) == (6, 3, 3)
    assert not legs[COLLEAGUE].met_customer
    assert (visit.talk_s, visit.hold_s) == (3, 6), "the customer is held from 3 to 9: his agent is elsewhere"


def test_the_two_halves_of_a_local_channel_join_their_bridges_to_one_room() -> None:
    legs = people()
    for number in (1, 2):
        half = leg(f"l{number}", LegKind.HELPER, f"Local/1002@x-07;{number}")
        legs[half.channel_id] = half
    stays = [stay("a", "b1", 0, 10), stay("l1", "b1", 0, 10), stay("l2", "b2", 3, 10), stay("d", "b2", 3, 10)]
    count_talk(legs, stays, [], [])
    assert (legs[AGENT].talk_s, legs[COLLEAGUE].talk_s) == (7, 7)
    assert legs[ChannelId("l1")].talk_s == 0, "a helper is nobody"


def test_a_third_person_in_the_bridge_talks_too() -> None:
    legs = people()
    count_talk(legs, [stay("a", "b", 0, 9), stay("c", "b", 0, 9), stay("d", "b", 4, 6)], [], [])
    assert (legs[CALLER].talk_s, legs[COLLEAGUE].talk_s) == (9, 2)


def test_a_transfer_ends_the_visits_talk_though_the_caller_talks_on() -> None:
    legs, visit = people(), served()
    visit.transferred_at = at(5)
    count_talk(
        legs,
        [stay("a", "b", 0, 5.2), stay("c", "b", 0, 5.2), stay("c", "b2", 6, 9), stay("d", "b2", 6, 9)],
        [],
        [visit],
    )
    assert visit.talk_s == 5
    assert legs[CALLER].talk_s == pytest.approx(8.2)


def test_the_order_in_which_stays_were_learnt_does_not_matter() -> None:
    stays = [stay("c", "b", 0, 9), stay("a", "b", 1, 4), stay("a", "b2", 4, 7), stay("d", "b2", 5, 7)]
    results = set()
    for order in permutations(stays):
        legs = people()
        count_talk(legs, order, [], [])
        results.add(tuple(one.talk_s for one in legs.values()))
    assert results == {(3.0, 5.0, 2.0)}


def test_names_of_channels_tell_their_device_and_their_other_half() -> None:
    assert device_of("PJSIP/1007-0000002c") == "PJSIP/1007"
    assert device_of("PJSIP/trunk-a-0000002c") == "PJSIP/trunk-a"
    assert other_half("Local/1@x-01;1") == "Local/1@x-01;2"
    assert other_half("Local/1@x-01;2") == "Local/1@x-01;1"


def test_who_plays_with_the_hold_key_all_day_is_counted_right_and_costs_no_memory() -> None:
    call = Call(call_id=CallId("c"), linked_id=LinkedId("c"), started_at=NOON, stage_since=NOON, legs=people())
    caller, agent = call.legs[CALLER], call.legs[AGENT]
    enter_bridge(call, agent, BridgeId("b"), at(0))
    enter_bridge(call, caller, BridgeId("b"), at(0))
    for second in range(1, 2001):
        (begin_hold if second % 2 else end_hold)(call, agent, at(second))
        call.settle(at(second))
    assert len(call.holds) + len(call.stays) <= MANY_INTERVALS + 1
    leave_bridge(call, caller, BridgeId("b"), at(2003))
    call.settle(at(2003))
    assert (caller.talk_s, caller.hold_s) == (1003, 1000)
    assert agent.met_customer
