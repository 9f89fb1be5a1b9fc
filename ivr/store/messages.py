"""Messages callers left, and who works them. A message without a row of work is new."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict, Invalid, NotFound
from cti.store.base import seconds
from cti.store.tables import MessageRow
from ivr.tables import MessageWorkRow

PAGE = 50
NEW = "new"
_AT_ONCE = 500
"""SQLite takes 32,766 parameters, PostgreSQL as many; short statements are planned faster."""


class StoredMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message. `version` 0: nobody has touched it."""

    name: str
    call_id: str
    box: str
    hotline: str
    caller_number: str
    left_at: datetime
    length_s: float
    state: str
    note: str
    version: int
    changed_at: datetime | None
    changed_by: str


class MessagesFound(msgspec.Struct, frozen=True):
    """A page, newest first; `next` is the cursor of the following one."""

    messages: list[StoredMessage]
    next: str | None


async def list_messages(
    session: AsyncSession,
    *,
    boxes: Collection[str] | None = None,
    state: str = "",
    box: str = "",
    before: str = "",
    limit: int = PAGE,
) -> MessagesFound:
    """Messages that match, from the cursor `before` on. `boxes`: only of these; None: of all.

    Raises: Invalid for a cursor that is not ours.
    """
    wanted = _joined().where(*_within(boxes))
    if state:
        wanted = wanted.where(_state() == state)
    if box:
        wanted = wanted.where(MessageRow.box == box)
    if before:
        left_at, name = _cursor(before)
        older = or_(MessageRow.left_at < left_at, and_(MessageRow.left_at == left_at, MessageRow.name < name))
        wanted = wanted.where(MessageRow.left_at <= left_at, older)
    newest = wanted.order_by(MessageRow.left_at.desc(), MessageRow.name.desc()).limit(limit + 1)
    found = [_stored(row, work) for row, work in await session.execute(newest)]
    following = f"{found[limit - 1].left_at.isoformat()}~{found[limit - 1].name}" if len(found) > limit else None
    return MessagesFound(found[:limit], following)


async def count_new(session: AsyncSession, boxes: Collection[str] | None = None) -> int:
    """Messages nobody has taken yet."""
    new = (
        select(func.count())
        .select_from(MessageRow)
        .outerjoin(MessageWorkRow, MessageWorkRow.name == MessageRow.name)
        .where(_state() == NEW, *_within(boxes))
    )
    return await session.scalar(new) or 0


async def get_message(session: AsyncSession, name: str, *, boxes: Collection[str] | None = None) -> StoredMessage:
    """One message of these boxes. Raises: NotFound `message.unknown`, for one of another box as well."""
    found = (await session.execute(_joined().where(MessageRow.name == name, *_within(boxes)))).first()
    if found is None:
        raise NotFound("There is no such message.", code="message.unknown", name=name)
    return _stored(*found)


async def change_message(
    session: AsyncSession, name: str, version: int, *, state: str, note: str, at: datetime, by: str
) -> None:
    """Set state and note of the message that was read as `version`. Raises: Conflict `message.changed`."""
    await session.scalar(select(MessageRow.name).where(MessageRow.name == name).with_for_update())
    row = await session.get(MessageWorkRow, name)
    if (0 if row is None else row.version) != version:
        raise Conflict("Somebody else has changed this message: look again.", code="message.changed", name=name)
    if row is None:
        row = MessageWorkRow(name=name, version=0)
        session.add(row)
    row.version, row.state, row.note, row.changed_at, row.changed_by = version + 1, state, note, at, by
    await session.flush()


async def known_names(session: AsyncSession, names: Collection[str]) -> set[str]:
    """Which of these names belong to a message."""
    every, known = list(names), set[str]()
    for start in range(0, len(every), _AT_ONCE):
        wanted = select(MessageRow.name).where(MessageRow.name.in_(every[start : start + _AT_ONCE]))
        known |= {*await session.scalars(wanted)}
    return known


def _state() -> ColumnElement[str]:
    return func.coalesce(MessageWorkRow.state, NEW)


def _joined() -> Select[MessageRow, MessageWorkRow]:
    return select(MessageRow, MessageWorkRow).outerjoin(MessageWorkRow, MessageWorkRow.name == MessageRow.name)


def _within(boxes: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if boxes is None else [MessageRow.box.in_(boxes)]


def _cursor(text: str) -> tuple[datetime, str]:
    at, _, name = text.partition("~")
    try:
        left_at = datetime.fromisoformat(at)
    except ValueError as broken:
        raise Invalid("This page address is not one of ours.", code="cursor.broken") from broken
    if left_at.tzinfo is None or not name:
        raise Invalid("This page address is not one of ours.", code="cursor.broken")
    return left_at, name


def _stored(row: MessageRow, work: MessageWorkRow | None) -> StoredMessage:
    return StoredMessage(
        name=row.name,
        call_id=row.call_id,
        box=row.box,
        hotline=row.hotline,
        caller_number=row.caller_number,
        left_at=row.left_at,
        length_s=seconds(row.length_ms) or 0.0,
        state=work.state if work else NEW,
        note=work.note if work else "",
        version=work.version if work else 0,
        changed_at=work.changed_at if work else None,
        changed_by=work.changed_by if work else "",
    )
