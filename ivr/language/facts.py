"""What a flow may know of the world at a step. The same facts give the same step. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cti.domain.hours import CalendarRules, HoursRules


class QueueFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One queue now."""

    waiting_count: int = 0
    ready_count: int = 0
    """Members who could be rung: neither paused nor busy, on a reachable telephone."""
    seat_count: int = 0
    """Members signed in on a reachable telephone, busy or paused or not: whoever is in wrap-up is back in seconds, so a
    caller may join (queues.conf, joinempty)."""
    expected_wait_s: float | None = None
    """Our own estimate for a caller who joins now; None: nobody can say."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a step may ask. `now` is aware, in the hotline's zone."""

    now: datetime
    hotline: str = ""
    caller_number: str = ""
    """As calls have it; empty when withheld."""
    is_blocked: bool = False
    queues: dict[str, QueueFacts] = {}
    hours: HoursRules = HoursRules()
    calendar: CalendarRules = CalendarRules()
    can_call_back: bool = False
    """There is a line outwards and calling out is on: a callback can be promised."""
