"""The audit log as it is read: pages, texts of every kind, and the columns that hold the chain itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cti.store.audit import check_chain, list_audit, record_audit
from cti.store.work import Database
from tests.db.test_audit import LI, tamper, write

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_pages_of_the_log_follow_each_other(database: Database) -> None:
    await write(database, 7)
    found: list[str] = []
    before: int | None = None
    async with database.look() as session:
        while page := await list_audit(session, limit=3, before_id=before):
            assert len(page) <= 3
            found += [row.about for row in page]
            before = page[-1].id
    assert found == [f"call:{number}" for number in reversed(range(7))]


async def test_the_log_is_narrowed_to_what_it_is_about(database: Database) -> None:
    await write(database, 3)
    await write(database, 2)
    async with database.look() as session:
        assert [row.about for row in await list_audit(session, about="call:1")] == ["call:1"] * 2
        assert await list_audit(session, about="call:") == []


async def test_long_and_hostile_texts_are_kept_as_text(database: Database) -> None:
    hostile = "'; drop table audit; -- <script>alert(1)</script> =cmd|'/C calc'!A0 \r\n%00 \u202e"
    async with database.work() as work:
        await record_audit(work.session, LI, "call.transfer", at=AT, about=hostile, details={"target": hostile * 50})
    async with database.look() as session:
        (row,) = await list_audit(session)
        assert (row.about, row.details) == (hostile, {"target": hostile * 50})
        assert (await check_chain(session)).broken_at is None


@pytest.mark.parametrize("column", ["previous_hash", "row_hash"])
async def test_a_hash_that_was_changed_shows(database: Database, column: str) -> None:
    await write(database, 3)
    await tamper(database, f"update audit set {column} = 'z' where about = 'call:1'")
    async with database.look() as session:
        assert (await check_chain(session)).broken_at == 2


async def test_an_instant_that_was_changed_shows(database: Database) -> None:
    await write(database, 3)
    await tamper(database, f"update audit set at = '{AT + timedelta(hours=1):%Y-%m-%d %H:%M:%S.%f}' where id = 2")
    async with database.look() as session:
        assert (await check_chain(session)).broken_at == 2
