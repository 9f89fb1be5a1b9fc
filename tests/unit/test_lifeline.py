"""The dead-man's switch of callers in the menu: renewed as long as they are there, and never afterwards."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import msgspec
import pytest

from cti.domain.commands import KeepInMenu
from cti.domain.errors import SwitchRefused
from cti.domain.switch import MenuResult, Reply
from tests.menu_house import AT, ONE, House, entered, hanging, running
from tests.waiting import until

ASK = "EXEC Read HOTLINE_KEYS,hotline/zh/choose,1,,1,5"


async def test_the_limit_is_renewed_as_long_as_the_caller_is_in_the_menu() -> None:
    async with running(guard_s=1.0, renew_every_s=0.02) as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(lambda: len(house.renewals()) >= 3)
        assert set(map(repr, house.renewals())) == {repr(KeepInMenu(channel=ONE, limit_s=1.0))}


@pytest.mark.parametrize(("age_s", "count"), [(0.0, 0), (1.0, 1)])
async def test_an_entry_heard_of_late_is_renewed_at_once(age_s: float, count: int) -> None:
    async with running(guard_s=2.0) as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        await asyncio.sleep(0)
        house.offer(msgspec.structs.replace(entered(), at=AT - timedelta(seconds=age_s)))
        await until(lambda: ASK in house.switch.lines(ONE))
        assert len(house.renewals()) == count


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
            house.switch.keys[channel] = ["OK/*", "OK/2"] if number % 2 else ["OK/1"]
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
