"""Follows Asterisk's queue_log from where the last reader stopped: rows, each with the byte it begins at.

Asterisk flushes each row (logger.c) and may rotate the file: the rest of the old one is read before the new one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import zlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from cti.asterisk.frames import MalformedFrame, escaped
from cti.domain.queue_log import QueueLogRow

log = logging.getLogger(__name__)

ROW_LIMIT_BYTES = 16 * 1024
_BLOCK_BYTES = 1024 * 1024
_EVENT = re.compile(r"[A-Z]{2,40}")


class BadRow(MalformedFrame):
    """A line that queue_log does not have."""


class Place(msgspec.Struct, frozen=True):
    """A byte of a book. `book` names the file for ever, also when it was rotated; empty: none yet."""

    book: str = ""
    offset_bytes: int = 0


class BookedRow(msgspec.Struct, frozen=True):
    """A row and where it begins: reading it twice is seen as the same row."""

    place: Place
    row: QueueLogRow


def read_row(line: str) -> QueueLogRow:
    """Return the row of one line, without its end. Raises: BadRow."""
    parts = line.split("|")
    if len(parts) < 5:
        raise BadRow("fewer than five columns")
    unixtime, channel_id, queue, member, event, *data = parts
    if not (unixtime.isascii() and unixtime.isdigit() and len(unixtime) <= 11):
        raise BadRow("the first column is not a time")
    if not _EVENT.fullmatch(event):
        raise BadRow("the fifth column is not an event")
    if "\0" in line or "\r" in line:
        raise BadRow("a control character")
    at = datetime.fromtimestamp(int(unixtime), UTC)
    return QueueLogRow(at=at, channel_id=channel_id, queue=queue, member=member, event=event, data=tuple(data))


class QueueLogReader:
    """Reads what was added since the last call. `place` is where the next row begins; save it with the rows."""

    def __init__(self, path: Path, place: Place | None = None) -> None:
        self._path = path
        self._place = place or Place()
        self._file: IO[bytes] | None = None
        self.rejected_count = 0
        """Lines that are no rows."""
        self.lost_books_count = 0
        """Rotated files that were gone before their rest was read."""

    @property
    def place(self) -> Place:
        """Where the next row begins."""
        return self._place

    def read(self) -> list[BookedRow]:
        """Return new rows in order, at most 1 MiB of them; empty when there are none. Blocks for the disk."""
        if self._file is None and not self._open():
            return []
        before = self._place
        rows = self._read_block()
        if self._place != before or not self._was_replaced():
            return rows
        self.close()
        self._place = Place()
        return self._read_block() if self._open() else []

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> bool:
        """Open the book of `place`, under whatever name it has now; else the present one from its start."""
        wanted = self._place.book
        for path in (self._path, *sorted(self._path.parent.glob(self._path.name + ".*"))) if wanted else ():
            if self._begin(path, lambda book: book == wanted):
                return True
        if not self._begin(self._path, lambda book: True):
            return False
        if wanted:
            self.lost_books_count += 1
            log.warning("queue_log: the file read last is gone; starting the present one from its first row")
        return True

    def _begin(self, path: Path, fits: Callable[[str], bool]) -> bool:
        try:
            file = path.open("rb")
        except OSError:
            return False
        book = _book(file)
        if not book or not fits(book):
            file.close()
            return False
        if book != self._place.book:
            self._place = Place(book, 0)
        self._file = file
        return True

    def _was_replaced(self) -> bool:
        """Tell whether the name now leads to another file, or the file was emptied in place."""
        assert self._file is not None
        try:
            present = self._path.stat()
        except OSError:
            return False
        own = os.fstat(self._file.fileno())
        is_other = (present.st_dev, present.st_ino) != (own.st_dev, own.st_ino)
        return is_other or own.st_size < self._place.offset_bytes

    def _read_block(self) -> list[BookedRow]:
        """Read whole lines; a torn one waits for its end."""
        assert self._file is not None
        self._file.seek(self._place.offset_bytes)
        block = self._file.read(_BLOCK_BYTES)
        end = block.rfind(b"\n") + 1
        if not end and len(block) > ROW_LIMIT_BYTES:
            end = len(block)
        rows = []
        offset = self._place.offset_bytes
        for line in block[:end].removesuffix(b"\n").split(b"\n") if end else ():
            try:
                row = read_row(line.decode("utf-8", "backslashreplace"))
                rows.append(BookedRow(Place(self._place.book, offset), row))
            except BadRow as reason:
                self._reject(line, reason)
            offset += len(line) + 1
        self._place = Place(self._place.book, self._place.offset_bytes + end)
        return rows

    def _reject(self, line: bytes, reason: BadRow) -> None:
        self.rejected_count += 1
        log.warning("queue_log: %s: %s", reason, escaped(line[:200]))


def _book(file: IO[bytes]) -> str:
    """Return the file's name for ever; empty before its first row is whole.

    Inodes are used again after a rotated file is deleted, so the first row is part of it.
    """
    first, end, _ = file.read(ROW_LIMIT_BYTES).partition(b"\n")
    inode = os.fstat(file.fileno()).st_ino
    return f"{inode:x}-{zlib.crc32(first):08x}" if end else ""


async def follow(
    reader: QueueLogReader, take: Callable[[Sequence[BookedRow], Place], Awaitable[None]], *, every_s: float = 0.5
) -> None:
    """Give new rows to `take`, with the place to save beside them, until cancelled."""
    try:
        while True:
            rows = await asyncio.to_thread(reader.read)
            if rows:
                await take(rows, reader.place)
            else:
                await asyncio.sleep(every_s)
    finally:
        reader.close()
