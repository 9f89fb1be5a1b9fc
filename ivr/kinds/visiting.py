"""A caller at a node: what the node knows of him, and what it makes of his answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, Literal, Protocol, TypeVar

import msgspec

from ivr.kinds.shapes import Flow, Parts, Position, Spoken
from ivr.kinds.values import value_of
from ivr.language.actions import Action, Ask, Input, Note, Say
from ivr.language.facts import Facts
from ivr.language.speech import spoken

N = TypeVar("N")
Aloud = Literal["digits", "number", "minutes"]
LONGEST_VALUE = 100
"""Characters kept of a value that came from outside: it is compared and read out, never more."""


class Here(msgspec.Struct, frozen=True):
    """One caller at one node, with all he may be judged by."""

    flow: Flow
    position: Position
    facts: Facts

    def note(self, outcome: str, digits: str = "", words: str = "") -> Note:
        """Tell the floor what happened at this node."""
        return Note(self.position.node, digits, outcome, words)

    def value(self, name: str) -> str:
        """A variable of the call, or a standing value; empty when nothing is known."""
        return value_of(name, self.position.variables, self.facts)

    def prompts(self, parts: Parts) -> tuple[str, ...]:
        """Names of the prompts to be played for these parts; values nobody knows are left out."""
        found: list[str] = []
        for part in parts:
            if not isinstance(part, Spoken):
                found.append(part)
            elif value := self.value(part.of):
                found.extend(spoken(part, value, self.flow.language, today=self.facts.now.date()))
        return tuple(found)

    def knowing(self, learns: dict[str, str]) -> Here:
        """The same with more variables."""
        variables = {**self.position.variables, **learns}
        return Here(self.flow, msgspec.structs.replace(self.position, variables=variables), self.facts)

    def read_out(self, say: Aloud, value: str) -> tuple[str, ...]:
        """Prompts of a value that is no variable (yet)."""
        return spoken(Spoken(say=say, of="itself"), value, self.flow.language)


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A node's answer to an input. With `to` (a node) or `flow` the caller goes on there in the same step; without,
    the last action asks or ends, and he stays here with `tries` and `stage`.
    """

    actions: tuple[Action, ...]
    to: str = ""
    flow: str = ""
    tries: int = 0
    stage: str = ""
    learns: dict[str, str] = {}
    """Variables set by this move."""

    def after(self, old: Position) -> Position:
        """Where the caller is then, in the same flow."""
        variables = {**old.variables, **self.learns} if self.learns else old.variables
        if self.to:
            return Position(flow=old.flow, node=self.to, variables=variables)
        return Position(flow=old.flow, node=old.node, tries=self.tries, stage=self.stage, variables=variables)


class Way(msgspec.Struct, frozen=True):
    """One way out of a node, for the checks. `field`: where it stands in the node's shape (`("keys", 0, "to")`)."""

    field: tuple[str | int, ...]
    to: str
    is_silent: bool = True
    """May be taken though the caller does nothing at all."""
    is_instant: bool = False
    """May be taken within a step, nothing being asked of the session."""
    sets: tuple[str, ...] = ()
    """Variables that are known behind it."""


class Behaviour(msgspec.Struct, Generic[N], frozen=True, kw_only=True):
    """What a kind does. `take` gets `Entered` on arrival, then what came of its last action. Never raises."""

    take: Callable[[N, Here, Input], Move]
    ways: Callable[[N], tuple[Way, ...]]
    own: Callable[[N], Parts] = lambda node: ()
    """What the kind says by itself (`own_words`)."""
    is_end: bool = False
    """The call may leave the menu here."""


def ask(here: Here, parts: Parts, wait_s: float, most: int = 1) -> Ask:
    """Ask for keys."""
    return Ask(here.prompts(parts), wait_s, most)


def arrive(here: Here, action: Action, stage: str = "", words: str = "") -> Move:
    """The caller has come here and waits for `action`."""
    return Move(actions=(here.note("entered", words=words), action), stage=stage)


class Patient(Protocol):
    """A node that asks more than once."""

    @property
    def tries(self) -> int: ...


def again(here: Here, node: Patient, otherwise: str, note: Note, question: Ask, stage: str = "") -> Move:
    """Ask once more after `note`, or go on `otherwise` when the tries are used up."""
    tries = here.position.tries + 1
    if tries >= node.tries:
        return Move(actions=(note, here.note("given_up")), to=otherwise)
    return Move(actions=(note, question), tries=tries, stage=stage)


def say(here: Here, parts: Parts) -> Say | None:
    """What is to be played; None when nothing is left of it: an empty playback is a failure to Asterisk."""
    prompts = here.prompts(parts)
    return Say(prompts) if prompts else None


def is_mute(parts: Parts) -> bool:
    """Tell whether it may be that nothing is left of it to be played."""
    return all(isinstance(part, Spoken) for part in parts)


def trimmed(value: str) -> str:
    """A value from outside as a variable."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "", value)[:LONGEST_VALUE]


def masked(digits: str) -> str:
    """Only the last two digits of what was typed; nothing of what has no more than those."""
    shown = digits[-2:] if len(digits) > 2 else ""
    return "*" * (len(digits) - len(shown)) + shown
