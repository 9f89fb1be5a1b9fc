"""Calls outwards: what is a number, who may call it, how often."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cti.domain import events as e
from cti.domain.calling import Outward, Usage, lines_out, normal_number, plan_dial, talked_out
from cti.domain.changes import LegKind
from cti.domain.errors import Conflict, DomainError, Invalid, NotAllowed
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, ChannelId
from cti.domain.roles import Role
from cti.domain.rulebook import CallingRules
from cti.domain.telephones import devices_of
from tests.asking import LI, WU, actor, floor_of, member, talking
from tests.floor_words import a_call, a_leg
from tests.stories import staffed_floor
from tests.world import START, World

RULES = CallingRules(is_on=True, prefixes={"agent": ("1", "0", "400"), "supervisor": ("1",)})
OPEN = Outward(rules=RULES, has_line=True)
OUT = ChannelId("out-1")


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("13800138000", "13800138000"),
        (" 138-0013 8000 ", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("862161001234", "02161001234"),
        ("86123456", "86123456"),
        ("+86 10 1234 5678", "01012345678"),
        ("+8601012345678", "01012345678"),
        ("(010) 1234-5678", "01012345678"),
        ("+86 400 123 4567", "4001234567"),
        ("+1 (212) 555-0100", "0012125550100"),
        ("１３８００１３８０００", "13800138000"),
        ("95598", "95598"),
    ],
)
def test_a_number_is_dialled_as_it_is_dialled_here(raw: str, number: str) -> None:
    assert normal_number(raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "138****8000",
        "12",
        "+86",
        "+860",
        "1380013800a",
        "138,1",
        "1;2",
        "13800138000\r\nAction: x",
        "1" * 21,
        "١٢٣٤٥x",
    ],
)
def test_what_is_no_number_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        normal_number(raw)


def test_the_own_telephone_rings_first_whichever_it_is() -> None:
    floor = staffed_floor(START)
    command = plan_dial(floor, LI, "+8613800138000", OUT, OPEN)
    assert (command.channel, command.context, command.exten) == ("PJSIP/1001", "outward", "13800138000")
    assert (command.channel_id, command.caller_number) == (OUT, "13800138000")
    device, others = devices_of(AgentId("1001"), "browser")
    floor.apply(
        e.AgentKnown(at=START, agent_id=AgentId("1001"), name="", device=device, queues=(), other_devices=others)
    )
    assert plan_dial(floor, LI, "13800138000", OUT, OPEN).channel == "PJSIP/web1001"


@pytest.mark.parametrize(
    ("number", "outward", "family", "code"),
    [
        ("13800138000", replace(OPEN, has_line=False), Conflict, "dial.no_line"),
        ("13800138000", Outward(rules=CallingRules(), has_line=True), Conflict, "dial.off"),
        ("16801234567", OPEN, NotAllowed, "dial.blocked"),
        ("17951 0012125550100", OPEN, NotAllowed, "dial.blocked"),
        ("12593 13800138000", OPEN, NotAllowed, "dial.blocked"),
        ("+12125550100", OPEN, NotAllowed, "dial.blocked"),
        ("98001234567", OPEN, NotAllowed, "dial.prefix"),
        ("13800138000", replace(OPEN, usage=Usage(attempts_count=6)), Conflict, "dial.too_many"),
        ("13800138000", replace(OPEN, usage=Usage(lines_count=8)), Conflict, "dial.lines"),
        ("13800138000", replace(OPEN, usage=Usage(talk_s=180 * 60.0)), Conflict, "dial.minutes"),
    ],
)
def test_what_is_not_plainly_allowed_is_refused(
    number: str, outward: Outward, family: type[DomainError], code: str
) -> None:
    with pytest.raises(family) as caught:
        plan_dial(staffed_floor(START), LI, number, OUT, outward)
    assert caught.value.code == code


def test_each_role_has_its_own_prefixes() -> None:
    floor = staffed_floor(START)
    boss, leader = actor(Role.SUPERVISOR, "1001"), actor(Role.TEAM_LEADER, "1001")
    assert plan_dial(floor, boss, "13800138000", OUT, OPEN).exten == "13800138000"
    for who, number in ((boss, "01012345678"), (leader, "13800138000")):
        with pytest.raises(NotAllowed):
            plan_dial(floor, who, number, OUT, OPEN)


def refused(floor: Floor, who: object = LI) -> str:
    with pytest.raises(DomainError) as caught:
        plan_dial(floor, who, "13800138000", OUT, OPEN)  # type: ignore[arg-type]
    return caught.value.code


def test_only_who_is_signed_in_with_a_free_telephone_calls() -> None:
    world = talking()
    assert refused(floor_of(world)) == "dial.on_call"
    assert refused(floor_of(world), actor(Role.AUDITOR)) == "dial.no_agent"
    assert refused(floor_of(world), actor(Role.SUPERVISOR)) == "dial.no_agent"
    floor = staffed_floor(START)
    floor.apply(e.AgentModeSet(at=START, agent_id=AgentId("1001"), mode="signed_out"))
    assert refused(floor) == "dial.signed_out"
    floor.apply(member(World(), "complaints", "PJSIP/1002", state=5))
    assert refused(floor, WU) == "dial.phone_away"


def test_lines_in_use_are_counted_from_the_moment_the_own_telephone_rings() -> None:
    mine = a_call("out-1", direction="internal", legs=(a_leg("out-1", kind=LegKind.AGENT),))
    both = a_call(
        "out-2", direction="out", legs=(a_leg("out-2", kind=LegKind.AGENT), a_leg("x-9", kind=LegKind.OUTSIDE))
    )
    passed_on = a_call("x-1", legs=(a_leg("x-1"), a_leg("x-2", kind=LegKind.OUTSIDE)))
    inside = a_call("x-3", legs=(a_leg("x-3"),))
    test = a_call("out-4", is_test=True, legs=(a_leg("out-4"),))
    assert lines_out([mine, both, passed_on, inside, test]) == 3


def test_talk_outwards_is_the_agents_own() -> None:
    legs = (
        a_leg("out-2", kind=LegKind.AGENT, agent_id=AgentId("1001"), talk_s=40.0),
        a_leg("x-9", kind=LegKind.OUTSIDE, talk_s=40.0),
    )
    calls = [a_call("out-2", direction="out", legs=legs), a_call("x-1", legs=legs)]
    assert talked_out(calls, AgentId("1001")) == 40.0
    assert talked_out(calls, None) == 0.0
