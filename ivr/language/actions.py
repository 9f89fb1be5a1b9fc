"""What a flow asks of its session, and what comes back: the whole language between `step()` and a channel. Pure."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$(?!\n)")]
"""Flow, node, prompt, queue and variable names go into AGI commands and file names: nothing else may stand in them."""
KeyText = Annotated[str, Meta(pattern=r"^[0-9*#]$(?!\n)")]
Digits = Annotated[str, Meta(pattern=r"^[0-9*#]{0,64}$(?!\n)")]


class Say(msgspec.Struct, frozen=True, tag=True):
    """Play prompts; keys pressed meanwhile are not kept. Answer: `Played` or `Failed`."""

    prompts: tuple[str, ...]


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Play prompts and take up to `max_digits` keys, early ones too; wait `wait_s` after the last prompt or key.

    `#` ends the input when more than one key is asked for. Answer: `Pressed` or `Failed`.
    """

    prompts: tuple[str, ...]
    wait_s: float
    max_digits: int = 1


class Note(msgspec.Struct, frozen=True, tag=True):
    """Tell the floor what happened at a node. `outcome`: one of `OUTCOMES`."""

    node: str
    digits: str
    outcome: str
    words: str = ""
    """What a key means in this flow's own words (投诉), the reason of a refusal, the question of a survey."""


class LookUp(msgspec.Struct, frozen=True, tag=True):
    """Ask `what` (`customer`, `ticket`, `webhook:<name>`). Answer: `Found`, `NotFound` or `Failed`, in `limit_s`."""

    what: str
    values: dict[str, str]
    """What is asked with: `number`, `last4` for tickets; what the node sends for a webhook."""
    limit_s: float = 3.0
    takes: tuple[str, ...] = ()
    """Fields of a webhook's answer that are wanted."""


class TakeMessage(msgspec.Struct, frozen=True, tag=True):
    """Say the prompts, beep, record until `#`, silence, hang-up or `limit_s`. Answer: `Recorded` or `Failed`.

    A caller who hangs up has left his message all the same: the session tells the floor, whatever the flow does.
    """

    prompts: tuple[str, ...]
    box: str
    limit_s: float
    silence_s: float


class TakeCallback(msgspec.Struct, frozen=True, tag=True):
    """Keep the caller's place in `queue` and call `number` when it is his turn. Answer: `Played` or `Failed`."""

    queue: str
    number: str
    priority: int = 0


class Rate(msgspec.Struct, frozen=True, tag=True):
    """The caller rated the service (P-51). Tells the floor; no answer of its own."""

    question: str
    score: int


class NoticePlayed(msgspec.Struct, frozen=True, tag=True):
    """The recording notice was heard to its end. The session adds which version of the words it was."""

    node: str
    prompts: tuple[str, ...]


class ToQueue(msgspec.Struct, frozen=True, tag=True):
    """The end: hand the caller to the dialplan, bound for `queue`."""

    queue: str
    priority: int = 0
    words_every_s: int = 0
    """He is told his place and the wait expected this often while he waits; 0: never."""
    says_position: bool = False
    says_wait: bool = False
    after: str = ""
    """Node at which he goes on when the agent hangs up first (a survey); empty: the call ends then."""


class ToNumber(msgspec.Struct, frozen=True, tag=True):
    """The end: connect the caller with a number outside. `after`: the node at which he goes on when nobody answers."""

    number: str
    after: str = ""


class EndCall(msgspec.Struct, frozen=True, tag=True):
    """The end: hang up. `refusal`: why he got nothing (`closed`, `full`, `nobody`, `blocked`), counted; else empty."""

    refusal: str = ""


Action = Say | Ask | Note | LookUp | TakeMessage | TakeCallback | Rate | NoticePlayed | ToQueue | ToNumber | EndCall
ENDS = (ToQueue, ToNumber, EndCall)
ASKING = (Say, Ask, LookUp, TakeMessage, TakeCallback)
"""Actions whose result is the next input. They stand last, ends too; the others are done on the way."""

OUTCOMES = (
    *("entered", "played", "notice", "key", "repeat", "operator", "wrong_key", "no_input", "given_up", "collected"),
    *("confirmed", "case", "open", "closed", "holiday", "found", "not_found", "failed", "recorded", "callback"),
    *("rated", "status", "to_flow", "to_queue", "to_number", "refused", "hang_up", "hung_up", "returned"),
)
"""`entered`: the caller has come to a node that waits for him; `hung_up`: he hung up there; `given_up`: the tries are
used up; `returned`: he came back from the queue after the talk."""


# --- what comes back -------------------------------------------------------------------------------------------------


class Entered(msgspec.Struct, frozen=True, tag=True):
    """The caller has just come to the position's node: from outside, after a talk, or taken over by a new service."""


class Played(msgspec.Struct, frozen=True, tag=True):
    """A `Say` is over, a callback is kept."""


class Pressed(msgspec.Struct, frozen=True, tag=True):
    """Answer to an `Ask`; empty when no key came in time. An end key alone is `#`."""

    digits: Digits


class Found(msgspec.Struct, frozen=True, tag=True):
    """A look-up found something. `values` become variables under the names the node gives them."""

    values: dict[str, str]


class NotFound(msgspec.Struct, frozen=True, tag=True):
    """A look-up found nothing."""


class Recorded(msgspec.Struct, frozen=True, tag=True):
    """A message was left."""

    length_s: float


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The last action did not work (missing prompt, refused command, time-out), but the caller is still there."""

    reason: str = ""


Input = Entered | Played | Pressed | Found | NotFound | Recorded | Failed
