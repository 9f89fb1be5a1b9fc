"""The facts of a step, put together from what others know: the queues, the rules, the block list, the line outwards.

Asked at every step of every caller: nothing is copied, and what has not changed is the same object as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Protocol

from cti.domain.hours import CalendarRules, HoursRules
from cti.domain.ids import QueueName
from cti.domain.rulebook import CallingRules
from ivr.language.facts import Facts, QueueFacts


class Load(Protocol):
    """`staffing.waits.QueueNow`, as far as flows know it."""

    @property
    def waiting_count(self) -> int: ...
    @property
    def ready_count(self) -> int: ...
    @property
    def seat_count(self) -> int: ...
    @property
    def expected_wait_s(self) -> float | None: ...


class World:
    """Makes facts. `queues` gives the same mapping until something changed; `has_line`: there is a carrier.

    `is_blocked` is asked with the caller's number as calls have it.
    """

    def __init__(
        self,
        *,
        queues: Callable[[], Mapping[QueueName, Load]],
        calling: Callable[[], CallingRules],
        has_line: Callable[[], bool],
        is_blocked: Callable[[str], bool],
        clock: Callable[[], datetime],
        zone: tzinfo,
    ) -> None:
        self._queues = queues
        self._calling = calling
        self._has_line = has_line
        self._is_blocked = is_blocked
        self._clock = clock
        self._zone = zone
        self._seen: Mapping[QueueName, Load] | None = None
        self._facts: dict[str, QueueFacts] = {}

    def facts(self, hotline: str, caller_number: str, hours: HoursRules, calendar: CalendarRules) -> Facts:
        """Return what a step may know now. The rules are those the call began with."""
        return Facts(
            now=self._clock().astimezone(self._zone),
            hotline=hotline,
            caller_number=caller_number,
            is_blocked=bool(caller_number) and self._is_blocked(caller_number),
            queues=self.queues(),
            hours=hours,
            calendar=calendar,
            can_call_back=self._has_line() and self._calling().is_on,
        )

    def queues(self) -> dict[str, QueueFacts]:
        """Return all queues as flows see them; do not change it."""
        loads = self._queues()
        if loads is not self._seen:
            self._seen = loads
            self._facts = {
                str(name): QueueFacts(
                    waiting_count=load.waiting_count,
                    ready_count=load.ready_count,
                    seat_count=load.seat_count,
                    expected_wait_s=load.expected_wait_s,
                )
                for name, load in loads.items()
            }
        return self._facts
