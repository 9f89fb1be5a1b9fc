"""What the call-back list is made of, read from the recorded calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cti.domain.changes import LegKind, VisitOutcome
from cti.domain.missed import Contact, LostRequest
from cti.store.base import seconds
from cti.store.tables import CallRow, LegRow, VisitRow

LOST = (
    VisitOutcome.ABANDONED,
    VisitOutcome.TIMED_OUT,
    VisitOutcome.LEFT_EMPTY,
    VisitOutcome.REFUSED_FULL,
    VisitOutcome.REFUSED_EMPTY,
)
_ANSWERED = (VisitOutcome.ANSWERED, VisitOutcome.TALKING)
_NOT_LOST = ("", "blocked")
"""A caller who is not to be served is not missed."""
_MOST = 2_000
_AT_ONCE = 500
"""SQLite takes 32,766 parameters, PostgreSQL as many; short statements are planned faster."""


async def list_lost(session: AsyncSession, since: datetime) -> list[LostRequest]:
    """Requests for a person since `since` that nobody served, newest first; those without a number cannot be called."""
    other = aliased(VisitRow)
    served = exists().where(other.call_id == CallRow.call_id, other.outcome.in_(_ANSWERED))
    is_ours = (CallRow.direction == "in") & ~CallRow.is_test & (CallRow.caller_number != "")
    calls = select(CallRow.call_id, CallRow.caller_number, CallRow.hotline)
    visits = (
        calls.add_columns(VisitRow.queue, VisitRow.outcome, VisitRow.ended_at, VisitRow.entered_at, VisitRow.wait_ms)
        .join(VisitRow, VisitRow.call_id == CallRow.call_id)
        .where(is_ours, ~served, VisitRow.entered_at >= since, VisitRow.outcome.in_(LOST))
        .order_by(VisitRow.entered_at.desc())
        .limit(_MOST)
    )
    refused = (
        calls.add_columns(CallRow.refusal, CallRow.started_at)
        .where(is_ours, CallRow.started_at >= since, CallRow.refusal.not_in(_NOT_LOST))
        .order_by(CallRow.started_at.desc())
        .limit(_MOST)
    )
    lost = [
        LostRequest(
            call_id=row.call_id,
            number=row.caller_number,
            hotline=row.hotline,
            queue=row.queue,
            outcome=row.outcome,
            lost_at=row.ended_at or row.entered_at,
            waited_s=seconds(row.wait_ms) or 0.0,
        )
        for row in await session.execute(visits)
    ]
    return lost + [
        LostRequest(
            call_id=row.call_id,
            number=row.caller_number,
            hotline=row.hotline,
            queue="",
            outcome=row.refusal,
            lost_at=row.started_at,
            waited_s=0.0,
        )
        for row in await session.execute(refused)
    ]


async def list_contacts(session: AsyncSession, numbers: Sequence[str], since: datetime) -> list[Contact]:
    """Calls from and to these numbers since `since`."""
    spoke = exists().where(LegRow.call_id == CallRow.call_id, LegRow.kind == LegKind.AGENT, LegRow.talk_ms > 0)
    columns = (CallRow.caller_number, CallRow.direction, CallRow.started_at, CallRow.ended_at, spoke.label("talked"))
    found: list[Contact] = []
    for start in range(0, len(numbers), _AT_ONCE):
        statement = select(*columns).where(
            CallRow.caller_number.in_(numbers[start : start + _AT_ONCE]), CallRow.started_at >= since
        )
        found += [
            Contact(
                number=row.caller_number,
                direction=row.direction,
                started_at=row.started_at,
                is_over=row.ended_at is not None,
                talked=bool(row.talked),
            )
            for row in await session.execute(statement)
        ]
    return found
