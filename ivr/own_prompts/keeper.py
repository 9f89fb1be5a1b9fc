"""The book of prompts in force, and the files of own recordings behind it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cti.domain.errors import Conflict
from cti.domain.roles import Actor
from cti.store.audit import record_audit
from cti.store.work import Database, Work
from ivr.own_prompts.sound import Sound
from ivr.prompt_book import PLACE, Book, Own, Recording, read_shipped
from ivr.store.prompts import NewRecording, OwnRecording, add_own, choose_own, delete_own, list_own, set_own_text

log = logging.getLogger(__name__)

KEEP_DELETED = timedelta(days=1)
"""A call keeps the book it began with; none lasts longer in the menu."""


class OwnPrompts:
    """Takes own recordings in and out. `book` is replaced whole after each change.

    `folder` is linked into Asterisk's sounds as `hotline/own`; `on_change` is told that there is another book.
    """

    def __init__(
        self,
        *,
        database: Database,
        folder: Path,
        clock: Callable[[], datetime],
        shipped: Book | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.book = read_shipped() if shipped is None else shipped
        self.recordings: tuple[OwnRecording, ...] = ()
        """All of them, in force or not."""
        self.missing: tuple[str, ...] = ()
        """Files that should be there and are not: callers hear the shipped words instead."""
        self._database = database
        self._folder = folder
        self._clock = clock
        self._on_change = on_change
        self._turn = asyncio.Lock()
        """One change at a time: of two at once both could be in force, or an older list be taken for the newer one."""

    async def load(self) -> None:
        """Read what is kept. Raises: DatabaseAway."""
        async with self._database.look() as session:
            rows = await list_own(session)
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True, mode=0o700)
        present = await asyncio.to_thread(lambda: {path.name for path in self._folder.glob("*.alaw")})
        self.recordings = tuple(rows)
        in_force = {(row.language, row.name): row for row in rows if row.is_in_force}
        self.missing = tuple(file_name(row) for row in in_force.values() if file_name(row) not in present)
        own = {key: self._own(row) for key, row in in_force.items() if file_name(row) in present}
        self.book = self.book.with_own(own)
        self._on_change()

    async def add(self, actor: Actor, name: str, language: str, sound: Sound, *, source: str, text: str) -> int:
        """Keep a recording, in force at once, and return its id. Raises: Conflict `prompt.too_many`, DatabaseAway."""
        now = self._clock()
        new = NewRecording(
            name=name,
            language=language,
            text=text,
            length_s=sound.length_s,
            sha256=sound.sha256,
            source=source,
            made_at=now,
            made_by=actor.login,
        )
        async with self._change() as work:
            one = await add_own(work.session, new)
            # Before the commit: a row never names a file that is not there.
            await asyncio.to_thread(self._write, f"{language}-{name}-{one}.alaw", sound.samples)
            details = {"id": one, "source": source, "sha256": sound.sha256, "length_s": round(sound.length_s, 2)}
            await self._audit(work, actor, "prompt.add", language, name, details)
        return one

    async def choose(self, actor: Actor, name: str, language: str, one: int) -> None:
        """Put a recording in force, 0 for the shipped one. Raises: NotFound, Conflict, DatabaseAway."""
        if not one and not self.book.voices_of(name, language):
            raise Conflict("there is no shipped recording of this prompt", code="prompt.not_shipped")
        async with self._change() as work:
            await choose_own(work.session, language, name, one)
            await self._audit(work, actor, "prompt.choose", language, name, {"id": one})

    async def set_text(self, actor: Actor, name: str, language: str, text: str) -> None:
        """Write down what the own recording in force says. Raises: Conflict, DatabaseAway."""
        async with self._change() as work:
            await set_own_text(work.session, language, name, text)
            await self._audit(work, actor, "prompt.text", language, name, {"text": text})

    async def delete(self, actor: Actor, name: str, language: str, one: int) -> None:
        """Delete a recording; its file goes later, for calls under way. Raises: NotFound, DatabaseAway."""
        async with self._change() as work:
            await delete_own(work.session, language, name, one)
            await self._audit(work, actor, "prompt.delete", language, name, {"id": one})
        file = self._folder / f"{language}-{name}-{one}.alaw"
        if await asyncio.to_thread(file.exists):
            stamp = self._clock().timestamp()
            await asyncio.to_thread(os.utime, file, (stamp, stamp))

    async def clear(self) -> None:
        """Remove files without a row that nothing has needed for a day. Raises: DatabaseAway."""
        async with self._database.look() as session:
            kept = {file_name(row) for row in await list_own(session)}
        before = (self._clock() - KEEP_DELETED).timestamp()
        await asyncio.to_thread(_remove, self._folder, kept, before)

    def path_of(self, recording: OwnRecording) -> Path:
        """Where the A-law samples of a recording are."""
        return self._folder / file_name(recording)

    # --- inside -----------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _change(self) -> AsyncIterator[Work]:
        """The transaction of a change; behind it the book is as the database has it."""
        async with self._turn:
            async with self._database.work() as work:
                yield work
            await self.load()

    def _own(self, row: OwnRecording) -> Own:
        place = f"{PLACE}/own/{Path(file_name(row)).stem}"
        path = self.path_of(row)
        return Own(recording=Recording(file=place, path=path, length_s=row.length_s, sha256=row.sha256), text=row.text)

    def _write(self, name: str, samples: bytes) -> None:
        # Whole or not at all: Asterisk may play it the moment it has its name.
        part = self._folder / f"{name}.part"
        part.write_bytes(samples)
        part.replace(self._folder / name)

    async def _audit(
        self, work: Work, actor: Actor, action: str, language: str, name: str, details: dict[str, object]
    ) -> None:
        about = f"prompt:{language}/{name}"
        await record_audit(work.session, actor, action, at=self._clock(), about=about, details=details)


def file_name(recording: OwnRecording) -> str:
    """Name of a recording's file in the folder of own prompts."""
    return f"{recording.language}-{recording.name}-{recording.id}.alaw"


def _remove(folder: Path, kept: Iterable[str], before: float) -> None:
    for path in folder.iterdir():
        if path.name not in kept and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            log.info("own prompt removed", extra={"file": path.name})
