"""What rules of the hotline must fit, and what the check page says of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cti.domain.findings import Level
from cti.domain.hours import CalendarRules, HotlineRules
from ivr.flow_findings import calendar_findings
from ivr.hotline_rules import ANSWERED, hotlines_of

DIALPLAN = Path(__file__).resolve().parents[2] / "docker/asterisk/etc/extensions.conf"


def test_the_numbers_that_may_be_hotlines_are_those_the_dialplan_answers() -> None:
    assert tuple(f"9500{digit}" for digit in range(4)) == ANSWERED
    door = DIALPLAN.read_text("utf-8").split("[from-trunk]", 1)[1]
    assert next(line for line in door.splitlines() if line.startswith("exten")).startswith("exten => _9500[0-3],1,")
    assert {one.number for one in HotlineRules().hotlines} == set(ANSWERED)


def test_a_flow_may_answer_a_number_by_day_and_by_night() -> None:
    assert hotlines_of(HotlineRules(), "selftest") == ["95000:day", "95000:night"]
    assert hotlines_of(HotlineRules(), "fallback") == []


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (date(2026, 11, 30), [("calendar.ok", Level.OK, "")]),
        (date(2026, 12, 1), [("calendar.missing", Level.WARN, "2027")]),
        (date(2027, 12, 31), [("calendar.missing", Level.WARN, "2027"), ("calendar.missing", Level.WARN, "2028")]),
    ],
)
def test_a_year_without_holidays_is_a_finding(today: date, found: list[tuple[str, Level, str]]) -> None:
    assert [(one.code, one.level, one.about) for one in calendar_findings(CalendarRules(), today)] == found
