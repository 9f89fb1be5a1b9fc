"""A clock for the web edge's tests."""

from __future__ import annotations

from datetime import datetime, timedelta


class Clock:
    """Goes only when told."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
