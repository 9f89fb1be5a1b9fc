"""The switch's book and what became of comparing it: rows, position, differences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.changes import CallView
from cti.domain.queue_log import QueueLogRow
from cti.domain.settle import Found
from cti.store.base import Table
from cti.store.rows import call_rows, upsert
from cti.store.tables import (
    CallRow,
    DifferenceRow,
    LegRow,
    OfferRow,
    PositionRow,
    QueueLogBookRow,
    SegmentRow,
    VisitRow,
)

_REFUSED = ("refused_full", "refused_empty")
"""Refusals at the queue's door have no row in queue_log."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A difference between the book and our records. `resolution`: empty while open, else `repaired` or `agreed`."""

    id: int
    kind: str
    about: str
    ours: str
    theirs: str
    found_at: datetime
    resolved_at: datetime | None
    resolution: str


async def write_book_rows(session: AsyncSession, rows: Iterable[tuple[str, int, QueueLogRow]]) -> None:
    """Keep rows of the book: file, byte, row. The same row again changes nothing."""
    given = [
        msgspec.structs.asdict(row) | {"book": book, "offset_bytes": offset, "data": list(row.data)}
        for book, offset, row in rows
    ]
    await upsert(session, QueueLogBookRow, given)


async def list_book_rows(session: AsyncSession, since: datetime) -> list[QueueLogRow]:
    """Rows of the book from `since` on, in the order they were written."""
    table = QueueLogBookRow
    found = await session.scalars(
        select(table).where(table.at >= since).order_by(table.at, table.book, table.offset_bytes)
    )
    return [
        QueueLogRow(
            at=row.at,
            channel_id=row.channel_id,
            queue=row.queue,
            member=row.member,
            event=row.event,
            data=tuple(row.data),
        )
        for row in found
    ]


async def find_caller(session: AsyncSession, channel_id: str) -> str:
    """The caller's number as the book has it; empty when it does not."""
    table = QueueLogBookRow
    data = await session.scalar(
        select(table.data).where(table.channel_id == channel_id, table.event == "ENTERQUEUE").limit(1)
    )
    return data[1] if data and len(data) > 1 else ""


async def find_position(session: AsyncSession, name: str) -> dict[str, Any] | None:
    """How far a reader has come; None when it never began."""
    return await session.scalar(select(PositionRow.value).where(PositionRow.name == name))


async def find_calls_of_channels(session: AsyncSession, channels: Collection[str]) -> dict[str, CallView]:
    """channel -> recorded call, by the visits and the legs of that channel."""
    found: dict[str, CallView] = {}
    for table in (LegRow, VisitRow):
        statement = (
            select(table.channel_id, CallRow.view)
            .join(CallRow, CallRow.call_id == table.call_id)
            .where(table.channel_id.in_(list(channels)))
        )
        for channel_id, view in await session.execute(statement):
            found[channel_id] = msgspec.convert(view, CallView)
    return found


async def list_unbooked_visits(session: AsyncSession, since: datetime, until: datetime) -> list[tuple[str, str]]:
    """Recorded visits that ended between the two instants and of which the book knows nothing: id and outcome."""
    booked = exists().where(
        QueueLogBookRow.channel_id == VisitRow.channel_id,
        QueueLogBookRow.queue == VisitRow.queue,
        QueueLogBookRow.event == "ENTERQUEUE",
    )
    statement = select(VisitRow.visit_id, VisitRow.outcome).where(
        VisitRow.ended_at >= since,
        VisitRow.ended_at < until,
        VisitRow.outcome.not_in(_REFUSED),
        ~VisitRow.is_reconstructed,
        ~booked,
    )
    return [(row.visit_id, row.outcome) for row in await session.execute(statement)]


async def write_settled_call(session: AsyncSession, view: CallView, zone: tzinfo) -> None:
    """Record a call as the book has it. From now on the recorder leaves it alone."""
    rows: Mapping[type[Table], list[dict[str, Any]]] = call_rows(view, zone, is_repaired=True)
    for table in (CallRow, LegRow, VisitRow, OfferRow, SegmentRow):
        await upsert(session, table, rows.get(table, []))


async def write_difference(session: AsyncSession, found: Found, at: datetime, *, is_repaired: bool) -> None:
    """Keep a difference; seen again it stays one row, with the instant it was first found."""
    resolved = {"resolved_at": at if is_repaired else None, "resolution": "repaired" if is_repaired else ""}
    what = {"ours": found.ours, "theirs": found.theirs}
    row = DifferenceRow
    known = update(row).where(row.kind == found.kind, row.about == found.about).values(**what, **resolved)
    if (await session.execute(known.returning(row.id))).first() is None:
        session.add(DifferenceRow(kind=found.kind, about=found.about, found_at=at, **what, **resolved))
        await session.flush()


async def settle_differences(session: AsyncSession, about: Collection[str], at: datetime) -> None:
    """Both sides agree now about these."""
    row = DifferenceRow
    statement = update(row).where(row.about.in_(list(about)), row.resolved_at.is_(None))
    await session.execute(statement.values(resolved_at=at, resolution="agreed"))


async def list_differences(session: AsyncSession, *, since: datetime | None = None) -> list[Difference]:
    """Open differences, newest first; with `since` also those settled after it."""
    row = DifferenceRow
    is_wanted: ColumnElement[bool] = row.resolved_at.is_(None)
    if since is not None:
        is_wanted = or_(is_wanted, row.resolved_at >= since)
    found = await session.scalars(select(row).where(is_wanted).order_by(row.found_at.desc(), row.id.desc()).limit(200))
    return [
        Difference(
            id=one.id,
            kind=one.kind,
            about=one.about,
            ours=one.ours,
            theirs=one.theirs,
            found_at=one.found_at,
            resolved_at=one.resolved_at,
            resolution=one.resolution,
        )
        for one in found
    ]


async def count_open_differences(session: AsyncSession) -> int:
    """For the badge."""
    statement = select(func.count()).select_from(DifferenceRow).where(DifferenceRow.resolved_at.is_(None))
    return await session.scalar(statement) or 0
