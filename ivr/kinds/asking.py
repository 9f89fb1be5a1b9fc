"""Nodes that ask for one key: menu, survey. Pure."""

from __future__ import annotations

from ivr.kinds.shapes import Key, Menu, Survey
from ivr.kinds.visiting import Behaviour, Here, Move, Way, again, arrive, ask
from ivr.language.actions import Entered, Input, Pressed, Rate


def _menu(node: Menu, here: Here, given: Input) -> Move:
    if isinstance(given, Entered):
        return arrive(here, ask(here, node.prompts, node.wait_s))
    if not isinstance(given, Pressed):
        # The caller cannot hear the choices: he shall not sit in silence until the tries are used up.
        return Move(actions=(here.note("failed"),), to=node.otherwise)
    pressed = given.digits[:1]
    if key := _key(node, pressed):
        return Move(actions=(here.note("key", pressed, key.says),), to=key.to)
    if pressed and node.operator and pressed == node.operator_key:
        return Move(actions=(here.note("operator", pressed),), to=node.operator)
    if pressed and pressed == node.repeat:
        question = ask(here, node.prompts, node.wait_s)
        return again(here, node, node.otherwise, here.note("repeat", pressed), question)
    outcome, first = ("wrong_key", node.wrong_key) if pressed else ("no_input", node.no_input)
    question = ask(here, (*first, *node.prompts), node.wait_s)
    return again(here, node, node.otherwise, here.note(outcome, pressed), question)


def _key(node: Menu, pressed: str) -> Key | None:
    return next((key for key in node.keys if key.key == pressed), None)


def _menu_ways(node: Menu) -> tuple[Way, ...]:
    keys = tuple(Way(("keys", at, "to"), key.to, is_silent=False) for at, key in enumerate(node.keys))
    operator = (Way(("operator",), node.operator, is_silent=False),) if node.operator else ()
    return (*keys, *operator, Way(("otherwise",), node.otherwise))


def _survey(node: Survey, here: Here, given: Input) -> Move:
    """The question stands in every note: reports count who was asked and who answered."""
    if isinstance(given, Entered):
        return arrive(here, ask(here, node.prompts, node.wait_s), words=node.question)
    if not isinstance(given, Pressed):
        return Move(actions=(here.note("failed", words=node.question),), to=node.next)
    pressed = given.digits[:1]
    score = node.scores.get(pressed)
    if score is not None:
        rated = (here.note("rated", pressed, node.question), Rate(node.question, score))
        return Move(actions=rated, to=node.next)
    outcome, first = ("wrong_key", node.wrong_key) if pressed else ("no_input", ())
    question = ask(here, (*first, *node.prompts), node.wait_s)
    return again(here, node, node.next, here.note(outcome, pressed, node.question), question)


MENU = Behaviour[Menu](take=_menu, ways=_menu_ways)
SURVEY = Behaviour[Survey](take=_survey, ways=lambda node: (Way(("next",), node.next),))
