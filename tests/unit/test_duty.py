"""Days of duty, and the time spent with each reason."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cti.domain.duty import duty_day_start, seconds_by_reason
from tests.floor_words import at

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("local", "began"),
    [
        ("2026-11-25T08:00", "2026-11-25T08:00"),
        ("2026-11-25T07:59", "2026-11-24T08:00"),
        ("2026-11-25T23:59", "2026-11-25T08:00"),
        ("2026-11-26T00:01", "2026-11-25T08:00"),
        ("2027-01-01T03:00", "2026-12-31T08:00"),
    ],
)
def test_a_night_belongs_to_its_evening(local: str, began: str) -> None:
    instant = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)
    assert duty_day_start(instant, SHANGHAI) == datetime.fromisoformat(began).replace(tzinfo=SHANGHAI)


def test_a_reason_lasts_until_the_next_mode() -> None:
    modes = [(at(0), "not_ready", "break"), (at(60), "ready", ""), (at(100), "not_ready", "break")]
    assert seconds_by_reason(modes, at(0), at(130)) == {"break": 90.0}


def test_what_lay_before_the_day_is_not_counted() -> None:
    assert seconds_by_reason([(at(0), "not_ready", "meal")], at(50), at(80)) == {"meal": 30.0}


def test_wrap_up_and_ready_are_no_reasons() -> None:
    modes = [(at(0), "wrap_up", ""), (at(10), "ready", ""), (at(20), "signed_out", "")]
    assert seconds_by_reason(modes, at(0), at(99)) == {}


def test_nothing_known_is_nothing_used() -> None:
    assert seconds_by_reason([], at(0), at(10)) == {}
