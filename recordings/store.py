"""What was recorded of a call."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import NotFound
from cti.store.tables import CallRow, SegmentRow


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded stretch. `is_last_of_live`: Asterisk may still be writing it."""

    name: str
    part: int
    started_at: datetime
    is_last_of_live: bool


async def list_segments(session: AsyncSession, call_id: str) -> list[Segment]:
    """The stretches of a call, in order. Raises: NotFound `call.unknown`."""
    call = (await session.execute(select(CallRow.ended_at).where(CallRow.call_id == call_id))).first()
    if call is None:
        raise NotFound("There is no such call.", code="call.unknown", call_id=call_id)
    wanted = select(SegmentRow).where(SegmentRow.call_id == call_id).order_by(SegmentRow.part, SegmentRow.started_at)
    rows = [*await session.scalars(wanted)]
    return [
        Segment(
            name=row.name,
            part=row.part,
            started_at=row.started_at,
            is_last_of_live=call.ended_at is None and row is rows[-1],
        )
        for row in rows
    ]
