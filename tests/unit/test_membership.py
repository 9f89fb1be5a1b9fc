"""Wanted and present membership: what is asked of the switch, and that it is never a storm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from cti.domain.changes import AgentMode, AgentPhase, AgentView, Change
from cti.domain.commands import AddMember, Command, PauseMember, RemoveMember
from cti.domain.errors import DomainError, OutcomeUnknown, SwitchRefused
from cti.domain.events import Event, FloorListed, LinkDown, ListedMember, MemberChanged, MemberRemoved, Ticked
from cti.domain.ids import AgentId, Device, QueueName
from staffing.membership import ROBOT, TEST, Membership, plan_membership, plan_robot
from tests.menu_switch import MenuSwitch
from tests.waiting import until

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DEVICE = Device("PJSIP/1007")


def q(*names: str) -> tuple[QueueName, ...]:
    return tuple(QueueName(name) for name in names)


def agent(
    mode: AgentMode,
    member_of: Sequence[str] = (),
    paused_in: Sequence[str] = (),
    reason: str = "",
    queues: Sequence[str] = ("consult",),
    number: str = "1007",
) -> AgentView:
    return AgentView(
        agent_id=AgentId(number),
        name="张三",
        device=Device(f"PJSIP/{number}"),
        mode=mode,
        reason=reason,
        mode_since=AT,
        wrap_up_until=None,
        phase=AgentPhase.IDLE,
        phase_since=AT,
        call_id=None,
        device_state=1,
        queues=q(*queues),
        member_of=q(*member_of),
        paused_in=q(*paused_in),
        offers_missed_count=0,
    )


def add(queue: str, reason: str | None = None, number: str = "1007") -> AddMember:
    return AddMember(
        queue=QueueName(queue),
        device=Device(f"PJSIP/{number}"),
        member_name=number,
        is_paused=reason is not None,
        pause_reason=reason or "",
    )


def pause(queue: str, reason: str | None) -> PauseMember:
    return PauseMember(device=DEVICE, is_paused=reason is not None, reason=reason or "", queue=QueueName(queue))


def remove(queue: str, number: str = "1007") -> RemoveMember:
    return RemoveMember(queue=QueueName(queue), device=Device(f"PJSIP/{number}"))


OUT, READY, NOT_READY, WRAP_UP = AgentMode.SIGNED_OUT, AgentMode.READY, AgentMode.NOT_READY, AgentMode.WRAP_UP
BOTH = ("consult", "fallback")


@pytest.mark.parametrize(
    ("view", "commands"),
    [
        (agent(OUT), []),
        (agent(OUT, BOTH), [remove("consult"), remove("fallback")]),
        (agent(READY), [add("consult"), add("fallback")]),
        (agent(READY, BOTH), []),
        (agent(READY, BOTH, BOTH), [pause("consult", None), pause("fallback", None)]),
        (agent(READY, ("consult", "old"), ("consult",)), [pause("consult", None), remove("old"), add("fallback")]),
        (agent(READY, BOTH, queues=("consult", "fallback", "consult")), []),
        (agent(NOT_READY, BOTH, reason="meal"), [pause("consult", "meal"), pause("fallback", "meal")]),
        (agent(NOT_READY, BOTH), [pause("consult", "not_ready"), pause("fallback", "not_ready")]),
        (agent(NOT_READY, reason="break"), [add("consult", "break"), add("fallback", "break")]),
        (agent(NOT_READY, BOTH, BOTH), []),
        (agent(WRAP_UP, BOTH, ("fallback",), reason="x"), [pause("consult", "wrap_up")]),
        (agent(WRAP_UP, ("fallback",), ("fallback",)), [add("consult", "wrap_up")]),
    ],
)
def test_the_mode_says_where_an_agent_is_a_member(view: AgentView, commands: list[Command]) -> None:
    assert plan_membership(view) == commands


def test_the_robot_serves_the_test_queue_and_is_never_paused() -> None:
    assert plan_robot(True, False) == []
    assert plan_robot(False, False) == [AddMember(queue=TEST, device=ROBOT, member_name="robot")]
    assert plan_robot(True, True) == [PauseMember(device=ROBOT, is_paused=False, queue=TEST)]


def listed(*members: tuple[str, str, bool], queues: Sequence[str] = ("consult", "fallback")) -> FloorListed:
    rows = tuple(
        ListedMember(
            queue=QueueName(queue),
            device=Device(device),
            member_name="",
            device_state=1,
            is_paused=is_paused,
            pause_reason="",
            penalty=0,
        )
        for queue, device, is_paused in members
    )
    return FloorListed(at=AT, channels=(), members=rows, callers=(), queues=q(*queues))


class Seats:
    """The outlet, and a clock moved by events."""

    def __init__(self) -> None:
        self.switch = MenuSwitch()
        self.outlet = Membership(switch=self.switch)
        self.at = AT

    def offer(self, event: Event, *views: AgentView) -> None:
        self.outlet.offer(event, [Change("agents", view.agent_id, view) for view in views])

    def tick(self, seconds: float = 1) -> None:
        self.at += timedelta(seconds=seconds)
        self.offer(Ticked(at=self.at))

    @property
    def sent(self) -> list[Command]:
        return [command for _, command in self.switch.log if not isinstance(command, str)]

    async def idle(self) -> None:
        await until(lambda: self.outlet.waiting_count == 0)


@asynccontextmanager
async def seats() -> AsyncIterator[Seats]:
    """The outlet with its workers running and the switch listed once."""
    found = Seats()
    task = asyncio.create_task(found.outlet.run())
    found.offer(listed())
    try:
        yield found
    finally:
        await asyncio.sleep(0)
        await found.outlet.aclose()
        await asyncio.wait_for(task, 1)


async def test_a_ready_agent_joins_once_and_events_end_the_matter() -> None:
    async with seats() as found:
        found.offer(Ticked(at=AT), agent(READY))
        found.offer(Ticked(at=AT), agent(READY))
        await found.idle()
        assert found.sent == [add("consult"), add("fallback")]
        found.offer(Ticked(at=AT), agent(READY, BOTH))
        found.tick(100)
        await found.idle()
        assert len(found.sent) == 2


async def test_nothing_is_asked_before_the_switch_was_listed_or_while_the_link_is_away() -> None:
    async with seats() as found:
        found.offer(LinkDown(at=AT, reason="cut"))
        found.offer(Ticked(at=AT), agent(READY))
        found.tick()
        await asyncio.sleep(0.01)
        assert found.sent == []
        found.offer(listed())
        await found.idle()
        assert found.sent == [add("consult"), add("fallback")]


async def test_agents_known_from_before_a_restart_are_compared_with_the_first_list() -> None:
    async with seats() as found:
        found.offer(LinkDown(at=AT, reason="the service has just started"))
        found.outlet.prime([agent(OUT, BOTH), agent(READY, BOTH, number="1008")])
        found.offer(listed())
        await found.idle()
        assert found.sent == [remove("consult"), remove("fallback")]


@pytest.mark.parametrize("trouble", [SwitchRefused("Unable to add"), OutcomeUnknown("no answer")])
async def test_a_refused_command_comes_again_later_and_later_never_in_a_storm(trouble: DomainError) -> None:
    async with seats() as found:
        found.switch.on_command = lambda command: trouble
        found.offer(Ticked(at=AT), agent(READY, ("fallback",)))
        for _ in range(70):
            await found.idle()
            found.offer(Ticked(at=found.at), agent(READY, ("fallback",)))
            found.tick()
        await found.idle()
        assert found.sent == [add("consult")] * 7, "at 0, 1, 3, 7, 15, 31 and 63 s"
        assert found.outlet.failed_count == 7


async def test_after_trouble_the_next_look_decides_not_the_old_wish() -> None:
    async with seats() as found:
        found.switch.on_command = lambda command: OutcomeUnknown("no answer")
        found.offer(Ticked(at=AT), agent(READY, ("fallback",)))
        await found.idle()
        found.offer(Ticked(at=AT), agent(READY, BOTH))
        found.tick(60)
        await found.idle()
        assert found.sent == [add("consult")], "it had worked after all"


async def test_a_new_wish_does_not_wait_for_the_back_off_of_the_old_one() -> None:
    async with seats() as found:
        found.switch.on_command = lambda command: SwitchRefused("no")
        found.offer(Ticked(at=AT), agent(READY, BOTH, ("consult",)))
        await found.idle()
        found.offer(Ticked(at=AT), agent(OUT, BOTH, ("consult",)))
        await found.idle()
        assert found.sent == [pause("consult", None), remove("consult"), remove("fallback")]


async def test_a_command_without_effect_is_asked_again_after_a_while() -> None:
    async with seats() as found:
        found.offer(Ticked(at=AT), agent(READY, ("fallback",)))
        await found.idle()
        found.tick(2)
        await found.idle()
        assert len(found.sent) == 1
        found.tick(2)
        await found.idle()
        assert found.sent == [add("consult")] * 2


async def test_one_command_at_a_time_for_a_device_and_queue() -> None:
    async with seats() as found:
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        found.switch.on_command = lambda command: answer  # type: ignore[return-value]
        found.offer(Ticked(at=AT), agent(READY, BOTH, ("consult",)))
        await until(lambda: found.sent)
        found.offer(Ticked(at=AT), agent(OUT, BOTH, ("consult",)))
        await until(lambda: len(found.sent) == 2)
        assert found.sent == [pause("consult", None), remove("fallback")]
        answer.set_result(None)
        await found.idle()
        assert found.sent[2:] == [remove("consult")]


async def test_a_forgotten_agent_leaves_all_queues() -> None:
    async with seats() as found:
        found.offer(Ticked(at=AT), agent(READY, BOTH))
        found.outlet.offer(Ticked(at=AT), [Change("agents", "1007", None)])
        await found.idle()
        assert found.sent == [remove("consult"), remove("fallback")]
        for queue in q(*BOTH):
            found.offer(MemberRemoved(at=AT, queue=queue, device=DEVICE, member_name="1007"))
        found.tick(300)
        await found.idle()
        assert len(found.sent) == 2


async def test_a_forgotten_agent_who_was_away_meanwhile_is_looked_up_in_the_list() -> None:
    async with seats() as found:
        found.offer(Ticked(at=AT), agent(READY, BOTH))
        found.offer(LinkDown(at=AT, reason="cut"))
        found.outlet.offer(Ticked(at=AT), [Change("agents", "1007", None)])
        found.offer(listed(("fallback", "PJSIP/1007", False)))
        await found.idle()
        assert found.sent == [remove("fallback")]


async def test_an_agent_with_another_telephone_leaves_with_the_old_one() -> None:
    async with seats() as found:
        found.offer(Ticked(at=AT), agent(READY, BOTH))
        moved = msgspec.structs.replace(agent(READY), device=Device("PJSIP/1008"))
        found.offer(Ticked(at=AT), moved)
        await found.idle()
        assert set(map(repr, found.sent)) == set(
            map(
                repr,
                [
                    remove("consult"),
                    remove("fallback"),
                    *(msgspec.structs.replace(add(queue), device=Device("PJSIP/1008")) for queue in BOTH),
                ],
            )
        )


async def test_a_telephone_changed_while_nobody_looked_is_taken_out_of_the_queues() -> None:
    async with seats() as found:
        found.offer(LinkDown(at=AT, reason="the service has just started"))
        found.outlet.prime([agent(READY, BOTH)])
        left_behind = ("consult", "PJSIP/web1007", False)
        found.offer(listed(left_behind, ("consult", "PJSIP/trunk", False), ("consult", "PJSIP/web2222", False)))
        await found.idle()
        assert found.sent == [RemoveMember(queue=QueueName("consult"), device=Device("PJSIP/web1007"))]


async def test_the_robot_is_put_into_the_test_queue_when_it_is_missing() -> None:
    async with seats() as found:
        found.offer(listed(queues=("consult", "test")))
        await found.idle()
        assert found.sent == [AddMember(queue=TEST, device=ROBOT, member_name="robot")]
        changed = MemberChanged(
            at=AT, queue=TEST, device=ROBOT, member_name="robot", device_state=1, is_paused=True, pause_reason="",
            penalty=0,
        )  # fmt: skip
        found.offer(changed)
        await found.idle()
        assert found.sent[1:] == [PauseMember(device=ROBOT, is_paused=False, queue=TEST)]


async def test_without_a_test_queue_or_with_the_robot_in_it_nothing_is_asked() -> None:
    async with seats() as found:
        found.offer(listed())
        found.offer(listed(("test", "PJSIP/robot", False), queues=("test",)))
        found.tick(10)
        await asyncio.sleep(0.01)
        assert found.sent == []


async def test_sixty_agents_signing_in_at_once_cost_one_command_for_each_queue() -> None:
    async with seats() as found:
        views = [agent(READY, number=f"10{n:02d}") for n in range(60)]
        found.offer(Ticked(at=AT), *views)
        found.tick()
        await found.idle()
        assert len(found.sent) == 120
        assert len(set(map(repr, found.sent))) == 120
