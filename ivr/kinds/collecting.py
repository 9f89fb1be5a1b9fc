"""Nodes that take numbers by keys: collect, and the state of a ticket by telephone. Pure."""

from __future__ import annotations

import re

from ivr.kinds.own_words import CONFIRM, INVALID_NUMBER, YOU_TYPED
from ivr.kinds.shapes import Collect, Parts, Spoken, TicketStatus
from ivr.kinds.values import OF_TICKET
from ivr.kinds.visiting import Behaviour, Here, Move, Way, again, arrive, ask, masked, say, trimmed
from ivr.language.actions import Ask, Entered, Failed, Found, Input, LookUp, NotFound, Pressed

RIGHT, ANEW = "1", "2"
PHONE = re.compile(r"1[3-9][0-9]{9}|0[1-9][0-9]{8,10}|[2-9][0-9]{6,7}|86[1-9][0-9]{8,10}|00[1-9][0-9]{6,14}")
"""Mobile, with area code, local, any of them as trunks send callers, abroad."""
TICKET = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{4,6}")
"""The digits of `T20261125-0012`: the letter and the dash cannot be typed."""
TICKET_MOST = 14
LENGTHS = {"phone": (7, 17), "ticket": (12, TICKET_MOST)}
"""Fewest and most digits that may fit."""
LAST_DIGITS = 4
TOLD = "told"
"""Stage of a ticket whose state is being said."""


def fits(what: str, digits: str) -> bool:
    """Tell whether these are digits at all, and look like what was asked for."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    pattern = {"phone": PHONE, "ticket": TICKET}.get(what)
    return pattern is None or bool(pattern.fullmatch(digits))


# --- collect ----------------------------------------------------------------------------------------------------------


def _collect(node: Collect, here: Here, given: Input) -> Move:
    if isinstance(given, Entered):
        return arrive(here, _question(node, here))
    if not isinstance(given, Pressed):
        return Move(actions=(here.note("failed"),), to=node.otherwise)
    if here.position.stage:
        return _confirm(node, here, given.digits[:1])
    digits = given.digits
    if not digits:
        return again(here, node, node.otherwise, here.note("no_input"), _question(node, here))
    if node.fewest <= len(digits) <= node.most and fits(node.what, digits):
        return _collected(node, here, digits)
    question = _question(node, here, node.wrong or (INVALID_NUMBER,))
    return again(here, node, node.otherwise, here.note("wrong_key", _shown(node, digits)), question)


def _collected(node: Collect, here: Here, digits: str) -> Move:
    """What was typed becomes a variable only when it is right: who gives up has told us nothing."""
    note = here.note("collected", _shown(node, digits))
    if not node.is_confirmed:
        return Move(actions=(note,), to=node.next, learns={node.into: digits})
    return Move(actions=(note, _read_back(node, here, digits)), tries=here.position.tries, stage=digits)


def _confirm(node: Collect, here: Here, pressed: str) -> Move:
    """Is it right? The stage holds the digits; a `#` behind them says that a first end key was let pass."""
    stage = here.position.stage
    digits = stage.rstrip("#")
    if pressed == RIGHT:
        return Move(actions=(here.note("confirmed", pressed),), to=node.next, learns={node.into: digits})
    if pressed == ANEW:
        return again(here, node, node.otherwise, here.note("repeat", pressed), _question(node, here))
    if pressed == "#" and stage == digits:
        # The end key of one who typed as many digits as there may be: they were taken before he pressed it.
        return Move(actions=(_read_back(node, here, digits),), tries=here.position.tries, stage=f"{digits}#")
    note = here.note("wrong_key" if pressed else "no_input", pressed)
    return again(here, node, node.otherwise, note, _read_back(node, here, digits), stage)


def _question(node: Collect, here: Here, first: Parts = ()) -> Ask:
    return ask(here, (*first, *node.prompts), node.wait_s, node.most)


def _read_back(node: Collect, here: Here, digits: str) -> Ask:
    return Ask((YOU_TYPED, *here.read_out("digits", digits), CONFIRM), node.wait_s)


def _shown(node: Collect, digits: str) -> str:
    return masked(digits) if node.is_masked else digits


def _collect_ways(node: Collect) -> tuple[Way, ...]:
    return (Way(("next",), node.next, is_silent=False, sets=(node.into,)), Way(("otherwise",), node.otherwise))


def _collect_own(node: Collect) -> Parts:
    confirm = (YOU_TYPED, Spoken(say="digits", of=node.into), CONFIRM) if node.is_confirmed else ()
    return (*confirm, *(() if node.wrong else (INVALID_NUMBER,)))


# --- state of a ticket ------------------------------------------------------------------------------------------------


def _ticket(node: TicketStatus, here: Here, given: Input) -> Move:
    """Stages: none (the number is asked for), the number (the last digits are), number and digits (it is looked up),
    `TOLD`.
    """
    if isinstance(given, Entered):
        return arrive(here, _ask_number(node, here))
    stage = here.position.stage
    if stage == TOLD:
        return Move(actions=(here.note("failed" if isinstance(given, Failed) else "played"),), to=node.next)
    number, _, last4 = stage.partition("/")
    if last4:
        return _looked_up(node, here, given)
    if not isinstance(given, Pressed):
        return Move(actions=(here.note("failed"),), to=node.otherwise)
    return _last4(node, here, number, given.digits) if number else _number(node, here, given.digits)


def _number(node: TicketStatus, here: Here, digits: str) -> Move:
    if fits("ticket", digits):
        question = ask(here, node.ask_digits, node.wait_s, LAST_DIGITS)
        return Move(actions=(here.note("collected", digits), question), tries=here.position.tries, stage=digits)
    note = here.note("wrong_key" if digits else "no_input", digits)
    first = (INVALID_NUMBER,) if digits else ()
    return again(here, node, node.otherwise, note, _ask_number(node, here, first))


def _last4(node: TicketStatus, here: Here, number: str, digits: str) -> Move:
    """The digits prove who he is: they are kept masked."""
    shown = masked(digits)
    if len(digits) == LAST_DIGITS and fits("digits", digits):
        look_up = LookUp("ticket", {"number": number, "last4": digits})
        actions = (here.note("collected", shown), look_up)
        return Move(actions=actions, tries=here.position.tries, stage=f"{number}/{digits}")
    note = here.note("wrong_key" if digits else "no_input", shown)
    first = (INVALID_NUMBER,) if digits else ()
    question = ask(here, (*first, *node.ask_digits), node.wait_s, LAST_DIGITS)
    return again(here, node, node.otherwise, note, question, number)


def _looked_up(node: TicketStatus, here: Here, given: Input) -> Move:
    if isinstance(given, NotFound):
        question = _ask_number(node, here, node.not_found)
        return again(here, node, node.otherwise, here.note("not_found"), question)
    if not isinstance(given, Found):
        return Move(actions=(here.note("failed"),), to=node.otherwise)
    learns = {name: trimmed(given.values.get(name, "")) for name in OF_TICKET}
    words = say(here.knowing(learns), node.found)
    if words is None:
        return Move(actions=(here.note("status"),), to=node.next, learns=learns)
    return Move(actions=(here.note("status"), words), stage=TOLD, learns=learns)


def _ask_number(node: TicketStatus, here: Here, first: Parts = ()) -> Ask:
    return ask(here, (*first, *node.ask_number), node.wait_s, TICKET_MOST)


def _ticket_ways(node: TicketStatus) -> tuple[Way, ...]:
    return (Way(("next",), node.next, is_silent=False, sets=OF_TICKET), Way(("otherwise",), node.otherwise))


COLLECT = Behaviour[Collect](take=_collect, ways=_collect_ways, own=_collect_own)
TICKET_STATUS = Behaviour[TicketStatus](take=_ticket, ways=_ticket_ways, own=lambda node: (INVALID_NUMBER,))
