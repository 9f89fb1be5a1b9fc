"""A finished recording: what is kept of it."""

from __future__ import annotations

import hashlib

import msgspec

from ivr.prompt_book import RATE_HZ


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """8 kHz A-law, trimmed and levelled. Levels in dB of full scale, as callers hear it."""

    samples: bytes
    level_dbfs: float
    peak_dbfs: float
    trimmed_s: float
    """Silence that was cut off at both ends."""

    @property
    def length_s(self) -> float:
        """How long it takes."""
        return len(self.samples) / RATE_HZ

    @property
    def sha256(self) -> str:
        """The recording's mark."""
        return hashlib.sha256(self.samples).hexdigest()
