"""What callers hear: the recorded prompts, a tone where one is missing, and the music of the queue."""

from __future__ import annotations

import array
import math
import shutil
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path

PROMPTS = Path(__file__).resolve().parents[2] / "ivr" / "prompts" / "zh-CN"
NEEDED = (
    "welcome-menu",
    "wrong-key",
    "lines-busy",
    "nobody",
    "please-hold",
    "goodbye",
    "selftest-caller",
    "robot-agent",
    "no-input",
    "queue-timeout",
)
"""Prompts the dialplan and the first menu play, as `hotline/<name>`."""
_RATE = 8000
_LOUDNESS = 5000
"""Of 32767: a quiet tone beside speech."""


def place_prompts(recorded: Path, target: Path) -> list[str]:
    """Copy the recorded prompts into `target` and put a tone in for each missing one. Return the missing names."""
    target.mkdir(parents=True, exist_ok=True)
    for source in sorted(recorded.glob("*.wav")):
        placed = target / source.name
        if not placed.exists() or placed.read_bytes() != source.read_bytes():
            part = placed.with_suffix(".part")
            shutil.copyfile(source, part)
            part.replace(placed)
    missing = [name for name in NEEDED if not (recorded / f"{name}.wav").exists()]
    for name in missing:
        if not (target / f"{name}.wav").exists():
            write_wav(target / f"{name}.wav", _notes([(350 + 40 * NEEDED.index(name), 0.8), (0, 0.2)]))
    return missing


def place_music(target: Path) -> None:
    """Write the music of the queue once: four slow chords that may loop for ever. Asterisk's packages bring none."""
    target.mkdir(parents=True, exist_ok=True)
    if not (target / "waiting.wav").exists():
        scale = (262, 330, 392, 523, 392, 330, 294, 349, 440, 587, 440, 349)
        write_wav(target / "waiting.wav", _notes([(note, 0.6) for note in scale]))


def write_wav(path: Path, samples: Sequence[int]) -> None:
    """Write 8 kHz mono 16 bit, the form Asterisk plays without conversion."""
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(array.array("h", samples).tobytes())
    part.replace(path)


def _notes(notes: Iterable[tuple[int, float]]) -> list[int]:
    """Return samples of notes (Hz, seconds), each one swelling and fading so that none clicks. 0 Hz is silence."""
    samples: list[int] = []
    for pitch, length_s in notes:
        count = int(length_s * _RATE)
        turn = 2 * math.pi * pitch / _RATE
        samples.extend(int(_LOUDNESS * math.sin(math.pi * i / count) * math.sin(turn * i)) for i in range(count))
    return samples
