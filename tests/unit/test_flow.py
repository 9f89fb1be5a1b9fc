"""Stories of callers in the two-key menu, as inputs and what the flow makes of them."""

from __future__ import annotations

import pytest

from ivr.flow import Flow, Position, is_over, step
from ivr.library import FLOWS, load_flow
from ivr.nodes import Ask, EndCall, Entered, Failed, Input, Note, Played, Pressed, Say, ToQueue

HOTLINE = load_flow(FLOWS / "hotline.yaml")


def walk(flow: Flow, hotline: str, given: list[Input]) -> tuple[list[str], str]:
    """Play a story; return the outcomes noted, and where the caller went (`?` while he is still asked)."""
    position, outcomes = Position(flow.start_for(hotline)), []
    for number, one in enumerate([Entered(), *given]):
        actions, position = step(flow, position, one)
        outcomes += [f"{note.node}:{note.digits}:{note.outcome}" for note in actions if isinstance(note, Note)]
        if is_over(actions):
            assert number == len(given), "the story goes on after its end"
            end = actions[-1]
            return outcomes, end.queue if isinstance(end, ToQueue) else "hang up"
    return outcomes, "?"


@pytest.mark.parametrize(
    ("hotline", "keys", "queue"),
    [
        ("95001", ["1"], "consult"),
        ("95001", ["2"], "complaints"),
        ("95002", ["", "2"], "complaints"),
        ("95001", ["9", "", "1"], "consult"),
        ("95001", ["", "", ""], "consult"),
        ("95001", ["9", "8", "7"], "consult"),
        ("95001", ["#", "*", ""], "consult"),
        ("95000", ["1"], "test"),
        ("95000", ["2"], "test"),
        ("95000", ["", "", ""], "test"),
        ("", ["2"], "complaints"),
        ("95001", ["9", "9"], "?"),
    ],
)
def test_the_keys_of_a_caller_decide_his_queue(hotline: str, keys: list[str], queue: str) -> None:
    assert walk(HOTLINE, hotline, [Pressed(key) for key in keys])[1] == queue


def test_every_step_is_noted_with_its_key() -> None:
    outcomes, _ = walk(HOTLINE, "95001", [Pressed("9"), Pressed(""), Pressed("2")])
    assert outcomes == [
        "welcome:9:wrong_key",
        "welcome::no_input",
        "welcome:2:key",
        "complaints::to_queue",
    ]


def test_after_a_wrong_key_correction_and_menu_are_one_question() -> None:
    actions, position = step(HOTLINE, Position("welcome"), Pressed("7"))
    assert actions[-1] == Ask(("wrong-key", "welcome-menu"), 5.0)
    assert position == Position("welcome", 1)


def test_no_input_has_words_of_its_own() -> None:
    actions, _ = step(HOTLINE, Position("welcome"), Pressed(""))
    assert actions[-1] == Ask(("no-input", "welcome-menu"), 5.0)


def test_a_menu_nobody_can_hear_goes_to_a_person_at_once() -> None:
    actions, position = step(HOTLINE, Position("welcome"), Failed("ERROR"))
    assert actions[0] == Note("welcome", "", "failed")
    assert actions[-1] == ToQueue("consult")
    assert position.node == "consult"


def test_a_caller_hears_a_word_before_the_queue() -> None:
    actions, _ = step(HOTLINE, Position("welcome"), Pressed("1"))
    assert [type(action) for action in actions] == [Note, Say, Note, ToQueue]


def story_of_an_announcement() -> Flow:
    from ivr.flow_check import read_flow

    return read_flow(
        {
            "name": "closed",
            "starts": {"default": "hello"},
            "nodes": {
                "hello": {"kind": "announce", "prompts": ["nobody"], "next": "bye"},
                "bye": {"kind": "hang_up", "prompts": ["goodbye"]},
            },
        }
    )


@pytest.mark.parametrize(("given", "outcome"), [(Played(), "hello::played"), (Failed("x"), "hello::failed")])
def test_an_announcement_goes_on_whether_it_was_heard_or_not(given: Input, outcome: str) -> None:
    flow = story_of_an_announcement()
    assert step(flow, Position("hello"), Entered())[0] == (Say(("nobody",)),)
    actions, _ = step(flow, Position("hello"), given)
    assert actions[-1] == EndCall()
    assert walk(flow, "95001", [given]) == ([outcome, "bye::hang_up"], "hang up")
