"""Recorded files made playable: both sides joined to stereo, a header that was never finished repaired.

Asterisk writes two mono files for each stretch and puts the sizes into their headers when it closes them: after a crash
they are 0. Everything here blocks: it runs in a worker thread.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import warnings
from pathlib import Path

import msgspec

from cti.wav import WIDTH_BYTES, Damaged, Wav, read_wav

with warnings.catch_warnings():
    # pydub warns that there is no ffmpeg, which WAV does not need, and of a module Python 3.13 has from elsewhere.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

SIDES = ("caller", "agent")
"""Left and right."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded stretch. `state`: `ready`, `empty`, `missing`, `damaged`; sides only when `ready`."""

    state: str
    duration_s: float = 0.0
    caller: Wav | None = None
    agent: Wav | None = None


def look_at(folder: Path, name: str) -> Sound:
    """Find out what there is of a stretch. A name that is no plain file name, or leads elsewhere, is `missing`."""
    if not _NAME.fullmatch(name):
        return Sound(state="missing")
    try:
        caller, agent = (read_wav(folder / f"{name}-{side}.wav") for side in SIDES)
    except Damaged:
        return Sound(state="damaged")
    there = [side for side in (caller, agent) if side is not None]
    if not there:
        return Sound(state="missing")
    duration_s = max(side.length_bytes / WIDTH_BYTES / side.rate_hz for side in there)
    if duration_s == 0:
        return Sound(state="empty")
    return Sound(state="ready", duration_s=duration_s, caller=caller, agent=agent)


def join(sound: Sound) -> AudioSegment:
    """Both sides as stereo, the customer on the left; the shorter one ends in silence, a missing one is silent."""
    sides = [side for side in (sound.caller, sound.agent) if side is not None]
    rate_hz = max(side.rate_hz for side in sides)
    count = max(round(side.length_bytes / WIDTH_BYTES * rate_hz / side.rate_hz) for side in sides)
    left, right = (_mono(side, rate_hz, count) for side in (sound.caller, sound.agent))
    return AudioSegment.from_mono_audiosegments(left, right)


class Shelf:
    """Joined files, kept until there are too many bytes of them: the ones longest unheard go first.

    Asked for one at a time.
    """

    def __init__(self, folder: Path, *, most_bytes: int = 2 * 1024**3) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def get(self, sound: Sound) -> Path:
        """The playable file of a `ready` sound, made when it is not there yet."""
        marks = "|".join(side.mark for side in (sound.caller, sound.agent) if side is not None)
        path = self._folder / f"{hashlib.sha256(marks.encode()).hexdigest()}.wav"
        if path.exists():
            os.utime(path)
            return path
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in self._folder.glob("*.part"):  # by a service that was killed: one is made at a time
            left.unlink(missing_ok=True)
        # Whole or not at all: a second listener must not get half a file.
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as part:
            try:
                join(sound).export(part, format="wav")
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        Path(part.name).replace(path)
        self._make_room(path)
        return path

    def _make_room(self, newest: Path) -> None:
        files = [(path.stat().st_mtime, path.stat().st_size, path) for path in self._folder.glob("*.wav")]
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._most_bytes:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                total -= size


def _mono(side: Wav | None, rate_hz: int, count: int) -> AudioSegment:
    data = b""
    if side is not None:
        with side.path.open("rb") as file:
            file.seek(side.offset_bytes)
            data = file.read(side.length_bytes)
        if side.rate_hz != rate_hz:
            other = AudioSegment(data=data, sample_width=WIDTH_BYTES, frame_rate=side.rate_hz, channels=1)
            data = other.set_frame_rate(rate_hz).raw_data
    length = count * WIDTH_BYTES
    whole = data[:length] + b"\0" * (length - len(data[:length]))
    return AudioSegment(data=whole, sample_width=WIDTH_BYTES, frame_rate=rate_hz, channels=1)
