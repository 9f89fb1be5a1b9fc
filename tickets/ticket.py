"""The life of a ticket: states, who may move it where, its number, its urgency (P-20, P-22, P-26). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from cti.domain.errors import Conflict, Invalid, NotAllowed
from cti.domain.roles import Actor, Right, may


class TicketState(StrEnum):
    """Where a ticket stands. `waiting`: for the customer or for goods. `resolved`: done, the customer not yet asked."""

    NEW = "new"
    WORKING = "working"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


MOVES: dict[TicketState, tuple[TicketState, ...]] = {
    TicketState.NEW: (TicketState.WORKING, TicketState.WAITING, TicketState.RESOLVED, TicketState.CLOSED),
    TicketState.WORKING: (TicketState.WAITING, TicketState.RESOLVED, TicketState.CLOSED),
    TicketState.WAITING: (TicketState.WORKING, TicketState.RESOLVED, TicketState.CLOSED),
    TicketState.RESOLVED: (TicketState.CLOSED, TicketState.WORKING),
    TicketState.CLOSED: (TicketState.WORKING,),
}
"""state -> states it may go to. Back to `working` is reopening."""

OPEN = (TicketState.NEW, TicketState.WORKING, TicketState.WAITING, TicketState.RESOLVED)
"""Not closed: the customer has not confirmed yet."""
DUE = (TicketState.NEW, TicketState.WORKING, TicketState.WAITING)
"""The customer still waits for an answer: these become overdue."""
NEEDS_WORDS = frozenset({TicketState.RESOLVED, TicketState.CLOSED})
"""Whoever ends something says what was done (P-26: measure, result)."""
URGENCY = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
"""priority -> place in the list, the smallest first."""
TITLE_LENGTH = 120
WHOLE_NUMBER = 7
"""Digits; a shorter telephone number would be known with its last four."""


def sees_all(actor: Actor) -> bool:
    """Whether the role reads every ticket; without it a department reads its own."""
    return may(actor.role, Right.SEE_TICKETS)


def may_see(actor: Actor, department: str) -> bool:
    """Tell whether this person may see a ticket of `department`."""
    if sees_all(actor):
        return True
    return may(actor.role, Right.WORK_TICKETS) and bool(department) and actor.department == department


def may_work(actor: Actor, department: str) -> bool:
    """Tell whether this person may change a ticket of `department`."""
    return may(actor.role, Right.WORK_TICKETS) and may_see(actor, department)


def moves_for(actor: Actor, state: TicketState, department: str) -> tuple[TicketState, ...]:
    """States this person may move it to. A department never closes and never reopens what is closed: the owner
    confirms with the customer first (P-20).
    """
    if not may_work(actor, department):
        return ()
    if sees_all(actor):
        return MOVES[state]
    if state is TicketState.CLOSED:
        return ()
    return tuple(one for one in MOVES[state] if one is not TicketState.CLOSED)


def check_move(actor: Actor, state: TicketState, department: str, wanted: TicketState, text: str) -> None:
    """Refuse what may not be. Raises: Conflict `ticket.move`, NotAllowed `ticket.close`, Invalid `ticket.words`."""
    if wanted not in MOVES[state]:
        raise Conflict("The ticket cannot go there from here.", code="ticket.move", state=state, wanted=wanted)
    if wanted not in moves_for(actor, state, department):
        text = "The one who looks after the customer does this, once the customer has confirmed."
        raise NotAllowed(text, code="ticket.close", state=state)
    if wanted in NEEDS_WORDS and not text.strip():
        raise Invalid("Say what was done.", code="ticket.words", field="text")


def number_of(day: date, count: int) -> str:
    """`T20261125-0007`. The day is the hotline's own; more than 9999 a day only make it longer."""
    return f"T{day:%Y%m%d}-{count:04d}"


def number_typed(digits: str) -> str:
    """The number a caller typed on a telephone, which has no T and no dash; empty when it cannot be one."""
    return f"T{digits[:8]}-{digits[8:]}" if digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 16 else ""


def proves(last4: str, numbers: Iterable[str]) -> bool:
    """Whether these are the last four digits of one of the customer's telephone numbers."""
    return len(last4) == 4 and any(len(number) >= WHOLE_NUMBER and number.endswith(last4) for number in numbers)


def title_of(text: str) -> str:
    """The first line that says something, cut to what a list shows."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"
