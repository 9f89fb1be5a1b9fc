"""Which telephones an agent has, and what a channel of each means to the floor."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cti.domain import events as e
from cti.domain.floor import Floor, FloorOptions
from cti.domain.ids import AgentId, BridgeId, ChannelId, Device, LinkedId, QueueName
from cti.domain.rulebook import DeskRules
from cti.domain.telephones import agent_of_endpoint, devices_of, endpoint_of, named
from tests.stories import staffed_floor
from tests.world import START

LI = AgentId("1001")
CALLER, AGENT = ChannelId("x-1.1"), ChannelId("x-1.2")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def known(phone: str, seconds: float = 0.0) -> e.AgentKnown:
    device, others = devices_of(LI, phone)
    return e.AgentKnown(
        at=at(seconds),
        agent_id=LI,
        name="Li",
        device=device,
        queues=(QueueName("consult"),),
        phone=phone,
        other_devices=others,
    )


def opened(channel_id: ChannelId, channel: str, seconds: float, number: str = "") -> e.ChannelOpened:
    return e.ChannelOpened(
        at=at(seconds), channel_id=channel_id, linked_id=LinkedId(CALLER), channel=channel, number=number
    )


def member(device: str, seconds: float, state: int = 1) -> e.MemberChanged:
    return e.MemberChanged(
        at=at(seconds),
        queue=QueueName("consult"),
        device=Device(device),
        member_name="1001",
        device_state=state,
        is_paused=False,
        pause_reason="",
        penalty=0,
    )


def heard(*events: e.Event) -> Floor:
    floor = Floor()
    for event in events:
        floor.apply(event)
    return floor


def test_the_chosen_telephone_is_rung_and_the_other_is_his_as_well() -> None:
    assert devices_of(LI, "desk") == ("PJSIP/1001", ("PJSIP/web1001",))
    assert devices_of(LI, "browser") == ("PJSIP/web1001", ("PJSIP/1001",))
    assert endpoint_of(devices_of(LI, "browser")[0]) == "web1001"


@pytest.mark.parametrize(
    ("endpoint", "agent", "name"),
    [("1001", "1001", "1001"), ("web1001", "1001", "1001"), ("trunk", None, "trunk"), ("web", None, "web")],
)
def test_an_endpoint_is_named_by_its_agent(endpoint: str, agent: str | None, name: str) -> None:
    assert (agent_of_endpoint(endpoint), named(endpoint)) == (agent, name)


def test_a_telephone_number_is_nobodys_endpoint() -> None:
    assert agent_of_endpoint("13800138000") is None
    assert named("13800138000") == named("o13800138000") == named("Ao13800138000") == "13800138000"
    assert named("Aweb1002") == "1002"


@pytest.mark.parametrize("channel", ["PJSIP/1001-00000002", "PJSIP/web1001-00000002"])
@pytest.mark.parametrize("phone", ["desk", "browser"])
def test_a_channel_of_either_telephone_is_the_agents(phone: str, channel: str) -> None:
    floor = heard(known(phone), opened(CALLER, "PJSIP/trunk-01", 1, "13800138000"), opened(AGENT, channel, 2))
    (call,) = floor.calls.values()
    assert [(leg.kind, leg.agent_id) for leg in call.legs] == [("caller", None), ("agent", LI)]
    assert (floor.agents[LI].phase, floor.agents[LI].call_id) == ("ringing", call.call_id)
    again = Floor.load(floor.dump())
    again.apply(opened(ChannelId("x-1.3"), channel.replace("02", "03"), 3))
    assert again.calls[call.call_id].legs[-1].agent_id == LI


def test_memberships_and_reachability_are_those_of_the_chosen_telephone() -> None:
    floor = heard(known("desk"), member("PJSIP/1001", 1), member("PJSIP/web1001", 2, state=5))
    assert (floor.agents[LI].member_of, floor.agents[LI].device_state) == (("consult",), 1)
    floor.apply(known("browser", 3))
    assert (floor.agents[LI].device, floor.agents[LI].phone, floor.agents[LI].device_state) == (
        "PJSIP/web1001",
        "browser",
        5,
    )
    floor.apply(e.MemberRemoved(at=at(4), queue=QueueName("consult"), device=Device("PJSIP/1001"), member_name=""))
    assert floor.agents[LI].member_of == ("consult",)
    floor.apply(e.MemberRemoved(at=at(5), queue=QueueName("consult"), device=Device("PJSIP/web1001"), member_name=""))
    assert floor.agents[LI].member_of == ()


def test_changing_the_telephone_in_a_call_keeps_the_call() -> None:
    floor = heard(known("desk"), opened(CALLER, "PJSIP/trunk-01", 1, "1380"), opened(AGENT, "PJSIP/1001-02", 2))
    floor.apply(known("browser", 3))
    assert floor.agents[LI].phase == "ringing"
    floor.apply(e.AgentForgotten(at=at(4), agent_id=LI))
    floor.apply(opened(ChannelId("x-1.9"), "PJSIP/web1001-09", 5))
    (call,) = floor.calls.values()
    assert call.legs[-1].agent_id is None


def test_whom_an_agent_calls_is_known_by_the_number_that_was_dialled() -> None:
    dialled = e.DialBegun(
        at=at(3),
        channel_id=CALLER,
        linked_id=LinkedId(CALLER),
        channel="PJSIP/web1001-01",
        dest_id=AGENT,
        dest_channel="PJSIP/carrier-02",
        dest_linked_id=LinkedId(CALLER),
        dialled="13800138000@carrier",
    )
    floor = heard(
        known("browser"), opened(CALLER, "PJSIP/web1001-01", 1), opened(AGENT, "PJSIP/carrier-02", 2), dialled
    )
    (call,) = floor.calls.values()
    assert (call.direction, call.caller_number, call.legs[1].number) == ("out", "13800138000", "13800138000")
    assert call.agent_ids == (LI,)


def test_rules_are_in_force_at_once_and_after_a_night() -> None:
    floor = heard(e.RulesChanged(at=at(0), rules=DeskRules(wrap_up_s=42.0, missed_offers_limit=3)))
    assert (floor.options.wrap_up_s, floor.options.missed_offers_limit) == (42.0, 3)
    again = Floor.load(floor.dump(), FloorOptions(keep_ended_s=9.0))
    assert (again.options.wrap_up_s, again.options.keep_ended_s) == (42.0, 9.0)


def test_a_dump_from_before_there_were_rules_still_loads() -> None:
    assert Floor.load(b"{}", FloorOptions(wrap_up_s=7.0)).options.wrap_up_s == 7.0


# --- what the recording and the lost telephone say --------------------------------------------------------------------


def in_call() -> Floor:
    floor = staffed_floor(START)
    for event in (opened(CALLER, "PJSIP/trunk-01", 1, "1380"), opened(AGENT, "PJSIP/1001-02", 2)):
        floor.apply(event)
    return floor


def muted(is_muted: bool, seconds: float) -> e.RecordingMuted:
    return e.RecordingMuted(
        at=at(seconds), channel_id=CALLER, linked_id=LinkedId(CALLER), channel="PJSIP/trunk-01", is_muted=is_muted
    )


def test_a_paused_recording_says_since_when_and_until_when() -> None:
    floor = in_call()
    for seconds in (5, 5.001):  # told for each direction
        floor.apply(muted(True, seconds))
    (call,) = floor.calls.values()
    assert (call.recording_paused_at, call.recording_resumes_at) == (at(5), at(125))
    floor.apply(muted(False, 9))
    (call,) = floor.calls.values()
    assert (call.recording_paused_at, call.recording_resumes_at) == (None, None)


def test_a_stranded_caller_waits_for_his_agent_until_one_answers() -> None:
    floor = in_call()
    who = {"channel_id": CALLER, "linked_id": LinkedId(CALLER), "channel": "PJSIP/trunk-01"}
    floor.apply(e.CallerStranded(at=at(5), agent_id=LI, **who))  # type: ignore[arg-type]
    (call,) = floor.calls.values()
    assert call.waits_for == LI
    third = {"channel_id": ChannelId("x-1.3"), "linked_id": LinkedId(CALLER), "channel": "PJSIP/1001-03"}
    floor.apply(e.BridgeEntered(at=at(8), bridge_id=BridgeId("b"), **third))  # type: ignore[arg-type]
    (call,) = floor.calls.values()
    assert call.waits_for is None


def test_a_stranded_caller_who_stands_in_the_queue_waits_for_nobody_in_particular() -> None:
    floor = in_call()
    who = {"channel_id": CALLER, "linked_id": LinkedId(CALLER), "channel": "PJSIP/trunk-01"}
    floor.apply(e.CallerStranded(at=at(5), agent_id=LI, **who))  # type: ignore[arg-type]
    floor.apply(e.CallerJoined(at=at(25), queue=QueueName("consult"), position=1, **who))  # type: ignore[arg-type]
    (call,) = floor.calls.values()
    assert call.waits_for is None


def test_help_is_shown_until_somebody_ends_it() -> None:
    floor = in_call()
    floor.apply(e.HelpAsked(at=at(3), agent_id=LI))
    assert floor.agents[LI].help_since == at(3)
    floor.apply(e.HelpEnded(at=at(4), agent_id=LI, by="boss"))
    assert floor.agents[LI].help_since is None
