"""Who may ask for what, when, and which command it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cti.domain import events as e
from cti.domain import rules
from cti.domain.commands import AddMember, HangUp, PauseMember, RemoveMember
from cti.domain.errors import CallGone, Conflict, DomainError, Invalid, NotAllowed, NotFound
from cti.domain.ids import AgentId, CallId, ChannelId, Device, QueueName
from cti.domain.roles import Actor, Role
from tests.asking import LI, SUPERVISOR, WU, actor, call_of, floor_of, member, names, talking
from tests.stories import staffed_floor
from tests.world import START, World


@pytest.fixture
def world() -> World:
    """A caller talks with 1001."""
    return talking()


def code_of(caught: pytest.ExceptionInfo[DomainError]) -> str:
    return caught.value.code


# --- hanging up -------------------------------------------------------------------------------------------------------


def test_an_agent_hangs_up_his_own_channel_and_a_supervisor_the_customers(world: World) -> None:
    floor, call_id = floor_of(world), call_of(world)
    caller, agent = names(world)
    assert rules.plan_hang_up(floor, LI, call_id) == HangUp(channel=agent)
    assert rules.plan_hang_up(floor, SUPERVISOR, call_id) == HangUp(channel=caller)


@pytest.mark.parametrize("who", [WU, actor(Role.AUDITOR), actor(Role.ADMINISTRATOR), actor(Role.DEPARTMENT)])
def test_nobody_else_may_touch_the_call(world: World, who: Actor) -> None:
    with pytest.raises(NotAllowed):
        rules.plan_hang_up(floor_of(world), who, call_of(world))


def test_a_call_that_has_ended_is_gone(world: World) -> None:
    call_id = call_of(world)
    world.hang_up(0)
    for gone in (call_id, CallId("never")):
        with pytest.raises(CallGone):
            rules.plan_hang_up(floor_of(world), SUPERVISOR, gone)


# --- modes ------------------------------------------------------------------------------------------------------------


def test_an_agent_sets_his_own_mode_and_those_in_charge_anybodys() -> None:
    floor = staffed_floor(START)
    for who in (LI, SUPERVISOR, actor(Role.TEAM_LEADER)):
        assert rules.may_set_mode(floor, who, AgentId("1001"), "not_ready").agent_id == "1001"
    for who in (WU, actor(Role.ADMINISTRATOR), actor(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            rules.may_set_mode(floor, who, AgentId("1001"), "ready")


def test_unknown_agents_and_modes_are_refused() -> None:
    floor = staffed_floor(START)
    with pytest.raises(NotFound):
        rules.may_set_mode(floor, SUPERVISOR, AgentId("7"), "ready")
    with pytest.raises(Invalid):
        rules.may_set_mode(floor, SUPERVISOR, AgentId("1001"), "wrap_up")


def test_nobody_signs_out_with_a_caller_on_the_line(world: World) -> None:
    floor = floor_of(world)
    with pytest.raises(Conflict) as caught:
        rules.may_set_mode(floor, LI, AgentId("1001"), "signed_out")
    assert code_of(caught) == "agent.on_call"
    assert rules.may_set_mode(floor, LI, AgentId("1001"), "not_ready").phase == "talking"


def test_wrap_up_is_changed_only_while_it_lasts(world: World) -> None:
    with pytest.raises(Conflict):
        rules.may_change_wrap_up(floor_of(world), LI, AgentId("1001"))
    world.hang_up(0)
    assert rules.may_change_wrap_up(floor_of(world), LI, AgentId("1001")).mode == "wrap_up"
    with pytest.raises(NotAllowed):
        rules.may_change_wrap_up(floor_of(world), WU, AgentId("1001"))


def test_help_is_asked_for_oneself_and_ended_by_whoever_comes() -> None:
    floor = staffed_floor(START)
    li = AgentId("1001")
    for who, action, code in (
        (WU, "ask", "agent.not_you"),
        (SUPERVISOR, "ask", "agent.not_you"),
        (WU, "end", "agent.not_you"),
        (LI, "end", "help.none"),
    ):
        with pytest.raises((NotAllowed, Conflict)) as caught:
            rules.may_change_help(floor, who, li, action)
        assert code_of(caught) == code
    assert rules.may_change_help(floor, LI, li, "ask").agent_id == li
    floor.apply(e.HelpAsked(at=START, agent_id=li))
    for who in (LI, SUPERVISOR):
        assert rules.may_change_help(floor, who, li, "end").help_since == START
    floor.apply(e.AgentModeSet(at=START, agent_id=li, mode="signed_out"))
    with pytest.raises(Conflict):
        rules.may_change_help(floor, LI, li, "ask")


# --- repair and self-test ---------------------------------------------------------------------------------------------


def test_a_repair_gives_asterisk_what_the_modes_say() -> None:
    floor = staffed_floor(START, ["1001"])
    world = World(at=START + timedelta(seconds=1))
    floor.apply(member(world, "fallback", "PJSIP/1001", is_paused=True))
    floor.apply(member(world, "consult", "PJSIP/1001"))
    floor.apply(e.Ticked(at=START + timedelta(seconds=9)))
    commands = {key.split(":")[1]: rules.plan_repair(floor, key) for key in floor.differences}
    device = Device("PJSIP/1001")
    assert commands == {
        "member_missing": AddMember(queue=QueueName("complaints"), device=device, member_name="1001"),
        "member_extra": RemoveMember(queue=QueueName("consult"), device=device),
        "pause": PauseMember(device=device, is_paused=False, queue=QueueName("fallback")),
    }


def test_an_agent_who_is_not_ready_is_added_paused_and_with_the_reason() -> None:
    floor = staffed_floor(START, ["1001"])
    floor.apply(e.AgentModeSet(at=START, agent_id=AgentId("1001"), mode="not_ready", reason="meal"))
    floor.apply(e.Ticked(at=START + timedelta(seconds=9)))
    command = rules.plan_repair(floor, "drift:member_missing:fallback/PJSIP/1001")
    assert isinstance(command, AddMember)
    assert (command.is_paused, command.pause_reason) == (True, "meal")


def test_what_is_settled_or_was_corrected_by_a_list_cannot_be_repaired(world: World) -> None:
    floor = floor_of(world)
    with pytest.raises(NotFound):
        rules.plan_repair(floor, "drift:pause:x/y")
    floor.apply(world.listed())
    world.arrive(0)
    floor.apply(world.listed())
    (key,) = floor.differences
    with pytest.raises(Conflict):
        rules.plan_repair(floor, key)


@pytest.mark.parametrize(
    ("key", "answered_by", "channel", "exten"),
    [("1", "self", "PJSIP/95000@selftest", "1"), ("", "real", "PJSIP/95001@selftest", "s")],
)
def test_a_test_call_dials_the_hotline_from_outside(key: str, answered_by: str, channel: str, exten: str) -> None:
    command = rules.plan_test_call(key, answered_by, ChannelId("test-1"))
    assert (command.channel, command.context, command.exten) == (channel, "selftest-caller", exten)
    assert command.channel_id == "test-1"


@pytest.mark.parametrize(("key", "answered_by"), [("3", "self"), ("1", "nobody"), ("1\r\n", "self")])
def test_other_test_calls_do_not_exist(key: str, answered_by: str) -> None:
    with pytest.raises(Invalid):
        rules.plan_test_call(key, answered_by, ChannelId("test-1"))
