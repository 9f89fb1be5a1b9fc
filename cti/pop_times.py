"""How long an agent's page takes to show a customer: from the socket's read of AgentCalled to the page's own word.

An honest upper bound: the way of that word back to us is in it, and no two clocks are compared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import ceil
from time import monotonic

from cti.domain.ids import AgentId, CallId

KEPT = 1_000
PATIENCE_S = 10.0
"""A page that has said nothing by then did not show it while it mattered."""


class PopTimes:
    """The newest durations. `now` gives monotonic seconds."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._durations_s: deque[float] = deque(maxlen=KEPT)
        self._offered: dict[tuple[AgentId, CallId], float] = {}
        """Not shown yet; oldest first."""
        self._unseen = 0
        self.count = 0
        """Pops shown since the start."""

    def offered(self, agent_id: AgentId, call_id: CallId, at_monotonic: float) -> None:
        """A pop goes out to this agent because of what was read at `at_monotonic`. Told again: ignored."""
        self._give_up()
        self._offered.setdefault((agent_id, call_id), at_monotonic)

    def shown(self, agent_id: AgentId, call_id: CallId) -> None:
        """The agent's page says that it stands in the document. The first word counts; who says more is ignored."""
        self._give_up()
        began = self._offered.pop((agent_id, call_id), None)
        if began is not None:
            self._durations_s.append(self._now() - began)
            self.count += 1

    @property
    def unseen(self) -> int:
        """Pops that no page showed within `PATIENCE_S`."""
        self._give_up()
        return self._unseen

    def percentile_ms(self, share: float) -> float | None:
        """Nearest rank of the last `KEPT` durations, in ms: the value that `share` of them do not exceed."""
        if not self._durations_s:
            return None
        ranked = sorted(self._durations_s)
        return ranked[max(0, ceil(share * len(ranked)) - 1)] * 1000

    def _give_up(self) -> None:
        limit = self._now() - PATIENCE_S
        late = [key for key, began in self._offered.items() if began < limit]
        for key in late:
            del self._offered[key]
        self._unseen += len(late)
