"""Tells pages that the list of promised calls has changed: how often and when, never what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from cti.domain.changes import Change, ListView

TOPIC, KEY = "callbacks", "list"


class CallbackNews:
    """`tell` is called after the commit. `publish`: to the live feed."""

    def __init__(self, publish: Callable[[Sequence[Change]], None], clock: Callable[[], datetime]) -> None:
        self._publish = publish
        self._clock = clock
        self._count = 0

    def tell(self) -> None:
        """The list in the database is another one now."""
        self._count += 1
        self._publish([Change(TOPIC, KEY, ListView(changes_count=self._count, changed_at=self._clock()))])
