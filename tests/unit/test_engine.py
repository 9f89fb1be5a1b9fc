"""One door, one line: order, wholeness, overflow, events that break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from time import monotonic

import pytest

from cti.domain.changes import Change
from cti.domain.events import AgentModeSet, Event, Ticked
from cti.domain.ids import AgentId
from cti.engine import Engine, replay
from cti.loop_lag import LoopLag
from tests.floor_words import at
from tests.tally_floor import PoisonError, TallyFloor, entered
from tests.waiting import until


class Written:
    """A journal in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.dead: list[tuple[Event, BaseException]] = []

    def append(self, event: Event) -> None:
        self.events.append(event)

    def append_dead(self, event: Event, error: BaseException) -> None:
        self.dead.append((event, error))


class Taken:
    """An outlet in memory; fails on the hotline `bad`."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.ticks = 0

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        self.ticks += isinstance(event, Ticked)
        for change in changes:
            if change.key == "bad":
                raise ValueError("outlet")
            self.keys.append(change.key)


class House:
    """An engine with everything around it in memory."""

    def __init__(self, **options: float) -> None:
        self.floor, self.journal, self.outlet = TallyFloor(), Written(), Taken()
        self.resyncs = 0
        self.engine = Engine(
            self.floor, self.journal, [self.outlet], on_overflow=self._resync, now=lambda: at(99), **options
        )

    def _resync(self) -> None:
        self.resyncs += 1


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[None]:
    task = asyncio.create_task(engine.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_events_are_applied_journalled_and_offered_in_order() -> None:
    house = House()
    async with running(house.engine):
        for number in range(5_000):
            house.engine.submit(entered(str(number)))
        await house.engine.drained()
    expected = [str(number) for number in range(5_000)]
    assert house.floor.seen == house.outlet.keys == expected
    assert [event.hotline for event in house.journal.events] == expected  # type: ignore[attr-defined]


async def test_an_event_submitted_while_one_is_applied_comes_after_it() -> None:
    house = House()

    class Asks:
        def offer(self, event: Event, changes: Sequence[Change]) -> None:
            if changes and changes[0].key == "first":
                house.engine.submit(entered("third"))

    engine = house.engine = Engine(house.floor, house.journal, [Asks(), house.outlet], on_overflow=list)
    async with running(engine):
        engine.submit(entered("first"))
        engine.submit(entered("second"))
        await until(lambda: len(house.outlet.keys) == 3)
    assert house.outlet.keys == ["first", "second", "third"]


async def test_a_full_queue_loses_switch_events_says_how_many_and_asks_for_a_resync() -> None:
    house = House(capacity=100)
    for number in range(250):
        house.engine.submit(entered(str(number)))
    house.engine.submit(AgentModeSet(at=at(1), agent_id=AgentId("1001"), mode="ready"))
    async with running(house.engine):
        await until(lambda: house.floor.gaps)
        house.engine.submit(entered("after"))
        await house.engine.drained()
    assert house.floor.seen == [*map(str, range(100)), "after"]
    assert [gap.lost_count for gap in house.floor.gaps] == [150] == [house.engine.lost_count]
    assert house.resyncs == 1
    kinds = [type(event).__name__ for event in house.journal.events]
    assert kinds[100:] == ["AgentModeSet", "LinkLagged", "CallEntered"]


async def test_an_event_that_breaks_the_floor_is_put_aside_and_the_next_ones_go_on() -> None:
    house = House(tick_s=0.02)
    async with running(house.engine):
        for name in ("one", "poison", "two"):
            house.engine.submit(entered(name))
        await until(lambda: house.resyncs)
    assert house.floor.seen == ["one", "two"]
    assert [type(error) for _, error in house.journal.dead] == [PoisonError]
    assert [gap.lost_count for gap in house.floor.gaps] == [1]
    assert house.engine.dead_count == 1


async def test_a_storm_of_breaking_events_asks_for_a_resync_once_a_tick() -> None:
    house = House(tick_s=0.02)
    async with running(house.engine):
        for _ in range(500):
            house.engine.submit(entered("poison"))
        await until(lambda: house.outlet.ticks >= 3)
    assert house.engine.dead_count == 500
    assert house.resyncs <= 2


async def test_a_floor_that_breaks_on_everything_does_not_stop_the_engine() -> None:
    class Broken(TallyFloor):
        def apply(self, event: Event) -> list[Change]:
            raise PoisonError

    journal = Written()
    engine = Engine(Broken(), journal, [], on_overflow=list)
    async with running(engine):
        engine.submit(entered("one"))
        await engine.drained()
    assert [type(event).__name__ for event, _ in journal.dead] == ["CallEntered", "LinkLagged"]


async def test_a_broken_outlet_does_not_keep_the_others_from_hearing() -> None:
    house = House()
    second = Taken()
    engine = Engine(house.floor, house.journal, [house.outlet, second], on_overflow=list)
    second.offer = lambda event, changes: second.keys.extend(change.key for change in changes)  # type: ignore[method-assign]
    async with running(engine):
        engine.submit(entered("bad"))
        engine.submit(entered("good"))
        await engine.drained()
    assert (house.outlet.keys, second.keys, engine.outlet_error_count) == (["good"], ["bad", "good"], 1)


async def test_it_ticks() -> None:
    house = House(tick_s=0.01)
    async with running(house.engine):
        await until(lambda: house.outlet.ticks >= 3)
    assert house.floor.as_of == at(99)


async def test_a_long_queue_does_not_keep_the_loop_from_others() -> None:
    house = House()

    class Slow(TallyFloor):
        def apply(self, event: Event) -> list[Change]:
            until_s = monotonic() + 0.0005
            while monotonic() < until_s:
                pass
            return []

    engine = Engine(Slow(), house.journal, [], on_overflow=list, slice_s=0.005)
    turns = 0
    async with running(engine):
        for number in range(400):
            engine.submit(entered(str(number)))
        while engine.queue_count:
            await asyncio.sleep(0)
            turns += 1
    assert turns >= 15  # 200 ms of work in slices of 5 ms: 40 turns, fewer on a busy machine


async def test_the_gauge_sees_a_blocked_loop() -> None:
    lag = LoopLag()
    task = asyncio.create_task(lag.run())
    await asyncio.sleep(0.01)
    blocked = monotonic() + 0.2
    while monotonic() < blocked:
        pass
    await until(lambda: lag.worst_s > 0.1)
    task.cancel()
    assert lag.worst_ever_s >= lag.worst_s


@pytest.mark.parametrize("count", [0, 3])
def test_a_replay_feeds_outlets_and_passes_over_what_broke(count: int) -> None:
    floor, outlet = TallyFloor(), Taken()
    broken = replay(floor, [entered("one"), *[entered("poison")] * count, entered("two")], [outlet])
    assert (outlet.keys, broken) == (["one", "two"], count)


async def test_an_outlet_can_tell_when_its_event_was_read() -> None:
    house = House()
    seen: list[float] = []
    house.outlet.offer = lambda event, changes: seen.append(house.engine.submitted_at)  # type: ignore[method-assign]
    before = monotonic()
    house.engine.submit(entered("1"))
    between = monotonic()
    async with running(house.engine):
        await until(lambda: seen)
    assert before <= seen[0] <= between
