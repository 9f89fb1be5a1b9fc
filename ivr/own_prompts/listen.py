"""A recording as a browser plays it."""

from __future__ import annotations

import io
import warnings
import wave
from pathlib import Path

from ivr.prompt_book import RATE_HZ

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in decode
    from pydub.utils import audioop


def wav_of(path: Path) -> bytes:
    """Return an A-law file as 16 bit WAV, whole: two minutes are 2 MB. Raises: OSError."""
    data = path.read_bytes()
    if path.suffix == ".wav":
        return data
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(audioop.alaw2lin(data, 2))
    return made.getvalue()
