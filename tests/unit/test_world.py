"""The facts of a step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from cti.domain.hours import CalendarRules, HoursRules
from cti.domain.ids import QueueName
from cti.domain.rulebook import CallingRules
from ivr.driving.world import World
from ivr.language.facts import Facts
from staffing.waits import QueueNow

CONSULT = QueueName("consult")


class Around:
    """What a world is told."""

    def __init__(self) -> None:
        self.queues: Mapping[QueueName, QueueNow] = {CONSULT: QueueNow(waiting_count=3, seat_count=2)}
        self.calling = CallingRules(is_on=True, prefixes={"agent": ("0",)})
        self.has_line = True
        self.world = World(
            queues=lambda: self.queues,
            calling=lambda: self.calling,
            has_line=lambda: self.has_line,
            is_blocked=lambda number: number == "13800138000",
            clock=lambda: datetime(2026, 11, 24, 17, 30, tzinfo=UTC),
            zone=ZoneInfo("Asia/Shanghai"),
        )

    def facts(self, number: str = "02155667788") -> Facts:
        return self.world.facts("95001", number, HoursRules(), CalendarRules())


def test_now_is_the_hotlines_own_day() -> None:
    assert Around().facts().now.isoformat() == "2026-11-25T01:30:00+08:00"


def test_queues_are_counted_anew_only_when_something_changed() -> None:
    around = Around()
    first = around.facts()
    assert first.queues["consult"].waiting_count == 3
    assert around.facts().queues is first.queues
    around.queues = {CONSULT: QueueNow(waiting_count=4, ready_count=1, seat_count=2, expected_wait_s=0.0)}
    found = around.facts().queues["consult"]
    assert msgspec.structs.astuple(found) == (4, 1, 2, 0.0)


def test_a_blocked_number_is_blocked_and_a_withheld_one_is_nobodys() -> None:
    around = Around()
    assert around.facts("13800138000").is_blocked
    assert not around.facts().is_blocked
    assert not around.facts("").is_blocked


def test_a_call_back_takes_a_line_and_the_rule_that_calls_go_out() -> None:
    around = Around()
    assert around.facts().can_call_back
    around.has_line = False
    assert not around.facts().can_call_back
    around.has_line, around.calling = True, CallingRules()
    assert not around.facts().can_call_back
