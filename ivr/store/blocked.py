"""Numbers whose callers are not served, and how many of their calls were refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.store.tables import CallRow
from ivr.tables import BlockedCallerRow

REFUSAL = "blocked"
_AT_ONCE = 500
"""SQLite takes 32,766 parameters, PostgreSQL as many; short statements are planned faster."""


class StoredBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One number. `digits`: its key, as `cti.domain.phone.number_key` makes it."""

    digits: str
    why: str
    until: datetime | None
    at: datetime
    by: str


async def list_blocked(session: AsyncSession) -> list[StoredBlock]:
    """All of them, newest first, those that have ended as well."""
    rows = await session.scalars(select(BlockedCallerRow).order_by(BlockedCallerRow.blocked_at.desc()))
    return [
        StoredBlock(digits=row.digits, why=row.why, until=row.until, at=row.blocked_at, by=row.blocked_by)
        for row in rows
    ]


async def put_blocked(session: AsyncSession, block: StoredBlock) -> None:
    """Add a block, or change the one this number has."""
    row = BlockedCallerRow(
        digits=block.digits, why=block.why, until=block.until, blocked_at=block.at, blocked_by=block.by
    )
    await session.merge(row)
    await session.flush()


async def delete_blocked(session: AsyncSession, digits: str) -> bool:
    """Take a block away; False when there is none."""
    gone = delete(BlockedCallerRow).where(BlockedCallerRow.digits == digits).returning(BlockedCallerRow.digits)
    return await session.scalar(gone) is not None


async def count_refused(session: AsyncSession, numbers: Sequence[str], since: datetime) -> dict[str, int]:
    """Calls refused as blocked since `since`: caller's number as the trunk sent it -> count."""
    counts: dict[str, int] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        counted = (
            select(CallRow.caller_number, func.count())
            .where(CallRow.caller_number.in_(numbers[start : start + _AT_ONCE]), CallRow.started_at >= since)
            .where(CallRow.refusal == REFUSAL)
            .group_by(CallRow.caller_number)
        )
        counts |= {str(number): int(count) for number, count in await session.execute(counted)}
    return counts
