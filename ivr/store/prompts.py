"""Own recordings of prompts, as the database keeps them. At most one of a prompt and language is in force."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict, NotFound
from ivr.tables import PromptRow

MOST = 20
"""Own recordings of one prompt and language: nobody keeps more takes than that."""


class OwnRecording(msgspec.Struct, frozen=True, kw_only=True):
    """One recording. `source`: `upload` or `phone`. `text`: what is said, as far as somebody wrote it down."""

    id: int
    name: str
    language: str
    is_in_force: bool
    text: str
    length_s: float
    sha256: str
    source: str
    made_at: datetime
    made_by: str


class NewRecording(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be kept of a recording that was just made."""

    name: str
    language: str
    text: str
    length_s: float
    sha256: str
    source: str
    made_at: datetime
    made_by: str


async def list_own(session: AsyncSession) -> list[OwnRecording]:
    """Every own recording, by name, the newest of each first."""
    wanted = select(PromptRow).order_by(PromptRow.name, PromptRow.language, PromptRow.id.desc())
    return [_own(row) for row in await session.scalars(wanted)]


async def add_own(session: AsyncSession, new: NewRecording) -> int:
    """Add a recording, in force from the commit on, and return its id. Raises: Conflict `prompt.too_many`."""
    rows = await _rows(session, new.language, new.name)
    if len(rows) >= MOST:
        raise Conflict(f"there are {MOST} own recordings of it: delete some first", code="prompt.too_many")
    await _put_in_force(session, new.language, new.name, None)
    row = PromptRow(
        name=new.name,
        language=new.language,
        is_in_force=True,
        text=new.text,
        length_ms=round(new.length_s * 1000),
        sha256=new.sha256,
        source=new.source,
        made_at=new.made_at,
        made_by=new.made_by,
    )
    session.add(row)
    await session.flush()
    return row.id


async def choose_own(session: AsyncSession, language: str, name: str, one: int) -> None:
    """Put recording `one` in force; 0: none, the shipped one is heard. Raises: NotFound `prompt.no_recording`."""
    if one:
        await _get(session, language, name, one)
    await _put_in_force(session, language, name, one or None)


async def set_own_text(session: AsyncSession, language: str, name: str, text: str) -> None:
    """Write down what the own recording in force says. Raises: Conflict `prompt.none_in_force`."""
    row = next((row for row in await _rows(session, language, name) if row.is_in_force), None)
    if row is None:
        raise Conflict("callers hear the shipped recording, whose words are fixed", code="prompt.none_in_force")
    row.text = text


async def delete_own(session: AsyncSession, language: str, name: str, one: int) -> None:
    """Delete recording `one`. Was it in force, the shipped one is heard. Raises: NotFound `prompt.no_recording`."""
    await session.delete(await _get(session, language, name, one))


async def _rows(session: AsyncSession, language: str, name: str) -> list[PromptRow]:
    wanted = select(PromptRow).where(PromptRow.name == name, PromptRow.language == language)
    return [*await session.scalars(wanted)]


async def _get(session: AsyncSession, language: str, name: str, one: int) -> PromptRow:
    row = next((row for row in await _rows(session, language, name) if row.id == one), None)
    if row is None:
        raise NotFound("there is no such recording of this prompt", code="prompt.no_recording", id=one)
    return row


async def _put_in_force(session: AsyncSession, language: str, name: str, one: int | None) -> None:
    its = update(PromptRow).where(PromptRow.name == name, PromptRow.language == language)
    await session.execute(its.values(is_in_force=False))
    if one is not None:
        await session.execute(its.where(PromptRow.id == one).values(is_in_force=True))


def _own(row: PromptRow) -> OwnRecording:
    return OwnRecording(
        id=row.id,
        name=row.name,
        language=row.language,
        is_in_force=row.is_in_force,
        text=row.text,
        length_s=row.length_ms / 1000,
        sha256=row.sha256,
        source=row.source,
        made_at=row.made_at,
        made_by=row.made_by,
    )
