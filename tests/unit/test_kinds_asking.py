"""Nodes that ask for one key: menus, surveys."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.language.actions import Ask, EndCall, Entered, Failed, Note, Rate, ToQueue
from tests.walking import Walk, flow_of

MENU: dict[str, Any] = {
    "kind": "menu",
    "prompts": ["main"],
    "keys": [{"key": "1", "to": "person", "says": "咨询"}, {"key": "2", "to": "bye"}],
    "otherwise": "bye",
    "repeat": "*",
    "operator": "person",
    "wrong_key": ["wrong"],
    "no_input": ["nothing"],
    "wait_s": 4,
}
SURVEY: dict[str, Any] = {"kind": "survey", "question": "service", "prompts": ["rate"], "next": "bye"}


def at_menu(**fields: Any) -> Walk:
    return Walk(flow_of({"main": {**MENU, **fields}}))


def at_survey(**fields: Any) -> Walk:
    return Walk(flow_of({"ask": {**SURVEY, **fields}}))


def test_a_menu_says_that_the_caller_is_there_and_asks() -> None:
    assert at_menu().actions == (Note("main", "", "entered"), Ask(("main",), 4.0))


def test_a_key_leads_on_with_what_it_means() -> None:
    walk = at_menu()
    assert walk.press("1") == ToQueue("consult", words_every_s=60)
    assert walk.notes[1] == Note("main", "1", "key", "咨询")


def test_of_keys_pressed_early_the_first_counts() -> None:
    walk = at_menu()
    walk.press("2999")
    assert walk.seen == ["main entered", "main key 2", "bye hang_up"]


def test_the_operator_key_leads_to_a_person_only_where_there_is_one() -> None:
    walk = at_menu()
    assert isinstance(walk.press("0"), ToQueue)
    assert "main operator 0" in walk.seen
    walk = at_menu(operator="")
    assert walk.press("0") == Ask(("wrong", "main"), 4.0)


def test_another_operator_key_may_be_chosen() -> None:
    walk = at_menu(operator_key="9")
    walk.press("0", "9")
    assert walk.seen == ["main entered", "main wrong_key 0", "main operator 9", "person to_queue"]


def test_repeating_costs_a_try_so_that_nobody_goes_round_for_ever() -> None:
    walk = at_menu()
    assert walk.press("*") == Ask(("main",), 4.0)
    assert walk.press("*", "*") == EndCall()
    assert walk.seen[1:] == ["main repeat *", "main repeat *", "main repeat *", "main given_up", "bye hang_up"]


def test_a_wrong_key_and_no_key_have_words_of_their_own_and_cost_a_try() -> None:
    walk = at_menu()
    assert walk.press("7") == Ask(("wrong", "main"), 4.0)
    assert walk.press("") == Ask(("nothing", "main"), 4.0)
    assert walk.press("#") == EndCall()
    assert walk.seen[1:] == [
        *("main wrong_key 7", "main no_input", "main wrong_key #"),
        *("main given_up", "bye hang_up"),
    ]


def test_a_menu_that_cannot_be_heard_is_left_at_once() -> None:
    walk = at_menu()
    assert walk.give(Failed("no such file")) == EndCall()
    assert walk.seen == ["main entered", "main failed", "bye hang_up"]


def test_a_caller_who_is_taken_over_hears_the_menu_from_the_start() -> None:
    walk = at_menu()
    walk.press("", "")
    assert walk.position.tries == 2
    assert walk.give(Entered()) == Ask(("main",), 4.0)
    assert walk.position.tries == 0


@pytest.mark.parametrize(("key", "score"), [("1", 5), ("2", 4), ("5", 1)])
def test_a_rating_is_told_with_its_question(key: str, score: int) -> None:
    walk = at_survey()
    assert walk.actions[0] == Note("ask", "", "entered", "service")
    walk.press(key)
    assert walk.actions[:2] == (Note("ask", key, "rated", "service"), Rate("service", score))
    assert walk.actions[-1] == EndCall()


def test_a_survey_asks_twice_and_lets_go() -> None:
    walk = at_survey(wrong_key=["wrong"])
    assert walk.press("9") == Ask(("wrong", "rate"), 6.0)
    assert walk.press("") == EndCall()
    assert walk.seen[1:] == ["ask wrong_key 9", "ask no_input", "ask given_up", "bye hang_up"]


def test_a_survey_that_cannot_be_heard_goes_on() -> None:
    assert at_survey().give(Failed()) == EndCall()
