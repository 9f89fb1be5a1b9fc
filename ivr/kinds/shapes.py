"""Kinds of nodes as data: what stands in a flow's file. The editor's forms and the check are made from these."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ivr.language.actions import KeyText, Name

Words = Annotated[str, Meta(max_length=40, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$(?!\n)")]
WaitS = Annotated[float, Meta(ge=1, le=60)]
Tries = Annotated[int, Meta(ge=1, le=9)]
NumberText = Annotated[str, Meta(pattern=r"^[0-9]{3,20}$(?!\n)")]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)|^24:00$(?!\n)")]

# msgspec: `Name | Literal[""]` is one text with the pattern of `Name`; the empty one would be refused.
NoName = Annotated[str, Meta(pattern=r"^(?:[a-z0-9][a-z0-9_-]{0,39})?$(?!\n)")]
"""A name, or empty for none."""
NoKey = Annotated[str, Meta(pattern=r"^[0-9*#]?$(?!\n)")]


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that stands in a flow."""


class Spoken(Shape, frozen=True, kw_only=True):
    """A value read out in the flow's language: `{say: minutes, of: wait}`.

    `say`: `digits` one by one, `number` (两千零三), `count` (of people: 两, not 二), `minutes` (两分钟), `time`
    (`15:20`), `date` (`2026-11-25`), `prompt`: the prompt named `<of's value>` with `prefix` in front. An unknown or
    empty value says nothing.
    """

    say: Literal["digits", "number", "count", "minutes", "time", "date", "prompt"]
    of: Name
    prefix: NoName = ""


Part = Name | Spoken
Parts = tuple[Part, ...]
SomeParts = Annotated[tuple[Part, ...], Meta(min_length=1)]


class Kind(Shape, frozen=True, kw_only=True, tag_field="kind"):
    """What all kinds have in common. `note`: for people who read the flow."""

    note: Annotated[str, Meta(max_length=200)] = ""


class Announce(Kind, frozen=True, kw_only=True, tag="announce"):
    """Say something, go on."""

    prompts: SomeParts
    next: Name


class Notice(Kind, frozen=True, kw_only=True, tag="notice"):
    """The recording notice: that it was heard, which version of the words, and when, is kept with the call."""

    prompts: SomeParts
    next: Name


class Key(Shape, frozen=True, kw_only=True):
    """One key of a menu. `says`: its meaning, as people see it on the floor, in the pop and in reports."""

    key: KeyText
    to: Name
    says: Words = ""


class Menu(Kind, frozen=True, kw_only=True, tag="menu"):
    """Ask for one key. After `tries` times nothing or a wrong key: `otherwise`."""

    prompts: SomeParts
    keys: tuple[Key, ...]
    otherwise: Name
    repeat: NoKey = ""
    """Says everything again; counts as a try, so that nobody goes round for ever."""
    operator: NoName = ""
    """Where a person is; reached by `operator_key`."""
    operator_key: KeyText = "0"
    wrong_key: Parts = ()
    """Said before the menu is repeated, in the same breath, so that a key pressed meanwhile counts."""
    no_input: Parts = ()
    wait_s: WaitS = 5
    tries: Tries = 3


class Collect(Kind, frozen=True, kw_only=True, tag="collect"):
    """Take a number by keys: fewest to most digits, `#` ends. `into`: the variable it becomes."""

    prompts: SomeParts
    into: Name
    next: Name
    otherwise: Name
    what: Literal["digits", "order", "ticket", "phone"] = "digits"
    fewest: Annotated[int, Meta(ge=1, le=32)] = 1
    most: Annotated[int, Meta(ge=1, le=32)] = 20
    is_confirmed: bool = False
    """Reads it back: 1 is right, 2 types it again."""
    is_masked: bool = False
    """Only the last two digits are kept with the call."""
    wrong: Parts = ()
    wait_s: WaitS = 8
    tries: Tries = 3


class Hours(Kind, frozen=True, kw_only=True, tag="hours"):
    """Which way by the clock: a schedule of the hours page, public holidays and make-up workdays counted."""

    schedule: Name
    open: Name
    closed: Name
    holiday: NoName = ""
    """On a public holiday while closed; empty: as `closed`."""


class When(Shape, frozen=True, kw_only=True):
    """One test. Numbers: `at_least` and `at_most`, both counted in; words: `is_one_of`.

    `fact`: `waiting`, `ready`, `seats`, `expected_wait_s` (of `queue`; without one: of all of them together, the
    longest wait), `blocked` (`yes`, `no`), `number` (`withheld`, `known`), `callback` (`yes`, `no`: calling out is on,
    so that a call back can be promised), `time` (since, until), `variable` (of `variable`; `customer_class`,
    `customer_vip` after a look-up of the customer; alone: that it is known). An unknown fact is no match.
    """

    fact: Literal["waiting", "ready", "seats", "expected_wait_s", "blocked", "number", "callback", "time", "variable"]
    queue: NoName = ""
    variable: NoName = ""
    at_least: int | None = None
    at_most: int | None = None
    is_one_of: Annotated[tuple[Words, ...], Meta(max_length=20)] = ()
    since: Clock | None = None
    until: Clock | None = None


class Case(Shape, frozen=True, kw_only=True):
    """One way of a condition: taken when all its tests hold."""

    when: Annotated[tuple[When, ...], Meta(min_length=1, max_length=5)]
    to: Name


class Condition(Kind, frozen=True, kw_only=True, tag="condition"):
    """The first case that holds, else `otherwise`."""

    cases: Annotated[tuple[Case, ...], Meta(min_length=1, max_length=20)]
    otherwise: Name


class LookUpNode(Kind, frozen=True, kw_only=True, tag="look_up"):
    """Ask for the customer (sets `customer_class`, `customer_vip`, `customer_known`), or a webhook by its name.

    `sends`: variables given to the webhook; `takes`: field of its answer -> variable.
    """

    what: Literal["customer", "webhook"]
    found: Name
    not_found: Name
    failed: Name
    webhook: NoName = ""
    sends: Annotated[tuple[Name, ...], Meta(max_length=10)] = ()
    takes: Annotated[dict[Name, Name], Meta(max_length=10)] = msgspec.field(default_factory=dict)
    limit_s: Annotated[float, Meta(ge=0.5, le=10)] = 3


class QueueNode(Kind, frozen=True, kw_only=True, tag="queue"):
    """Hand the caller to a queue, after a word to him. A queue is a skill: agents serve those they are given."""

    queue: Name
    prompts: Parts = ()
    priority: Annotated[int, Meta(ge=0, le=19)] = 0
    """Higher ones are served first; 20 belongs to callers who lost their agent."""
    says_position: bool = False
    says_wait: bool = False
    """Our own estimate, rounded up to minutes; nothing is said while nobody can say."""
    words_every_s: Annotated[int, Meta(ge=0, le=600)] = 60
    after: NoName = ""
    """A survey after the talk (P-51)."""


class Callback(Kind, frozen=True, kw_only=True, tag="callback"):
    """Promise a call back: the place in the queue is kept, the number is dialled once."""

    queue: Name
    next: Name
    otherwise: Name
    """No number, calls outwards are off or not allowed there, or the promise could not be kept down."""
    number_from: NoName = ""
    """Variable with the number; empty: the caller's own."""
    prompts: Parts = ()
    priority: Annotated[int, Meta(ge=0, le=19)] = 0


class Voicemail(Kind, frozen=True, kw_only=True, tag="voicemail"):
    """Take a message. `box`: a queue's name, so that who serves it works the message."""

    prompts: SomeParts
    box: Name
    next: Name
    otherwise: Name
    """Nothing was said, or it could not be kept."""
    most_s: Annotated[int, Meta(ge=5, le=600)] = 180
    silence_s: Annotated[int, Meta(ge=2, le=30)] = 6


class TransferOut(Kind, frozen=True, kw_only=True, tag="transfer_out"):
    """Connect with a number outside; the calling rules of a supervisor hold for it."""

    number: NumberText
    otherwise: Name
    prompts: Parts = ()


class Survey(Kind, frozen=True, kw_only=True, tag="survey"):
    """Ask for a rating by key (P-51). `question` names it in reports; keys are scores."""

    question: Name
    prompts: SomeParts
    next: Name
    scores: Annotated[dict[KeyText, Annotated[int, Meta(ge=1, le=10)]], Meta(min_length=2)] = msgspec.field(
        default_factory=lambda: {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}
    )
    wrong_key: Parts = ()
    wait_s: WaitS = 6
    tries: Tries = 2


class TicketStatus(Kind, frozen=True, kw_only=True, tag="ticket_status"):
    """State of a ticket by telephone: ticket number, then the last four digits of the caller's telephone number.

    Found: `found` is said (may use variables `ticket_state`, `ticket_due`), then `next`. Wrong ones cost a try each.
    """

    ask_number: SomeParts
    ask_digits: SomeParts
    found: SomeParts
    next: Name
    otherwise: Name
    not_found: Parts = ()
    wait_s: WaitS = 8
    tries: Tries = 3


class FlowJump(Kind, frozen=True, kw_only=True, tag="flow"):
    """Go on at the start of another flow, in its language."""

    flow: Name


class Refuse(Kind, frozen=True, kw_only=True, tag="refuse"):
    """Say why there is nobody, hang up, and count it."""

    reason: Literal["closed", "full", "nobody", "blocked"]
    prompts: SomeParts


class HangUp(Kind, frozen=True, kw_only=True, tag="hang_up"):
    """Say good-bye and hang up."""

    prompts: Parts = ()


Node = (
    Announce | Notice | Menu | Collect | Hours | Condition | LookUpNode | QueueNode | Callback | Voicemail
    | TransferOut | Survey | TicketStatus | FlowJump | Refuse | HangUp
)  # fmt: skip


class Title(Shape, frozen=True, kw_only=True):
    """What people call the flow."""

    zh: Annotated[str, Meta(min_length=1, max_length=40)]
    en: Annotated[str, Meta(min_length=1, max_length=40)]


class Flow(Shape, frozen=True, kw_only=True):
    """A menu: a graph of nodes, read from YAML. `language` and `voice` choose the prompts' recordings."""

    name: Name
    title: Title
    start: Name
    nodes: dict[Name, Node]
    language: Literal["zh", "en"] = "zh"
    voice: Literal["female", "male"] = "female"


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where a caller is. Everything a step needs of the past; travels to the simulator and back."""

    flow: Name
    node: Name
    tries: int = 0
    """Times he gave nothing or something wrong at this node."""
    stage: str = ""
    """Where inside a node of several questions."""
    variables: dict[str, str] = {}
