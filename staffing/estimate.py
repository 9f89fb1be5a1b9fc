"""How long a caller will wait: our own estimate (Asterisk's is the mean of past waits, blind to who is here now). Pure.

wait = (callers before him - free seats + 1) x handling time / seats, 0 while a seat is free for him. Reason: with all
seats busy and handling times without memory one ends every handling / seats seconds, and he is served by the one after
those before him. Handling time = talk + hold + wrap-up (metrics: AHT).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from cti.domain.ids import AgentId, QueueName

HANDLING_S = 180.0
"""Assumed until enough is known (metrics: capacity)."""
ASSUMED_COUNT = 4
"""The assumption weighs as much as so many talks."""
RECENT_COUNT = 60
"""A talk so many talks ago has lost two thirds of its weight: a quiet hour's worth of eight seats."""
LONGEST_HANDLING_S = 3600.0
"""Who forgot to end his wrap-up shall not frighten callers for the rest of the day."""

FORMULA = "(callers before him - free seats + 1) x handling time / seats"

Serving = Mapping[AgentId, Collection[QueueName]]
"""Agents with a seat now, and the queues each serves."""


def expected_wait_s(*, ahead: float, free_count: int, seat_count: int, handling_s: float) -> float | None:
    """Return the seconds until a person answers, from now on; None without a seat: nobody can say.

    `ahead`: callers who are served before him, in seats of his queue (`work_ahead`); `seat_count`: busy or free.
    """
    if seat_count <= 0:
        return None
    return max(0.0, ahead - free_count + 1.0) * handling_s / seat_count if ahead >= free_count else 0.0


def work_ahead(queue: QueueName, ahead_count: int, waiting: Mapping[QueueName, int], serving: Serving) -> float:
    """Return how many callers the seats of `queue` serve before him: those of other queues count by shared seats.

    A queue whose seats are all seats of his adds all who wait there; one that shares none adds nothing. Who comes
    first of two queues is not known (Asterisk lets each queue ring for itself), so all who wait now are before him.
    """
    mine = {agent_id for agent_id, queues in serving.items() if queue in queues}
    ahead = float(ahead_count)
    for other, count in waiting.items():
        if other == queue or count == 0:
            continue
        theirs = [agent_id for agent_id, queues in serving.items() if other in queues]
        shared = sum(agent_id in mine for agent_id in theirs)
        ahead += count * shared / len(theirs) if theirs else 0.0
    return ahead


class HandlingTimes(msgspec.Struct):
    """Mean handling time of each queue, newer talks counting more; of all together where a queue has had few."""

    means_s: dict[QueueName, float] = {}
    counts: dict[QueueName, int] = {}
    mean_s: float = HANDLING_S
    count: int = 0

    def add(self, queue: QueueName, handling_s: float) -> None:
        """Take one talk that is over, its wrap-up included."""
        handling_s = min(max(0.0, handling_s), LONGEST_HANDLING_S)
        self.means_s[queue] = _moved(self.of(queue), handling_s, self.counts.get(queue, 0))
        self.counts[queue] = self.counts.get(queue, 0) + 1
        self.mean_s = _moved(self.mean_s, handling_s, self.count)
        self.count += 1

    def of(self, queue: QueueName) -> float:
        """Return the seconds a caller of `queue` takes."""
        return self.means_s.get(queue, self.mean_s)


def _moved(mean_s: float, value_s: float, count: int) -> float:
    return mean_s + (value_s - mean_s) / min(count + ASSUMED_COUNT + 1, RECENT_COUNT)
