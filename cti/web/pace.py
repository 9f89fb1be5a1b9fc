"""How fast a browser may talk: so many messages a second, some more at once."""

from __future__ import annotations

from collections.abc import Callable


class Pace:
    """A bucket of tokens that fills again. `now` gives monotonic seconds."""

    def __init__(self, *, per_s: float, burst: float, now: Callable[[], float]) -> None:
        self._per_s = per_s
        self._burst = burst
        self._now = now
        self._tokens = burst
        self._at = now()

    def take(self) -> bool:
        """Spend one. Returns False when there is none."""
        now = self._now()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_s)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
