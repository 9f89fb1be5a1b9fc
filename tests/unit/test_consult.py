"""A consultation as the floor reads it off the bridges: in stories cut from a real switch, and with three together."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from cti.domain import events as e
from cti.domain.changes import AgentView, LegKind
from cti.domain.consult import Consult, consult_of
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, BridgeId, ChannelId, LinkedId
from cti.domain.leg import Leg
from tests.stories import staffed_floor, story_events
from tests.world import START

WU = AgentId("1002")
MINE, THEIRS = BridgeId("mine"), BridgeId("theirs")


def passed(name: str, agent_id: str) -> list[tuple[str, str, str | None] | None]:
    """What the agent's consultation was, one after another."""
    seen: list[tuple[str, str, str | None] | None] = []
    floor = staffed_floor(story_events(name)[0].at)
    for event in story_events(name):
        for change in floor.apply(event):
            if isinstance(change.value, AgentView) and change.key == agent_id:
                one = change.value.consult
                found = None if one is None else (one.state, one.target, one.agent_id)
                if seen[-1:] != [found]:
                    seen.append(found)
    return seen


def test_a_consultation_that_is_completed() -> None:
    dialling, talking = ("dialling", "1002", "1002"), ("talking", "1002", "1002")
    assert passed("atxfer", "1001") == [None, dialling, talking, None]
    assert passed("atxfer", "1002") == [None]


def test_a_consultation_from_which_the_agent_returns() -> None:
    assert passed("atxcancel", "1001") == [None, ("dialling", "1002", "1002"), None]


def test_other_transfers_are_no_consultations() -> None:
    for name in ("blind", "hold", "spy"):
        assert passed(name, "1001") == [None], name


def leg(channel: str, bridge: str | None, kind: LegKind = LegKind.AGENT) -> Leg:
    return Leg(
        channel_id=ChannelId(channel),
        channel=channel,
        kind=kind,
        number="",
        name="",
        agent_id=None,
        opened_at=START,
        seen_at=START,
        answered_at=START,
        bridge_id=None if bridge is None else BridgeId(bridge),
    )


def found(mine: Leg, customer: Leg, *others: Leg, known: Consult | None = None) -> Consult | None:
    return consult_of(mine, customer, [mine, customer, *others], known, START + timedelta(seconds=9), {WU})


def pair(first: str | None, second: str | None) -> tuple[Leg, Leg]:
    name = "Local/web1002@transfer-00000001"
    return leg(f"{name};1", first, LegKind.HELPER), leg(f"{name};2", second, LegKind.HELPER)


def test_three_in_one_bridge_are_a_conference_also_when_the_pair_has_optimised_away() -> None:
    mine, customer = leg("PJSIP/1001-1", THEIRS), leg("PJSIP/trunk-1", THEIRS, LegKind.CALLER)
    joined = found(mine, customer, *pair(THEIRS, MINE))
    assert joined is not None
    assert (joined.state, joined.target, joined.agent_id) == ("conference", "1002", WU)
    assert found(mine, customer, leg("PJSIP/web1002-1", THEIRS), known=joined) is joined
    on_his_way, second_half = leg("PJSIP/web1002-1", MINE), pair(None, MINE)[1]
    assert found(mine, customer, on_his_way, second_half, known=joined) is joined
    assert found(mine, customer, leg("PJSIP/web1002-1", None), known=joined) is joined
    assert found(mine, customer, leg("PJSIP/web1002-1", "elsewhere"), known=joined) is None
    assert found(mine, customer, known=joined) is None  # the colleague has left


def test_between_two_bridges_nothing_changes_and_another_channel_knows_nothing() -> None:
    mine, customer = leg("PJSIP/1001-1", MINE), leg("PJSIP/trunk-1", THEIRS, LegKind.CALLER)
    talking = found(mine, customer, *pair(MINE, "elsewhere"))
    assert talking is not None
    assert talking.state == "talking"
    assert found(leg("PJSIP/1001-1", None), customer, known=talking) is talking
    assert found(leg("PJSIP/1001-2", None), customer, known=talking) is None


def test_a_number_outside_is_no_colleague() -> None:
    half = leg("Local/13800138000@transfer-out-00000001;1", MINE, LegKind.HELPER)
    outside = found(leg("PJSIP/1001-1", MINE), leg("PJSIP/trunk-1", THEIRS, LegKind.CALLER), half)
    assert outside is not None
    assert (outside.state, outside.target, outside.agent_id) == ("dialling", "13800138000", None)


# --- three together, on the floor -------------------------------------------------------------------------------------

CUSTOMER, AGENT, COLLEAGUE, HALF, OTHER_HALF = (ChannelId(f"x-1.{number}") for number in range(1, 6))
NAMES = {
    CUSTOMER: "PJSIP/trunk-01",
    AGENT: "PJSIP/1001-02",
    COLLEAGUE: "PJSIP/1002-03",
    HALF: "Local/1002@transfer-04;1",
    OTHER_HALF: "Local/1002@transfer-04;2",
}


def on(kind: type[e.ChannelEvent], seconds: float, channel: ChannelId, **given: object) -> e.Event:
    who = {"channel_id": channel, "linked_id": LinkedId(CUSTOMER), "channel": NAMES[channel]}
    return kind(at=START + timedelta(seconds=seconds), **who, **given)  # type: ignore[arg-type]


def joined() -> Floor:
    """At 10 s 1001 asks 1002, at 20 s all three are in the customer's bridge."""
    floor = staffed_floor(START)
    first, second, third = BridgeId("first"), BridgeId("second"), BridgeId("third")
    for event in (
        *(on(e.ChannelOpened, 0, channel) for channel in (CUSTOMER, AGENT)),
        *(on(e.BridgeEntered, 1, channel, bridge_id=first) for channel in (CUSTOMER, AGENT)),
        on(e.HoldBegun, 10, AGENT),
        *(on(e.ChannelOpened, 10, channel) for channel in (HALF, OTHER_HALF, COLLEAGUE)),
        on(e.BridgeLeft, 10, AGENT, bridge_id=first),
        *(on(e.BridgeEntered, 10.1, channel, bridge_id=second) for channel in (HALF, AGENT)),
        *(on(e.BridgeEntered, 12, channel, bridge_id=third) for channel in (OTHER_HALF, COLLEAGUE)),
        *(on(e.BridgeLeft, 20, channel, bridge_id=second) for channel in (HALF, AGENT)),
        *(on(e.BridgeEntered, 20.001, channel, bridge_id=first) for channel in (HALF, AGENT)),
        e.AttendedTransferred(
            at=START + timedelta(seconds=20.001),
            transferer_id=AGENT,
            second_id=AGENT,
            transferee_id=CUSTOMER,
            target_id=HALF,
            bridge_id=first,
            succeeded=True,
            is_conference=True,
        ),
    ):
        floor.apply(event)
    return floor


def test_in_a_conference_all_three_talk_although_no_unhold_ever_comes() -> None:
    floor = joined()
    consult = floor.agents[AgentId("1001")].consult
    assert consult is not None
    assert consult.state == "conference"
    floor.apply(on(e.ChannelClosed, 25, CUSTOMER))
    (call,) = floor.calls.values()
    talk = {leg.channel_id: leg.talk_s for leg in call.legs}
    assert talk[CUSTOMER] == pytest.approx(9 + 5, abs=0.01)
    assert talk[AGENT] == pytest.approx(9 + 8 + 5, abs=0.01)
    assert talk[COLLEAGUE] == pytest.approx(8 + 5, abs=0.01)
    assert call.transfers == ()


def test_who_leaves_a_conference_has_passed_the_customer_on() -> None:
    floor = joined()
    floor.apply(on(e.ChannelClosed, 25, AGENT))
    (call,) = floor.calls.values()
    assert call.transfers == ("attended:1002",)
    assert floor.agents[AgentId("1001")].consult is None
    assert floor.agents[AgentId("1001")].mode == "wrap_up"


def test_a_transfer_without_a_target_led_to_whom_the_agent_had_asked() -> None:
    """Asterisk names no target when the Local pair optimised away just before (seen once in some hundred)."""
    events = story_events("webatxfer")
    floor = staffed_floor(events[0].at)
    assert sum(isinstance(event, e.AttendedTransferred) for event in events) == 1
    for event in events:
        is_nameless = isinstance(event, e.AttendedTransferred)
        floor.apply(msgspec.structs.replace(event, target_id=None) if is_nameless else event)
    assert [call.transfers for call in floor.calls.values() if call.visits] == [("attended:1002",)]
