"""What a menu tells callers of customers and tickets: found only by who proves it, never by trying."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cti.store.audit import list_audit
from cti.store.work import Database
from tests.floor_words import NOON
from tickets.phone_tries import IN_A_CALL, OF_A_CALLER, OF_A_TICKET, OF_ALL
from tickets.service.by_phone import PhoneLooks
from tickets.store.customers import add_customer
from tickets.store.tickets import add_ticket

CALLER = "13800138000"
TYPED = "202611240001"


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def looks_of(database: Database, clock: Clock | None = None) -> PhoneLooks:
    return PhoneLooks(database=database, clock=clock or Clock(), zone=ZoneInfo("Asia/Shanghai"))


async def a_customer(database: Database, *numbers: str, kind: str = "owner", is_vip: bool = False) -> int:
    fields = {"name": "王", "company": "", "kind": kind, "is_vip": is_vip, "address": "", "mail": "", "note": ""}
    async with database.work() as work:
        made = await add_customer(work.session, fields | {"warnings": []}, numbers, at=NOON, by="x")
    return made.id


async def a_ticket(database: Database, **given: Any) -> None:
    fields: dict[str, Any] = {
        "procedure": "complaint", "category": "", "text": "x", "product": "", "state": "working", "priority": "normal",
        "department": "quality", "channel": "phone", "customer_id": None, "contact_name": "", "contact_number": "",
        "received_at": NOON, "received_by": "x", "received_by_id": None, "due_at": NOON + timedelta(hours=8),
        "resolved_at": None, "closed_at": None, "answer": "",
    }  # fmt: skip
    async with database.work() as work:
        await add_ticket(work.session, date(2026, 11, 24), fields | given)


async def outcomes(database: Database) -> list[str]:
    async with database.look() as session:
        rows = await list_audit(session, limit=100)
    assert {row.action for row in rows} <= {"ticket.status_by_phone"}
    return [row.details["outcome"] for row in reversed(rows)]


# --- customers --------------------------------------------------------------------------------------------------------


async def test_a_caller_is_known_by_his_number_however_it_is_sent(database: Database) -> None:
    await a_customer(database, "+86 138 0013 8000", kind="intending", is_vip=True)
    known = {"customer_known": "yes", "customer_class": "intending", "customer_vip": "yes"}
    for sent in (CALLER, f"0{CALLER}", f"86{CALLER}"):
        assert await looks_of(database).customer(sent) == known
    assert await looks_of(database).customer("13900139000") is None
    assert await looks_of(database).customer("") is None


async def test_of_several_with_one_number_only_what_they_share_is_told(database: Database) -> None:
    await a_customer(database, CALLER, kind="owner", is_vip=True)
    await a_customer(database, CALLER, kind="owner")
    found = await looks_of(database).customer(CALLER)
    assert found == {"customer_known": "yes", "customer_class": "owner", "customer_vip": "no"}
    await a_customer(database, CALLER, kind="potential")
    found = await looks_of(database).customer(CALLER)
    assert found is not None
    assert found["customer_class"] == "unknown"


# --- tickets ----------------------------------------------------------------------------------------------------------


async def test_a_ticket_is_told_to_who_has_its_number_and_the_last_four_digits(database: Database) -> None:
    customer = await a_customer(database, "021-6100 1234", CALLER)
    await a_ticket(database, customer_id=customer, contact_number="+86 139-0013-9999")
    looks = looks_of(database)
    told = {"ticket_state": "working", "ticket_due": "2026-11-25", "ticket_department": "quality"}
    for last4 in ("9999", "1234", "8000"):
        assert await looks.ticket(TYPED, last4, caller_number=CALLER, call_id="c1") == told
    assert await outcomes(database) == ["found"] * 3
    async with database.look() as session:
        [row, *_] = await list_audit(session, limit=1)
    assert (row.about, row.details) == (
        "call:c1",
        {"ticket": "T20261124-0001", "number": "138****8000", "outcome": "found"},
    )


async def test_one_that_is_answered_has_no_due_day_any_more(database: Database) -> None:
    await a_ticket(database, contact_number=CALLER, state="resolved")
    found = await looks_of(database).ticket(TYPED, "8000", caller_number="", call_id="c1")
    assert found is not None
    assert (found["ticket_state"], found["ticket_due"]) == ("resolved", "")


@pytest.mark.parametrize(
    ("typed", "last4"),
    [(TYPED, "8001"), ("202611240002", "8000"), (TYPED, ""), (TYPED, "13800138000"), ("", "8000"), ("1*2#", "8000")],
)
async def test_wrong_digits_and_wrong_numbers_are_answered_alike(database: Database, typed: str, last4: str) -> None:
    await a_ticket(database, contact_number=CALLER)
    assert await looks_of(database).ticket(typed, last4, caller_number=CALLER, call_id="c1") is None
    assert await outcomes(database) == ["not_found"]


async def test_a_number_so_short_that_four_digits_are_all_of_it_proves_nothing(database: Database) -> None:
    await a_ticket(database, contact_number="8000")
    assert await looks_of(database).ticket(TYPED, "8000", caller_number=CALLER, call_id="c1") is None


async def test_after_three_wrong_ones_in_a_call_the_right_one_is_refused_in_the_same_words(database: Database) -> None:
    await a_ticket(database, contact_number=CALLER)
    looks = looks_of(database)
    for wrong in range(IN_A_CALL):
        assert await looks.ticket(TYPED, f"000{wrong}", caller_number="", call_id="c1") is None
    assert await looks.ticket(TYPED, "8000", caller_number="", call_id="c1") is None
    assert (await outcomes(database))[-1] == "too_many"
    assert await looks.ticket(TYPED, "8000", caller_number="", call_id="c2") is not None


async def test_a_caller_gets_six_wrong_ones_an_hour_and_a_ticket_ten_a_day_whoever_tries(database: Database) -> None:
    await a_ticket(database, contact_number=CALLER)
    clock = Clock()
    looks = looks_of(database, clock)

    async def look(caller: str, call: str, last4: str = "0000", typed: str = TYPED) -> bool:
        return await looks.ticket(typed, last4, caller_number=caller, call_id=call) is not None

    for wrong in range(OF_A_CALLER):
        assert not await look(CALLER, f"a{wrong}", typed=f"20261124010{wrong}")
    assert not await look(CALLER, "a9", "8000")
    clock.at += timedelta(hours=1)
    assert await look(CALLER, "b", "8000")
    for wrong in range(OF_A_TICKET):
        assert not await look(f"1390013900{wrong}", f"c{wrong}")
    assert not await look(CALLER, "d", "8000"), "numbers can be forged: the ticket itself has a limit"
    clock.at += timedelta(days=1)
    assert await look(CALLER, "e", "8000")


async def test_many_lines_at_once_have_no_more_tries_than_one(database: Database) -> None:
    await a_ticket(database, contact_number=CALLER)
    looks = looks_of(database)
    many = (looks.ticket(TYPED, f"{tried:04}", caller_number="", call_id=f"c{tried}") for tried in range(30))
    assert {*await asyncio.gather(*many)} == {None}
    assert (await outcomes(database)).count("not_found") == OF_A_TICKET


async def test_one_number_cannot_use_up_what_everybody_has(database: Database) -> None:
    await a_ticket(database, contact_number=CALLER)
    looks = looks_of(database)
    for wrong in range(OF_ALL + OF_A_CALLER):
        assert await looks.ticket("202611240009", "0000", caller_number="13900139000", call_id=f"c{wrong}") is None
    assert await looks.ticket(TYPED, "8000", caller_number=CALLER, call_id="d") is not None
