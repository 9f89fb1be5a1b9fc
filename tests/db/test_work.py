"""One transaction: all or nothing, published after the commit; a database that is away has one name."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from cti.domain.errors import DatabaseAway
from cti.store.people_tables import AccountRow, OptionRow
from cti.store.work import Database, is_away, is_rows_fault
from tests.floor_words import at
from tests.parts import needs
from tests.postgres import Postgres


def person(login: str, **given: object) -> AccountRow:
    return AccountRow(
        **{"login": login, "name": "名", "role": "agent", "created_at": at(0), "queues": ["consult"]} | given
    )


async def count(database: Database) -> int:
    async with database.look() as session:
        return await session.scalar(select(func.count()).select_from(AccountRow)) or 0


async def test_what_is_written_is_there_and_published_after_the_commit(database: Database) -> None:
    seen: list[int] = []
    published: list[str] = []
    async with database.work() as work:
        work.session.add(person("li"))
        work.after_commit(lambda: published.append("first"))
        work.after_commit(lambda: published.append("second"))
        await work.session.flush()
        seen.append(await count(database))
        assert published == []
    seen.append(await count(database))
    assert (seen, published) == ([0, 1], ["first", "second"])


async def test_what_raises_leaves_no_row_and_publishes_nothing(database: Database) -> None:
    published: list[str] = []

    async def fails() -> None:
        async with database.work() as work:
            work.session.add(person("li"))
            await work.session.flush()
            work.after_commit(lambda: published.append("never"))
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fails()
    assert (await count(database), published) == (0, [])


async def test_a_commit_that_fails_publishes_nothing(database: Database) -> None:
    published: list[str] = []

    async def fails() -> None:
        async with database.work() as work:
            work.after_commit(lambda: published.append("never"))
            work.session.add_all([person("li"), person("li")])

    with pytest.raises(DBAPIError):
        await fails()
    assert (await count(database), published) == (0, [])


async def test_instants_keep_their_moment_and_come_back_in_utc(database: Database) -> None:
    beijing = datetime(2026, 11, 24, 20, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    async with database.work() as work:
        work.session.add(person("li", created_at=beijing))
    async with database.look() as session:
        back = await session.scalar(select(AccountRow.created_at))
    assert back == beijing
    assert back is not None
    assert back.tzinfo is UTC


async def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        async with database.work() as work:
            work.session.add(person("li", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001


async def test_instants_sort_and_compare_in_the_database(database: Database) -> None:
    async with database.work() as work:
        work.session.add_all(
            [person("b", created_at=at(0.5)), person("a", created_at=at(0)), person("c", created_at=at(60))]
        )
    async with database.look() as session:
        found = await session.scalars(
            select(AccountRow.login).where(AccountRow.created_at > at(0)).order_by(AccountRow.created_at)
        )
        assert list(found) == ["b", "c"]


async def test_json_values_come_back_as_they_were(database: Database) -> None:
    value = {"名": [1, 2.5, None, True, {"深": "值"}]}
    async with database.work() as work:
        work.session.add(OptionRow(key="k", value=value, version=1, changed_at=at(0), changed_by="li"))
    async with database.look() as session:
        assert await session.scalar(select(OptionRow.value)) == value


async def test_many_writers_at_once_all_get_their_turn(database: Database) -> None:
    async def add(number: int) -> None:
        async with database.work() as work:
            known = await work.session.scalar(select(func.count()).select_from(AccountRow))
            assert known is not None
            work.session.add(person(f"p{number}"))

    await asyncio.gather(*(add(number) for number in range(30)))
    assert await count(database) == 30


async def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    async with database.work() as work:
        work.session.add(person("li"))
        await work.session.flush()
        async with asyncio.timeout(2):
            assert await count(database) == 0


async def test_a_mistake_of_ours_is_not_called_away(database: Database) -> None:
    with pytest.raises(DBAPIError) as mistake:
        async with database.look() as session:
            await session.execute(text("select * from nowhere"))
    assert not is_away(mistake.value)
    assert not is_rows_fault(mistake.value)


async def test_a_value_the_database_cannot_hold_is_the_rows_fault(database: Database) -> None:
    with pytest.raises((DBAPIError, OverflowError)) as refused:
        async with database.work() as work:
            work.session.add(OptionRow(key="k", value=1, version=2**70, changed_at=at(0), changed_by="li"))
    assert not is_away(refused.value)
    assert is_rows_fault(refused.value)


async def test_a_closed_database_is_away(database: Database) -> None:
    await database.close()
    with pytest.raises(DatabaseAway):
        async with database.work():
            pass
    with pytest.raises(DatabaseAway):
        async with database.look():
            pass


@needs("postgresql")
async def test_a_server_that_does_not_answer_in_time_is_away(postgres: Postgres) -> None:
    database = Database(postgres.url("migrated"), limit_s=0.2)
    await database.open()
    with pytest.raises(DatabaseAway):
        async with database.look() as session:
            await session.execute(text("select pg_sleep(30)"))
    assert await count(database) == 0
    await database.close()


async def test_sqlite_loses_no_commit_at_a_power_cut_and_keeps_foreign_keys(tmp_path: object) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    await database.open()
    async with database.look() as session:
        found = [
            await session.scalar(text(f"pragma {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await database.close()
    assert found == ["wal", 2, 1]


async def test_sqlite_locked_by_another_process_is_away_not_broken(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.store.work._LOCK_WAIT_MS", 30)
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    await database.open()

    async def write() -> None:
        async with database.work() as work:
            await work.session.execute(text("create table if not exists x (y integer)"))

    await write()
    other = sqlite3.connect(f"{tmp_path}/x.db", isolation_level=None)
    other.execute("begin exclusive")
    with pytest.raises(DatabaseAway, match="locked"):
        await write()
    other.close()
    await write()
    await database.close()
