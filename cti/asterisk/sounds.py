"""What callers hear, where Asterisk finds it: the recorded prompts, a tone where one is missing, music, a beep."""

from __future__ import annotations

import array
import math
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path

PROMPTS = Path(__file__).resolve().parents[2] / "ivr" / "prompts"
SETS = ("zh-female", "zh-male", "en-female")
"""Shipped recordings, one folder each (A-law); Asterisk plays `hotline/<set>/<name>`."""
MANDARIN, ENGLISH = "zh-female", "en-female"
"""What the dialplan says by itself, `hotline/<name>`: the second one on channels of language `en_own`."""
NEEDED = (
    "lines-busy",
    "nobody",
    "keep-holding",
    "goodbye",
    "queue-timeout",
    "selftest-caller",
    "robot-agent",
    "record-after-tone",
    "record-keep",
    "record-kept",
)
"""Prompts the dialplan plays, as `hotline/<name>`."""
_RATE = 8000
_LOUDNESS = 5000
"""Of 32767: a quiet tone beside speech."""
_MUSIC_LOUDNESS = 2500
"""Callers who wait are told their place over the music (whispered: nothing lowers it meanwhile)."""


def place_prompts(shipped: Path, target: Path) -> list[str]:
    """Let Asterisk find the prompts in `target`, its sounds' folder `hotline`. Return names the dialplan lacks.

    `shipped`: folder of the sets; they are linked. A tone stands in for what the dialplan says and nobody recorded.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name in SETS:
        _link(target / name, shipped / name)
    _link(target.parent / "en_own" / "hotline", shipped / ENGLISH)
    if not (target / "beep.wav").exists():
        write_wav(target / "beep.wav", _notes([(1000, 0.3), (0, 0.1)]))
    return [name for name in NEEDED if not _place_needed(name, shipped, target)]


def _place_needed(name: str, shipped: Path, target: Path) -> bool:
    recorded, tone = shipped / MANDARIN / f"{name}.alaw", target / f"{name}.wav"
    if recorded.exists():
        tone.unlink(missing_ok=True)  # of two formats Asterisk takes whichever it likes
        _link(target / f"{name}.alaw", recorded)
    elif not tone.exists():
        write_wav(tone, _notes([(350 + 40 * NEEDED.index(name), 0.8), (0, 0.2)]))
    return recorded.exists()


def _link(place: Path, to: Path) -> None:
    """Make `place` a link. Another one that is there is replaced in one move: somebody may be listening."""
    if place.is_symlink() and place.readlink() == to:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(place.name + ".part")
    part.unlink(missing_ok=True)
    part.symlink_to(to)
    part.replace(place)


def place_music(target: Path) -> None:
    """Write the music of the queue once: four slow chords that may loop for ever. Asterisk's packages bring none."""
    target.mkdir(parents=True, exist_ok=True)
    if not (target / "waiting.wav").exists():
        scale = (262, 330, 392, 523, 392, 330, 294, 349, 440, 587, 440, 349)
        write_wav(target / "waiting.wav", _notes([(note, 0.6) for note in scale], _MUSIC_LOUDNESS))


def write_wav(path: Path, samples: Sequence[int]) -> None:
    """Write 8 kHz mono 16 bit, the form Asterisk plays without conversion."""
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(array.array("h", samples).tobytes())
    part.replace(path)


def _notes(notes: Iterable[tuple[int, float]], loudness: int = _LOUDNESS) -> list[int]:
    """Return samples of notes (Hz, seconds), each one swelling and fading so that none clicks. 0 Hz is silence."""
    samples: list[int] = []
    for pitch, length_s in notes:
        count = int(length_s * _RATE)
        turn = 2 * math.pi * pitch / _RATE
        samples.extend(int(loudness * math.sin(math.pi * i / count) * math.sin(turn * i)) for i in range(count))
    return samples
