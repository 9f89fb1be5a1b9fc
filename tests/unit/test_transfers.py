"""Passing a customer on, blindly or after asking: whom it may go to, and which command it is."""

from __future__ import annotations

import pytest

from cti.domain import events as e
from cti.domain.calling import Outward, Usage
from cti.domain.commands import AttendedTransfer, BlindTransfer, CancelTransfer, HangUp, PressKey
from cti.domain.errors import Conflict, DomainError, Invalid, NotAllowed
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, CallId, QueueName
from cti.domain.roles import Actor, Role
from cti.domain.rulebook import CallingRules
from cti.domain.rules import plan_hang_up
from cti.domain.telephones import devices_of
from cti.domain.transfers import plan_consult, plan_consult_step, plan_transfer
from tests.asking import LI, SUPERVISOR, WU, actor, call_of, floor_of, free, member, names, talking
from tests.stories import staffed_floor, story_events
from tests.world import START, World

OPEN = Outward(rules=CallingRules(is_on=True, prefixes={"agent": ("1", "0")}), has_line=True)


@pytest.fixture
def world() -> World:
    """A caller talks with 1001."""
    return talking()


# --- transfer ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["1002", "consult"])
@pytest.mark.parametrize("who", [LI, SUPERVISOR])
def test_a_transfer_names_the_live_channel_of_the_agent(world: World, who: Actor, target: str) -> None:
    floor = free(floor_of(world), world, "consult")
    command = plan_transfer(floor, who, call_of(world), target)
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
        plan_transfer(floor, LI, call_of(world), target)
    assert caught.value.code == code


def test_a_transfer_to_who_cannot_take_it_is_refused(world: World) -> None:
    floor, call_id = floor_of(world), call_of(world)
    floor.apply(e.FloorListed(at=START, channels=(), members=(), callers=(), queues=(QueueName("empty"),)))
    floor.apply(member(world, "complaints", "PJSIP/1002", state=5))
    floor.apply(e.AgentModeSet(at=world.at, agent_id=AgentId("1003"), mode="signed_out"))
    for target, code in (("1002", "target_away"), ("1003", "target_away"), ("empty", "queue_empty")):
        with pytest.raises(Conflict) as caught:
            plan_transfer(floor, LI, call_id, target)
        assert caught.value.code == f"transfer.{code}"


def test_a_transfer_to_who_is_on_the_telephone_is_refused(world: World) -> None:
    call_id = call_of(world)
    for step in (world.arrive, world.join, world.offer, world.answer):
        step(1)
    with pytest.raises(Conflict) as caught:
        plan_transfer(floor_of(world), LI, call_id, "1003")
    assert caught.value.code == "transfer.target_busy"


def test_nobody_can_transfer_a_caller_whom_no_agent_serves() -> None:
    world = World()
    world.arrive(0)
    world.join(0)
    with pytest.raises(Conflict) as caught:
        plan_transfer(floor_of(world), SUPERVISOR, call_of(world), "1002")
    assert caught.value.code == "transfer.not_talking"


@pytest.mark.parametrize("who", [WU, actor(Role.AUDITOR), actor(Role.ADMINISTRATOR), actor(Role.DEPARTMENT)])
def test_nobody_else_may_pass_the_customer_on(world: World, who: Actor) -> None:
    for plan in (plan_transfer, plan_consult):
        with pytest.raises(NotAllowed):
            plan(floor_of(world), who, call_of(world), "1002")
    with pytest.raises(NotAllowed):
        plan_consult_step(floor_of(world), who, call_of(world), "return")


def test_a_colleague_is_rung_on_the_telephone_he_chose(world: World) -> None:
    floor = floor_of(world)
    device, others = devices_of(AgentId("1002"), "browser")
    known = e.AgentKnown(
        at=world.at,
        agent_id=AgentId("1002"),
        name="Wu",
        device=device,
        queues=(),
        phone="browser",
        other_devices=others,
    )
    floor.apply(known)
    assert plan_transfer(floor, LI, call_of(world), "1002").exten == "web1002"
    assert plan_consult(floor, LI, call_of(world), "1002").exten == "web1002"


# --- outside ----------------------------------------------------------------------------------------------------------


def test_a_number_outside_has_its_own_context(world: World) -> None:
    wanted = {"channel": names(world)[1], "context": "transfer-out", "exten": "13800138000"}
    assert plan_transfer(floor_of(world), LI, call_of(world), "13800138000", OPEN) == BlindTransfer(**wanted)
    assert plan_consult(floor_of(world), LI, call_of(world), "13800138000", OPEN) == AttendedTransfer(**wanted)


@pytest.mark.parametrize(
    ("target", "outward", "code"),
    [
        ("13800138000", Outward(rules=OPEN.rules, has_line=False), "dial.no_line"),
        ("13800138000", Outward(rules=CallingRules(), has_line=True), "dial.off"),
        ("0085212345678", OPEN, "dial.blocked"),
        ("98001380000", OPEN, "dial.prefix"),
        ("13800138000", Outward(rules=OPEN.rules, has_line=True, usage=Usage(lines_count=8)), "dial.lines"),
    ],
)
def test_a_number_outside_must_be_allowed(world: World, target: str, outward: Outward, code: str) -> None:
    for plan in (plan_transfer, plan_consult):
        with pytest.raises(DomainError) as caught:
            plan(floor_of(world), LI, call_of(world), target, outward)
        assert caught.value.code == code


# --- asking first -----------------------------------------------------------------------------------------------------


def test_a_consultation_starts_from_the_agents_channel(world: World) -> None:
    command = plan_consult(floor_of(world), LI, call_of(world), "1002")
    assert command == AttendedTransfer(channel=names(world)[1], context="transfer", exten="1002")


def test_who_holds_the_customer_must_take_him_back_before_asking(world: World) -> None:
    world.hold(0)
    with pytest.raises(Conflict) as caught:
        plan_consult(floor_of(world), LI, call_of(world), "1002")
    assert caught.value.code == "consult.on_hold"
    assert plan_transfer(floor_of(world), LI, call_of(world), "1002").exten == "1002"


def test_a_queue_is_not_asked(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        plan_consult(free(floor_of(world), world, "consult"), LI, call_of(world), "consult")
    assert caught.value.code == "consult.queue"


def consulting(state: str) -> tuple[Floor, CallId]:
    """The floor of a real consultation at the moment it first is in `state`."""
    floor = staffed_floor(story_events("atxfer")[0].at)
    for event in story_events("atxfer"):
        floor.apply(event)
        consult = floor.agents["1001"].consult  # type: ignore[index]
        if consult is not None and consult.state == state:
            return floor, CallId(next(iter(floor.calls)))
    raise AssertionError(state)


@pytest.mark.parametrize("who", [LI, SUPERVISOR])
def test_a_consultation_is_completed_left_or_joined_on_the_agents_channel(who: Actor) -> None:
    floor, call_id = consulting("talking")
    channel = "PJSIP/1001-0000002c"
    assert plan_consult_step(floor, who, call_id, "complete") == [HangUp(channel=channel)]
    assert plan_consult_step(floor, who, call_id, "return") == [CancelTransfer(channel=channel)]
    pressed = [PressKey(channel=channel, key=key, is_received=True) for key in "*3"]
    assert plan_consult_step(floor, who, call_id, "conference") == pressed


@pytest.mark.parametrize("state", ["dialling", "talking"])
def test_who_asks_somebody_does_not_pass_his_customer_on_by_hanging_up(state: str) -> None:
    floor, call_id = consulting(state)
    with pytest.raises(Conflict) as caught:
        plan_hang_up(floor, LI, call_id)
    assert caught.value.code == "consult.under_way"
    assert isinstance(plan_hang_up(floor, SUPERVISOR, call_id), HangUp)


def test_before_the_other_side_answers_one_can_only_go_back() -> None:
    floor, call_id = consulting("dialling")
    assert isinstance(plan_consult_step(floor, LI, call_id, "return")[0], CancelTransfer)
    for step in ("complete", "conference"):
        with pytest.raises(Conflict) as caught:
            plan_consult_step(floor, LI, call_id, step)
        assert caught.value.code == "consult.not_answered"


def test_the_colleague_who_is_asked_cannot_end_the_question() -> None:
    floor, call_id = consulting("talking")
    with pytest.raises(Conflict) as caught:
        plan_consult_step(floor, WU, call_id, "complete")
    assert caught.value.code == "consult.none"


def test_without_a_consultation_there_is_no_step(world: World) -> None:
    for step in ("complete", "return", "conference"):
        with pytest.raises(Conflict) as caught:
            plan_consult_step(floor_of(world), LI, call_of(world), step)
        assert caught.value.code == "consult.none"
