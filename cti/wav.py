"""Mono WAV files as Asterisk writes them: where the samples are, also when the header was never finished.

Asterisk puts the sizes into the header when it closes the file: after a crash they are 0. Everything here blocks: it
runs in a worker thread.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import msgspec

WIDTH_BYTES = 2
MOST_BYTES = 512 * 1024 * 1024
"""Of one side: more than eight hours. Nobody talks so long; such a file is not read into memory."""
_RIFF_BYTES = 12


class Wav(msgspec.Struct, frozen=True, kw_only=True):
    """One mono file: where its samples are."""

    path: Path
    rate_hz: int
    offset_bytes: int
    length_bytes: int
    is_finished: bool
    """The header says how long it is; False after a crash."""
    mark: str
    """Changes with the file."""


class Damaged(Exception):
    """A file that is no mono 16 bit PCM WAV."""


def read_wav(path: Path) -> Wav | None:
    """Find the samples; None when the file is not there, or is a link to somewhere else. Raises: Damaged."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # not there, or a link to somewhere else
        return None
    with os.fdopen(descriptor, "rb") as file:
        known = os.fstat(descriptor)
        if known.st_size > MOST_BYTES:
            raise Damaged
        rate_hz, offset, length, is_finished = _find_samples(file.read(4096), known.st_size)
    mark = f"{path.name}:{known.st_size}:{known.st_mtime_ns}"
    return Wav(path=path, rate_hz=rate_hz, offset_bytes=offset, length_bytes=length, is_finished=is_finished, mark=mark)


def _find_samples(head: bytes, size: int) -> tuple[int, int, int, bool]:
    """Rate, where the samples are, whether the header says so. Sizes of 0, or beyond the end, mean: to the end."""
    if size == 0:
        return 8000, 0, 0, False
    if len(head) < _RIFF_BYTES or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise Damaged
    at, rate_hz = _RIFF_BYTES, 0
    while at + 8 <= len(head):
        kind, length = head[at : at + 4], struct.unpack_from("<I", head, at + 4)[0]
        at += 8
        if kind == b"fmt " and at + 16 <= len(head):
            code, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", head, at)
            if (code, channels, bits) != (1, 1, 8 * WIDTH_BYTES) or not 4000 <= rate_hz <= 48000:
                raise Damaged
        if kind == b"data":
            if not rate_hz:
                raise Damaged
            there = size - at
            is_finished = 0 < length <= there
            length = length if is_finished else there
            return rate_hz, at, length - length % WIDTH_BYTES, is_finished
        at += length + length % 2
    raise Damaged
