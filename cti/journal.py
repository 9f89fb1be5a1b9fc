"""Every event on disk, in order: crash replay, bug reports, test traces.

JSON lines in segments `journal-<number of the first event>.jsonl`. A segment begins with the whole floor, so a replay
needs nothing older. Appending never waits and never fails: a loop of its own writes and syncs several times a second,
so a crash loses at most that much, which the resync with the switch makes up for.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from cti.domain.errors import Invalid
from cti.domain.events import Event
from cti.journal_lines import (
    DeadLetter,
    Head,
    Tail,
    encode_line,
    list_segments,
    name_of,
    number_of,
    read_tail,
    write_all,
)

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode
_PENDING_LIMIT = 200_000
"""Events kept in memory while the disk refuses: some 100 MB, hours of a busy floor."""


class Journal:
    """The append-only file of events. `append` and `append_dead` are called by the engine only."""

    def __init__(
        self,
        folder: Path,
        *,
        write_every_s: float = 0.2,
        segment_bytes: int = 16_000_000,
        segment_s: float = 3_600,
        keep_s: float = 72 * 3_600,
        keep_bytes: int = 2_000_000_000,
    ) -> None:
        self.folder = folder
        self.last_number = 0
        """Number of the last event appended."""
        self.synced_number = 0
        """Number up to which everything is safely on disk."""
        self.recorded_number = 0
        """Number up to which everything is safely in the database; older segments may go."""
        self.lost_count = 0
        """Events that will never be on disk because it refused for too long."""
        self.dead_count = 0
        self.error = ""
        """Why the last write failed; empty when it worked."""
        self.dump_error = ""
        """Why no new segment could be begun; the old one goes on."""
        self._write_every_s = write_every_s
        self._segment_bytes = segment_bytes
        self._segment_s = segment_s
        self._keep_s = keep_s
        self._keep_bytes = keep_bytes
        self._pending: list[Event | DeadLetter] = []
        self._dump: Callable[[], bytes] = bytes
        self._file = -1
        self._lock = -1
        self._size = 0
        self._segment_began = 0.0
        self._must_rotate = False
        self._turn = asyncio.Lock()

    @property
    def pending_count(self) -> int:
        """Events waiting for the disk."""
        return len(self._pending)

    def tail(self, recorded: int | None = None) -> Tail:
        """Read what a start must replay: from the segment holding event `recorded` + 1 to the end.

        `recorded` is the database's position; None (database away) takes the one noted beside the segments.
        """
        return read_tail(self.folder, self._noted() if recorded is None else recorded)

    def open(self, dump: Callable[[], bytes], *, last_number: int = 0) -> None:
        """Begin a new segment with the floor as `dump()` gives it. `last_number` comes from the tail just replayed.

        Raises: Invalid `journal.in_use` (a second service on the same data), `journal.unwritable`.
        """
        self._dump = dump
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A fresh journal counts from the clock: its numbers are above those of any journal lost before.
            self.last_number = self.synced_number = last_number or time.time_ns() // 1_000
            self.recorded_number = min(self._noted(), self.last_number)
            self._rotate(self._head())
        except BlockingIOError as busy:
            raise Invalid(f"another service uses {self.folder}: stop it first", code="journal.in_use") from busy
        except OSError as error:
            text = f"cannot write to {self.folder}: {error.strerror}. Free space there or change its owner."
            raise Invalid(text, code="journal.unwritable") from error

    def append(self, event: Event) -> None:
        """Take one event. Quick, never waits, never raises."""
        self._pending.append(event)
        self.last_number += 1

    def append_dead(self, event: Event, error: BaseException) -> None:
        """Take an event that could not be applied, for whoever looks into it; a replay passes it over."""
        self._pending.append(DeadLetter(at=event.at, error=f"{type(error).__name__}: {error}"[:500], event=event))
        self.last_number += 1
        self.dead_count += 1

    def recorded(self, number: int) -> None:
        """The database safely holds everything up to `number`."""
        self.recorded_number = max(self.recorded_number, number)

    async def run(self) -> None:
        """Write and sync several times a second, for ever."""
        while True:
            await asyncio.sleep(self._write_every_s if not self.error else 1.0)
            await self.flush()

    async def flush(self) -> None:
        """Write and sync what is pending; begin a new segment when it is time. Failures are kept in `error`."""
        async with self._turn:
            # Taken together, between two events: the dump is the floor just after the batch.
            batch, self._pending, upto = self._pending, [], self.last_number
            head = self._head_if_due()
            try:
                if batch and not self._must_rotate:
                    await asyncio.to_thread(self._write, batch)
                    batch = []
                if head is not None:
                    await asyncio.to_thread(self._rotate, head)
            except OSError as error:
                self.error = error.strerror or str(error)
                self._keep(batch)
            else:
                if head is not None or not self._must_rotate:
                    self.synced_number, self.error, self._must_rotate = upto, "", False

    async def aclose(self) -> None:
        """Write the rest and let go of the folder."""
        await self.flush()
        for name in ("_file", "_lock"):
            number = getattr(self, name)
            setattr(self, name, -1)
            if number >= 0:
                os.close(number)

    async def prune(self) -> int:
        """Remove segments that the database holds and that are old or too many; return how many."""
        return await asyncio.to_thread(self._prune, time.time())

    def _keep(self, batch: list[Event | DeadLetter]) -> None:
        self._pending = batch + self._pending
        if len(self._pending) > _PENDING_LIMIT:
            # With a hole in it the old segment is of no use; the next one begins with the whole floor.
            self.lost_count += len(self._pending)
            self._pending = []
            self._must_rotate = True

    def _is_rotation_due(self) -> bool:
        age_s = time.monotonic() - self._segment_began
        return self._must_rotate or self._size > self._segment_bytes or age_s > self._segment_s

    def _head_if_due(self) -> bytes | None:
        if not self._is_rotation_due():
            return None
        try:
            return self._head()
        except (msgspec.MsgspecError, UnicodeError, TypeError) as error:
            # The old segment goes on: a replay from it is longer, nothing is lost.
            log.exception("the floor cannot be dumped")
            self.dump_error = f"{type(error).__name__}: {error}"
            self._segment_began = time.monotonic()
            return None

    def _head(self) -> bytes:
        head = Head(number=self.last_number + 1, written_at=datetime.now(UTC), floor=self._dump())
        return _encode(head) + b"\n"

    def _write(self, batch: list[Event | DeadLetter]) -> None:
        data = b"".join([encode_line(entry) for entry in batch])
        try:
            write_all(self._file, data)
            os.fsync(self._file)
            self._size += len(data)
        except OSError:
            # Half a line in the middle of a segment would cost two events: cut it off.
            os.ftruncate(self._file, self._size)
            raise
        finally:
            os.lseek(self._file, 0, os.SEEK_END)

    def _rotate(self, head: bytes) -> None:
        number = msgspec.json.decode(head, type=Head).number
        path = self.folder / name_of(number)
        draft = path.with_suffix(".draft")
        file = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            write_all(file, head)
            os.fsync(file)
            os.replace(draft, path)  # a segment with half a head never has its name
        except OSError:
            os.close(file)
            draft.unlink(missing_ok=True)
            raise
        old, self._file, self._size, self._segment_began = self._file, file, len(head), time.monotonic()
        if old >= 0:
            os.close(old)
        self._note()

    def _noted(self) -> int:
        try:
            return int((self.folder / "recorded").read_text())
        except (OSError, ValueError):
            return 0

    def _note(self) -> None:
        draft = self.folder / "recorded.draft"
        draft.write_text(str(self.recorded_number))
        os.replace(draft, self.folder / "recorded")

    def _prune(self, now: float) -> int:
        self._note()
        segments = list_segments(self.folder)
        total = sum(path.stat().st_size for path in segments)
        removed = 0
        for path, following in pairwise(segments):
            if number_of(following) > self.recorded_number + 1:
                break  # the database does not hold all of this one
            stat = path.stat()
            if now - stat.st_mtime < self._keep_s and total <= self._keep_bytes:
                break
            total -= stat.st_size
            path.unlink()
            removed += 1
        return removed
