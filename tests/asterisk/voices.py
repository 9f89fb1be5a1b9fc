"""Voices of the test phones, and ears: whose voice is in a recording, and from where on."""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.parts import require

RATE = 8000
Samples = NDArray[np.float64]
_LOOK_S = 0.4
_RECOGNISED = 0.8
"""Another voice stays below 0.6 in nearly every look; the right one is at 1.00 between slips."""
_CLEAR = 0.95
_MIXED = 0.45

_SPOKEN = {
    "caller": (
        "en",
        "Hello, I am the customer. Last month I bought a pressure cooker from you, and yesterday its handle broke off."
        " My order number is four two seven one, nine three. Please send somebody to repair it before the weekend.",
    ),
    "agent": (
        "en+f3",
        "Good morning, customer service, this is your agent speaking. Thank you for calling us. I am going to register"
        " the complaint right now. Would you kindly tell me your postal code and the street, so that we find you?",
    ),
    "second": (
        "en+m7",
        "This is the technical desk, second line. The spare part is in stock; a colleague brings it on Thursday"
        " afternoon between two and five. Keep the receipt at hand, nothing else will be needed from your side.",
    ),
}


class Voice(NamedTuple):
    """One speaker: `raw` is what SIPp streams (A-law), `samples` is the same as numbers."""

    name: str
    raw: Path
    samples: Samples


class Heard(NamedTuple):
    """`likeness` 0-1: 1 is this voice. `at_s`: place in the looping voice that sounds at the recording's start; just
    before the voice's first word it is a little below 0.
    """

    likeness: float
    at_s: float


def make_voices(folder: Path) -> dict[str, Voice]:
    """Let espeak-ng speak and sox convert: 8 kHz A-law for the phones."""
    require("espeak-ng")
    require("sox")
    return {name: _speak(folder, name, accent, text) for name, (accent, text) in _SPOKEN.items()}


def _speak(folder: Path, name: str, accent: str, text: str) -> Voice:
    spoken, even, raw = folder / f"{name}-22k.wav", folder / f"{name}.wav", folder / f"{name}.alaw"
    subprocess.run(["espeak-ng", "-v", accent, "-s", "150", "-w", str(spoken), text], check=True, capture_output=True)
    subprocess.run(
        ["sox", "-V1", str(spoken), "-r", "8000", "-c", "1", "-b", "16", str(even), "gain", "-3"], check=True
    )
    subprocess.run(["sox", "-V1", str(even), "-e", "a-law", "-t", "raw", str(raw)], check=True)
    return Voice(name, raw, read_wav(even))


def read_wav(path: Path) -> Samples:
    """Return the samples of a mono 8 kHz wav, -1 to 1."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, RATE, 2), path
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64) / 32768


def is_whole(path: Path) -> bool:
    """Tell whether a wav is finished: Asterisk writes its length into the header only when it closes the file."""
    data = path.read_bytes() if path.exists() else b""
    return len(data) > 44 and int.from_bytes(data[40:44], "little") == len(data) - 44


def hear(recorded: Samples, voice: Voice, *, from_s: float = 0.0, length_s: float = 1.6) -> Heard:
    """Look for a stretch of `recorded` in the looping voice: normalised correlation at its best shift."""
    start = int(from_s * RATE)
    piece = recorded[start : start + int(length_s * RATE)]
    loop = np.concatenate([voice.samples, voice.samples[: len(piece)]])
    size = 1 << (len(loop) + len(piece)).bit_length()
    products = np.fft.irfft(np.fft.rfft(loop, size) * np.conj(np.fft.rfft(piece, size)), size)[: len(voice.samples)]
    energy = np.concatenate([[0.0], np.cumsum(loop**2)])
    local = energy[len(piece) : len(piece) + len(voice.samples)] - energy[: len(voice.samples)]
    scores = products / (np.sqrt(local * float(np.sum(piece**2))) + 1e-3)
    best = int(np.argmax(scores))
    loop_length, half = len(voice.samples), len(voice.samples) // 2
    return Heard(float(scores[best]), ((best - start + half) % loop_length - half) / RATE)


def share_of(recorded: Samples, voice: Voice) -> float:
    """Return in how much (0-1) of `recorded` this voice is recognised, looked at 0.4 s at a time.

    One long look would measure the machine: on starved cores SIPp sends late and in bursts (gaps of 290 ms measured),
    and a single slip inside the stretch halves its correlation although every word is the right one.
    """
    starts = np.arange(0, len(recorded) / RATE - _LOOK_S, _LOOK_S / 2)
    found = [hear(recorded, voice, from_s=start, length_s=_LOOK_S).likeness > _RECOGNISED for start in starts]
    return sum(found) / len(found) if found else 0.0


def apart_s(one: Samples, its_voice: Voice, other: Samples, other_voice: Voice) -> float:
    """Return how much further `its_voice` is in its text than the other, at the first place where both are clear."""
    for start in np.arange(0, min(len(one), len(other)) / RATE - _LOOK_S, _LOOK_S / 4):
        first = hear(one, its_voice, from_s=start, length_s=_LOOK_S)
        second = hear(other, other_voice, from_s=start, length_s=_LOOK_S)
        if min(first.likeness, second.likeness) > _CLEAR:
            return first.at_s - second.at_s
    raise AssertionError("no place where both voices are clear")


def is_mixed_of(recorded: Samples, one: Voice, other: Voice) -> bool:
    """Tell whether both voices speak at the same time in `recorded`.

    Two voices of equal loudness give a likeness of about 0.7 each; one that is not there stays below 0.3 in long looks.
    """
    starts = np.arange(0, len(recorded) / RATE - 1.6, 0.8)
    likeness = [[hear(recorded, voice, from_s=start).likeness for start in starts] for voice in (one, other)]
    return all(float(np.median(of_voice)) > _MIXED for of_voice in likeness)
