"""Messages whose service died while the caller spoke: the file is there, nobody told of it. They get their row late."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from cti.store.base import ms
from cti.store.rows import upsert
from cti.store.tables import CallRow, LegRow, MessageRow
from cti.store.work import Database
from ivr.driving.channel import LEAST_MESSAGE_S
from ivr.driving.message_names import length_of, parts_of
from ivr.message_files import MessageShelf
from ivr.store.messages import known_names

SETTLED = timedelta(minutes=5)
"""A file younger than this may still be recorded, or its row on the way."""


async def adopt_messages(database: Database, shelf: MessageShelf, now: datetime) -> int:
    """Give each file without a message the row its name speaks of, when that call is known. Return how many.

    A second run finds nothing left to do. Raises: DatabaseAway.
    """
    names = await asyncio.to_thread(shelf.names, now - SETTLED)
    async with database.look() as session:
        orphans = names - await known_names(session, names)
        legs = {name: parts_of(name)[0] for name in orphans}
        columns = LegRow.channel_id, CallRow.call_id, CallRow.hotline, CallRow.caller_number
        wanted = select(*columns).join(CallRow, CallRow.call_id == LegRow.call_id)
        found = await session.execute(wanted.where(LegRow.channel_id.in_(set(legs.values()))))
        calls = {row.channel_id: (row.call_id, row.hotline, row.caller_number) for row in found}
    lengths = {name: length_of(shelf.folder / f"{name}.wav") for name, leg in legs.items() if leg in calls}
    said = {name: length_s for name, length_s in lengths.items() if length_s >= LEAST_MESSAGE_S}
    rows = [_row(shelf, name, length_s, *calls[legs[name]]) for name, length_s in said.items()]
    if rows:
        async with database.work() as work:
            await upsert(work.session, MessageRow, rows)
    return len(rows)


def _row(
    shelf: MessageShelf, name: str, length_s: float, call_id: str, hotline: str, caller_number: str
) -> dict[str, object]:
    written_at = (shelf.folder / f"{name}.wav").stat().st_mtime
    return {
        "name": name,
        "call_id": call_id,
        "box": parts_of(name)[1],
        "left_at": datetime.fromtimestamp(written_at, UTC),
        "length_ms": ms(length_s),
        "hotline": hotline,
        "caller_number": caller_number,
    }
