"""Callers in the menu, driven on a switch of our own: every end of a conversation, and the dead-man's switch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from cti.domain.commands import Command, KeepInMenu
from cti.domain.errors import CallGone, DomainError, Invalid, NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.events import (
    CallEntered,
    ChannelClosed,
    Event,
    FloorListed,
    ListedChannel,
    MenuEntered,
    MenuLeft,
    MenuStepped,
)
from cti.domain.ids import ChannelId, LinkedId
from cti.domain.switch import MenuResult, Reply
from ivr.library import FLOWS, load_flow
from ivr.session import MenuSessions
from tests.menu_switch import MenuSwitch
from tests.waiting import until

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FLOW = load_flow(FLOWS / "hotline.yaml")
ONE = "PJSIP/trunk-00000001"
ASK = "EXEC Read HOTLINE_KEYS,hotline/welcome-menu,1,,1,5"
ASKED = "GET FULL VARIABLE ${READSTATUS}/${HOTLINE_KEYS}"
HOLD = "EXEC Playback hotline/please-hold"
HELD = "GET FULL VARIABLE ${PLAYBACKSTATUS}"
WAY_TO_COMPLAINTS = ["ANSWER", ASK, ASKED, HOLD, HELD, "SET VARIABLE HOTLINE_TARGET complaints", "ASYNCAGI BREAK"]


def ids(channel: str) -> dict[str, object]:
    """Fields of a channel's event."""
    return {"at": AT, "channel_id": ChannelId(channel[-8:]), "linked_id": LinkedId(channel[-8:]), "channel": channel}


def entered(channel: str = ONE, exten: str = "95001") -> MenuEntered:
    return MenuEntered(exten=exten, **ids(channel))  # type: ignore[arg-type]


def left(channel: str = ONE) -> MenuLeft:
    return MenuLeft(**ids(channel))  # type: ignore[arg-type]


def closed(channel: str = ONE) -> ChannelClosed:
    return ChannelClosed(**ids(channel))  # type: ignore[arg-type]


def listed(*channels: str, exten: str = "95001", is_in_menu: bool = True) -> FloorListed:
    rows = tuple(
        ListedChannel(
            channel_id=ChannelId(channel[-8:]),
            linked_id=LinkedId(channel[-8:]),
            channel=channel,
            state=6,
            number="",
            caller_name="",
            context="hotline",
            exten=exten,
            application="AGI",
            bridge_id=None,
            age_s=1,
            is_in_menu=is_in_menu,
        )
        for channel in channels
    )
    return FloorListed(at=AT, channels=rows, members=(), callers=(), queues=())


class House:
    """The outlet with what it needs."""

    def __init__(self, **options: float) -> None:
        self.switch = MenuSwitch()
        self.submitted: list[Event] = []
        self.menu = MenuSessions(
            switch=self.switch,
            submit=self.submitted.append,
            flow=FLOW,
            clock=lambda: AT,
            **options,  # type: ignore[arg-type]
        )

    def offer(self, *events: Event) -> None:
        for event in events:
            self.menu.offer(event, ())

    @property
    def steps(self) -> list[str]:
        return [f"{e.node}:{e.digits}:{e.outcome}" for e in self.submitted if isinstance(e, MenuStepped)]

    async def empty(self) -> None:
        await until(lambda: self.menu.callers_count == 0, what="no conversation left")

    def renewals(self) -> list[Command]:
        return [c for c in self.switch.commands(KeepInMenu) if isinstance(c, KeepInMenu) and c.limit_s > 0]


@asynccontextmanager
async def running(**options: float) -> AsyncIterator[House]:
    """A house with its loop running; the outlet is closed at the end."""
    house = House(**options)
    loop = asyncio.create_task(house.menu.run())
    try:
        yield house
    finally:
        await house.menu.aclose()
        await asyncio.wait_for(loop, 1)


def hanging() -> asyncio.Future[MenuResult]:
    """A command whose result does not come."""
    return asyncio.get_running_loop().create_future()


# --- the good way ----------------------------------------------------------------------------------------------------


async def test_key_2_leads_to_complaints_one_command_at_a_time() -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["OK/2"]
        house.offer(entered())
        await house.empty()
        assert house.switch.lines(ONE) == WAY_TO_COMPLAINTS
        assert house.steps == ["welcome:2:key", "complaints::to_queue"]
        assert house.menu.endings == {"to_queue": 1}
        assert house.switch.overlaps == 0


async def test_steps_carry_the_flow_the_channel_and_the_clock() -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["OK/1"]
        house.offer(entered())
        await house.empty()
        assert house.submitted[0] == MenuStepped(
            at=AT, channel_id=ChannelId(ONE[-8:]), node="welcome", flow="hotline", digits="1", outcome="key"
        )


async def test_a_silent_caller_is_asked_three_times_and_served() -> None:
    async with running() as house:
        house.offer(entered())
        await house.empty()
        asked = [line for line in house.switch.lines(ONE) if line.startswith("EXEC Read")]
        again = "EXEC Read HOTLINE_KEYS,hotline/no-input&hotline/welcome-menu,1,,1,5"
        assert asked == [ASK, again, again]
        assert "SET VARIABLE HOTLINE_TARGET consult" in house.switch.lines(ONE)


async def test_the_end_key_alone_is_a_wrong_key_not_silence() -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["OK/", "OK/1"]
        house.offer(entered())
        await house.empty()
        assert house.steps[:2] == ["welcome:#:wrong_key", "welcome:1:key"]


async def test_the_selftest_number_leads_to_its_own_queue_even_when_the_menu_event_has_no_number() -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["OK/2"]
        house.offer(CallEntered(hotline="95000", line_count=1, is_test=True, **ids(ONE)), entered(exten="s"))  # type: ignore[arg-type]
        await house.empty()
        assert "SET VARIABLE HOTLINE_TARGET test" in house.switch.lines(ONE)


# --- things that go wrong --------------------------------------------------------------------------------------------


def at_line(number: int, answer: Exception | MenuResult) -> Callable[[str, str], Exception | MenuResult | None]:
    """Answer the n-th line of a channel differently."""
    seen = -1

    def on_line(channel: str, line: str) -> Exception | MenuResult | None:
        nonlocal seen
        seen += 1
        return answer if seen == number else None

    return on_line


@pytest.mark.parametrize("number", range(len(WAY_TO_COMPLAINTS)))
async def test_a_caller_who_hangs_up_at_any_step_ends_his_conversation_there(number: int) -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["OK/2"]
        house.switch.on_line = at_line(number, CallGone("hung up"))
        house.offer(entered())
        await house.empty()
        assert house.switch.lines(ONE) == WAY_TO_COMPLAINTS[: number + 1]
        assert "crashed" not in house.menu.endings
        house.offer(left(), closed())


@pytest.mark.parametrize("number", range(len(WAY_TO_COMPLAINTS)))
@pytest.mark.parametrize(
    "trouble",
    [OutcomeUnknown("cut"), NotSent("away"), SwitchRefused("Channel does not exist."), Invalid("no channel")],
    ids=lambda trouble: type(trouble).__name__,
)
async def test_a_command_without_result_leaves_the_caller_to_the_dialplan(number: int, trouble: DomainError) -> None:
    async with running(guard_s=0.2, renew_every_s=0.05) as house:
        house.switch.keys[ONE] = ["OK/2"]
        house.switch.on_line = at_line(number, trouble)
        house.offer(entered())
        await house.empty()
        assert house.menu.endings == {"given_up": 1}
        assert house.steps[-1].endswith(":failed")
        asked = len(house.switch.log)
        await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        assert len(house.switch.log) == asked, "no command and no renewal after giving up"


@pytest.mark.parametrize("result", [MenuResult(200, "-2", ""), MenuResult(510, "", ""), MenuResult(520, "", "usage")])
async def test_a_menu_that_cannot_be_asked_sends_the_caller_to_a_person(result: MenuResult) -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: result if line.startswith("EXEC") else None
        house.offer(entered())
        await house.empty()
        assert house.switch.lines(ONE)[-2:] == ["SET VARIABLE HOTLINE_TARGET consult", "ASYNCAGI BREAK"]
        assert house.steps == ["welcome::failed", "consult::to_queue"]


async def test_a_missing_prompt_does_not_end_the_menu() -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["ERROR/"]
        house.offer(entered())
        await house.empty()
        assert house.switch.lines(ONE)[-1] == "ASYNCAGI BREAK"
        assert house.steps[0] == "welcome::failed"


async def test_a_hang_up_seen_first_as_a_failed_read_is_no_crash() -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: MenuResult(200, "-1", "") if line == ASK else None
        house.switch.keys[ONE] = []
        house.offer(entered())
        await until(lambda: ASKED in house.switch.lines(ONE))
        house.offer(left(), closed())
        await house.empty()
        assert "crashed" not in house.menu.endings


async def test_a_fault_of_our_own_leaves_the_caller_to_the_dialplan_and_is_counted() -> None:
    async with running() as house:
        house.switch.on_line = at_line(1, RuntimeError("bug"))
        house.offer(entered())
        await house.empty()
        assert house.menu.endings == {"crashed": 1}


async def test_leaving_the_menu_without_us_ends_the_conversation_and_switches_the_limit_off() -> None:
    async with running(guard_s=0.4, renew_every_s=0.02) as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(house.renewals)
        house.offer(left())
        assert house.menu.callers_count == 0
        await until(lambda: KeepInMenu(channel=ONE, limit_s=0) in house.switch.commands(KeepInMenu))
        count = len(house.switch.log)
        await asyncio.sleep(0.05)
        assert len(house.switch.log) == count
        assert house.switch.log[-1][1] == KeepInMenu(channel=ONE, limit_s=0)


async def test_a_late_result_of_an_ended_conversation_does_nothing() -> None:
    async with running() as house:
        late = hanging()
        house.switch.on_line = lambda channel, line: late if line == ASK else None
        house.offer(entered())
        await until(lambda: ASK in house.switch.lines(ONE))
        house.offer(closed())
        await asyncio.sleep(0.01)
        assert late.cancelled() or not late.set_result(MenuResult(200, "0", ""))
        await asyncio.sleep(0.01)
        assert house.switch.lines(ONE) == ["ANSWER", ASK]


async def test_entering_the_menu_again_starts_a_new_conversation_for_the_channel() -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(lambda: ASK in house.switch.lines(ONE))
        house.offer(entered())
        await until(lambda: house.switch.lines(ONE).count(ASK) == 2)
        assert house.menu.callers_count == 1


async def test_more_callers_than_the_limit_are_left_to_the_dialplan() -> None:
    async with running(callers_limit=1) as house:
        house.switch.on_line = lambda channel, line: hanging()
        house.offer(entered(), entered("PJSIP/trunk-00000002"))
        await until(lambda: house.switch.lines(ONE))
        assert house.menu.callers_count == 1
        assert house.menu.endings == {"refused": 1}
        assert house.switch.lines("PJSIP/trunk-00000002") == []


# --- after a gap -----------------------------------------------------------------------------------------------------


async def test_callers_found_in_the_menu_are_taken_over_and_renewed_at_once() -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["OK/2"]
        house.offer(listed(ONE, exten="95002"))
        await house.empty()
        assert house.switch.log[0][1] in (KeepInMenu(channel=ONE, limit_s=2.0), "ANSWER")
        assert KeepInMenu(channel=ONE, limit_s=2.0) in house.switch.commands(KeepInMenu)
        assert "SET VARIABLE HOTLINE_TARGET complaints" in house.switch.lines(ONE)


async def test_a_caller_lost_with_the_link_is_taken_over_after_it_is_back() -> None:
    async with running() as house:
        house.switch.on_line = at_line(1, OutcomeUnknown("cut"))
        house.offer(entered())
        await house.empty()
        house.switch.keys[ONE] = ["OK/1"]
        house.offer(listed(ONE))
        await house.empty()
        assert house.menu.endings == {"given_up": 1, "to_queue": 1}


async def test_who_is_served_already_is_not_taken_over() -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(lambda: ASK in house.switch.lines(ONE))
        house.offer(listed(ONE))
        await asyncio.sleep(0.01)
        assert house.switch.lines(ONE) == ["ANSWER", ASK]


async def test_a_list_older_than_the_leaving_brings_nobody_back() -> None:
    async with running() as house:
        house.offer(left(), listed(ONE))
        await asyncio.sleep(0.01)
        assert house.switch.log == []


async def test_nobody_is_driven_while_the_link_is_away() -> None:
    async with running() as house:
        house.switch.is_up = False
        house.offer(entered(), listed("PJSIP/trunk-00000002"))
        await asyncio.sleep(0.01)
        assert house.switch.log == []
        assert house.menu.callers_count == 0


async def test_callers_elsewhere_are_left_alone() -> None:
    async with running() as house:
        house.offer(listed(ONE, is_in_menu=False))
        await asyncio.sleep(0.01)
        assert house.switch.log == []


async def test_a_caller_whose_hang_up_was_missed_ends_with_the_list() -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: hanging()
        house.offer(entered())
        house.offer(listed("PJSIP/trunk-00000009", is_in_menu=False))
        assert house.menu.callers_count == 0


# --- the dead-man's switch -------------------------------------------------------------------------------------------


async def test_the_limit_is_renewed_as_long_as_the_caller_is_in_the_menu() -> None:
    async with running(guard_s=1.0, renew_every_s=0.02) as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(lambda: len(house.renewals()) >= 3)
        assert set(map(repr, house.renewals())) == {repr(KeepInMenu(channel=ONE, limit_s=1.0))}


async def test_no_renewal_follows_the_break() -> None:
    async with running(guard_s=1.0, renew_every_s=0.01) as house:
        ask = hanging()
        slow: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        house.switch.on_line = lambda channel, line: ask if line == ASK else None
        house.switch.on_command = lambda command: slow
        house.switch.keys[ONE] = ["OK/1"]
        house.offer(entered())
        await until(house.renewals)
        ask.set_result(MenuResult(200, "0", ""))
        await until(lambda: "SET VARIABLE HOTLINE_TARGET consult" in house.switch.lines(ONE))
        await asyncio.sleep(0.03)
        assert "ASYNCAGI BREAK" not in house.switch.lines(ONE), "a renewal is still under way"
        slow.set_result(Reply("Success"))
        await house.empty()
        await asyncio.sleep(0.03)
        assert house.switch.log[-1] == (ONE, "ASYNCAGI BREAK")


async def test_after_a_freeze_nobody_is_renewed_who_may_have_left_meanwhile() -> None:
    async with running(guard_s=0.04, renew_every_s=0.01) as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await asyncio.sleep(0)
        time.sleep(0.05)  # noqa: ASYNC251 - the loop itself is frozen here
        await until(lambda: house.menu.late_count == 1)
        count = len(house.renewals())
        await asyncio.sleep(0.03)
        assert len(house.renewals()) == count == 0


async def test_renewals_without_answer_do_not_pile_up() -> None:
    async with running(guard_s=1.0, renew_every_s=0.01) as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        never: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        house.switch.on_command = lambda command: never
        house.offer(entered())
        await until(house.renewals)
        await asyncio.sleep(0.05)
        assert len(house.renewals()) == 1
        never.cancel()


async def test_a_channel_that_is_no_more_is_not_renewed_again() -> None:
    async with running(guard_s=1.0, renew_every_s=0.01) as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.switch.on_command = lambda command: SwitchRefused("No such channel")
        house.offer(entered())
        await until(house.renewals)
        await asyncio.sleep(0.04)
        assert len(house.renewals()) == 1


async def test_ninety_callers_at_once_all_get_their_queue() -> None:
    async with running() as house:
        channels = [f"PJSIP/trunk-{number:08d}" for number in range(90)]
        for number, channel in enumerate(channels):
            house.switch.keys[channel] = ["OK/9", "OK/2"] if number % 2 else ["OK/1"]
            house.offer(entered(channel))
        await house.empty()
        targets = [line for _, line in house.switch.log if isinstance(line, str) and "TARGET" in line]
        assert sorted(targets).count("SET VARIABLE HOTLINE_TARGET complaints") == 45
        assert len(targets) == 90
        assert house.switch.overlaps == 0


async def test_closing_ends_all_conversations_without_a_word_to_the_callers() -> None:
    house = House()
    loop = asyncio.create_task(house.menu.run())
    house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
    house.offer(entered())
    await until(lambda: ASK in house.switch.lines(ONE))
    await house.menu.aclose()
    await asyncio.wait_for(loop, 1)
    assert house.menu.callers_count == 0
    assert house.switch.lines(ONE) == ["ANSWER", ASK]
