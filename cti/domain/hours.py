"""Opening hours, public holidays with make-up workdays, and which flow answers which hotline when. Pure (P-1, P-8)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Code = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$(?!\n)")]
Word = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f]+$(?!\n)")]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)|^24:00$(?!\n)")]
"""`08:00`; `24:00` is the end of the day."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One option's value, or a part of one."""


class Span(Rule, frozen=True, kw_only=True):
    """From an instant of the day to another; over midnight when `until` is not after `since`."""

    since: Clock
    until: Clock


class Schedule(Rule, frozen=True, kw_only=True):
    """Opening hours. `week`: Monday first, the spans of each day."""

    code: Code
    zh: Word
    en: Word
    week: tuple[tuple[Span, ...], ...] = ((Span(since="08:00", until="20:00"),),) * 7
    holidays: tuple[Span, ...] | None = None
    """Spans of a public holiday; None: as on any other day, empty: closed. A make-up workday is open like Monday."""


class HoursRules(Rule, frozen=True, kw_only=True):
    """All schedules. The day of the hotline is P-8's: night begins when only the night shift is left."""

    schedules: Annotated[tuple[Schedule, ...], Meta(max_length=40)] = (
        Schedule(code="day", zh="白班", en="Day", week=((Span(since="08:00", until="21:00"),),) * 7),
        Schedule(
            code="office",
            zh="办公时间",
            en="Office hours",
            week=((Span(since="09:00", until="18:00"),),) * 5 + ((),) * 2,
            holidays=(),
        ),
    )


class SpecialDay(Rule, frozen=True, kw_only=True):
    """A day that is not what its weekday says."""

    on: date
    kind: Literal["holiday", "workday"]
    zh: Word
    en: Word


class CalendarRules(Rule, frozen=True, kw_only=True):
    """Public holidays and make-up workdays, as the State Council announces them a year at a time."""

    days: Annotated[tuple[SpecialDay, ...], Meta(max_length=2000)] = ()


class Hotline(Rule, frozen=True, kw_only=True):
    """One access number: the flow that answers while `schedule` is open, and the one that answers otherwise."""

    number: Annotated[str, Meta(pattern=r"^[0-9]{3,15}$(?!\n)")]
    zh: Word
    en: Word
    schedule: Code
    day: Code
    night: Code


class HotlineRules(Rule, frozen=True, kw_only=True):
    """All access numbers (P-1), and the flow for everything that cannot be led by its own."""

    hotlines: Annotated[tuple[Hotline, ...], Meta(max_length=60)] = (
        Hotline(
            number="95001", zh="咨询热线", en="Consultation", schedule="day", day="consult-day", night="consult-night"
        ),
        Hotline(
            number="95002",
            zh="投诉热线",
            en="Complaints",
            schedule="day",
            day="complaints-day",
            night="complaints-night",
        ),
        Hotline(number="95003", zh="服务热线", en="Service", schedule="day", day="service-day", night="service-night"),
        Hotline(number="95000", zh="自检号码", en="Self-test", schedule="day", day="selftest", night="selftest"),
    )
    fallback: Code = "fallback"
