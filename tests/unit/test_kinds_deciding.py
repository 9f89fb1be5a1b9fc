"""Nodes that choose a way by what is known: hours, conditions, look-ups, jumps."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from cti.domain.hours import CalendarRules, SpecialDay
from ivr.kinds.deciding import holds
from ivr.kinds.shapes import Position, When
from ivr.kinds.visiting import Here
from ivr.language.actions import Failed, Found, LookUp, NotFound
from ivr.language.facts import Facts, QueueFacts
from ivr.language.stepping import Stuck, start, step
from tests.walking import NOW, Walk, facts_of, flow_of

HOLIDAY = CalendarRules(days=(SpecialDay(on=date(2026, 11, 25), kind="holiday", zh="假日", en="Holiday"),))
HOURS = {"kind": "hours", "schedule": "office", "open": "person", "closed": "bye"}
LOOK_UP = {"kind": "look_up", "what": "customer", "found": "person", "not_found": "bye", "failed": "lost"}
LOST = {"kind": "hang_up"}
QUEUES = {
    "consult": QueueFacts(waiting_count=2, ready_count=0, seat_count=3, expected_wait_s=90),
    "service": QueueFacts(waiting_count=1, ready_count=2, seat_count=2),
}


@pytest.mark.parametrize(
    ("now", "calendar", "seen"),
    [
        (NOW, CalendarRules(days=()), ["here open", "person to_queue"]),
        (NOW.replace(hour=18, minute=0), CalendarRules(days=()), ["here closed", "bye hang_up"]),
        (NOW, HOLIDAY, ["here holiday", "bye hang_up"]),
    ],
)
def test_the_clock_and_the_calendar_choose(now: Any, calendar: CalendarRules, seen: list[str]) -> None:
    walk = Walk(flow_of({"here": HOURS}), facts=facts_of(now=now, calendar=calendar))
    assert walk.seen == seen


def test_a_holiday_may_have_a_way_of_its_own() -> None:
    flow = flow_of({"here": {**HOURS, "holiday": "feast"}, "feast": {"kind": "hang_up"}})
    assert Walk(flow, facts=facts_of(calendar=HOLIDAY)).seen == ["here holiday", "feast hang_up"]


TESTS: list[tuple[dict[str, Any], bool]] = [
    ({"fact": "waiting", "queue": "consult", "at_least": 2}, True),
    ({"fact": "waiting", "queue": "consult", "at_least": 3}, False),
    ({"fact": "waiting", "at_least": 3, "at_most": 3}, True),
    ({"fact": "waiting", "queue": "nowhere", "at_least": 0}, False),
    ({"fact": "ready", "queue": "consult", "at_most": 0}, True),
    ({"fact": "seats", "at_least": 5}, True),
    ({"fact": "expected_wait_s", "at_least": 90, "at_most": 90}, True),
    ({"fact": "expected_wait_s", "queue": "service", "at_least": 0}, False),
    ({"fact": "blocked", "is_one_of": ["no"]}, True),
    ({"fact": "blocked", "is_one_of": ["yes"]}, False),
    ({"fact": "number", "is_one_of": ["known"]}, True),
    ({"fact": "callback", "is_one_of": ["no"]}, True),
    ({"fact": "time", "since": "10:30", "until": "11:00"}, True),
    ({"fact": "time", "since": "10:00", "until": "10:30"}, False),
    ({"fact": "time", "since": "22:00", "until": "11:00"}, True),
    ({"fact": "time", "since": "22:00", "until": "06:00"}, False),
    ({"fact": "time", "since": "10:00"}, True),
    ({"fact": "variable", "variable": "kind", "is_one_of": ["gold", "vip"]}, True),
    ({"fact": "variable", "variable": "unknown", "is_one_of": ["", "x"]}, False),
    ({"fact": "variable", "variable": "count", "at_least": 7}, True),
    ({"fact": "variable", "variable": "kind", "at_least": 0}, False),
    ({"fact": "variable", "variable": "odd", "at_least": 0}, False),
]


@pytest.mark.parametrize(("when", "expected"), TESTS)
def test_a_test_holds_when_all_it_says_is_so(when: dict[str, Any], expected: bool) -> None:
    variables = {"kind": "vip", "count": "7", "odd": "1_0"}
    here = Here(flow_of({"here": LOST}), Position(flow="m", node="here", variables=variables), facts_of(queues=QUEUES))
    assert holds(msgspec.convert(when, When), here) == expected


def test_the_first_case_that_holds_is_taken() -> None:
    busy = [{"fact": "waiting", "at_least": 1}, {"fact": "ready", "at_most": 0}]
    cases = [{"when": busy, "to": "bye"}, {"when": [{"fact": "waiting", "at_least": 1}], "to": "person"}]
    flow = flow_of({"here": {"kind": "condition", "cases": cases, "otherwise": "lost"}, "lost": LOST})
    assert Walk(flow, facts=facts_of(queues=QUEUES)).seen == ["here case", "person to_queue"]
    assert Walk(flow, facts=facts_of(queues={"consult": QueueFacts(waiting_count=1)})).seen[1] == "bye hang_up"
    assert Walk(flow).seen == ["here case", "lost hang_up"]


def test_a_customer_is_looked_up_by_his_number() -> None:
    walk = Walk(flow_of({"here": LOOK_UP, "lost": LOST}))
    assert walk.actions[-1] == LookUp("customer", {"number": "13800138000"})
    walk.give(Found({"customer_class": "gold\n" + "x" * 200, "customer_known": "yes", "password": "x"}))
    assert walk.position.variables == {"customer_class": "gold" + "x" * 96, "customer_known": "yes"}
    assert walk.seen[1:] == ["here found", "person to_queue"]


def test_a_customer_who_is_not_found_is_known_not_to_be_one() -> None:
    walk = Walk(flow_of({"here": LOOK_UP, "lost": LOST}))
    walk.give(NotFound())
    assert walk.position.variables["customer_known"] == "no"
    nobody = Walk(flow_of({"here": LOOK_UP, "lost": LOST}), facts=facts_of(caller_number=""))
    assert nobody.seen == ["here not_found", "bye hang_up"]


def test_a_look_up_that_fails_has_its_own_way() -> None:
    walk = Walk(flow_of({"here": LOOK_UP, "lost": LOST}))
    walk.give(Failed("time is up"))
    assert walk.seen[1:] == ["here failed", "lost hang_up"]


def test_a_webhook_is_sent_what_the_node_says_and_gives_what_the_node_takes() -> None:
    node = {**LOOK_UP, "what": "webhook", "webhook": "erp", "sends": ["order"], "takes": {"state": "order_state"}}
    walk = Walk(flow_of({"here": {**node, "limit_s": 1.5}, "lost": LOST}), variables={"order": "42"})
    assert walk.actions[-1] == LookUp("webhook:erp", {"order": "42"}, 1.5, ("state",))
    walk.give(Found({"state": "sent", "order": "43"}))
    assert walk.position.variables == {"order": "42", "order_state": "sent"}


def test_a_jump_goes_on_in_the_other_flow_with_its_language_and_what_is_known() -> None:
    value = {"say": "prompt", "of": "x", "prefix": "p-"}
    other = flow_of({"hello": {"kind": "announce", "prompts": [value], "next": "bye"}}, name="n", language="en")
    walk = Walk(flow_of({"here": {"kind": "flow", "flow": "n"}}), other, variables={"x": "1"})
    assert walk.position == Position(flow="n", node="hello", variables={"x": "1"})
    assert walk.seen == ["here to_flow", "hello entered"]
    assert walk.notes[0].words == "n"


def test_what_is_not_there_is_named() -> None:
    flow = flow_of({"here": {"kind": "flow", "flow": "gone"}})
    with pytest.raises(Stuck, match="there is no menu gone"):
        Walk(flow)
    with pytest.raises(Stuck, match="there is no menu gone"):
        start({}, "gone")
    with pytest.raises(Stuck, match="no node gone in menu m"):
        step({"m": flow}, Position(flow="m", node="gone"), Found({}), Facts(now=NOW))


def test_who_goes_round_without_being_asked_is_stuck() -> None:
    flow = flow_of({"here": {**HOURS, "open": "again"}, "again": {**HOURS, "open": "here"}})
    with pytest.raises(Stuck, match="menu m goes round"):
        Walk(flow)
