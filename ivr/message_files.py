"""Files of the messages: what there is of one, a header repaired, files nobody knows. Blocks: for a worker thread."""

from __future__ import annotations

import contextlib
import hashlib
import re
import struct
import tempfile
from datetime import datetime
from pathlib import Path

import msgspec

from cti.wav import WIDTH_BYTES, Damaged, Wav, read_wav

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
READY, EMPTY, MISSING, DAMAGED = "ready", "empty", "missing", "damaged"


class MessageFile(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of a message. `state`: `ready`, `empty`, `missing`, `damaged`; `wav` only when `ready`."""

    state: str
    wav: Wav | None = None


class MessageShelf:
    """The folder Asterisk writes messages to, and one for copies with a whole header."""

    def __init__(self, folder: Path, copies: Path) -> None:
        self.folder = folder
        self._copies = copies

    def look_at(self, name: str) -> MessageFile:
        """Find out what there is. A name that is no plain file name, or leads elsewhere, is `missing`."""
        if not _NAME.fullmatch(name):
            return MessageFile(state=MISSING)
        try:
            wav = read_wav(self.folder / f"{name}.wav")
        except Damaged:
            return MessageFile(state=DAMAGED)
        if wav is None:
            return MessageFile(state=MISSING)
        return MessageFile(state=READY, wav=wav) if wav.length_bytes else MessageFile(state=EMPTY)

    def playable(self, wav: Wav) -> Path:
        """The file, or a copy with a whole header: Asterisk writes the sizes last, and may have been killed before.

        A copy is made whole or not at all, and anew when the message's file has changed since.
        """
        if wav.is_finished:
            return wav.path
        path = self._copies / f"{hashlib.sha256(wav.mark.encode()).hexdigest()}.wav"
        if path.exists():
            return path
        self._copies.mkdir(parents=True, exist_ok=True, mode=0o700)
        with wav.path.open("rb") as file:
            file.seek(wav.offset_bytes)
            samples = file.read(wav.length_bytes)
        with tempfile.NamedTemporaryFile(dir=self._copies, suffix=".part", delete=False) as part:
            part.write(_head(wav) + samples)
        Path(part.name).replace(path)
        return path

    def names(self, before: datetime) -> set[str]:
        """Messages there is a file of that was last written before this."""
        found = set()
        for path in self.folder.glob("*.wav"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < before.timestamp():
                    found.add(path.stem)
        return found


def _head(wav: Wav) -> bytes:
    """The head of a mono 16 bit PCM file of this length."""
    rate = wav.rate_hz
    kind = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * WIDTH_BYTES, WIDTH_BYTES, 8 * WIDTH_BYTES)
    data = struct.pack("<4sI", b"data", wav.length_bytes)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(kind) + len(data) + wav.length_bytes, b"WAVE") + kind + data
