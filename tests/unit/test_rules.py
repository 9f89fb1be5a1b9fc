"""Who may ask for what, when, and which command it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cti.domain import events as e
from cti.domain import rules
from cti.domain.commands import AddMember, BlindTransfer, HangUp, PauseMember, RemoveMember
from cti.domain.errors import CallGone, Conflict, DomainError, Invalid, NotAllowed, NotFound
from cti.domain.floor import Floor
from cti.domain.ids import AccountId, AgentId, CallId, ChannelId, Device, QueueName
from cti.domain.roles import Actor, Role
from tests.stories import staffed_floor
from tests.world import START, World


def actor(role: Role, agent_id: str | None = None) -> Actor:
    return Actor(
        account_id=AccountId(1), login="x", role=role, agent_id=None if agent_id is None else AgentId(agent_id)
    )


SUPERVISOR, LI, WU = actor(Role.SUPERVISOR), actor(Role.AGENT, "1001"), actor(Role.AGENT, "1002")


@pytest.fixture
def world() -> World:
    """A caller talks with 1001."""
    world = World()
    for step in (world.arrive, world.join, world.offer, world.answer):
        step(0)
    return world


def floor_of(world: World) -> Floor:
    floor = staffed_floor(START)
    for event in world.events:
        floor.apply(event)
    return floor


def call_of(world: World) -> CallId:
    return CallId(next(iter(world.channels)))


def names(world: World) -> tuple[str, str]:
    caller, agent = world.channels.values()
    return caller.name, agent.name


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
    with pytest.raises(NotAllowed):
        rules.plan_transfer(floor_of(world), who, call_of(world), "1002")


def test_a_call_that_has_ended_is_gone(world: World) -> None:
    call_id = call_of(world)
    world.hang_up(0)
    for gone in (call_id, CallId("never")):
        with pytest.raises(CallGone):
            rules.plan_hang_up(floor_of(world), SUPERVISOR, gone)


# --- transfer ---------------------------------------------------------------------------------------------------------


def free(floor: Floor, world: World, *queues: str) -> Floor:
    """Colleagues are reachable; the queues named have a member."""
    for queue in queues:
        floor.apply(member(world, queue))
    return floor


def member(world: World, queue: str, device: str = "PJSIP/1003", state: int = 1, is_paused: bool = False) -> e.Event:
    return e.MemberChanged(
        at=world.at,
        queue=QueueName(queue),
        device=Device(device),
        member_name="",
        device_state=state,
        is_paused=is_paused,
        pause_reason="",
        penalty=0,
    )


@pytest.mark.parametrize("target", ["1002", "consult"])
@pytest.mark.parametrize("who", [LI, SUPERVISOR])
def test_a_transfer_names_the_live_channel_of_the_agent(world: World, who: Actor, target: str) -> None:
    floor = free(floor_of(world), world, "consult")
    command = rules.plan_transfer(floor, who, call_of(world), target)
    assert command == BlindTransfer(channel=names(world)[1], context="transfer", exten=target)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("1001", "transfer.self"),
        ("4711", "transfer.target"),
        ("nowhere", "transfer.target"),
        ("test", "transfer.target"),
    ],
)
def test_a_transfer_to_what_is_no_target_makes_no_sense(world: World, target: str, code: str) -> None:
    floor = free(floor_of(world), world, "test")
    with pytest.raises(Invalid) as caught:
        rules.plan_transfer(floor, LI, call_of(world), target)
    assert code_of(caught) == code


def test_a_transfer_to_who_cannot_take_it_is_refused(world: World) -> None:
    floor, call_id = floor_of(world), call_of(world)
    floor.apply(e.FloorListed(at=START, channels=(), members=(), callers=(), queues=(QueueName("empty"),)))
    floor.apply(member(world, "complaints", "PJSIP/1002", state=5))
    floor.apply(e.AgentModeSet(at=world.at, agent_id=AgentId("1003"), mode="signed_out"))
    for target, code in (("1002", "target_away"), ("1003", "target_away"), ("empty", "queue_empty")):
        with pytest.raises(Conflict) as caught:
            rules.plan_transfer(floor, LI, call_id, target)
        assert code_of(caught) == f"transfer.{code}"


def test_a_transfer_to_who_is_on_the_telephone_is_refused(world: World) -> None:
    call_id = call_of(world)
    for step in (world.arrive, world.join, world.offer, world.answer):
        step(1)
    with pytest.raises(Conflict) as caught:
        rules.plan_transfer(floor_of(world), LI, call_id, "1003")
    assert code_of(caught) == "transfer.target_busy"


def test_nobody_can_transfer_a_caller_whom_no_agent_serves() -> None:
    world = World()
    world.arrive(0)
    world.join(0)
    with pytest.raises(Conflict) as caught:
        rules.plan_transfer(floor_of(world), SUPERVISOR, call_of(world), "1002")
    assert code_of(caught) == "transfer.not_talking"


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
