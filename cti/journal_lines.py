"""Lines of the journal and how they are read back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Union

import msgspec

from cti.domain.events import Event


class Head(msgspec.Struct, frozen=True, kw_only=True, tag="_head"):
    """First line of a segment: the floor as it was before event `number`."""

    number: int
    written_at: datetime
    floor: bytes


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, tag="_dead"):
    """An event that could not be applied."""

    at: datetime
    error: str
    event: Any


def _kinds(root: type[Event]) -> Iterator[type[Event]]:
    for kind in root.__subclasses__():
        if kind.__module__.startswith("cti.domain."):
            yield kind
            yield from _kinds(kind)


_encode = msgspec.json.Encoder().encode
EVENT_TYPES = tuple(_kinds(Event))
_events: Any = msgspec.json.Decoder(Union[EVENT_TYPES])  # noqa: UP007 - the members are known only at run time
_lines: Any = msgspec.json.Decoder(Union[(Head, DeadLetter, *EVENT_TYPES)])


def decode_event(line: bytes) -> Event:
    """One event from its JSON. Raises: msgspec.ValidationError, msgspec.DecodeError."""
    event: Event = _events.decode(line)
    return event


def name_of(number: int) -> str:
    """File name of the segment whose first event is `number`."""
    return f"journal-{number:020d}.jsonl"


def number_of(path: Path) -> int:
    """Number of a segment's first event."""
    return int(path.stem.removeprefix("journal-"))


def list_segments(folder: Path) -> list[Path]:
    """Segments of a folder, oldest first."""
    return sorted(path for path in folder.glob("journal-*.jsonl") if path.stem.removeprefix("journal-").isdigit())


class Tail:
    """What a start must replay. Iterating gives the events; the counts are complete when it has ended."""

    def __init__(self, segments: list[Path]) -> None:
        self._segments = segments
        self.floor: bytes | None = self._read_floor()
        """Dump of the floor the events follow on; None when there is none to begin with."""
        self.last_number = 0
        """Number of the last line read: the journal goes on after it."""
        self.broken_count = 0
        """Lines that could not be read. One is normal after a crash: the last, torn."""

    def __iter__(self) -> Iterator[Event]:
        for path in self._segments:
            self.last_number = number_of(path) - 1
            for line in _lines_of(path):
                read = self._read(line)
                if not isinstance(read, Head):
                    self.last_number += 1
                if isinstance(read, Event):
                    yield read

    def _read(self, line: bytes) -> Event | Head | DeadLetter | None:
        try:
            read: Event | Head | DeadLetter = _lines.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.broken_count += 1
            return None
        return read

    def _read_floor(self) -> bytes | None:
        for path in self._segments[:1]:
            first = next(_lines_of(path), b"")
            head = None if not first else self._head(first)
            return head.floor if head else None
        return None

    @staticmethod
    def _head(line: bytes) -> Head | None:
        try:
            return msgspec.json.decode(line, type=Head)
        except msgspec.MsgspecError:
            return None


def read_tail(folder: Path, recorded: int) -> Tail:
    """The newest segments that hold everything after event `recorded`."""
    segments = list_segments(folder) if folder.is_dir() else []
    begins = [index for index, path in enumerate(segments) if number_of(path) <= recorded + 1]
    return Tail(segments[begins[-1] if begins else 0 :])


def read_journal(path: Path) -> Iterator[Event]:
    """All events of a journal folder, or of one segment, in order. Broken lines and dead letters are passed over."""
    yield from Tail([path] if path.is_file() else list_segments(path))


def _lines_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def encode_line(entry: Event | DeadLetter) -> bytes:
    """One line. What JSON cannot hold becomes a dead letter that says so."""
    try:
        return _encode(entry) + b"\n"
    except (msgspec.MsgspecError, UnicodeError, TypeError) as error:
        at = entry.at
        return _encode(DeadLetter(at=at, error=f"cannot be written: {error}", event=type(entry).__name__)) + b"\n"


def write_all(file: int, data: bytes) -> None:
    """Write all of `data`; write(2) may take less at once. Raises: OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
