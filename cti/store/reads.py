"""What the pages and a start ask of the recorded history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.changes import AgentView, CallView
from cti.domain.errors import Invalid, NotFound
from cti.store.tables import AgentModeRow, AgentStateRow, CallRow, LegRow, VisitRow

PAGE = 50


class CallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a page of calls is narrowed to. Empty fields do not narrow."""

    number: str = ""
    """The caller's number begins with this."""
    queue: str = ""
    agent_id: str = ""
    """The agent had a channel on the call, answered or not."""
    outcome: str = ""
    """A visit ended so, or the call was refused so."""
    day: date | None = None
    is_test: bool | None = None


class CallsFound(msgspec.Struct, frozen=True):
    """A page of calls, newest first; `next` is the cursor of the following page, None on the last."""

    calls: list[CallView]
    next: str | None


async def list_calls(
    session: AsyncSession, wanted: CallFilter | None = None, *, before: str = "", limit: int = PAGE
) -> CallsFound:
    """Calls that match, newest first, from the cursor `before` on. Raises: Invalid for a cursor that is not ours."""
    limit = max(1, min(limit, 200))
    statement = select(CallRow.view, CallRow.started_at, CallRow.call_id)
    for condition in _conditions(wanted or CallFilter()):
        statement = statement.where(condition)
    if before:
        started_at, call_id = _cursor(before)
        older = or_(CallRow.started_at < started_at, and_(CallRow.started_at == started_at, CallRow.call_id < call_id))
        statement = statement.where(CallRow.started_at <= started_at, older)
    statement = statement.order_by(CallRow.started_at.desc(), CallRow.call_id.desc()).limit(limit + 1)
    rows = (await session.execute(statement)).all()
    more = rows[limit - 1] if len(rows) > limit else None
    following = f"{more.started_at.isoformat()}~{more.call_id}" if more else None
    return CallsFound([_call(row.view) for row in rows[:limit]], following)


async def get_call(session: AsyncSession, call_id: str) -> CallView:
    """One call. Raises: NotFound."""
    view = await session.scalar(select(CallRow.view).where(CallRow.call_id == call_id))
    if view is None:
        raise NotFound("there is no such call", code="call.unknown", call_id=call_id)
    return _call(view)


async def list_agent_states(session: AsyncSession) -> list[AgentView]:
    """Every agent as last recorded, by id."""
    views = await session.scalars(select(AgentStateRow.view).order_by(AgentStateRow.agent_id))
    return [msgspec.convert(view, AgentView) for view in views]


async def list_modes(
    session: AsyncSession, agent_id: str, since: datetime, *, with_before: bool = False
) -> list[tuple[datetime, str, str]]:
    """Modes the agent entered at `since` or later, oldest first: instant, mode, reason.

    `with_before`: begin with the mode he was in at `since`, if he was in one.
    """
    columns = select(AgentModeRow.begun_at, AgentModeRow.mode, AgentModeRow.reason)
    his = columns.where(AgentModeRow.agent_id == agent_id)
    statement = his.where(AgentModeRow.begun_at >= since).order_by(AgentModeRow.begun_at)
    before = his.where(AgentModeRow.begun_at < since).order_by(AgentModeRow.begun_at.desc()).limit(1)
    rows = [*(await session.execute(before))] if with_before else []
    return [(row.begun_at, row.mode, row.reason) for row in [*rows, *(await session.execute(statement))]]


async def count_calls(session: AsyncSession, day: date) -> int:
    """Calls of a business date, test calls left out."""
    statement = select(func.count()).where(CallRow.business_on == day, ~CallRow.is_test)
    return await session.scalar(statement) or 0


async def count_visits(session: AsyncSession, day: date) -> dict[str, dict[str, int]]:
    """Visits of a business date without test calls: queue -> outcome -> count."""
    statement = (
        select(VisitRow.queue, VisitRow.outcome, func.count().label("count"))
        .where(VisitRow.business_on == day, ~VisitRow.is_test)
        .group_by(VisitRow.queue, VisitRow.outcome)
    )
    counts: dict[str, dict[str, int]] = {}
    for queue, outcome, count in await session.execute(statement):
        counts.setdefault(queue, {})[outcome] = count
    return counts


def _conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.number:
        conditions += _begins(wanted.number)
    if wanted.queue:
        conditions.append(exists().where(VisitRow.call_id == CallRow.call_id, VisitRow.queue == wanted.queue))
    if wanted.agent_id:
        conditions.append(exists().where(LegRow.call_id == CallRow.call_id, LegRow.agent_id == wanted.agent_id))
    if wanted.outcome:
        ended_so = exists().where(VisitRow.call_id == CallRow.call_id, VisitRow.outcome == wanted.outcome)
        conditions.append(or_(ended_so, CallRow.refusal == wanted.outcome))
    if wanted.day is not None:
        conditions.append(CallRow.business_on == wanted.day)
    if wanted.is_test is not None:
        conditions.append(CallRow.is_test.is_(wanted.is_test))
    return conditions


def _begins(number: str) -> list[ColumnElement[bool]]:
    # A range instead of LIKE: both databases use the index for it, whatever their collation does with digits.
    digits = "".join(character for character in number if character in "0123456789")
    if not digits:
        return [CallRow.caller_number == number]
    body = digits.rstrip("9")
    conditions = [CallRow.caller_number >= digits]
    return [*conditions, CallRow.caller_number < body[:-1] + str(int(body[-1]) + 1)] if body else conditions


def _cursor(text: str) -> tuple[datetime, str]:
    at, _, call_id = text.partition("~")
    try:
        started_at = datetime.fromisoformat(at)
    except ValueError as error:
        raise Invalid("this page address is not one of ours", code="cursor.broken") from error
    if started_at.tzinfo is None or not call_id:
        raise Invalid("this page address is not one of ours", code="cursor.broken")
    return started_at, call_id


def _call(view: dict[str, Any]) -> CallView:
    return msgspec.convert(view, CallView)
