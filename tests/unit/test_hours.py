"""Opening hours, public holidays with make-up workdays, and which flow answers a number when (P-1, P-8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti.domain.hours import (
    CalendarRules,
    Hotline,
    HotlineRules,
    HoursRules,
    Schedule,
    Span,
    SpecialDay,
    calendar_years,
    flow_for,
    hours_state,
    missing_years,
    next_change,
)

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: ZoneInfo = ZONE) -> datetime:
    """An instant of the hotline's clock, `2026-11-26 08:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def spans(*texts: str) -> tuple[Span, ...]:
    """`08:00-20:00`."""
    return tuple(Span(since=text[:5], until=text[6:]) for text in texts)


def rules(*texts: str, **given: Any) -> HoursRules:
    """One schedule `x` with the same spans every day."""
    return HoursRules(schedules=(Schedule(code="x", zh="x", en="x", week=(spans(*texts),) * 7, **given),))


def state(text: str, code: str = "office", hours: HoursRules | None = None) -> str:
    return hours_state(hours or HoursRules(), CalendarRules(), code, at(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-26 08:59:59.999999", "closed"),
        ("2026-11-26 09:00", "open"),
        ("2026-11-26 17:59:59.999999", "open"),
        ("2026-11-26 18:00", "closed"),
        ("2026-11-28 10:00", "closed"),  # a Saturday
        ("2026-10-10 10:00", "open"),  # a Saturday that is worked for National Day
        ("2026-09-20 18:00", "closed"),  # such a Sunday, in the evening
        ("2026-10-01 10:00", "holiday"),
        ("2026-10-05 03:00", "holiday"),
        ("2026-10-08 09:00", "open"),
    ],
)
def test_office_hours_know_weekends_holidays_and_the_workdays_made_up_for_them(text: str, expected: str) -> None:
    assert state(text) == expected


def test_the_day_of_the_hotline_does_not_care_for_holidays() -> None:
    assert state("2026-10-01 20:59", "day") == "open"
    assert state("2026-10-01 21:00", "day") == "holiday"
    assert state("2026-10-08 21:00", "day") == "closed"


def test_a_span_over_midnight_belongs_to_the_evening_it_begins_on() -> None:
    """The night before the holiday runs on into it; the evening of the holiday is shut."""
    night = rules("20:00-08:00", holidays=())
    assert state("2026-10-01 07:59", "x", night) == "open"
    assert state("2026-10-01 20:00", "x", night) == "holiday"
    assert state("2026-10-08 03:00", "x", night) == "closed"
    assert state("2026-10-08 20:00", "x", night) == "open"


def test_a_holiday_may_have_spans_of_its_own() -> None:
    short = rules("08:00-20:00", holidays=spans("10:00-12:00"))
    assert [state(f"2026-10-01 {clock}", "x", short) for clock in ("09:00", "10:00", "12:00")] == [
        "holiday",
        "open",
        "holiday",
    ]


@pytest.mark.parametrize(
    "whole", [("00:00-24:00",), ("08:00-08:00",), ("00:00-12:00", "12:00-24:00"), ("24:00-24:00",)]
)
def test_round_the_clock_never_closes(whole: tuple[str, ...]) -> None:
    hours = rules(*whole)
    for text in ("2026-02-28 00:00", "2026-06-30 07:59:59", "2026-12-31 23:59:59.999999"):
        assert state(text, "x", hours) == "open"
        assert next_change(hours, CalendarRules(), "x", at(text)) is None


def test_a_schedule_nobody_knows_sends_no_caller_away() -> None:
    assert state("2026-10-01 03:00", "gone") == "open"
    assert next_change(HoursRules(), CalendarRules(), "gone", at("2026-10-01 03:00")) is None


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ("2026-11-26 08:59:59", "2026-11-26 09:00"),
        ("2026-11-26 09:00", "2026-11-26 18:00"),
        ("2026-11-27 18:00", "2026-11-30 09:00"),  # over the weekend
        ("2026-09-30 18:00", "2026-10-08 09:00"),  # over National Day
        ("2026-10-09 20:00", "2026-10-10 09:00"),  # a Saturday that is worked
    ],
)
def test_the_next_change_is_told_to_the_instant(now: str, change: str) -> None:
    found = next_change(HoursRules(), CalendarRules(), "office", at(now))
    assert found == at(change)
    assert found.tzinfo is ZONE


def test_clock_times_hold_when_a_zone_puts_its_clocks_forward() -> None:
    """Berlin, 29 March 2026: 02:00 is followed by 03:00, so eight hours of the clock are seven of time."""
    berlin = ZoneInfo("Europe/Berlin")
    night = rules("22:00-06:00")
    opened = at("2026-03-28 22:00", berlin)
    closes = next_change(night, CalendarRules(days=()), "x", opened)
    assert closes == at("2026-03-29 06:00", berlin)
    assert closes.astimezone(UTC) - opened.astimezone(UTC) == timedelta(hours=7)
    left_out = rules("02:10-03:05")
    assert next_change(left_out, CalendarRules(days=()), "x", at("2026-03-28 04:00", berlin)) == at(
        "2026-03-30 02:10", berlin
    )


# --- laws -------------------------------------------------------------------------------------------------------------

CLOCKS = st.sampled_from(["00:00", "00:30", "06:00", "08:00", "12:00", "20:00", "23:59", "24:00"])
DAYS_SPANS = st.lists(st.builds(Span, since=CLOCKS, until=CLOCKS), max_size=2).map(tuple)
SCHEDULES = st.builds(
    Schedule,
    code=st.just("x"),
    zh=st.just("x"),
    en=st.just("x"),
    week=st.lists(DAYS_SPANS, min_size=7, max_size=7).map(tuple),
    holidays=st.none() | DAYS_SPANS,
)
FIRST = date(2026, 3, 26)
CALENDARS = st.lists(
    st.builds(
        SpecialDay,
        on=st.integers(0, 12).map(lambda day: FIRST + timedelta(days=day)),
        kind=st.sampled_from(["holiday", "workday"]),
        zh=st.just("x"),
        en=st.just("x"),
    ),
    max_size=6,
    unique_by=lambda day: day.on,
).map(lambda days: CalendarRules(days=tuple(days)))
ZONES = st.sampled_from([ZONE, ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")])
MINUTES = st.integers(0, 9 * 24 * 60)


@settings(max_examples=100, deadline=None)
@given(SCHEDULES, CALENDARS, ZONES, MINUTES, st.lists(st.integers(0, 999), min_size=5, max_size=20))
def test_until_the_next_change_nothing_changes_and_then_it_does(
    schedule: Schedule, calendar: CalendarRules, zone: ZoneInfo, minutes: int, looks: list[int]
) -> None:
    """Looked at anywhere between now and the change, at its last instant, and at the change itself."""
    hours = HoursRules(schedules=(schedule,))
    now = datetime(2026, 3, 26, tzinfo=UTC) + timedelta(minutes=minutes)

    def is_open(instant: datetime) -> bool:
        return hours_state(hours, calendar, "x", instant.astimezone(zone)) == "open"

    found = next_change(hours, calendar, "x", now.astimezone(zone))
    change = (found or now + timedelta(days=30)).astimezone(UTC)
    assert change > now
    for look in (*looks, 0):
        assert is_open(now + (change - now) * look / 1000) is is_open(now)
    if found is not None:
        assert is_open(change - timedelta(microseconds=1)) is is_open(now)
        assert is_open(change) is not is_open(now)


# --- who answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        ("95001", "2026-11-26 08:00", ("consult-day", "schedule")),
        ("95001", "2026-11-26 21:00", ("consult-night", "schedule")),
        ("95002", "2026-10-01 10:00", ("complaints-day", "schedule")),  # the hotline's day knows no holidays
        ("95000", "2026-11-26 03:00", ("selftest", "schedule")),
        ("95009", "2026-11-26 10:00", ("fallback", "unknown")),
    ],
)
def test_by_day_one_flow_answers_and_by_night_the_other(number: str, text: str, expected: tuple[str, str]) -> None:
    assert flow_for(HotlineRules(), HoursRules(), CalendarRules(), number, at(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-01 10:00", ("night", "holiday")),
        ("2026-10-10 10:00", ("day", "workday")),
        ("2026-10-09 10:00", ("day", "schedule")),
    ],
)
def test_it_is_said_when_the_calendar_decides(text: str, expected: tuple[str, str]) -> None:
    hotlines = HotlineRules(
        hotlines=(Hotline(number="95001", zh="x", en="x", schedule="office", day="day", night="night"),)
    )
    assert flow_for(hotlines, HoursRules(), CalendarRules(), "95001", at(text)) == expected


# --- the shipped calendar ---------------------------------------------------------------------------------------------


def test_the_shipped_calendar_is_the_announced_one() -> None:
    """33 days off; six weekend days are worked."""
    days = CalendarRules().days
    assert len([day for day in days if day.kind == "holiday"]) == 33
    worked = {day.on for day in days if day.kind == "workday"}
    assert {on.isoformat() for on in worked} == {
        *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
    }
    assert all(on.weekday() >= 5 for on in worked)
    assert len({day.on for day in days}) == len(days)
    assert [day.on for day in days] == sorted(day.on for day in days)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 11, 30), []),
        (date(2026, 12, 1), [2027]),
        (date(2027, 1, 1), [2027]),
        (date(2027, 12, 1), [2027, 2028]),
    ],
)
def test_a_year_that_is_near_and_not_in_the_calendar_is_missed(today: date, missing: list[int]) -> None:
    assert calendar_years(CalendarRules()) == [2026]
    assert missing_years(CalendarRules(), today) == missing
