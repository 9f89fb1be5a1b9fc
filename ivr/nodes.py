"""Kinds of menu nodes: what each says, where it leads, and what it does with an answer. Pure.

A new kind is one struct here and one entry in `Node`; the flow, the session and the simulator stay as they are.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""Node, prompt and queue names go into AGI commands and file names: nothing else may stand in them."""
KeyText = Annotated[str, Meta(pattern=r"^[0-9*#]$")]


# --- what the session is asked to do --------------------------------------------------------------------------------


class Say(msgspec.Struct, frozen=True, tag=True):
    """Play prompts; keys pressed meanwhile are not kept."""

    prompts: tuple[str, ...]


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Play prompts and take up to `max_digits` keys, early ones too; wait `wait_s` after the last prompt."""

    prompts: tuple[str, ...]
    wait_s: float
    max_digits: int = 1


class Note(msgspec.Struct, frozen=True, tag=True):
    """Tell the floor where the caller is; `outcome` as in `MenuStepped`."""

    node: str
    digits: str
    outcome: str


class ToQueue(msgspec.Struct, frozen=True, tag=True):
    """The end: hand the caller to the dialplan, bound for `queue`."""

    queue: str


class EndCall(msgspec.Struct, frozen=True, tag=True):
    """The end: hang up."""


Action = Say | Ask | Note | ToQueue | EndCall


# --- what comes back -------------------------------------------------------------------------------------------------


class Entered(msgspec.Struct, frozen=True, tag=True):
    """The caller has just come in."""


class Played(msgspec.Struct, frozen=True, tag=True):
    """A `Say` is over."""


class Pressed(msgspec.Struct, frozen=True, tag=True):
    """Answer to an `Ask`; empty when no key came in time."""

    digits: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The last action did not work (missing prompt, refused command), but the caller is still there."""

    reason: str = ""


Input = Entered | Played | Pressed | Failed


class Outcome(msgspec.Struct, frozen=True):
    """A node's answer to an input: notes and actions now, and the node to go to (None: stay, the last action asks)."""

    actions: tuple[Action, ...]
    goto: str | None = None
    tries: int = 0
    """Times the caller gave nothing or a wrong key at the node he stays at."""


# --- the kinds -------------------------------------------------------------------------------------------------------


class _Kind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all kinds have in common."""

    def prompts_used(self) -> tuple[str, ...]:
        """All prompts that may be heard here."""
        return ()

    def exits(self) -> tuple[str, ...]:
        """All nodes that may come next."""
        return ()

    def silent_exit(self) -> str | None:
        """The node that comes next when the caller does nothing; None when the call leaves the menu here."""
        return None

    def enter(self, name: str) -> tuple[Action, ...]:
        """What happens on arrival; the last action either asks for an input or ends the menu."""
        raise NotImplementedError

    def take(self, name: str, tries: int, given: Input) -> Outcome:
        """What happens with an input to the last action of `enter`."""
        return Outcome(())


class Announce(_Kind, frozen=True, kw_only=True, tag="announce"):
    """Say something, go on."""

    prompts: Annotated[tuple[Name, ...], Meta(min_length=1)]
    next: Name

    def prompts_used(self) -> tuple[str, ...]:
        return self.prompts

    def exits(self) -> tuple[str, ...]:
        return (self.next,)

    def silent_exit(self) -> str | None:
        return self.next

    def enter(self, name: str) -> tuple[Action, ...]:
        return (Say(self.prompts),)

    def take(self, name: str, tries: int, given: Input) -> Outcome:
        outcome = "failed" if isinstance(given, Failed) else "played"
        return Outcome((Note(name, "", outcome),), goto=self.next)


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key of a menu. `says` is for people who read the flow."""

    key: KeyText
    to: Name
    says: str = ""


class Menu(_Kind, frozen=True, kw_only=True, tag="menu"):
    """Ask for one key. After `tries` times nothing or a wrong key: `otherwise`."""

    prompts: Annotated[tuple[Name, ...], Meta(min_length=1)]
    keys: tuple[Key, ...]
    otherwise: Name
    wrong_key: tuple[Name, ...] = ()
    """Said before the menu is repeated, in the same breath, so that a key pressed meanwhile counts."""
    no_input: tuple[Name, ...] = ()
    wait_s: Annotated[float, Meta(ge=1, le=60)] = 5
    tries: Annotated[int, Meta(ge=1, le=9)] = 3

    def prompts_used(self) -> tuple[str, ...]:
        return (*self.prompts, *self.wrong_key, *self.no_input)

    def exits(self) -> tuple[str, ...]:
        return (*(key.to for key in self.keys), self.otherwise)

    def silent_exit(self) -> str | None:
        return self.otherwise

    def enter(self, name: str) -> tuple[Action, ...]:
        return (Ask(self.prompts, self.wait_s),)

    def take(self, name: str, tries: int, given: Input) -> Outcome:
        if not isinstance(given, Pressed):
            # The caller cannot hear the choices: he shall not sit in silence until the tries are used up.
            return Outcome((Note(name, "", "failed"),), goto=self.otherwise)
        for key in self.keys:
            if key.key == given.digits:
                return Outcome((Note(name, given.digits, "key"),), goto=key.to)
        outcome, prefix = ("wrong_key", self.wrong_key) if given.digits else ("no_input", self.no_input)
        note = Note(name, given.digits, outcome)
        if tries + 1 >= self.tries:
            return Outcome((note,), goto=self.otherwise)
        return Outcome((note, Ask((*prefix, *self.prompts), self.wait_s)), tries=tries + 1)


class Queue(_Kind, frozen=True, kw_only=True, tag="queue"):
    """Hand the caller to a queue, after a word to him."""

    queue: Name
    prompts: tuple[Name, ...] = ()

    def prompts_used(self) -> tuple[str, ...]:
        return self.prompts

    def enter(self, name: str) -> tuple[Action, ...]:
        said: tuple[Action, ...] = (Say(self.prompts),) if self.prompts else ()
        return (*said, Note(name, "", "to_queue"), ToQueue(self.queue))


class HangUp(_Kind, frozen=True, kw_only=True, tag="hang_up"):
    """Say good-bye and hang up."""

    prompts: tuple[Name, ...] = ()

    def prompts_used(self) -> tuple[str, ...]:
        return self.prompts

    def enter(self, name: str) -> tuple[Action, ...]:
        said: tuple[Action, ...] = (Say(self.prompts),) if self.prompts else ()
        return (*said, Note(name, "", "hang_up"), EndCall())


Node = Announce | Menu | Queue | HangUp
