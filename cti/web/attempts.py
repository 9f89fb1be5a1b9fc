"""How often somebody may try: a sliding minute for each name and each address."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import Enum


class Verdict(Enum):
    """`FIRST_REFUSAL` comes once for each full window: worth a row in the audit log, the ones after it are not."""

    ALLOWED = "allowed"
    FIRST_REFUSAL = "first_refusal"
    REFUSED = "refused"


class AttemptLimit:
    """At most `limit` attempts in `window_s` for each key. `now` gives monotonic seconds.

    Memory is bounded: beyond `capacity` keys the one longest unused is forgotten.
    """

    def __init__(self, limit: int, window_s: float, now: Callable[[], float], *, capacity: int = 10_000) -> None:
        self._limit = limit
        self._window_s = window_s
        self._now = now
        self._capacity = capacity
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._refused: set[str] = set()

    def attempt(self, key: str) -> Verdict:
        """Count one attempt. A refused one does not count, so whoever waits gets in."""
        tries = self._recent(key)
        if len(tries) < self._limit:
            tries.append(self._now())
            self._refused.discard(key)
            return Verdict.ALLOWED
        if key in self._refused:
            return Verdict.REFUSED
        self._refused.add(key)
        return Verdict.FIRST_REFUSAL

    def wait_s(self, key: str) -> float:
        """Seconds until the next attempt would be allowed."""
        tries = self._recent(key)
        return 0.0 if len(tries) < self._limit else max(0.0, math.ceil(tries[0] + self._window_s - self._now()))

    def forget(self, key: str) -> None:
        """The person proved who they are: earlier failures do not count."""
        self._tries.pop(key, None)
        self._refused.discard(key)

    def _recent(self, key: str) -> deque[float]:
        tries = self._tries.setdefault(key, deque())
        self._tries.move_to_end(key)
        while tries and tries[0] <= self._now() - self._window_s:
            tries.popleft()
        while len(self._tries) > self._capacity:
            gone, _ = self._tries.popitem(last=False)
            self._refused.discard(gone)
        return tries
