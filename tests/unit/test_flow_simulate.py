"""A call that is only thought walks the session's own steps."""

from __future__ import annotations

import pytest

from ivr.kinds.shapes import Position
from ivr.language.actions import Ask, EndCall, Note, NoticePlayed, Played, Pressed, Say
from ivr.language.simulate import prompts_in, simulate
from ivr.language.stepping import Stuck
from tests.walking import facts_of, flow_of

OTHER = flow_of({"hello": {"kind": "announce", "prompts": ["hello"], "next": "bye"}}, name="other")
FLOW = flow_of(
    {
        "hours": {"kind": "hours", "schedule": "office", "open": "main", "closed": "bye"},
        "main": {
            "kind": "menu",
            "prompts": ["main"],
            "keys": [{"key": "1", "to": "jump"}, {"key": "2", "to": "gone"}],
            "otherwise": "bye",
        },
        "jump": {"kind": "flow", "flow": "other"},
    }
)
FLOWS = {"m": FLOW, "other": OTHER}


def test_a_call_begins_where_the_flow_does() -> None:
    found = simulate(FLOWS, "m", None, None, facts_of())
    assert found.actions == (Note("hours", "", "open"), Note("main", "", "entered"), Ask(("main",), 5.0))
    assert found.path == ("hours", "main")
    assert found.position == Position(flow="m", node="main")
    assert not found.is_over


def test_the_path_has_every_node_of_a_step_over_the_jump_to_the_end() -> None:
    at_menu = simulate(FLOWS, "m", None, None, facts_of()).position
    jumped = simulate(FLOWS, "m", at_menu, Pressed("1"), facts_of())
    assert jumped.path == ("main", "jump", "hello")
    assert jumped.position.flow == "other"
    ended = simulate(FLOWS, "m", jumped.position, Played(), facts_of())
    assert (ended.path, ended.is_over, ended.actions[-1]) == (("hello", "bye"), True, EndCall())
    asked_again = simulate(FLOWS, "m", at_menu, Pressed("9"), facts_of())
    assert (asked_again.path, asked_again.position.tries) == (("main",), 1)


def test_a_node_that_was_taken_away_meanwhile_is_named() -> None:
    with pytest.raises(Stuck, match="no node gone in menu m"):
        simulate(FLOWS, "m", simulate(FLOWS, "m", None, None, facts_of()).position, Pressed("2"), facts_of())
    with pytest.raises(Stuck, match="no menu nowhere"):
        simulate(FLOWS, "nowhere", None, None, facts_of())


def test_the_prompts_of_a_step_are_named_once() -> None:
    actions = (NoticePlayed("n", ("recorded",)), Say(("a", "b")), Note("n", "", "entered"), Ask(("b", "c"), 5))
    assert prompts_in(actions) == ("recorded", "a", "b", "c")
