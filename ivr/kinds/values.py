"""Values a flow may read out or test: variables of the call, and standing ones that everybody has. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ivr.language.facts import Facts, QueueFacts

STANDING = ("number", "hotline", "date", "time", "waiting", "wait")
"""The caller's number, the number he dialled, today (`2026-11-25`), now (`15:20`), callers waiting in all queues, and
the longest wait expected in any of them, in whole minutes. `waiting-<queue>` and `wait-<queue>`: of one queue.
"""
OF_CUSTOMER = ("customer_known", "customer_class", "customer_vip")
OF_TICKET = ("ticket_state", "ticket_due")


def value_of(name: str, variables: Mapping[str, str], facts: Facts) -> str:
    """The text of a value; empty when nothing is known. A variable stands before a standing value of its name."""
    if name in variables:
        return variables[name]
    match name.partition("-"):
        case ("number", "", _):
            return facts.caller_number
        case ("hotline", "", _):
            return facts.hotline
        case ("date", "", _):
            return f"{facts.now:%Y-%m-%d}"
        case ("time", "", _):
            return f"{facts.now:%H:%M}"
        case ("waiting", _, queue):
            return str(count) if (count := waiting(facts, queue)) is not None else ""
        case ("wait", _, queue):
            return minutes(expected_wait_s(facts, queue))
    return ""


def is_standing(name: str) -> bool:
    """Tell whether this value is there without anybody setting it."""
    return name in STANDING or bool(queue_in(name))


def queue_in(name: str) -> str:
    """The queue in `waiting-<queue>` and `wait-<queue>`; empty in any other name."""
    what, _, queue = name.partition("-")
    return queue if what in ("waiting", "wait") else ""


def minutes(wait_s: float | None) -> str:
    """A wait in whole minutes, rounded up: who is told two minutes shall not wait two and a half."""
    return str(math.ceil(wait_s / 60)) if wait_s is not None and 0 <= wait_s < math.inf else ""


def waiting(facts: Facts, queue: str) -> int | None:
    """Callers waiting in `queue`, or in all of them when it is empty. None: nobody knows such a queue."""
    return _sum(one.waiting_count for one in queues(facts, queue))


def ready(facts: Facts, queue: str) -> int | None:
    """Members who could be rung. An agent who serves several queues counts in each."""
    return _sum(one.ready_count for one in queues(facts, queue))


def seats(facts: Facts, queue: str) -> int | None:
    """Members signed in on a reachable telephone. An agent who serves several queues counts in each."""
    return _sum(one.seat_count for one in queues(facts, queue))


def expected_wait_s(facts: Facts, queue: str) -> float | None:
    """The wait of one who joins now; of all queues the longest. None: nobody can say."""
    return max((one.expected_wait_s for one in queues(facts, queue) if one.expected_wait_s is not None), default=None)


def queues(facts: Facts, queue: str) -> list[QueueFacts]:
    """What is known of `queue`, of all when it is empty."""
    if not queue:
        return list(facts.queues.values())
    return [facts.queues[queue]] if queue in facts.queues else []


def _sum(counts: Iterable[int]) -> int | None:
    found = list(counts)
    return sum(found) if found else None
