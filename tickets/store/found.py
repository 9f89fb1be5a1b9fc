"""Lists of tickets: narrowed, searched, in pages; and how many there are."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Invalid
from tickets.store.tickets import StoredTicket, stored_of
from tickets.tables import CustomerNumberRow, CustomerRow, TicketCallRow, TicketRow
from tickets.ticket import DUE, OPEN

PAGE = 50
NOBODY = ""
_URGENT_FIRST = {"open", *DUE}


class TicketFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to. Empty fields do not narrow."""

    within: str | None = None
    """Only tickets of this department: the scope of the person who asks. None: all; `NOBODY`: none."""
    words: tuple[str, ...] = ()
    """All must be found in number, text, product, contact, answer, or the customer's name or company."""
    digits: str = ""
    """Or the contact's or the customer's number begins with this."""
    state: str = ""
    """One state, or `open`."""
    department: str = ""
    procedure: str = ""
    priority: str = ""
    received_by_id: int | None = None
    overdue_at: datetime | None = None
    """Unanswered and due before this."""

    @property
    def is_urgent_first(self) -> bool:
        """Order: the most urgent, then the soonest due; else the newest first."""
        return self.state in _URGENT_FIRST or self.overdue_at is not None


class TicketsFound(msgspec.Struct, frozen=True):
    """A page; `next` is the cursor of the following one."""

    tickets: list[StoredTicket]
    next: str | None


async def list_tickets(
    session: AsyncSession, wanted: TicketFilter, *, before: str = "", limit: int = PAGE
) -> TicketsFound:
    """Tickets that match, from the cursor `before` on. Raises: Invalid for a cursor that is not ours."""
    statement = _selected(wanted)
    if before:
        statement = statement.where(_after(before, wanted.is_urgent_first))
    rows = (await session.execute(statement.limit(limit + 1))).all()
    more = rows[limit - 1][0] if len(rows) > limit else None
    following = None if more is None else _cursor_of(more, wanted.is_urgent_first)
    return TicketsFound([stored_of(row, name) for row, name in rows[:limit]], following)


async def count_tickets(session: AsyncSession, within: str | None, now: datetime) -> dict[str, int]:
    """Of all in the scope: state -> tickets, and `overdue`."""
    scope = _scope(within)
    counted = select(TicketRow.state, func.count()).where(*scope).group_by(TicketRow.state)
    counts = {str(state): int(count) for state, count in await session.execute(counted)}
    overdue = select(func.count()).select_from(TicketRow).where(*scope, *_overdue(now))
    return counts | {"overdue": await session.scalar(overdue) or 0}


async def list_of_customers(session: AsyncSession, customer_ids: list[int], digits: str) -> list[StoredTicket]:
    """Tickets for a pop: of these customers, or of nobody known with this contact number. Newest first, 200 at most."""
    unknown = and_(TicketRow.customer_id.is_(None), TicketRow.contact_digits == digits) if digits else false()
    wanted = or_(TicketRow.customer_id.in_(customer_ids), unknown)
    newest = _joined().where(wanted).order_by(TicketRow.received_at.desc(), TicketRow.id.desc()).limit(200)
    return [stored_of(row, name) for row, name in await session.execute(newest)]


async def list_of_call(session: AsyncSession, call_id: str) -> list[StoredTicket]:
    """Tickets opened or continued in a call, oldest first."""
    wanted = _joined().join(TicketCallRow, TicketCallRow.ticket_id == TicketRow.id)
    rows = await session.execute(wanted.where(TicketCallRow.call_id == call_id).order_by(TicketRow.id).limit(50))
    return [stored_of(row, name) for row, name in rows]


def _joined() -> Select[TicketRow, str]:
    joined = select(TicketRow, CustomerRow.name).outerjoin(CustomerRow, CustomerRow.id == TicketRow.customer_id)
    return joined


def _selected(wanted: TicketFilter) -> Select[TicketRow, str]:
    statement = _joined().where(*_scope(wanted.within), *_conditions(wanted))
    if wanted.is_urgent_first:
        return statement.order_by(TicketRow.urgency, TicketRow.due_at, TicketRow.id)
    return statement.order_by(TicketRow.received_at.desc(), TicketRow.id.desc())


def _scope(within: str | None) -> list[ColumnElement[bool]]:
    if within is None:
        return []
    return [false()] if within == NOBODY else [TicketRow.department == within]


def _conditions(wanted: TicketFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state == "open":
        conditions.append(TicketRow.state.in_(OPEN))
    elif wanted.state:
        conditions.append(TicketRow.state == wanted.state)
    for column, value in (
        (TicketRow.department, wanted.department),
        (TicketRow.procedure, wanted.procedure),
        (TicketRow.priority, wanted.priority),
    ):
        if value:
            conditions.append(column == value)
    if wanted.received_by_id is not None:
        conditions.append(TicketRow.received_by_id == wanted.received_by_id)
    if wanted.overdue_at is not None:
        conditions += _overdue(wanted.overdue_at)
    if wanted.words:
        conditions.append(_matches(wanted))
    return conditions


def _overdue(now: datetime) -> list[ColumnElement[bool]]:
    return [TicketRow.state.in_(DUE), TicketRow.due_at < now]


def _matches(wanted: TicketFilter) -> ColumnElement[bool]:
    # LIKE reads every row in the scope: right for Chinese without a dictionary, fast enough for some 100,000 tickets.
    words = and_(*(or_(TicketRow.search.contains(word, autoescape=True), _customer_has(word)) for word in wanted.words))
    if not wanted.digits:
        return words
    theirs = select(CustomerNumberRow.customer_id).where(
        CustomerNumberRow.digits.startswith(wanted.digits, autoescape=True)
    )
    return or_(
        words, TicketRow.contact_digits.startswith(wanted.digits, autoescape=True), TicketRow.customer_id.in_(theirs)
    )


def _customer_has(word: str) -> ColumnElement[bool]:
    return CustomerRow.search.contains(word, autoescape=True)


def _cursor_of(row: TicketRow, is_urgent_first: bool) -> str:
    if is_urgent_first:
        return f"u~{row.urgency}~{row.due_at.isoformat()}~{row.id}"
    return f"n~0~{row.received_at.isoformat()}~{row.id}"


def _after(cursor: str, is_urgent_first: bool) -> ColumnElement[bool]:
    kind, _, rest = cursor.partition("~")
    try:
        urgency_text, at_text, id_text = rest.split("~")
        urgency, at, last_id = int(urgency_text), datetime.fromisoformat(at_text), int(id_text)
    except ValueError as broken:
        raise _not_ours() from broken
    if (
        kind != ("u" if is_urgent_first else "n")
        or at.tzinfo is None
        or not 0 < last_id < 2**31
        or urgency not in range(4)
    ):
        raise _not_ours()
    if is_urgent_first:
        later = or_(TicketRow.due_at > at, and_(TicketRow.due_at == at, TicketRow.id > last_id))
        return or_(TicketRow.urgency > urgency, and_(TicketRow.urgency == urgency, later))
    return or_(TicketRow.received_at < at, and_(TicketRow.received_at == at, TicketRow.id < last_id))


def _not_ours() -> Invalid:
    return Invalid("This page address is not one of ours.", code="cursor.broken")
