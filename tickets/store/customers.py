"""Customers and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict, Invalid, NotFound
from cti.domain.phone import number_key
from tickets.customer import folded
from tickets.tables import CustomerNumberRow, CustomerRow, TicketRow
from tickets.ticket import OPEN

PAGE = 50
MOST_SHARING = 20
"""A number that more customers share (a switchboard) shows the first of them."""


class StoredCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's file. `numbers` as they were written, in order."""

    id: int
    version: int
    name: str
    company: str
    kind: str
    is_vip: bool
    address: str
    mail: str
    note: str
    warnings: tuple[str, ...]
    numbers: tuple[str, ...]
    created_at: datetime

    @property
    def digits(self) -> tuple[str, ...]:
        """The numbers as they are compared."""
        return tuple(number_key(number) for number in self.numbers)


class CustomersFound(msgspec.Struct, frozen=True):
    """A page by name; `next` is the cursor of the following one."""

    customers: list[StoredCustomer]
    next: str | None


async def add_customer(
    session: AsyncSession, fields: Mapping[str, Any], numbers: Sequence[str], *, at: datetime, by: str
) -> StoredCustomer:
    """Open a file."""
    row = CustomerRow(version=1, search="", created_at=at, created_by=by, changed_at=at, **fields)
    row.search = folded(row.name, row.company)
    session.add(row)
    await session.flush()
    await _put_numbers(session, row.id, numbers)
    return _stored(row, numbers)


async def get_customer(session: AsyncSession, customer_id: int) -> StoredCustomer:
    """A file. Raises: NotFound."""
    row = await _row(session, customer_id, for_change=False)
    numbers = await _numbers(session, [row.id])
    return _stored(row, numbers.get(row.id, []))


async def change_customer(
    session: AsyncSession,
    customer_id: int,
    version: int,
    fields: Mapping[str, Any],
    numbers: Sequence[str] | None,
    at: datetime,
) -> StoredCustomer:
    """Change the file that was read as `version`. `numbers` None: they stay.

    Raises: NotFound; Conflict `customer.changed`.
    """
    row = await _row(session, customer_id, for_change=True)
    if row.version != version:
        text = "Somebody else has changed this customer: look again."
        raise Conflict(text, code="customer.changed", customer_id=customer_id)
    for name, value in fields.items():
        setattr(row, name, value)
    row.version, row.changed_at, row.search = row.version + 1, at, folded(row.name, row.company)
    if numbers is not None:
        await _put_numbers(session, row.id, numbers)
    await session.flush()
    return _stored(row, (await _numbers(session, [row.id])).get(row.id, []))


async def list_customers(
    session: AsyncSession, words: Sequence[str], digits: str, *, before: str = "", limit: int = PAGE
) -> CustomersFound:
    """Files by name, in which all words are found, or of which a number begins with `digits`.

    Raises: Invalid for a cursor that is not ours.
    """
    statement = select(CustomerRow)
    if words:
        statement = statement.where(_matches(words, digits))
    if before:
        name, last_id = _cursor(before)
        later = and_(CustomerRow.name == name, CustomerRow.id > last_id)
        statement = statement.where(or_(CustomerRow.name > name, later))
    statement = statement.order_by(CustomerRow.name, CustomerRow.id).limit(limit + 1)
    rows = [*await session.scalars(statement)]
    numbers = await _numbers(session, [row.id for row in rows])
    more = rows[limit - 1] if len(rows) > limit else None
    following = f"{more.id}~{more.name}" if more else None
    return CustomersFound([_stored(row, numbers.get(row.id, [])) for row in rows[:limit]], following)


async def find_by_number(session: AsyncSession, digits: str) -> list[StoredCustomer]:
    """Everybody who has this number, by name; none for an empty one."""
    if not digits:
        return []
    # Not a correlated EXISTS: SQLite would look at every customer by name.
    owners = select(CustomerNumberRow.customer_id).where(CustomerNumberRow.digits == digits)
    known = select(CustomerRow).where(CustomerRow.id.in_(owners))
    rows = [*await session.scalars(known.order_by(CustomerRow.name, CustomerRow.id).limit(MOST_SHARING))]
    numbers = await _numbers(session, [row.id for row in rows])
    return [_stored(row, numbers.get(row.id, [])) for row in rows]


def owners_of(known: Iterable[StoredCustomer], digits: str = "") -> dict[str, set[int]]:
    """Number -> customers who have it; `digits`: a number that may be nobody's."""
    owners: dict[str, set[int]] = {digits: set()} if digits else {}
    for one in known:
        for number in one.digits:
            owners.setdefault(number, set()).add(one.id)
    return owners


async def count_open(session: AsyncSession, customer_ids: Iterable[int]) -> dict[int, int]:
    """Open tickets of some customers: id -> count; who has none is left out."""
    counted = (
        select(TicketRow.customer_id, func.count())
        .where(TicketRow.customer_id.in_([*customer_ids]), TicketRow.state.in_(OPEN))
        .group_by(TicketRow.customer_id)
    )
    return {int(customer): int(count) for customer, count in await session.execute(counted) if customer is not None}


async def _row(session: AsyncSession, customer_id: int, *, for_change: bool) -> CustomerRow:
    wanted = select(CustomerRow).where(CustomerRow.id == customer_id)
    row = await session.scalar(wanted.with_for_update() if for_change else wanted)
    if row is None:
        raise NotFound("There is no such customer.", code="customer.unknown", customer_id=customer_id)
    return row


async def _put_numbers(session: AsyncSession, customer_id: int, numbers: Sequence[str]) -> None:
    await session.execute(delete(CustomerNumberRow).where(CustomerNumberRow.customer_id == customer_id))
    for place, number in enumerate(numbers):
        session.add(CustomerNumberRow(customer_id=customer_id, place=place, number=number, digits=number_key(number)))
    await session.flush()


async def _numbers(session: AsyncSession, customer_ids: list[int]) -> dict[int, list[str]]:
    rows = await session.scalars(
        select(CustomerNumberRow)
        .where(CustomerNumberRow.customer_id.in_(customer_ids))
        .order_by(CustomerNumberRow.customer_id, CustomerNumberRow.place)
    )
    numbers: dict[int, list[str]] = {}
    for row in rows:
        numbers.setdefault(row.customer_id, []).append(row.number)
    return numbers


def _matches(words: Sequence[str], digits: str) -> ColumnElement[bool]:
    found = and_(*(CustomerRow.search.contains(word, autoescape=True) for word in words))
    if not digits:
        return found
    begins = select(CustomerNumberRow.customer_id).where(CustomerNumberRow.digits.startswith(digits, autoescape=True))
    return or_(found, CustomerRow.id.in_(begins))


def _cursor(text: str) -> tuple[str, int]:
    number, _, name = text.partition("~")
    if not number.isascii() or not number.isdigit() or len(number) > 9 or not name:
        raise Invalid("This page address is not one of ours.", code="cursor.broken")
    return name, int(number)


def _stored(row: CustomerRow, numbers: Sequence[str]) -> StoredCustomer:
    names = [name for name in StoredCustomer.__struct_fields__ if name not in {"numbers", "warnings"}]
    return StoredCustomer(
        numbers=tuple(numbers), warnings=tuple(row.warnings), **{name: getattr(row, name) for name in names}
    )
