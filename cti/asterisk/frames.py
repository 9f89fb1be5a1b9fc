"""AMI bytes to frames: framing before decoding, and a strict validator.

Text of a caller can hold anything, so a frame counts as genuine only when its shape is exactly Asterisk's.
"""

from __future__ import annotations

import re
from collections import deque

FRAME_LIMIT_BYTES = 64 * 1024
"""Asterisk's largest frames are a few KiB; without a limit one endless line would cost quadratic time."""

GREETING = b"Asterisk Call Manager/"
_END = b"\r\n\r\n"
_EMPTY = b"\r\n\r\n\r\n"
_EVENT = b"Event: "
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9()_. -]*")
# fmt: off
_CORE_HEADERS = (
    "Event", "Response", "ActionID", "CommandID", "Message", "EventList", "Privilege", "Timestamp", "SystemName",
    "UserEvent", "Channel", "Uniqueid", "Linkedid", "ChannelState", "CallerIDNum", "CallerIDName", "Context",
    "Exten", "DestChannel", "DestUniqueid", "DestLinkedid", "BridgeUniqueid", "DialStatus", "Cause", "Queue",
    "Position", "Interface", "MemberName", "Paused", "Result", "Reason", "Status", "Hotline", "Lines", "Test",
    "Name", "Part",
)
# fmt: on
_KNOWN_HEADERS_LIMIT = 2_000

Fields = dict[str, str]
"""Headers of one frame. Of a header that may repeat (ChanVariable, Output) the last one is kept."""


class MalformedFrame(ValueError):
    """A frame that Asterisk would not have written like this. Never acted upon."""


class FrameTooLong(MalformedFrame):
    """More than `FRAME_LIMIT_BYTES` without an end: the connection cannot be trusted any more."""


class NotAnAsterisk(MalformedFrame):
    """The other side does not greet like an Asterisk manager port."""


class FrameSplitter:
    """Cuts a byte stream into frames, whatever blocks the network made of it."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_greeted = False
        self.greeting = ""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames that `data` completes, without their ends.

        Raises: FrameTooLong, NotAnAsterisk.
        """
        data = self._rest + data if self._rest else data
        if not self._is_greeted:
            greeting, end, after = data.partition(b"\r\n")
            self._check_greeting(greeting, is_whole=bool(end))
            if not end:
                self._rest = data
                return []
            data = after
        # Asterisk: CoreShowChannelMap ended its event with \r\n\n before June 2024 (asterisk#761).
        if b"\r\n\n" in data:
            data = data.replace(b"\r\n\n", _END)
        # Asterisk: TestEvent carries an empty line of its own, so the next frame seems to begin with one.
        while _EMPTY in data:
            data = data.replace(_EMPTY, _END)
        data = data.removeprefix(_END).removeprefix(b"\r\n")
        frames = data.split(_END)
        self._rest = frames.pop()
        if len(self._rest) > FRAME_LIMIT_BYTES:
            raise FrameTooLong(f"{len(self._rest)} bytes without the end of a frame")
        return frames

    def _check_greeting(self, line: bytes, *, is_whole: bool) -> None:
        if (
            line[: len(GREETING)] != GREETING[: len(line)]
            or len(line) > 200
            or (is_whole and len(line) < len(GREETING))
        ):
            raise NotAnAsterisk(f"greeting is {escaped(line[:60])}")
        self._is_greeted = is_whole
        self.greeting = line.decode("ascii", "backslashreplace")


def event_name(body: bytes) -> bytes | None:
    """Return the name of an event frame without looking at the rest of it; None for anything else."""
    return body[7 : body.find(b"\r", 7)] if body.startswith(_EVENT) else None


_known_headers: set[str] = set()


def parse(body: bytes) -> Fields:
    """Return the headers of one frame.

    Raises: MalformedFrame, when anything in it is not as Asterisk writes it.
    """
    if not body.startswith((_EVENT, b"Response: ")):
        raise MalformedFrame("first line is neither Event nor Response")
    if len(body) > FRAME_LIMIT_BYTES:
        raise FrameTooLong(f"a frame of {len(body)} bytes")
    lines = body.decode("utf-8", "backslashreplace").split("\r\n")
    breaks = len(lines) - 1
    if body.count(b"\n") != breaks or body.count(b"\r") != breaks or b"\0" in body:
        raise MalformedFrame("a bare line break or NUL inside a value")
    fields: Fields = {}
    for line in lines:
        name, colon, value = line.partition(": ")
        if not colon:
            name, value = _header_without_space(line)
        fields[name] = value
    if not _known_headers.issuperset(fields):
        _check_headers(fields)
    if len(fields) != len(lines):
        _check_repeats(lines)
    return fields


def _header_without_space(line: str) -> tuple[str, str]:
    """Split a header as UserEvent writes an empty value."""
    if not line.endswith(":"):
        raise MalformedFrame("a line without a colon and a space")
    return line[:-1], ""


def _check_headers(fields: Fields) -> None:
    for name in fields:
        if not _HEADER.fullmatch(name):
            raise MalformedFrame("a header name with characters Asterisk does not use")
    if len(_known_headers) < _KNOWN_HEADERS_LIMIT:
        _known_headers.update(fields)


def _check_repeats(lines: list[str]) -> None:
    names = [line.partition(":")[0] for line in lines]
    for name in _CORE_HEADERS:
        if names.count(name) > 1:
            raise MalformedFrame(f"header {name} twice")


def escaped(body: bytes) -> str:
    """Return bytes as one harmless line of ASCII, for logs and the check page."""
    return body.decode("latin-1").encode("unicode_escape").decode("ascii")


class Quarantine:
    """Suspicious frames: counted, the last few kept for people to look at, never acted upon."""

    def __init__(self, *, keep: int = 8, keep_bytes: int = 1_000) -> None:
        self.count = 0
        self._keep_bytes = keep_bytes
        self._kept: deque[tuple[str, str]] = deque(maxlen=keep)

    def put(self, body: bytes, reason: str) -> None:
        """Count and keep `body`."""
        self.count += 1
        self._kept.append((reason, escaped(body[: self._keep_bytes])))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The last ones: (reason, escaped frame), oldest first."""
        return list(self._kept)
