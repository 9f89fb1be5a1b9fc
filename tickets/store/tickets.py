"""Tickets: numbered without gaps, changed by version, with a timeline that only grows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict, NotFound
from cti.domain.phone import number_key
from tickets.customer import folded
from tickets.tables import CustomerRow, TicketCallRow, TicketDayRow, TicketEventRow, TicketRow
from tickets.ticket import URGENCY, number_of


class StoredTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as it is kept. `customer_name` is the customer's present one."""

    id: int
    number: str
    version: int
    procedure: str
    category: str
    text: str
    product: str
    state: str
    priority: str
    department: str
    channel: str
    customer_id: int | None
    customer_name: str
    contact_name: str
    contact_number: str
    contact_digits: str
    received_at: datetime
    received_by: str
    received_by_id: int | None
    due_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    answer: str


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A line to add to a timeline. `changes`: field -> [before, after]."""

    at: datetime
    kind: str
    by: str
    text: str = ""
    changes: dict[str, list[str]] = {}
    call_id: str = ""


_KEPT = tuple(name for name in StoredTicket.__struct_fields__ if name != "customer_name")


async def add_ticket(session: AsyncSession, day: date, fields: Mapping[str, Any]) -> StoredTicket:
    """Add a ticket with the next number of `day`. `fields`: all columns but id, number, version and derived ones."""
    row = TicketRow(number=number_of(day, await _next_count(session, day)), version=1, **fields)
    _derive(row)
    session.add(row)
    await session.flush()
    return await _stored(session, row)


async def get_ticket(session: AsyncSession, ticket_id: int, *, for_change: bool = False) -> StoredTicket:
    """One ticket. `for_change`: nobody else changes it until this transaction ends. Raises: NotFound."""
    return await _stored(session, await _row(session, ticket_id, for_change=for_change))


async def find_ticket(session: AsyncSession, number: str) -> StoredTicket | None:
    """The ticket with this number (`T20261125-0007`); None when there is none."""
    row = await session.scalar(select(TicketRow).where(TicketRow.number == number)) if number else None
    return None if row is None else await _stored(session, row)


async def change_ticket(session: AsyncSession, ticket_id: int, version: int, fields: Mapping[str, Any]) -> StoredTicket:
    """Set columns of the ticket that was read as `version`.

    Raises: NotFound; Conflict `ticket.changed` when somebody else was faster.
    """
    row = await _row(session, ticket_id, for_change=True)
    if row.version != version:
        raise Conflict("Somebody else has changed this ticket: look again.", code="ticket.changed", number=row.number)
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    _derive(row)
    await session.flush()
    return await _stored(session, row)


async def add_event(session: AsyncSession, ticket_id: int, new: NewEvent) -> None:
    """Add a line to the timeline."""
    session.add(TicketEventRow(ticket_id=ticket_id, **msgspec.structs.asdict(new)))
    await session.flush()


async def link_call(session: AsyncSession, ticket_id: int, call_id: str, at: datetime) -> None:
    """The ticket was opened or continued in this call. Saying so twice changes nothing."""
    insert = _dialect(session).insert(TicketCallRow).values(ticket_id=ticket_id, call_id=call_id, at=at)
    await session.execute(insert.on_conflict_do_nothing())


async def list_events(session: AsyncSession, ticket_id: int) -> list[tuple[int, NewEvent]]:
    """The timeline, oldest first: id and line."""
    rows = await session.scalars(
        select(TicketEventRow).where(TicketEventRow.ticket_id == ticket_id).order_by(TicketEventRow.id)
    )
    names = NewEvent.__struct_fields__
    return [(row.id, NewEvent(**{name: getattr(row, name) for name in names})) for row in rows]


async def list_call_ids(session: AsyncSession, ticket_id: int) -> list[str]:
    """Calls of a ticket, oldest first."""
    wanted = select(TicketCallRow.call_id).where(TicketCallRow.ticket_id == ticket_id)
    return [*await session.scalars(wanted.order_by(TicketCallRow.at, TicketCallRow.call_id))]


async def ticket_numbers_of(session: AsyncSession, call_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Tickets of some calls: call id -> numbers."""
    wanted = (
        select(TicketCallRow.call_id, TicketRow.number)
        .join(TicketRow, TicketRow.id == TicketCallRow.ticket_id)
        .where(TicketCallRow.call_id.in_([*call_ids]))
        .order_by(TicketRow.number)
    )
    found: dict[str, tuple[str, ...]] = {}
    for call_id, number in await session.execute(wanted):
        found[call_id] = (*found.get(call_id, ()), number)
    return found


async def _next_count(session: AsyncSession, day: date) -> int:
    # The row of the day stays locked until the commit, so two at once get two numbers, and a rollback takes none.
    insert = _dialect(session).insert(TicketDayRow).values(day=day, count=1)
    counted = insert.on_conflict_do_update(
        index_elements=[TicketDayRow.day], set_={"count": TicketDayRow.count + 1}
    ).returning(TicketDayRow.count)
    return int((await session.execute(counted)).scalar_one())


async def _row(session: AsyncSession, ticket_id: int, *, for_change: bool) -> TicketRow:
    wanted = select(TicketRow).where(TicketRow.id == ticket_id)
    row = await session.scalar(wanted.with_for_update() if for_change else wanted)
    if row is None:
        raise NotFound("There is no such ticket.", code="ticket.unknown", ticket_id=ticket_id)
    return row


async def _stored(session: AsyncSession, row: TicketRow) -> StoredTicket:
    name = ""
    if row.customer_id is not None:
        name = await session.scalar(select(CustomerRow.name).where(CustomerRow.id == row.customer_id)) or ""
    return stored_of(row, name)


def stored_of(row: TicketRow, customer_name: str | None) -> StoredTicket:
    """The frozen form of a row."""
    return StoredTicket(customer_name=customer_name or "", **{name: getattr(row, name) for name in _KEPT})


def _derive(row: TicketRow) -> None:
    row.urgency = URGENCY[row.priority]
    row.contact_digits = number_key(row.contact_number)
    row.search = folded(row.number, row.text, row.product, row.contact_name, row.answer)


def _dialect(session: AsyncSession) -> Any:
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
