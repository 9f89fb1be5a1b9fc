"""Recording, keys, the telephone, and the customer whose agent's telephone died."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cti.domain import events as e
from cti.domain.commands import AskPhone, MuteRecording, MuteVoice, PressKey, Redirect
from cti.domain.controls import plan_keys, plan_phone, plan_recording, plan_take_back
from cti.domain.errors import Conflict, DomainError, Invalid, NotAllowed
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, CallId, ChannelId, LinkedId
from cti.domain.roles import Role
from cti.domain.telephones import devices_of
from tests.asking import LI, SUPERVISOR, WU, actor, call_of, floor_of, member, names, talking
from tests.stories import staffed_floor, story_events
from tests.world import World


@pytest.fixture
def world() -> World:
    """A caller talks with 1001."""
    return talking()


def who(world: World, index: int = 0) -> dict[str, object]:
    """Names of the caller's channel (0) or the agent's (1), for an event."""
    channel = list(world.channels.values())[index]
    return {"channel_id": channel.id, "linked_id": channel.linked_id, "channel": channel.name}


def code_of(caught: pytest.ExceptionInfo[DomainError]) -> str:
    return caught.value.code


# --- recording --------------------------------------------------------------------------------------------------------


def recorded(world: World, *, part: int = 1, is_paused: bool = False) -> Floor:
    floor = floor_of(world)
    caller = next(iter(world.channels))
    name = caller if part == 1 else f"{caller}-{part}"
    floor.apply(e.SegmentBegun(at=world.at, name=name, part=part, **who(world)))  # type: ignore[arg-type]
    if is_paused:
        floor.apply(e.RecordingMuted(at=world.at, is_muted=True, **who(world)))  # type: ignore[arg-type]
    return floor


@pytest.mark.parametrize("part", [1, 2])
def test_the_recording_is_paused_where_it_runs(world: World, part: int) -> None:
    caller, _ = names(world)
    floor = recorded(world, part=part)
    for asker in (LI, SUPERVISOR):
        wanted = MuteRecording(channel=caller, is_muted=True)
        assert plan_recording(floor, asker, call_of(world), "pause") == wanted
    paused = recorded(world, part=part, is_paused=True)
    assert plan_recording(paused, LI, call_of(world), "resume") == MuteRecording(channel=caller, is_muted=False)


def test_what_is_so_already_or_not_recorded_is_refused(world: World) -> None:
    for floor, action, code in (
        (floor_of(world), "pause", "recording.none"),
        (recorded(world), "resume", "recording.running"),
        (recorded(world, is_paused=True), "pause", "recording.paused"),
        (recorded(world), "erase", "recording.action"),
    ):
        with pytest.raises((Conflict, Invalid)) as caught:
            plan_recording(floor, LI, call_of(world), action)
        assert code_of(caught) == code


# --- keys -------------------------------------------------------------------------------------------------------------


def test_keys_go_to_the_customer_one_by_one(world: World) -> None:
    caller, _ = names(world)
    assert plan_keys(floor_of(world), LI, call_of(world), "1#") == [
        PressKey(channel=caller, key="1"),
        PressKey(channel=caller, key="#"),
    ]


def test_in_a_consultation_keys_go_to_whom_he_asks() -> None:
    floor = staffed_floor(story_events("atxfer")[0].at)
    for event in story_events("atxfer"):
        floor.apply(event)
        consult = floor.agents[AgentId("1001")].consult
        if consult is not None and consult.state == "talking":
            break
    (command,) = plan_keys(floor, LI, CallId(next(iter(floor.calls))), "5")
    assert command.channel == "Local/1002@xfer-00000002;1"


def test_keys_need_somebody_who_hears_them() -> None:
    world = World()
    for step in (world.arrive, world.join, world.offer):
        step(0)
    with pytest.raises(Conflict) as caught:
        plan_keys(floor_of(world), LI, call_of(world), "1")
    assert code_of(caught) == "keys.nobody"


# --- the telephone ----------------------------------------------------------------------------------------------------


def test_a_desk_telephone_is_asked(world: World) -> None:
    floor, call_id, (_, mine) = floor_of(world), call_of(world), names(world)
    assert plan_phone(floor, LI, call_id, "hold") == AskPhone(channel=mine, event="hold")
    assert plan_phone(floor, LI, call_id, "resume") == AskPhone(channel=mine, event="talk")
    assert plan_phone(floor, LI, call_id, "mute") == MuteVoice(channel=mine, is_muted=True)
    assert plan_phone(floor, LI, call_id, "unmute") == MuteVoice(channel=mine, is_muted=False)
    for action, code in (("answer", "phone.answered"), ("dance", "phone.action")):
        with pytest.raises((Conflict, Invalid)) as caught:
            plan_phone(floor, LI, call_id, action)
        assert code_of(caught) == code


def test_a_ringing_telephone_can_only_be_answered() -> None:
    world = World()
    for step in (world.arrive, world.join, world.offer):
        step(0)
    floor, call_id = floor_of(world), call_of(world)
    assert plan_phone(floor, LI, call_id, "answer") == AskPhone(channel=names(world)[1], event="talk")
    with pytest.raises(Conflict) as caught:
        plan_phone(floor, LI, call_id, "hold")
    assert code_of(caught) == "phone.not_answered"


def test_a_browser_does_it_itself_and_nobody_touches_anothers_telephone(world: World) -> None:
    floor = floor_of(world)
    for asker in (WU, SUPERVISOR):
        with pytest.raises(NotAllowed):
            plan_phone(floor, asker, call_of(world), "hold")
    device, others = devices_of(AgentId("1001"), "desk")
    known = e.AgentKnown(at=world.at, agent_id=AgentId("1001"), name="", device=device, queues=(), other_devices=others)
    floor.apply(known)
    opened = e.ChannelOpened(
        at=world.at, channel_id=ChannelId("x-9"), linked_id=LinkedId("x-9"), channel="PJSIP/web1001-9"
    )
    floor.apply(opened)
    with pytest.raises(Conflict) as caught:
        plan_phone(floor, LI, CallId("x-9"), "answer")
    assert code_of(caught) == "phone.browser"


# --- taking back ------------------------------------------------------------------------------------------------------


def stranded(world: World) -> Floor:
    """1001's telephone died: his channel is gone, the customer hears music."""
    floor = floor_of(world)
    at = world.at + timedelta(seconds=1)
    floor.apply(e.ChannelClosed(at=at, **who(world, 1)))  # type: ignore[arg-type]
    stranding = e.CallerStranded(at=at + timedelta(seconds=1), agent_id=AgentId("1001"), **who(world))  # type: ignore[arg-type]
    floor.apply(stranding)
    return floor


def test_the_customer_is_led_back_to_the_telephone_his_agent_has_now(world: World) -> None:
    floor = stranded(world)
    caller, _ = names(world)
    for asker in (LI, SUPERVISOR):
        command = plan_take_back(floor, asker, call_of(world))
        assert command == Redirect(channel=caller, context="take-back", exten="1001")
    with pytest.raises(NotAllowed):
        plan_take_back(floor, WU, call_of(world))
    with pytest.raises(NotAllowed):
        plan_take_back(floor, actor(Role.AUDITOR), call_of(world))


def test_nobody_is_led_back_who_does_not_wait(world: World) -> None:
    with pytest.raises(NotAllowed):
        plan_take_back(floor_of(world), LI, call_of(world))
    with pytest.raises(Conflict) as caught:
        plan_take_back(floor_of(world), SUPERVISOR, call_of(world))
    assert code_of(caught) == "take_back.over"


def test_nobody_is_led_back_to_a_telephone_that_is_busy_or_gone(world: World) -> None:
    floor = stranded(world)
    opened = e.ChannelOpened(
        at=world.at, channel_id=ChannelId("x-9"), linked_id=LinkedId("x-9"), channel="PJSIP/1001-9"
    )
    floor.apply(opened)
    with pytest.raises(Conflict) as caught:
        plan_take_back(floor, LI, call_of(world))
    assert code_of(caught) == "take_back.busy"
    floor.apply(member(world, "complaints", "PJSIP/1001", state=5))
    with pytest.raises(Conflict) as caught:
        plan_take_back(floor, LI, call_of(world))
    assert code_of(caught) == "take_back.phone_away"
