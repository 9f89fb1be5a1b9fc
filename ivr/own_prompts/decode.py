"""A file of any common format to samples. WAV is read by pydub alone, everything else by ffmpeg.

Runs in a process of its own (`convert`): the file comes from outside. pydub's own way to ffmpeg is not taken, because
it gives ffmpeg a free hand: a playlist named `.mp3` could read other files of this machine or ask the network for them.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # pydub warns that there is no ffmpeg, which WAV does not need, and of a module Python 3.13 has from elsewhere.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.exceptions import CouldntDecodeError

RATE_HZ = 24_000
"""What ffmpeg gives us: high enough that clipping is still seen."""
FORMATS = "wav,w64,mp3,ogg,flac,mov,matroska,aac,aiff,caf,amr,au,asf"
"""ffmpeg's names of what it may read. No playlists, no concatenations, no devices."""
FFMPEG_LIMIT_S = 40.0
_FFMPEG = ("-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1")
_INPUT = ("-protocol_whitelist", "file", "-format_whitelist", FORMATS)
_PCM, _EXTENSIBLE = 1, 0xFFFE
_NO_SOUND = ("does not contain any stream", "matches no streams", "Output file is empty")


class Refused(Exception):
    """Why a file is not taken; `code` has words in both languages."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def decode(path: Path, most_s: float) -> AudioSegment:
    """Return what is in the file, at most a little more than `most_s` of it. Raises: Refused."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise Refused("prompt.not_audio", "the file is empty")
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        found = _read_wav(path)
        if found is not None:
            return found
    return _by_ffmpeg(path, most_s)


def _read_wav(path: Path) -> AudioSegment | None:
    """Plain PCM; None for a WAV that holds something else (MP3, A-law, floats)."""
    data = path.read_bytes()
    at = data.find(b"fmt ", 12, 4096)
    if at < 0 or at + 24 > len(data):
        return None
    code, channels, rate_hz, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", data, at + 8)
    is_plain = code in (_PCM, _EXTENSIBLE) and bits in (8, 16, 24, 32) and frame_bytes == channels * bits // 8
    # A rate of 1 Hz would become gigabytes when it is brought to 8,000.
    if not (is_plain and 1 <= channels <= 8 and 4000 <= rate_hz <= 192_000):
        return None
    try:
        return AudioSegment(_whole_frames(data, frame_bytes))
    except (CouldntDecodeError, ValueError, struct.error, IndexError):
        return None


def _whole_frames(data: bytes, frame_bytes: int) -> bytes:
    """The file up to its last whole frame: a writer that was cut off leaves half a one, and sizes that are too long."""
    at = data.find(b"data", 12)
    length = (len(data) - at - 8) // frame_bytes * frame_bytes
    written = struct.unpack_from("<I", data, at + 4)[0]
    if at < 0 or length <= 0 or (written <= length and written % frame_bytes == 0):
        return data
    return data[: at + 4] + struct.pack("<I", length) + data[at + 8 : at + 8 + length]


def _by_ffmpeg(path: Path, most_s: float) -> AudioSegment:
    program = shutil.which("ffmpeg")
    if program is None:
        raise Refused("prompt.no_ffmpeg", "only WAV can be read here: the package ffmpeg is not installed")
    output = ("-vn", "-sn", "-dn", "-t", f"{most_s + 1:g}", "-ac", "1", "-ar", str(RATE_HZ), "-f", "s16le", "pipe:1")
    command = [program, *_FFMPEG, *_INPUT, "-i", f"file:{path}", *output]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=FFMPEG_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise Refused("prompt.too_hard", f"reading it takes longer than {FFMPEG_LIMIT_S:g} s") from None
    samples = done.stdout[: len(done.stdout) // 2 * 2]
    if not samples:
        said = done.stderr.decode("utf-8", "replace")
        if any(words in said for words in _NO_SOUND):
            raise Refused("prompt.no_sound", "there is no sound track in it")
        raise Refused("prompt.not_audio", "this is no sound file that can be read here")
    return AudioSegment(data=samples, sample_width=2, frame_rate=RATE_HZ, channels=1)
