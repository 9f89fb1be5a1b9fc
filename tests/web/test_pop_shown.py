"""The page says that a pop stands in its document: only an agent's own pop counts, and not without limit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from cti.domain.ids import AgentId, CallId
from cti.domain.roles import Role
from cti.pop_times import PopTimes
from cti.store.work import Database
from tests.waiting import until
from tests.web.house import FAST_LIVE, House, opened

WANG, CALL = AgentId("1001"), CallId("hx-1795500000.1")


@pytest.fixture
def times() -> PopTimes:
    return PopTimes()


@pytest.fixture
async def house(database: Database, tmp_path: Path, times: PopTimes) -> AsyncIterator[House]:
    async with opened(database, tmp_path, on_pop_shown=times.shown, live_options=FAST_LIVE) as house:
        yield house


async def say(socket: Any, call_id: str = CALL) -> None:
    await socket.send_json({"type": "pop_shown", "call_id": call_id})


async def answered(socket: Any) -> None:
    """Everything sent so far was taken: the refusal of this last message says so."""
    await socket.send_str("?")
    while (await socket.receive_json())["type"] != "refused":
        pass


async def test_an_agents_word_ends_the_time_of_his_pop(house: House, times: PopTimes) -> None:
    wang = await house.signed_in(Role.AGENT, agent_number=WANG)
    times.offered(WANG, CALL, monotonic())
    async with wang.live() as socket:
        await say(socket)
        await until(lambda: times.count == 1)


async def test_who_is_no_agent_or_another_one_shows_nothing(house: House, times: PopTimes) -> None:
    li, chief = (
        await house.signed_in(Role.AGENT, agent_number="1002"),
        await house.signed_in(Role.SUPERVISOR),
    )
    times.offered(WANG, CALL, monotonic())
    for browser in (li, chief):
        async with browser.live() as socket:
            await say(socket)
            await answered(socket)
    assert times.count == 0


async def test_words_about_pops_count_towards_the_rate(house: House, times: PopTimes) -> None:
    wang = await house.signed_in(Role.AGENT, agent_number=WANG)
    async with wang.live() as socket:
        for number in range(int(FAST_LIVE.messages_burst) + 5):
            await say(socket, f"hx-{number}")
        await until(lambda: house.web.live.counts["rate"] > 0)


@pytest.mark.parametrize("call_id", ["x" * 151, 7, None])
async def test_a_word_about_nothing_is_not_understood(house: House, call_id: Any) -> None:
    wang = await house.signed_in(Role.AGENT, agent_number=WANG)
    async with wang.live() as socket:
        await say(socket, call_id)
        await until(lambda: house.web.live.counts["not_understood"] == 1)
