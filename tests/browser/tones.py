"""Tones instead of voices where a browser speaks: Chromium's microphone is a file, and a tone is found in any mix."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from tests.asterisk.voices import RATE, Samples, Voice, read_wav
from tests.parts import require

CALLER_HZ, FIRST_HZ, SECOND_HZ = 1000, 440, 620
"""Apart from each other, from their first harmonics, and from the hold music."""
_WIDE_HZ = 12.0
_MICROPHONE_RATE = 48_000


def make_tone(folder: Path, name: str, hz: int) -> Voice:
    """Return a tone as SIPp streams it: A-law, 8 kHz, whole periods so that it loops without a click."""
    raw, even = folder / f"{name}.alaw", folder / f"{name}.wav"
    _synthesize(even, RATE, hz)
    subprocess.run(["sox", "-V1", str(even), "-e", "a-law", "-t", "raw", str(raw)], check=True)
    return Voice(name, raw, read_wav(even))


def make_microphone(path: Path, hz: int) -> Path:
    """Write what Chromium plays into the call instead of a microphone: 48 kHz mono, looped by the browser."""
    _synthesize(path, _MICROPHONE_RATE, hz)
    return path


def _synthesize(path: Path, rate: int, hz: int) -> None:
    require("sox")
    shape = ["-r", str(rate), "-c", "1", "-b", "16"]
    subprocess.run(["sox", "-V1", "-n", *shape, str(path), "synth", "2", "sine", str(hz), "gain", "-8"], check=True)


def share_at(samples: Samples, hz: int, *, from_s: float = 0.0, length_s: float = 1.0) -> float:
    """Return how much (0-1) of the power of a stretch lies at `hz`; 0 for silence."""
    piece = samples[int(from_s * RATE) : int((from_s + length_s) * RATE)]
    if len(piece) < RATE // 10 or float(np.max(np.abs(piece))) < 1e-3:
        return 0.0
    power = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))) ** 2
    frequencies = np.fft.rfftfreq(len(piece), 1 / RATE)
    return float(power[np.abs(frequencies - hz) <= _WIDE_HZ].sum() / power.sum())


def seconds_of(samples: Samples, hz: int, *, step_s: float = 0.1) -> float:
    """Return for how long the tone is the loudest thing in a recording, looked at a tenth of a second at a time."""
    starts = np.arange(0, len(samples) / RATE - step_s, step_s)
    return step_s * sum(share_at(samples, hz, from_s=start, length_s=step_s) > 0.3 for start in starts)
