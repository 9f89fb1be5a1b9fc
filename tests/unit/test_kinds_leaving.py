"""Nodes that say something, and nodes with which callers leave or leave something."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.language.actions import (
    Action,
    EndCall,
    Failed,
    Note,
    NoticePlayed,
    Played,
    Recorded,
    Say,
    TakeCallback,
    TakeMessage,
    ToNumber,
    ToQueue,
)
from ivr.language.facts import Facts, QueueFacts
from tests.walking import Walk, facts_of, flow_of

BUSY = facts_of(queues={"consult": QueueFacts(waiting_count=2, expected_wait_s=61)}, can_call_back=True)
CALLBACK = {"kind": "callback", "queue": "consult", "next": "bye", "otherwise": "person", "prompts": ["we-call"]}
VOICEMAIL = {"kind": "voicemail", "box": "consult", "prompts": ["speak"], "next": "bye", "otherwise": "person"}


def at(node: dict[str, Any], facts: Facts | None = None, variables: dict[str, str] | None = None, **more: Any) -> Walk:
    return Walk(flow_of({"here": {**node, **more}}), facts=facts, variables=variables)


def test_an_announcement_is_said_and_passed_whether_it_worked_or_not() -> None:
    node = {"kind": "announce", "prompts": ["hello"], "next": "bye"}
    assert at(node).actions == (Note("here", "", "entered"), Say(("hello",)))
    for given, outcome in ((Played(), "played"), (Failed(), "failed")):
        walk = at(node)
        assert walk.give(given) == EndCall()
        assert walk.seen[1] == f"here {outcome}"


def test_an_announcement_of_which_nothing_is_left_is_passed() -> None:
    node = {"kind": "announce", "prompts": [{"say": "minutes", "of": "wait"}], "next": "bye"}
    assert at(node).seen == ["here played", "bye hang_up"]


def test_values_are_read_out() -> None:
    node = {"kind": "announce", "prompts": ["called", {"say": "digits", "of": "hotline"}], "next": "bye"}
    walk = at(node, facts_of(hotline="95001"))
    assert walk.actions[-1] == Say(("called", "d9", "d5", "d0", "d0", "d1"))
    walk = at(node, facts_of(hotline="95001"), variables={"hotline": "7"})
    assert walk.actions[-1] == Say(("called", "d7"))


def test_only_a_notice_that_was_heard_is_kept() -> None:
    node = {"kind": "notice", "prompts": ["recorded"], "next": "bye"}
    walk = at(node)
    walk.give(Played())
    assert walk.actions[:2] == (NoticePlayed("here", ("recorded",)), Note("here", "", "notice"))
    walk = at(node)
    walk.give(Failed())
    assert walk.seen == ["here entered", "here failed", "bye hang_up"]
    assert at({**node, "prompts": [{"say": "digits", "of": "x"}]}).seen == ["here failed", "bye hang_up"]


def test_a_queue_without_words_is_the_end_at_once() -> None:
    end = ToQueue("consult", 3, words_every_s=30, says_position=True, after="bye")
    fields = {"priority": 3, "words_every_s": 30, "says_position": True, "after": "bye"}
    walk = at({"kind": "queue", "queue": "consult"}, **fields)
    assert walk.actions == (Note("here", "", "to_queue", "consult"), end)


def test_a_queue_says_the_place_and_nothing_of_what_nobody_knows() -> None:
    node = {"kind": "queue", "queue": "consult", "prompts": ["hold"], "says_position": True, "says_wait": True}
    said = at(node, BUSY).actions[-1]
    assert isinstance(said, Say)
    assert said.prompts[0] == "hold"
    assert at(node).actions[-1] == Say(("hold",))
    walk = at(node)
    assert isinstance(walk.give(Failed()), ToQueue)


def test_a_promise_is_written_down_before_it_is_told() -> None:
    walk = at(CALLBACK, BUSY, priority=2)
    assert walk.actions[-1] == TakeCallback("consult", "13800138000", 2)
    assert walk.give(Played()) == Say(("we-call",))
    assert walk.give(Played()) == EndCall()
    assert walk.seen == ["here entered", "here callback", "here played", "bye hang_up"]


def test_a_number_typed_may_be_called_back() -> None:
    walk = at(CALLBACK, BUSY, {"typed": "01012345678"}, number_from="typed", prompts=[])
    assert walk.actions[-1] == TakeCallback("consult", "01012345678", 0)
    assert walk.give(Played()) == EndCall()


@pytest.mark.parametrize(("can_call_back", "number"), [(False, "13800138000"), (True, ""), (True, "9")])
def test_no_call_back_is_promised_that_cannot_be_kept(can_call_back: bool, number: str) -> None:
    walk = at(CALLBACK, facts_of(can_call_back=can_call_back, caller_number=number))
    assert walk.seen == ["here failed", "person to_queue"]


def test_a_promise_that_could_not_be_written_down_is_not_told() -> None:
    walk = at(CALLBACK, BUSY)
    walk.give(Failed())
    assert walk.seen == ["here entered", "here failed", "person to_queue"]


def test_a_message_is_taken() -> None:
    walk = at(VOICEMAIL, most_s=60, silence_s=4)
    assert walk.actions[-1] == TakeMessage(("speak",), "consult", 60, 4)
    walk.give(Recorded(12.5))
    assert walk.seen == ["here entered", "here recorded", "bye hang_up"]


@pytest.mark.parametrize("given", [Failed(), Recorded(0), Played()])
def test_a_message_in_which_nothing_was_said_is_none(given: Any) -> None:
    walk = at(VOICEMAIL)
    walk.give(given)
    assert walk.seen == ["here entered", "here failed", "person to_queue"]


def test_a_transfer_comes_back_when_nobody_answers() -> None:
    node = {"kind": "transfer_out", "number": "01012345678", "otherwise": "person"}
    assert at(node).actions == (Note("here", "", "to_number", "01012345678"), ToNumber("01012345678", "person"))
    walk = at(node, prompts=["through"])
    assert walk.actions[-1] == Say(("through",))
    assert walk.give(Failed()) == ToNumber("01012345678", "person")


def test_a_refusal_is_counted_before_a_word_is_said() -> None:
    walk = at({"kind": "refuse", "reason": "closed", "prompts": ["closed"]})
    assert walk.actions == (Note("here", "", "entered"), Note("here", "", "refused", "closed"), Say(("closed",)))
    assert walk.give(Failed()) == EndCall("closed")
    assert walk.seen.count("here refused") == 1


@pytest.mark.parametrize(("prompts", "last"), [([], EndCall()), (["thanks"], Say(("thanks",)))])
def test_good_bye_is_said_when_there_are_words(prompts: list[str], last: Action) -> None:
    walk = at({"kind": "hang_up", "prompts": prompts})
    assert walk.actions[-1] == last
    if prompts:
        assert walk.give(Played()) == EndCall()
