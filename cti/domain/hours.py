"""Opening hours, public holidays with make-up workdays, and which flow answers which hotline when. Pure (P-1, P-8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cti.domain.holidays import HOLIDAYS

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


Spans = Annotated[tuple[Span, ...], Meta(max_length=10)]


class Schedule(Rule, frozen=True, kw_only=True):
    """Opening hours. `week`: Monday first, the spans of each day, by the clock of the hotline's zone."""

    code: Code
    zh: Word
    en: Word
    week: Annotated[tuple[Spans, ...], Meta(min_length=7, max_length=7)] = ((Span(since="08:00", until="20:00"),),) * 7
    holidays: Spans | None = None
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


def announced_days() -> Iterator[SpecialDay]:
    """Yield every announced day, holiday by holiday."""
    for holiday in HOLIDAYS:
        for day in range((holiday.last - holiday.first).days + 1):
            on = holiday.first + timedelta(days=day)
            yield SpecialDay(on=on, kind="holiday", zh=holiday.zh, en=holiday.en)
        for on in holiday.workdays:
            yield SpecialDay(on=on, kind="workday", zh=f"{holiday.zh}调休", en=f"Work for {holiday.en}")


class CalendarRules(Rule, frozen=True, kw_only=True):
    """Public holidays and make-up workdays, as the State Council announces them a year at a time."""

    days: Annotated[tuple[SpecialDay, ...], Meta(max_length=2000)] = tuple(
        sorted(announced_days(), key=lambda day: day.on)
    )


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


# --- what they mean -------------------------------------------------------------------------------------------------

State = Literal["open", "closed", "holiday"]
LOOKED_AHEAD_DAYS = 400
"""A change further away than a year is as good as none."""


def hours_state(rules: HoursRules, calendar: CalendarRules, code: str, now: datetime) -> State:
    """Return `open`, else `holiday` on a public holiday, else `closed`. `now` is aware, in the hotline's zone.

    A span belongs to the day it begins on, so the night before a holiday runs on into it. Both edges are exact: open
    from the first instant of a span until just before its end. An unknown schedule is open: nobody is sent away by a
    mistake of ours.
    """
    schedule = find_schedule(rules, code)
    days = _by_date(calendar)
    if schedule is None or _is_open(schedule, days, now):
        return "open"
    today = days.get(now.date())
    return "holiday" if today is not None and today.kind == "holiday" else "closed"


def next_change(rules: HoursRules, calendar: CalendarRules, code: str, now: datetime) -> datetime | None:
    """Return when the schedule next opens or closes, in the zone of `now`; None: not within 400 days.

    Cost: some microseconds for each day looked ahead; a schedule that never changes needs them all.
    """
    schedule = find_schedule(rules, code)
    if schedule is None:
        return None
    instant = now.astimezone(UTC)
    edges = (edge for stretch in _stretches(schedule, _by_date(calendar), now) for edge in stretch)
    change = next((edge for edge in edges if edge > instant), None)
    if change is None or change > instant + timedelta(days=LOOKED_AHEAD_DAYS):
        return None
    return change.astimezone(now.tzinfo)


def flow_for(
    hotlines: HotlineRules, hours: HoursRules, calendar: CalendarRules, number: str, now: datetime
) -> tuple[str, str]:
    """Return the name of the flow that answers `number` now, and why.

    Why: `schedule`, `holiday`, `workday` (a make-up workday), `unknown` (no hotline of ours: the fallback flow).
    """
    hotline = find_hotline(hotlines, number)
    if hotline is None:
        return hotlines.fallback, "unknown"
    is_open = hours_state(hours, calendar, hotline.schedule, now) == "open"
    return hotline.day if is_open else hotline.night, _why(find_schedule(hours, hotline.schedule), calendar, now)


def find_hotline(hotlines: HotlineRules, number: str) -> Hotline | None:
    """Return the hotline of a number; None for one that is not ours."""
    return next((one for one in hotlines.hotlines if one.number == number), None)


def find_schedule(rules: HoursRules, code: str) -> Schedule | None:
    """Return a schedule by its code; None when there is no such."""
    return next((one for one in rules.schedules if one.code == code), None)


def calendar_years(calendar: CalendarRules) -> list[int]:
    """Return the years that have a public holiday, in order."""
    return sorted({day.on.year for day in calendar.days if day.kind == "holiday"})


def missing_years(calendar: CalendarRules, today: date) -> list[int]:
    """Return which of this year and, from 1 December on, the next have no public holidays yet."""
    near = [today.year, today.year + 1] if today.month == 12 else [today.year]
    return [year for year in near if year not in calendar_years(calendar)]


def _why(schedule: Schedule | None, calendar: CalendarRules, now: datetime) -> str:
    today = _by_date(calendar).get(now.date())
    if schedule is None or today is None:
        return "schedule"
    if today.kind == "holiday":
        return "schedule" if schedule.holidays is None else "holiday"
    return "workday"


def _by_date(calendar: CalendarRules) -> dict[date, SpecialDay]:
    return {day.on: day for day in calendar.days}


def _is_open(schedule: Schedule, days: Mapping[date, SpecialDay], now: datetime) -> bool:
    """A span that begins the day before yesterday may still run: one from 24:00 to 24:00."""
    instant = now.astimezone(UTC)
    return any(
        since <= instant < until for ahead in (-2, -1, 0) for since, until in _spans_on(schedule, days, now, ahead)
    )


def _stretches(
    schedule: Schedule, days: Mapping[date, SpecialDay], now: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times without a gap in which it is open, in order: spans that meet or overlap are one."""
    spans = (
        span for ahead in range(-2, LOOKED_AHEAD_DAYS + 2) for span in sorted(_spans_on(schedule, days, now, ahead))
    )
    stretch: tuple[datetime, datetime] | None = None
    for since, until in spans:
        if stretch is not None and since <= stretch[1]:
            stretch = stretch[0], max(stretch[1], until)
            continue
        if stretch is not None:
            yield stretch
        stretch = since, until
    if stretch is not None:
        yield stretch


def _spans_on(
    schedule: Schedule, days: Mapping[date, SpecialDay], now: datetime, ahead: int
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans that begin `ahead` days after `now`'s day, as UTC instants.

    Instants, because two clock times of one zone do not compare across a change of its clocks.
    """
    on = now.date() + timedelta(days=ahead)
    midnight = datetime.combine(on, time(), now.tzinfo)
    for span in _spans_of(schedule, days.get(on), on):
        since, until = _minutes(span.since), _minutes(span.until)
        until += 24 * 60 if until <= since else 0
        begins, ends = _instant(midnight, since), _instant(midnight, until)
        if begins < ends:  # not so for one inside the hour that the clocks leave out
            yield begins, ends


def _spans_of(schedule: Schedule, special: SpecialDay | None, on: date) -> tuple[Span, ...]:
    if special is not None and special.kind == "workday":
        return schedule.week[0]
    if special is not None and schedule.holidays is not None:
        return schedule.holidays
    return schedule.week[on.weekday()]


def _instant(midnight: datetime, minutes: int) -> datetime:
    """The clock shows `minutes` after midnight; on a day whose clocks change that is not so many minutes later."""
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
