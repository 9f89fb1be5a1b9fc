"""Empty to newest, one step down and up, tables as the code means them, clear words for databases we cannot use."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from cti.domain.errors import DatabaseAway, Invalid
from cti.migrations import current, migrate, newest
from cti.store import people_tables, tables
from cti.store.base import Table
from cti.store.work import make_engine
from tests.parts import needs
from tests.postgres import Postgres
from tickets import tables as ticket_tables

assert people_tables
assert tables
assert ticket_tables


async def on(url: str, act):  # type: ignore[no-untyped-def]
    engine = make_engine(url)
    async with engine.begin() as connection:
        found = await connection.run_sync(act)
    await engine.dispose()
    return found


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_an_empty_database_gets_every_table(empty_url: str) -> None:
    assert await current(empty_url) is None
    assert await migrate(empty_url) == newest()
    assert await on(empty_url, table_names) == set(Table.metadata.tables)


async def test_migrating_twice_changes_nothing(url: str) -> None:
    assert await migrate(url) == newest()


async def test_the_newest_step_goes_down_and_up_again(url: str) -> None:
    assert await migrate(url, "-1") != newest()
    assert await migrate(url) == newest()


async def test_all_the_way_down_leaves_nothing(url: str) -> None:
    assert await migrate(url, "base") is None
    assert await on(url, table_names) == set()


async def test_migrations_and_tables_agree(url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Table.metadata)

    assert await on(url, differences) == []


async def test_every_constraint_has_a_name(url: str) -> None:
    def nameless(connection: Connection) -> list[str]:
        look = inspect(connection)
        return [
            table
            for table in table_names(connection)
            for found in [
                look.get_pk_constraint(table),
                *look.get_foreign_keys(table),
                *look.get_unique_constraints(table),
            ]
            if not found["name"]
        ]

    assert await on(url, nameless) == []


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(url: str) -> None:
    await on(url, lambda c: c.execute(text("update alembic_version set version_num = '9999'")))
    with pytest.raises(Invalid, match="9999") as refused:
        await migrate(url)
    assert refused.value.code == "database.newer"
    assert await current(url) == "9999"


async def test_somebody_elses_tables_are_refused(empty_url: str) -> None:
    await on(empty_url, lambda c: c.execute(text("create table invoices (id integer)")))
    with pytest.raises(Invalid, match="invoices") as refused:
        await migrate(empty_url)
    assert refused.value.code == "database.foreign"


async def test_a_step_that_breaks_off_leaves_no_half(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic.operations import Operations

    real = Operations.create_table

    def breaks(self: Operations, name: str, *columns: object, **options: object) -> object:
        if name == "visits":
            raise RuntimeError("power cut")
        return real(self, name, *columns, **options)

    monkeypatch.setattr(Operations, "create_table", breaks)
    with pytest.raises(RuntimeError, match="power cut"):
        await migrate(empty_url)
    monkeypatch.undo()
    assert await on(empty_url, table_names) == set()
    assert await migrate(empty_url) == newest()


async def test_two_services_that_start_together_migrate_once(empty_url: str) -> None:
    assert await asyncio.gather(migrate(empty_url), migrate(empty_url)) == [newest(), newest()]


async def test_a_file_that_is_no_database_is_named_so(tmp_path: Path) -> None:
    file = tmp_path / "hotline.db"
    file.write_bytes(b"this is no database" * 100)
    with pytest.raises(Invalid) as refused:
        await migrate(f"sqlite+aiosqlite:///{file}")
    assert refused.value.code == "database.broken"


async def test_an_unreachable_sqlite_folder_is_a_database_that_is_away(tmp_path: Path) -> None:
    with pytest.raises(DatabaseAway):
        await migrate(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'hotline.db'}")


@needs("postgresql")
async def test_a_stopped_server_is_a_database_that_is_away(postgres: Postgres) -> None:
    postgres.stop()
    try:
        with pytest.raises(DatabaseAway):
            await migrate(postgres.url("migrated"))
    finally:
        postgres.start()


async def test_data_of_an_older_revision_is_copied_before_the_step(tmp_path: Path) -> None:
    file = tmp_path / "hotline.db"
    url = f"sqlite+aiosqlite:///{file}"
    await migrate(url)
    await migrate(url, "-1")
    before = await current(url)
    await migrate(url)
    copies = [name for name in os.listdir(tmp_path) if name.startswith("hotline.db.before-")]
    assert len(copies) == (0 if before is None else 1)
