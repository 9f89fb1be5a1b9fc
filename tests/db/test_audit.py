"""The audit log: rows name their predecessor, so one that was changed, taken out or put in shows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cti.domain.ids import AccountId
from cti.domain.roles import Actor, Role
from cti.store.audit import FIRST_HASH, ChainReport, check_chain, list_audit, record_audit
from cti.store.work import Database

AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
LI = Actor(account_id=AccountId(7), login="li", role=Role.SUPERVISOR, ip="192.0.2.7")


async def write(database: Database, count: int, **given: Any) -> None:
    for number in range(count):
        async with database.work() as work:
            at = AT + timedelta(seconds=number)
            await record_audit(work.session, LI, "call.hang_up", at=at, about=f"call:{number}", **given)


async def tamper(database: Database, *statements: str) -> None:
    """Change rows as somebody with the whole database in his hands could: first the triggers go."""
    off = ["drop trigger audit_no_update", "drop trigger audit_no_delete"]
    async with database.work() as work:
        for statement in [*(off if database.is_sqlite else ["alter table audit disable trigger all"]), *statements]:
            await work.session.execute(text(statement))


async def check(database: Database) -> ChainReport:
    async with database.look() as session:
        return await check_chain(session)


async def test_an_empty_log_is_whole(database: Database) -> None:
    assert await check(database) == ChainReport(count=0, head=FIRST_HASH, broken_at=None)


async def test_every_row_names_the_one_before(database: Database) -> None:
    await write(database, 5)
    async with database.look() as session:
        rows = list(reversed(await list_audit(session)))
    assert [row.previous_hash for row in rows] == [FIRST_HASH, *(row.row_hash for row in rows[:-1])]
    assert await check(database) == ChainReport(count=5, head=rows[-1].row_hash, broken_at=None)


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"b": 1, "a": {"z": [1, 2.5, None, True], "y": "张三"}},
        {"extra_s": 60.0, "number": 10**15, "small": 1e-7},
        {"text": 'quotes " and \\ and <script> and \u2028'},
    ],
)
async def test_details_of_every_kind_keep_the_chain(database: Database, details: dict[str, Any]) -> None:
    await write(database, 2, details=details)
    async with database.look() as session:
        assert (await list_audit(session))[0].details == details
    assert (await check(database)).broken_at is None


async def test_an_instant_told_in_another_zone_keeps_the_chain(database: Database) -> None:
    async with database.work() as work:
        beijing = AT.astimezone(timezone(timedelta(hours=8)))
        entry = await record_audit(work.session, None, "sign_in", at=beijing, ip="192.0.2.1")
    assert entry.at == AT
    assert await check(database) == ChainReport(count=1, head=entry.row_hash, broken_at=None)


@pytest.mark.parametrize(
    "change",
    [
        "login = 'wang'",
        "result = 'refused'",
        "about = 'call:9'",
        "ip = '192.0.2.8'",
        "account_id = 8",
        'details = \'{"target": "1001"}\'',
        "action = 'call.transfer'",
    ],
)
async def test_a_row_that_was_changed_shows(database: Database, change: str) -> None:
    await write(database, 5)
    await tamper(database, f"update audit set {change} where about = 'call:2'")
    report = await check(database)
    assert (report.count, report.broken_at) == (2, 3)


async def test_a_row_that_was_taken_out_shows(database: Database) -> None:
    await write(database, 5)
    await tamper(database, "delete from audit where about = 'call:2'")
    report = await check(database)
    assert (report.count, report.broken_at) == (2, 4)


async def test_two_rows_that_changed_places_show(database: Database) -> None:
    await write(database, 4)
    moves = ((2, 99), (3, 2), (99, 3))
    await tamper(database, *(f"update audit set id = {new} where id = {old}" for old, new in moves))
    assert (await check(database)).broken_at == 2


async def test_a_cut_off_tail_shows_against_the_head_that_was_noted(database: Database) -> None:
    await write(database, 5)
    noted = (await check(database)).head
    await tamper(database, "delete from audit where about = 'call:4'")
    shortened = await check(database)
    assert (shortened.count, shortened.broken_at) == (4, None)
    assert shortened.head != noted


@pytest.mark.parametrize("statement", ["update audit set login = 'wang'", "delete from audit"])
async def test_the_database_itself_refuses_to_change_rows(database: Database, statement: str) -> None:
    await write(database, 1)

    async def change() -> None:
        async with database.work() as work:
            await work.session.execute(text(statement))

    with pytest.raises(DBAPIError, match="stay as they are"):
        await change()
    assert (await check(database)).count == 1


async def test_many_writers_at_once_make_one_chain(database: Database) -> None:
    await asyncio.gather(*(write(database, 4) for _ in range(8)))
    report = await check(database)
    assert (report.count, report.broken_at) == (32, None)


async def test_a_transaction_that_is_rolled_back_leaves_no_gap(database: Database) -> None:
    await write(database, 1)

    async def fail() -> None:
        async with database.work() as work:
            await record_audit(work.session, LI, "person.edit", at=AT)
            raise RuntimeError("after the row")

    with pytest.raises(RuntimeError, match="after the row"):
        await fail()
    await write(database, 1)
    report = await check(database)
    assert (report.count, report.broken_at) == (2, None)


async def test_a_long_log_is_checked_across_its_pages(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti.store.audit._PAGE", 3)
    await write(database, 9)
    assert ((await check(database)).count, (await check(database)).broken_at) == (9, None)


async def test_over_long_words_are_cut_and_still_fit(database: Database) -> None:
    async with database.work() as work:
        await record_audit(work.session, LI, "repair", at=AT, about="x" * 500, result="y" * 100, ip="z" * 100)
    assert (await check(database)).broken_at is None
