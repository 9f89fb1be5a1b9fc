"""Nodes that take numbers: collect with confirmation, the state of a ticket."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.kinds.collecting import fits
from ivr.kinds.visiting import masked
from ivr.language.actions import Ask, EndCall, Failed, Found, LookUp, Note, NotFound, Played, Say
from tests.walking import Walk, flow_of

COLLECT: dict[str, Any] = {
    "kind": "collect",
    "prompts": ["order"],
    "into": "order",
    "next": "person",
    "otherwise": "bye",
    "fewest": 3,
    "most": 6,
}
TICKET: dict[str, Any] = {
    "kind": "ticket_status",
    "ask_number": ["ticket"],
    "ask_digits": ["last-four"],
    "found": ["state-is", {"say": "prompt", "of": "ticket_state", "prefix": "ticket-"}],
    "not_found": ["no-ticket"],
    "next": "bye",
    "otherwise": "person",
}
READ_BACK = Ask(("you-typed", "d1", "d2", "d3", "confirm-1-2"), 8.0)


def at_collect(**fields: Any) -> Walk:
    return Walk(flow_of({"take": {**COLLECT, **fields}}))


def at_ticket(**fields: Any) -> Walk:
    return Walk(flow_of({"state": {**TICKET, **fields}}))


def test_a_number_becomes_a_variable() -> None:
    walk = at_collect()
    assert walk.actions == (Note("take", "", "entered"), Ask(("order",), 8.0, 6))
    walk.press("1234")
    assert walk.position.variables == {"order": "1234"}
    assert walk.seen[1:] == ["take collected 1234", "person to_queue"]


@pytest.mark.parametrize("digits", ["#", "12", "1234567", "12*4", "*", "1#2", "*" * 64, "1" * 64])
def test_too_short_too_long_and_other_keys_are_wrong(digits: str) -> None:
    walk = at_collect()
    assert walk.press(digits) == Ask(("invalid-number", "order"), 8.0, 6)
    assert walk.seen[-1] == f"take wrong_key {digits}"
    assert walk.position.variables == {}


def test_tries_are_used_up_by_silence_and_by_wrong_numbers() -> None:
    walk = at_collect(wrong=["not-so"])
    assert walk.press("") == Ask(("order",), 8.0, 6)
    assert walk.press("1") == Ask(("not-so", "order"), 8.0, 6)
    assert walk.press("") == EndCall()
    assert walk.seen[-2:] == ["take given_up", "bye hang_up"]


def test_a_masked_number_keeps_its_last_two_digits() -> None:
    walk = at_collect(is_masked=True)
    walk.press("12", "123456")
    assert walk.seen[1:3] == ["take wrong_key **", "take collected ****56"]
    assert walk.position.variables == {"order": "123456"}
    assert [masked(digits) for digits in ("", "1", "12", "123")] == ["", "*", "**", "*23"]


def test_a_number_is_read_back_and_confirmed() -> None:
    walk = at_collect(is_confirmed=True)
    assert walk.press("123") == READ_BACK
    assert walk.position.variables == {}
    walk.press("1")
    assert walk.position.variables == {"order": "123"}
    assert walk.seen[1:] == ["take collected 123", "take confirmed 1", "person to_queue"]


def test_two_types_it_again_and_wrong_keys_read_it_again() -> None:
    walk = at_collect(is_confirmed=True, tries=4)
    walk.press("999")
    assert walk.press("2") == Ask(("order",), 8.0, 6)
    assert walk.press("123") == READ_BACK
    assert walk.press("7") == READ_BACK
    assert walk.press("") == READ_BACK
    assert walk.press("") == EndCall()
    assert walk.position.variables == {}


def test_an_end_key_pressed_after_the_last_digit_costs_nothing_once() -> None:
    walk = at_collect(is_confirmed=True, tries=2)
    walk.press("123")
    assert walk.press("#") == READ_BACK
    assert walk.position.tries == 0
    assert walk.press("#") == READ_BACK
    assert walk.position.tries == 1
    assert walk.press("#") == EndCall()


def test_a_question_that_cannot_be_heard_is_left_at_once() -> None:
    assert at_collect().give(Failed()) == EndCall()
    walk = at_collect(is_confirmed=True)
    walk.press("123")
    assert walk.give(Failed()) == EndCall()


@pytest.mark.parametrize(
    ("what", "digits", "is_fit"),
    [
        *(("phone", number, True) for number in ("13800138000", "01012345678", "075512345678", "88886666")),
        *(("phone", number, True) for number in ("0085212345678", "8613800138000", "862161001234", "86123456")),
        *(("phone", number, False) for number in ("12345678901", "110", "1380013800", "138001380001", "00000000", "")),
        *(("ticket", number, True) for number in ("202611250012", "2026112510000")),
        *(("ticket", number, False) for number in ("20261125012", "202613250012", "202611320012", "0012")),
        *(("digits", "0", True), ("digits", "٣", False), ("order", "1*", False)),
    ],
)  # fmt: skip
def test_what_was_asked_for_must_look_like_it(what: str, digits: str, is_fit: bool) -> None:
    assert fits(what, digits) == is_fit


def test_the_state_of_a_ticket_is_told_to_who_knows_the_last_digits() -> None:
    walk = at_ticket()
    assert walk.actions[-1] == Ask(("ticket",), 8.0, 14)
    assert walk.press("202611250012") == Ask(("last-four",), 8.0, 4)
    assert walk.press("8000") == LookUp("ticket", {"number": "202611250012", "last4": "8000"})
    assert walk.give(Found({"ticket_state": "working", "secret": "x"})) == Say(("state-is", "ticket-working"))
    assert walk.position.variables == {"ticket_state": "working", "ticket_due": ""}
    assert walk.give(Played()) == EndCall()
    assert walk.seen[1:] == [
        *("state collected 202611250012", "state collected **00", "state status", "state played", "bye hang_up"),
    ]


def test_wrong_ticket_numbers_and_digits_cost_a_try_each() -> None:
    walk = at_ticket(tries=4)
    assert walk.press("12") == Ask(("invalid-number", "ticket"), 8.0, 14)
    assert walk.press("202611250012", "80") == Ask(("invalid-number", "last-four"), 8.0, 4)
    walk.press("8001")
    assert walk.give(NotFound()) == Ask(("no-ticket", "ticket"), 8.0, 14)
    assert walk.position.tries == 3
    assert walk.press("202611250012") == Ask(("last-four",), 8.0, 4)
    walk.press("8002")
    walk.give(NotFound())
    assert walk.seen[-3:] == ["state not_found", "state given_up", "person to_queue"]


def test_a_look_up_of_tickets_that_fails_leads_on_at_once() -> None:
    walk = at_ticket()
    walk.press("202611250012", "8000")
    walk.give(Failed("time is up"))
    assert walk.seen[-2:] == ["state failed", "person to_queue"]


def test_a_ticket_whose_state_has_no_words_says_nothing() -> None:
    walk = at_ticket(found=[{"say": "prompt", "of": "ticket_state"}])
    walk.press("202611250012", "8000")
    assert walk.give(Found({"ticket_state": "../../etc"})) == EndCall()
