"""Tickets and customers on both databases: numbers without gaps, versions, search, scope, drafts."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from cti.domain.errors import Conflict
from cti.store.work import Database
from tests.floor_words import NOON, at
from tickets.store import customers, found, pops, tickets
from tickets.store.found import TicketFilter
from tickets.store.tickets import NewEvent, StoredTicket
from tickets.ticket import number_of

DAY = date(2026, 11, 24)


def fields(**given: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "procedure": "complaint",
        "category": "",
        "text": "水泵漏水",
        "product": "",
        "state": "new",
        "priority": "normal",
        "department": "quality",
        "channel": "phone",
        "customer_id": None,
        "contact_name": "",
        "contact_number": "",
        "received_at": NOON,
        "received_by": "Anna",
        "received_by_id": 1,
        "due_at": NOON + timedelta(hours=8),
        "resolved_at": None,
        "closed_at": None,
        "answer": "",
    }
    return known | given


async def add(database: Database, day: date = DAY, **given: Any) -> StoredTicket:
    async with database.work() as work:
        return await tickets.add_ticket(work.session, day, fields(**given))


async def titles(database: Database, **wanted: Any) -> list[str]:
    async with database.look() as session:
        return [one.text for one in (await found.list_tickets(session, TicketFilter(**wanted))).tickets]


async def test_twenty_at_once_get_twenty_numbers_in_a_row(database: Database) -> None:
    made = await asyncio.gather(*(add(database) for _ in range(20)))
    assert sorted(one.number for one in made) == [number_of(DAY, count) for count in range(1, 21)]


async def test_a_ticket_that_was_not_kept_takes_no_number(database: Database) -> None:
    first = await add(database)

    async def fail() -> None:
        async with database.work() as work:
            await tickets.add_ticket(work.session, DAY, fields())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    second = await add(database)
    other_day = await add(database, DAY + timedelta(days=1))
    assert [one.number[-4:] for one in (first, second, other_day)] == ["0001", "0002", "0001"]


async def test_of_twenty_who_change_one_version_one_succeeds(database: Database) -> None:
    ticket = await add(database)

    async def change(count: int) -> str:
        try:
            async with database.work() as work:
                await tickets.change_ticket(work.session, ticket.id, 1, {"product": f"P{count}"})
        except Conflict as conflict:
            return conflict.code
        return "changed"

    outcomes = await asyncio.gather(*(change(count) for count in range(20)))
    assert sorted(outcomes) == ["changed", *["ticket.changed"] * 19]


async def test_the_timeline_keeps_its_order_and_calls_are_joined_once(database: Database) -> None:
    ticket = await add(database)
    async with database.work() as work:
        for count in range(5):
            line = NewEvent(at=at(count), kind="noted", by="Anna", text=f"第{count}", changes={"a": ["", "甲"]})
            await tickets.add_event(work.session, ticket.id, line)
            await tickets.link_call(work.session, ticket.id, "c-1", at(count))
    async with database.look() as session:
        lines = await tickets.list_events(session, ticket.id)
        assert [line.text for _, line in lines] == ["第0", "第1", "第2", "第3", "第4"]
        assert lines[0][1].changes == {"a": ["", "甲"]}
        assert await tickets.list_call_ids(session, ticket.id) == ["c-1"]
        assert await tickets.ticket_numbers_of(session, ["c-1", "c-2"]) == {"c-1": (ticket.number,)}


async def test_words_are_found_inside_chinese_and_percent_is_no_wildcard(database: Database) -> None:
    async with database.work() as work:
        wang = await customers.add_customer(
            work.session, customer_fields(name="王芳"), ["13800138000"], at=NOON, by="Anna"
        )
    await add(database, text="电机异响", customer_id=wang.id)
    await add(database, text="100%_报废", contact_number="+86 21 6100 1234")
    await add(database, text="ABC\\泵")
    assert await titles(database, words=("异响",)) == ["电机异响"]
    assert await titles(database, words=("王芳",)) == ["电机异响"]
    assert await titles(database, words=("%_报",)) == ["100%_报废"]
    assert await titles(database, words=("_",)) == ["100%_报废"]
    assert await titles(database, words=("abc\\",)) == ["ABC\\泵"]
    assert await titles(database, words=("电机", "报废")) == []
    assert await titles(database, words=("0216",), digits="0216") == ["100%_报废"]
    assert await titles(database, words=("138",), digits="138") == ["电机异响"]


async def test_a_department_without_a_name_sees_nothing(database: Database) -> None:
    await add(database)
    await add(database, text="订单", department="sales")
    assert await titles(database, within="sales") == ["订单"]
    assert await titles(database, within=found.NOBODY) == []
    async with database.look() as session:
        counts = await found.count_tickets(session, "quality", NOON + timedelta(hours=9))
    assert counts == {"new": 1, "overdue": 1}


@pytest.mark.parametrize("state", ["open", ""])
async def test_pages_follow_each_other_without_gap_or_repeat(database: Database, state: str) -> None:
    for count in range(25):
        await add(
            database,
            text=str(count),
            priority=("low", "urgent", "normal")[count % 3],
            due_at=at(100 - count // 5),
            received_at=at(count // 4),
        )
    seen: list[StoredTicket] = []
    before = ""
    while True:
        async with database.look() as session:
            page = await found.list_tickets(session, TicketFilter(state=state), before=before, limit=4)
        seen += page.tickets
        if page.next is None:
            break
        before = page.next
    assert len({one.id for one in seen}) == len(seen) == 25
    urgency = {"urgent": 0, "normal": 2, "low": 3}
    if state:
        assert seen == sorted(seen, key=lambda one: (urgency[one.priority], one.due_at, one.id))
    else:
        assert seen == sorted(seen, key=lambda one: (one.received_at, one.id), reverse=True)


# --- customers ------------------------------------------------------------------------------------


def customer_fields(**given: Any) -> dict[str, Any]:
    known = {"name": "李雷", "company": "", "kind": "owner", "is_vip": False, "address": "", "mail": "", "note": ""}
    return {**known, "warnings": [], **given}


async def test_a_customer_is_known_by_each_number_however_written(database: Database) -> None:
    async with database.work() as work:
        await customers.add_customer(
            work.session, customer_fields(warnings=["欠款"]), ["+86 138 0013 8000", "021-6100 1234"], at=NOON, by="A"
        )
    async with database.look() as session:
        for digits in ("13800138000", "02161001234"):
            (known,) = await customers.find_by_number(session, digits)
            assert (known.name, known.warnings) == ("李雷", ("欠款",))
            assert known.numbers == ("+86 138 0013 8000", "021-6100 1234")
        assert await customers.find_by_number(session, "") == []
        assert await customers.find_by_number(session, "138") == []


async def test_numbers_are_replaced_and_versions_guarded(database: Database) -> None:
    async with database.work() as work:
        made = await customers.add_customer(work.session, customer_fields(), ["13800138000"], at=NOON, by="A")
    async with database.work() as work:
        after = await customers.change_customer(
            work.session, made.id, 1, {"name": "韩梅"}, ["13900139000", "13700137000"], at(1)
        )
    assert (after.version, after.numbers) == (2, ("13900139000", "13700137000"))
    with pytest.raises(Conflict):
        async with database.work() as work:
            await customers.change_customer(work.session, made.id, 1, {"name": "x"}, None, at(2))
    async with database.look() as session:
        assert await customers.find_by_number(session, "13800138000") == []
        assert [one.name for one in await customers.find_by_number(session, "13700137000")] == ["韩梅"]


async def test_customers_come_by_name_in_pages(database: Database) -> None:
    async with database.work() as work:
        for count in range(12):
            await customers.add_customer(work.session, customer_fields(name=f"N{count % 4}"), [], at=NOON, by="A")
    seen: list[tuple[str, int]] = []
    before = ""
    while True:
        async with database.look() as session:
            page = await customers.list_customers(session, [], "", before=before, limit=5)
        seen += [(one.name, one.id) for one in page.customers]
        if page.next is None:
            break
        before = page.next
    assert len(seen) == 12
    assert seen == sorted(set(seen))


# --- drafts ---------------------------------------------------------------------------------------

DRAFT = {
    "procedure": "complaint", "category": "", "text": "漏水", "priority": "normal", "department": "",
    "contact_name": "", "contact_number": "",
}  # fmt: skip


async def test_of_two_who_begin_or_change_a_draft_at_once_one_is_told(database: Database) -> None:
    async def save(version: int) -> str:
        try:
            async with database.work() as work:
                await pops.save_draft(work.session, "c-1", version, DRAFT, at=NOON, by="Anna")
        except Conflict as conflict:
            return conflict.code
        return "saved"

    assert sorted(await asyncio.gather(save(0), save(0), save(0))) == ["draft.changed", "draft.changed", "saved"]
    assert sorted(await asyncio.gather(save(1), save(1))) == ["draft.changed", "saved"]
    async with database.look() as session:
        draft = await pops.find_draft(session, "c-1")
    assert draft is not None
    assert draft.version == 2
