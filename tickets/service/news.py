"""Tells pages that a list has changed: how often and when, never what. Departments learn nothing of others' tickets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from cti.domain.changes import Change, ListView

KEY = "list"


class News:
    """Publishes on the live feed; called after a commit."""

    def __init__(self, publish: Callable[[Sequence[Change]], None], clock: Callable[[], datetime]) -> None:
        self._publish = publish
        self._clock = clock
        self._counts: Counter[str] = Counter()

    def tell_tickets(self, departments: Iterable[str]) -> None:
        """A ticket was made or changed. `departments`: whose it is now, and whose it was."""
        self._tell("tickets", *(f"tickets.{code}" for code in sorted(set(departments))))

    def tell_customers(self) -> None:
        """A customer's file was made or changed."""
        self._tell("customers")

    def _tell(self, *topics: str) -> None:
        self._counts.update(topics)
        at = self._clock()
        self._publish(
            [Change(topic, KEY, ListView(changes_count=self._counts[topic], changed_at=at)) for topic in topics]
        )
