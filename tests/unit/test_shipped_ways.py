"""Callers walked through the shipped flows: everybody reaches a person, or hears honestly why not (P-1, P-4, P-9)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ivr.kinds.shapes import Position
from ivr.language.actions import (
    Action,
    Ask,
    EndCall,
    Entered,
    Failed,
    Found,
    LookUp,
    NotFound,
    NoticePlayed,
    Played,
    Pressed,
    Rate,
    Recorded,
    Say,
    TakeCallback,
    TakeMessage,
    ToQueue,
)  # fmt: skip
from ivr.language.facts import QueueFacts
from ivr.language.stepping import step
from tests.unit.test_shipped_flows import SHIPPED
from tests.walking import Walk, facts_of

BUSY = QueueFacts(waiting_count=3, seat_count=8, expected_wait_s=100)
LONG = QueueFacts(waiting_count=5, seat_count=2, expected_wait_s=700)
FULL = QueueFacts(waiting_count=90, seat_count=2)
NOBODY = QueueFacts()
HOTLINES = [name for name in SHIPPED if name.endswith(("-day", "-night"))]
MAIN = {name: name.partition("-")[0] for name in HOTLINES} | {"english": "consult", "fallback": "fallback"}


def walk(name: str, queue: QueueFacts = BUSY, **facts: object) -> Walk:
    """A caller of a flow, in whose queues it looks like `queue` everywhere."""
    queues = dict.fromkeys(("consult", "complaints", "service", "fallback", "test"), queue)
    others = [flow for flow in SHIPPED.values() if flow.name != name]
    return Walk(SHIPPED[name], *others, facts=facts_of(queues=queues, **facts))


def through(caller: Walk, keys: Iterable[str] = ()) -> list[Action]:
    """Listen to everything and press `keys` where asked, then nothing more, to the end; returns all that was done."""
    left = iter(keys)
    done: list[Action] = list(caller.actions)
    for _ in range(40):
        match done[-1]:
            case Say() | TakeCallback():
                caller.give(Played())
            case Ask():
                caller.press(next(left, ""))
            case TakeMessage():
                caller.give(Recorded(7.0))
            case LookUp():
                caller.give(Found({"ticket_state": "working", "ticket_due": "2026-11-27T15:20"}))
            case _:
                return done
        done += caller.actions
    raise AssertionError(f"no end in {caller.position.flow}: {caller.seen}")


def spoken(done: Iterable[Action]) -> list[str]:
    """Every prompt in order."""
    return [name for one in done if isinstance(one, Say | Ask | TakeMessage) for name in one.prompts]


@pytest.mark.parametrize("name", MAIN)
def test_who_presses_nothing_hears_the_notice_and_reaches_a_person(name: str) -> None:
    done = through(walk(name))
    end = done[-1]
    assert isinstance(end, ToQueue)
    assert end.queue == MAIN[name]
    assert end.after == "survey"
    assert (end.says_position, end.says_wait) == (True, True)
    assert any(isinstance(one, NoticePlayed) for one in done)
    assert {"queue-place", "d4", "queue-wait"} <= set(spoken(done)) or SHIPPED[name].language == "en"


@pytest.mark.parametrize("name", MAIN)
def test_a_blocked_caller_is_told_so_and_nothing_else(name: str) -> None:
    if name == "english":
        return  # nobody comes here but from a hotline
    done = through(walk(name, is_blocked=True))
    assert done[-1] == EndCall("blocked")
    assert spoken(done) == ["blocked"]


@pytest.mark.parametrize("name", MAIN)
def test_nobody_there_is_a_message_or_an_honest_word(name: str) -> None:
    assert "message-thanks" in spoken(through(walk(name, NOBODY)))
    caller = walk(name, NOBODY)
    while not isinstance(caller.actions[-1], TakeMessage):
        caller.give(Pressed("") if isinstance(caller.actions[-1], Ask) else Played())
    assert caller.give(Failed("nothing was said"), Played()) == EndCall("nobody")


@pytest.mark.parametrize(
    ("name", "key", "queue"),
    [
        ("consult-day", "1", "consult"), ("consult-day", "2", "complaints"), ("consult-day", "0", "consult"),
        ("consult-night", "1", "consult"), ("consult-night", "2", "complaints"), ("consult-night", "0", "consult"),
        ("complaints-day", "1", "complaints"), ("complaints-day", "0", "complaints"),
        ("complaints-night", "1", "complaints"), ("complaints-night", "0", "complaints"),
        ("service-day", "1", "service"), ("service-day", "2", "service"), ("service-day", "0", "service"),
        ("service-night", "1", "service"), ("service-night", "0", "service"),
        ("english", "1", "consult"), ("english", "2", "complaints"), ("english", "0", "consult"),
        ("selftest", "1", "test"), ("selftest", "2", "test"), ("selftest", "7", "test"),
    ],
)  # fmt: skip
def test_a_key_leads_where_the_menu_says(name: str, key: str, queue: str) -> None:
    end = through(walk(name), [key])[-1]
    assert isinstance(end, ToQueue)
    assert end.queue == queue


@pytest.mark.parametrize("name", HOTLINES)
def test_nine_is_english_with_its_own_notice(name: str) -> None:
    done = through(walk(name), ["9"])
    assert [one.node for one in done if isinstance(one, NoticePlayed)] == ["notice", "notice"]
    assert isinstance(done[-1], ToQueue)


@pytest.mark.parametrize("name", [*HOTLINES, "english"])
def test_a_long_wait_offers_a_call_back_where_one_can_be_promised(name: str) -> None:
    offer = through(walk(name, LONG, can_call_back=True), ["1", "1"])
    assert TakeCallback(MAIN[name], "13800138000") in offer
    assert "callback-promised" in spoken(offer)
    other = through(walk(name, LONG, can_call_back=True), ["1", "2", "13900139000", "1"])
    assert TakeCallback(MAIN[name], "13900139000") in other
    assert isinstance(through(walk(name, LONG, can_call_back=True), ["1"])[-1], ToQueue), "who presses nothing waits"
    assert "wait-is-long" not in spoken(through(walk(name, LONG), ["1"]))


@pytest.mark.parametrize("name", [*HOTLINES, "english"])
def test_a_full_queue_offers_a_call_back_or_a_message_and_is_counted(name: str) -> None:
    assert any(isinstance(one, TakeCallback) for one in through(walk(name, FULL, can_call_back=True), ["1", "1"]))
    assert through(walk(name, FULL, can_call_back=True), ["1"])[-1] == EndCall("full")
    assert "full-leave-message" in spoken(through(walk(name, FULL), ["1"]))


@pytest.mark.parametrize(
    ("name", "key", "person"), [("consult-day", "3", "complaints"), ("complaints-day", "2", "complaints"),
                                ("complaints-night", "3", "complaints"), ("service-day", "3", "service"),
                                ("service-night", "3", "service"), ("english", "3", "complaints")],
)  # fmt: skip
def test_the_state_of_a_ticket_is_told_with_its_due_time(name: str, key: str, person: str) -> None:
    done = through(walk(name), [key, "202611250007", "8000"])
    said = spoken(done)
    at = said.index("ticket-state-working")
    assert said[at + 1] == "ticket-due"
    assert {"month11", "t15"} <= set(said[at:]) or {"month11", "day27", "pm"} <= set(said[at:])
    assert said[-1] == "goodbye"
    assert through(walk(name), [key, "202611250007", "8000", "1"])[-1].queue == person  # type: ignore[union-attr]


def test_a_ticket_nobody_finds_leads_to_a_person() -> None:
    caller = walk("complaints-day")
    caller.give(Played())
    caller.press("2")
    for _ in range(3):
        caller.press("202611250007", "8000")
        caller.give(NotFound())
    assert spoken(caller.actions) == ["ticket-to-person"]
    assert isinstance(through(caller)[-1], ToQueue)


def test_technicians_are_asked_in_office_hours_only() -> None:
    saturday = facts_of().now.replace(day=28)
    caller = walk("service-day", now=saturday)
    assert "closed-office" in spoken(through(caller, ["2"]))
    assert through(walk("service-day", now=saturday), ["2"])[-1] == EndCall("closed")
    assert any(isinstance(one, TakeMessage) for one in through(walk("service-day", now=saturday), ["2", "1"]))


@pytest.mark.parametrize("name", [*HOTLINES, "english", "fallback"])
def test_after_the_talk_the_caller_rates_it(name: str) -> None:
    caller = walk(name)
    caller.position = Position(flow=name, node="survey")
    caller.actions, caller.position = step(caller.flows, caller.position, Entered(), caller.facts)
    done = through(caller, ["2"])
    assert Rate("service", 4) in done
    assert done[-1] == EndCall()
