"""How long somebody has talked in calls outwards, as recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.store.tables import CallRow, LegRow


async def sum_talk_outwards(
    session: AsyncSession, agent_id: str, since: datetime, *, without: Sequence[str] = ()
) -> float:
    """Seconds the agent talked in calls outwards that began at `since` or later, those of `without` left out."""
    statement = (
        select(func.coalesce(func.sum(LegRow.talk_ms), 0))
        .join(CallRow, CallRow.call_id == LegRow.call_id)
        .where(LegRow.agent_id == agent_id, LegRow.opened_at >= since)
        .where(CallRow.direction == "out", CallRow.call_id.not_in(without))
    )
    return int(await session.scalar(statement) or 0) / 1000
