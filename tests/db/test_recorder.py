"""Changes to rows: the newest view wins, writing twice changes nothing, an absent database costs nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text

from cti.domain.changes import AgentMode, CallEnd, CallStage, Change, VisitOutcome
from cti.domain.errors import DatabaseAway
from cti.domain.events import Ticked
from cti.store.base import Table
from cti.store.reads import get_call, list_agent_states, list_calls, list_modes
from cti.store.recorder import Recorder, recorded_number
from cti.store.tables import CallRow, LegRow, OfferRow, SegmentRow, VisitRow
from cti.store.work import Database
from tests.floor_words import a_call, a_leg, a_visit, a_whole_call, an_agent, at
from tests.parts import needs
from tests.postgres import Postgres
from tests.waiting import until

ZONE = ZoneInfo("Asia/Shanghai")


def call(key: str = "x-1.1", **given: Any) -> Change:
    return Change("calls", key, a_whole_call(key, **given))


def agent(key: str = "1001", **given: Any) -> Change:
    return Change("agents", key, an_agent(key, **given))


def offer(recorder: Recorder, changes: Sequence[Change]) -> None:
    recorder.offer(Ticked(at=at(0)), changes)


@pytest.fixture
def recorder(database: Database) -> Recorder:
    return Recorder(database, zone=ZONE, every_s=0.01, retry_s=0.01, retry_limit_s=0.04)


@asynccontextmanager
async def running(recorder: Recorder) -> AsyncIterator[None]:
    task = asyncio.create_task(recorder.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def all_rows(database: Database) -> dict[str, list[Any]]:
    kinds: list[type[Table]] = [CallRow, LegRow, VisitRow, OfferRow, SegmentRow]
    async with database.look() as session:
        return {
            kind.__tablename__: [
                tuple(row) for row in await session.execute(select(kind.__table__).order_by(text("1")))
            ]
            for kind in kinds
        }


async def test_a_call_becomes_a_row_of_everything(database: Database, recorder: Recorder) -> None:
    offer(recorder, [call()])
    await recorder.flush()
    async with database.look() as session:
        assert await get_call(session, "x-1.1") == a_whole_call()
        visit = await session.scalar(select(VisitRow))
        leg = await session.scalar(select(LegRow).where(LegRow.agent_id == "1001"))
        row = await session.scalar(select(OfferRow))
        segment = await session.scalar(select(SegmentRow))
    assert visit is not None and leg is not None and row is not None and segment is not None  # noqa: PT018
    assert (visit.wait_ms, visit.talk_ms, visit.outcome, visit.ended_at) == (8250, 60250, "answered", at(73.5))
    assert (leg.talk_ms, leg.kind) == (60250, "agent")
    assert (row.ring_ms, row.outcome, row.visit_id) == (3250, "connected", "x-1.1#1")
    assert segment.name == "x-1.1"


async def test_the_business_date_is_the_local_day_of_the_calls_beginning(
    database: Database, recorder: Recorder
) -> None:
    offer(
        recorder, [call("late", started_at=at(3.9 * 3600)), call("next", started_at=at(4 * 3600))]
    )  # noon UTC is 20:00
    await recorder.flush()
    async with database.look() as session:
        days = dict((await session.execute(select(CallRow.call_id, CallRow.business_on))).all())
        visits = set(await session.scalars(select(VisitRow.business_on)))
    assert [str(days[key]) for key in ("late", "next")] == ["2026-11-24", "2026-11-25"]
    assert visits == set(days.values())


async def test_writing_the_same_again_changes_nothing(database: Database, recorder: Recorder) -> None:
    for _ in range(3):
        offer(recorder, [call("a"), call("b")])
        await recorder.flush()
    first = await all_rows(database)
    assert {name: len(rows) for name, rows in first.items()} == {
        "calls": 2,
        "legs": 4,
        "visits": 2,
        "offers": 2,
        "segments": 2,
    }
    offer(recorder, [call("a"), call("b")])
    await recorder.flush()
    assert await all_rows(database) == first


async def test_only_the_newest_of_many_views_is_written(database: Database, recorder: Recorder) -> None:
    for second in range(200):
        offer(recorder, [Change("calls", "a", a_call("a", stage=CallStage.MENU, stage_since=at(second)))])
    offer(recorder, [Change("calls", "a", a_call("a", stage=CallStage.ENDED, ended_at=at(201)))])
    offer(recorder, [Change("calls", "a", None)])
    assert recorder.pending_count == 1
    await recorder.flush()
    async with database.look() as session:
        assert (await get_call(session, "a")).ended_at == at(201)


async def test_a_visit_grows_with_its_call(database: Database, recorder: Recorder) -> None:
    waiting = a_visit(outcome=VisitOutcome.WAITING, ended_at=None, answered_at=None, wait_s=None, talk_s=None)
    offer(recorder, [Change("calls", "a", a_call("a", visits=(waiting,)))])
    await recorder.flush()
    offer(recorder, [Change("calls", "a", a_call("a", visits=(a_visit(),)))])
    await recorder.flush()
    async with database.look() as session:
        assert list(await session.scalars(select(VisitRow.outcome))) == ["answered"]


async def test_legs_of_a_merged_call_belong_to_the_one_that_lives(database: Database, recorder: Recorder) -> None:
    leg = a_leg("moved")
    offer(recorder, [Change("calls", "old", a_call("old", legs=(leg,)))])
    await recorder.flush()
    dead = a_call("old", legs=(leg,), end=CallEnd.MERGED, merged_into="new", ended_at=at(9))
    offer(recorder, [Change("calls", "new", a_call("new", legs=(leg,))), Change("calls", "old", dead)])
    await recorder.flush()
    async with database.look() as session:
        assert list(await session.scalars(select(LegRow.call_id))) == ["new"]
        assert (await get_call(session, "old")).merged_into == "new"


async def test_a_replay_does_not_overwrite_a_call_settled_from_the_book(database: Database, recorder: Recorder) -> None:
    offer(recorder, [call("a", ended_at=at(50))])
    await recorder.flush()
    async with database.work() as work:
        await work.session.execute(text("update calls set is_repaired = true, hotline = 'settled'"))
    offer(recorder, [call("a", ended_at=at(99)), call("b")])
    await recorder.flush()
    async with database.look() as session:
        assert dict((await session.execute(select(CallRow.call_id, CallRow.hotline))).all()) == {
            "a": "settled",
            "b": "95001",
        }


async def test_agents_keep_their_state_and_every_mode_they_were_in(database: Database, recorder: Recorder) -> None:
    offer(recorder, [agent(mode_since=at(0)), agent(mode_since=at(0), phase_since=at(5))])
    offer(recorder, [agent(mode=AgentMode.WRAP_UP, mode_since=at(10))])
    offer(recorder, [agent(mode=AgentMode.NOT_READY, reason="meal", mode_since=at(20))])
    await recorder.flush()
    async with database.look() as session:
        assert [view.mode for view in await list_agent_states(session)] == ["not_ready"]
        assert await list_modes(session, "1001", at(0)) == [
            (at(0), "ready", ""),
            (at(10), "wrap_up", ""),
            (at(20), "not_ready", "meal"),
        ]
    offer(recorder, [Change("agents", "1001", None)])
    await recorder.flush()
    async with database.look() as session:
        assert await list_agent_states(session) == []
        assert len(await list_modes(session, "1001", at(0))) == 3


async def test_hostile_text_is_written_as_text(database: Database, recorder: Recorder) -> None:
    name = "\0'; drop table calls; --\u202e" + "名" * 1_000 + "\\u0000"
    offer(recorder, [call("a", caller_name=name, legs=(a_leg(name=name, number="9" * 500),))])
    await recorder.flush()
    assert recorder.broken == {}
    async with database.look() as session:
        assert (await get_call(session, "a")).caller_name == name.replace("\0", "")


async def test_a_row_the_database_refuses_does_not_stop_the_others(database: Database, recorder: Recorder) -> None:
    broken = call("bad", legs=(a_leg("half \ud800"),))
    offer(recorder, [call("a"), broken, *(call(f"c{number}") for number in range(150)), agent()])
    await recorder.flush()
    assert list(recorder.broken) == ["bad"]
    assert recorder.pending_count == 0
    async with database.look() as session:
        assert await session.scalar(select(func.count()).select_from(CallRow)) == 151
        assert len(await list_agent_states(session)) == 1


async def test_the_journals_position_is_stored_with_what_it_covers(database: Database) -> None:
    told: list[int] = []
    recorder = Recorder(database, zone=ZONE, position=lambda: 41 + len(told), on_recorded=told.append)
    async with database.look() as session:
        assert await recorded_number(session) is None
    offer(recorder, [call()])
    await recorder.flush()
    async with database.look() as session:
        assert await recorded_number(session) == 41
    offer(recorder, [call()])
    await recorder.flush()
    async with database.look() as session:
        assert await recorded_number(session) == 42
    assert told == [41, 42]


async def test_its_loop_writes_by_itself(database: Database, recorder: Recorder) -> None:
    async with running(recorder):
        offer(recorder, [call()])
        await until(lambda: recorder.recorded_count == 1)
    async with database.look() as session:
        assert len((await list_calls(session)).calls) == 1


async def test_a_table_that_is_missing_loses_nothing(database: Database, recorder: Recorder) -> None:
    async with database.work() as work:
        await work.session.execute(text("alter table segments rename to elsewhere"))
    async with running(recorder):
        offer(recorder, [call()])
        await until(lambda: recorder.error)
        assert recorder.pending_count == 1
        async with database.work() as work:
            await work.session.execute(text("alter table elsewhere rename to segments"))
        await until(lambda: recorder.recorded_count == 1)
    assert recorder.error == ""


async def test_a_sqlite_file_locked_by_another_process_loses_nothing(
    tmp_path: Any, migrated_file: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.store.work._LOCK_WAIT_MS", 20)
    file = tmp_path / "x.db"
    file.write_bytes(migrated_file.read_bytes())
    database = Database(f"sqlite+aiosqlite:///{file}")
    await database.open()
    recorder = Recorder(database, zone=ZONE, every_s=0.01, retry_s=0.01, retry_limit_s=0.04)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("begin immediate")
    async with running(recorder):
        offer(recorder, [call("a"), agent()])
        await until(lambda: recorder.error)
        offer(recorder, [call("b"), agent(mode=AgentMode.NOT_READY, mode_since=at(5))])
        assert recorder.away_since is not None
        other.execute("rollback")
        await until(lambda: recorder.pending_count == 0 and not recorder.error)
    async with database.look() as session:
        assert {view.call_id for view in (await list_calls(session)).calls} == {"a", "b"}
        assert len(await list_modes(session, "1001", at(0))) == 2
    other.close()
    await database.close()


@needs("postgresql")
async def test_a_server_stopped_for_a_while_loses_nothing(postgres: Postgres) -> None:
    postgres.sql("drop database if exists stopped")
    postgres.sql("create database stopped template migrated")
    database = Database(postgres.url("stopped"))
    await database.open()
    recorder = Recorder(database, zone=ZONE, every_s=0.01, retry_s=0.01, retry_limit_s=0.04)
    async with running(recorder):
        offer(recorder, [call("before")])
        await until(lambda: recorder.recorded_count == 1)
        await asyncio.to_thread(postgres.stop)
        try:
            for number in range(250):
                offer(recorder, [call(f"c{number}", ended_at=None)])
            await until(lambda: recorder.error)
            for number in range(250):
                offer(recorder, [call(f"c{number}")])
            with pytest.raises(DatabaseAway):
                await recorder.flush()
        finally:
            await asyncio.to_thread(postgres.start)
        await until(lambda: recorder.pending_count == 0 and not recorder.error, limit_s=10)
    async with database.look() as session:
        assert await session.scalar(select(func.count()).select_from(CallRow).where(CallRow.ended_at == at(74))) == 251
    await database.close()


async def test_a_commit_that_fails_after_it_succeeded_is_repeated_without_harm(
    database: Database, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, cuts = database.work, iter([True, True, False, False])

    @asynccontextmanager
    async def cut_after_commit() -> AsyncIterator[Any]:
        async with real() as work:
            yield work
        if next(cuts, False):
            raise DatabaseAway("the answer to the commit was lost")

    monkeypatch.setattr(database, "work", cut_after_commit)
    async with running(recorder):
        offer(recorder, [call("a"), agent()])
        await until(lambda: recorder.pending_count == 0 and recorder.recorded_count and not recorder.error)
    rows = await all_rows(database)
    assert {name: len(found) for name, found in rows.items()} == {
        "calls": 1,
        "legs": 2,
        "visits": 1,
        "offers": 1,
        "segments": 1,
    }


async def test_the_rest_is_written_at_the_end(database: Database, recorder: Recorder) -> None:
    offer(recorder, [call()])
    assert await recorder.aclose()
    async with database.look() as session:
        assert len((await list_calls(session)).calls) == 1


async def test_an_end_without_the_database_says_that_something_is_left(database: Database, recorder: Recorder) -> None:
    await database.close()
    offer(recorder, [call()])
    assert not await recorder.aclose(limit_s=0.2)
