"""The same press twice has one effect."""

from __future__ import annotations

import asyncio

import pytest

from cti.domain.errors import Conflict
from cti.web.once import Once


class Counted:
    """Something to be done once. Waits until `may_end`."""

    def __init__(self, *, fails: bool = False) -> None:
        self.count = 0
        self.may_end = asyncio.Event()
        self._fails = fails

    async def __call__(self) -> int:
        self.count += 1
        number = self.count
        await self.may_end.wait()
        if self._fails:
            raise Conflict("no")
        return number


async def test_all_who_press_with_one_key_share_the_outcome() -> None:
    once, act = Once(lambda: 0.0), Counted()
    waiting = [asyncio.ensure_future(once.run("k", act)) for _ in range(3)]
    await asyncio.sleep(0)
    act.may_end.set()
    assert await asyncio.gather(*waiting) == [1, 1, 1]
    assert await once.run("k", act) == 1
    assert await once.run("other", act) == 2


async def test_a_refusal_is_shared_as_well() -> None:
    once, act = Once(lambda: 0.0), Counted(fails=True)
    act.may_end.set()
    for _ in range(2):
        with pytest.raises(Conflict):
            await once.run("k", act)
    assert act.count == 1


async def test_it_goes_on_when_the_one_who_asked_goes_away() -> None:
    once, act = Once(lambda: 0.0), Counted()
    first = asyncio.ensure_future(once.run("k", act))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    act.may_end.set()
    assert await once.run("k", act) == 1


async def test_outcomes_are_forgotten_after_a_while_but_never_while_they_run() -> None:
    seconds = [0.0]
    once, act = Once(lambda: seconds[0], keep_s=10), Counted()
    first = asyncio.ensure_future(once.run("k", act))
    await asyncio.sleep(0)
    seconds[0] = 60.0
    second = asyncio.ensure_future(once.run("k", act))
    await asyncio.sleep(0)
    act.may_end.set()
    assert [await first, await second] == [1, 1]
    assert await once.run("k", act) == 2


async def test_memory_is_bounded() -> None:
    once, act = Once(lambda: 0.0, capacity=10), Counted()
    act.may_end.set()
    for number in range(100):
        await once.run(str(number), act)
    assert len(once._outcomes) <= 12


async def test_closing_waits_for_what_runs() -> None:
    once, act = Once(lambda: 0.0), Counted()
    running = asyncio.ensure_future(once.run("k", act))
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(once.aclose())
    await asyncio.sleep(0)
    assert not closing.done()
    act.may_end.set()
    await closing
    assert running.done() or await running == 1
