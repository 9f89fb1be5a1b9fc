"""A call back that was promised: its states, what the floor says of it, and when and how it is placed. Pure.

The promise stands in the real queue in the customer's place (`extensions.conf`, callback-place); when an agent answers,
the number is dialled, once. Whatever else comes of it than a talk is for people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import msgspec

from cti.domain.calling import Outward, check_number
from cti.domain.changes import CallEnd, CallView, LegKind
from cti.domain.commands import Originate
from cti.domain.errors import Conflict, Invalid
from cti.domain.ids import CallId, ChannelId, QueueName
from cti.domain.leg import PROMISED
from cti.domain.phone import ANONYMOUS
from cti.domain.roles import Role

WAITING, PLACED, DIALLING, UNKNOWN = "waiting", "placed", "dialling", "unknown"
REACHED, NO_ANSWER, FAILED, CANCELLED = "reached", "no_answer", "failed", "cancelled"
KEPT = frozenset({WAITING, PLACED, DIALLING})
"""We are at it: who asks again has his first place."""
OPEN = KEPT | {UNKNOWN, NO_ANSWER, FAILED}
"""Something is left to be done, if only by people."""

PLACE_CONTEXT, DIAL_CONTEXT = "callback-place", "callback-dial"
STAYS_S = 3600
"""Longest stay in the queue; then it is placed anew, in the same place."""
FRESH = timedelta(hours=1)
"""Who asked so recently is called at any hour."""
DAY_FROM, DAY_UNTIL = time(8), time(21)
LONGEST = timedelta(hours=24)
"""Nobody expects the call any more: people decide."""
MOST_A_DAY = 5
"""Promises to one number, and to callers of one number, in 24 hours. Numbers are typed and callers' own can be forged:
nobody shall have us ring others as often as he likes."""
MOST_KEPT = 100
"""Promises at once. With more than that the last ones would not be kept in time."""
BUSY = 17
"""Q.850"""

_MADE = re.compile(rf"{PROMISED}([0-9]+)-[0-9a-f]+")


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One promise. `waits_since`: the entry whose place is kept. `why`: a code that says how it came to its state."""

    id: int
    call_id: CallId
    """The call in which it was asked for."""
    hotline: str
    number: str
    """As it is dialled."""
    queue: QueueName
    priority: int
    waits_since: datetime
    asked_at: datetime
    state: str = WAITING
    made_call_id: CallId | None = None
    """The call that keeps it."""
    why: str = ""
    changed_at: datetime
    changed_by: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised within the last 24 hours, kept or not."""

    to_number: int
    by_caller: int
    """To callers of the number that asks now, wherever they wanted to be called; 0 when it is withheld."""
    in_call: int
    """In the call that asks now, at any time."""


def check_room(asked: Asked, kept_count: int) -> None:
    """Check that one more may be promised. `kept_count`: of all those being kept.

    Raises: Conflict `callback.once` (a call has one promise), `callback.too_many`, `callback.full`.
    """
    if asked.in_call:
        raise Conflict("a call back was promised in this call already", code="callback.once")
    if max(asked.to_number, asked.by_caller) >= MOST_A_DAY:
        raise Conflict("too many calls back for this number today", code="callback.too_many", limit=MOST_A_DAY)
    if kept_count >= MOST_KEPT:
        raise Conflict("too many calls back are promised already", code="callback.full", limit=MOST_KEPT)


def number_to_call(raw: str, outward: Outward) -> str:
    """Return the digits to dial. A promise may go where a supervisor may call.

    Raises: Invalid (no number), Conflict (no line, calls outwards are off), NotAllowed (blocked, not allowed).
    """
    if raw == ANONYMOUS:
        raise Invalid("the caller's number is withheld", code="dial.withheld")
    return check_number(raw, Role.SUPERVISOR, outward)


def promise_of(call_id: str) -> int | None:
    """Return whose call this is; None: no promise's."""
    made = _MADE.fullmatch(call_id)
    return None if made is None else int(made[1])


def told_by(call: CallView) -> tuple[str, str]:
    """Return what the call that keeps a promise says of it: state and why."""
    outside = [leg for leg in call.legs if leg.kind is LegKind.OUTSIDE]
    is_served = any(visit.answered_at is not None for visit in call.visits)
    if any(leg.answered_at is not None for leg in outside):
        return REACHED, ""
    if call.ended_at is None:
        return (DIALLING if is_served or outside else PLACED), ""
    if call.end is CallEnd.SWITCH_CRASHED and not is_served:
        return WAITING, "switch_restarted"
    if call.end in (CallEnd.SWITCH_CRASHED, CallEnd.LOST_SIGHT):
        return UNKNOWN, "out_of_sight"
    if outside:
        return NO_ANSWER, "busy" if outside[-1].cause == BUSY else "rang"
    if is_served:
        return FAILED, "not_dialled"
    return WAITING, str(call.visits[-1].outcome) if call.visits else "not_queued"


def told_by_absence(promise: Promise, switch_started_at: datetime | None) -> tuple[str, str]:
    """Return what it means that the switch has no such call, and the floor has not seen one end."""
    is_new_switch = switch_started_at is not None and switch_started_at > promise.changed_at
    if promise.state == PLACED and is_new_switch:
        return WAITING, "switch_restarted"
    return UNKNOWN, "out_of_sight"


def may_call_at(promise: Promise, local: datetime) -> bool:
    """Tell whether the customer may be rung now; `local`: in the hotline's zone. Late ones wait for the day."""
    return local - promise.asked_at < FRESH or DAY_FROM <= local.time() < DAY_UNTIL


def place_in(promise: Promise, line: Sequence[datetime]) -> int:
    """Return the place in the queue that is his; 0: the end. `line`: since when those wait who stand there."""
    before = sum(since <= promise.waits_since for since in line)
    return 0 if before == len(line) else before + 1


def plan_place(promise: Promise, place: int) -> Originate:
    """Return what puts the promise into its queue. `made_call_id` is the key against doing it twice."""
    assert promise.made_call_id is not None
    variables = {
        "HOTLINE_NUMBER": promise.number,
        "HOTLINE_PRIO": str(promise.priority),
        "HOTLINE_LIMIT_S": str(STAYS_S),
    }
    return Originate(
        channel=f"Local/{promise.queue}@{PLACE_CONTEXT}/n",
        channel_id=ChannelId(promise.made_call_id),
        other_id=ChannelId(f"{promise.made_call_id}-place"),
        context=DIAL_CONTEXT,
        exten=promise.number,
        caller_number=promise.number,
        variables=variables | ({"HOTLINE_PLACE": str(place)} if place else {}),
        timeout_s=STAYS_S + 60.0,
    )
