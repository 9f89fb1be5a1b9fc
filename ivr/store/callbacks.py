"""Calls back that were promised. Rows are written by one task only, so they carry no version."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Invalid, NotFound
from cti.domain.ids import CallId, QueueName
from cti.domain.phone import number_key, written_forms
from cti.store.tables import CallRow
from ivr.promises.promise import OPEN, Asked, Promise
from ivr.tables import CallbackRow

PAGE = 50


class PromisesFound(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is the cursor of the following one."""

    promises: list[Promise]
    next: str | None


async def count_asked(session: AsyncSession, wanted: Promise, caller_number: str, since: datetime) -> Asked:
    """Count what was promised since `since`. `caller_number`: of the call that asks, however the trunk writes it."""
    called = select(CallRow.call_id).where(CallRow.caller_number.in_(written_forms(number_key(caller_number))))
    to_number = CallbackRow.number.in_(written_forms(number_key(wanted.number)))
    return Asked(
        to_number=await _count(session, to_number, CallbackRow.asked_at > since),
        by_caller=await _count(session, CallbackRow.call_id.in_(called), CallbackRow.asked_at > since),
        in_call=await _count(session, CallbackRow.call_id == wanted.call_id),
    )


async def _count(session: AsyncSession, *which: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(CallbackRow).where(*which)) or 0


async def add_promise(session: AsyncSession, promise: Promise) -> Promise:
    """Write a new promise down and return it with its id."""
    row = CallbackRow(**{name: value for name, value in msgspec.structs.asdict(promise).items() if name != "id"})
    session.add(row)
    await session.flush()
    return msgspec.structs.replace(promise, id=row.id)


async def save_promises(session: AsyncSession, promises: Iterable[Promise]) -> None:
    """Write what may change of these promises."""
    for promise in promises:
        row = await session.get(CallbackRow, promise.id)
        if row is not None:
            row.state, row.made_call_id, row.why = promise.state, promise.made_call_id, promise.why
            row.changed_at, row.changed_by = promise.changed_at, promise.changed_by
    await session.flush()


async def list_open(session: AsyncSession) -> list[Promise]:
    """All with something left to be done, oldest first."""
    rows = await session.scalars(select(CallbackRow).where(CallbackRow.state.in_(OPEN)).order_by(CallbackRow.id))
    return [_promise(row) for row in rows]


async def get_promise(session: AsyncSession, promise_id: int, queues: Collection[str] | None = None) -> Promise:
    """Return a promise, of one of `queues` (None: of any). Raises: NotFound."""
    row = await session.scalar(select(CallbackRow).where(CallbackRow.id == promise_id, *_within(queues)))
    if row is None:
        raise NotFound("There is no such call back.", code="callback.unknown", id=promise_id)
    return _promise(row)


async def list_promises(
    session: AsyncSession,
    *,
    is_open: bool,
    queues: Collection[str] | None = None,
    before: str = "",
    limit: int = PAGE,
) -> PromisesFound:
    """Promises from the cursor `before` on, newest first. Raises: Invalid for a cursor that is not ours."""
    state = CallbackRow.state.in_(OPEN) if is_open else CallbackRow.state.not_in(OPEN)
    wanted = select(CallbackRow).where(state, *_within(queues))
    if before:
        asked_at, promise_id = _cursor(before)
        same = and_(CallbackRow.asked_at == asked_at, CallbackRow.id < promise_id)
        wanted = wanted.where(or_(CallbackRow.asked_at < asked_at, same))
    newest = wanted.order_by(CallbackRow.asked_at.desc(), CallbackRow.id.desc()).limit(limit + 1)
    found = [_promise(row) for row in await session.scalars(newest)]
    last = found[limit - 1] if len(found) > limit else None
    return PromisesFound(found[:limit], None if last is None else f"{last.asked_at.isoformat()}~{last.id}")


async def count_open(session: AsyncSession, queues: Collection[str] | None = None) -> int:
    """Promises with something left to be done."""
    return await _count(session, CallbackRow.state.in_(OPEN), *_within(queues))


def _within(queues: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    return () if queues is None else (CallbackRow.queue.in_(queues),)


def _cursor(text: str) -> tuple[datetime, int]:
    asked_at, _, promise_id = text.partition("~")
    try:
        instant = datetime.fromisoformat(asked_at)
        if instant.tzinfo is None:
            raise ValueError
        return instant, int(promise_id)
    except ValueError:
        raise Invalid("This page address is not one of ours.", code="cursor.broken") from None


def _promise(row: CallbackRow) -> Promise:
    return Promise(
        id=row.id,
        call_id=CallId(row.call_id),
        hotline=row.hotline,
        number=row.number,
        queue=QueueName(row.queue),
        priority=row.priority,
        waits_since=row.waits_since,
        asked_at=row.asked_at,
        state=row.state,
        made_call_id=None if row.made_call_id is None else CallId(row.made_call_id),
        why=row.why,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
