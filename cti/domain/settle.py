"""What we saw of a visit against what the book has: named differences, and the call as it should have been recorded.

The book has whole seconds and knows queues only. It is believed where we could not see (after a gap); where we saw, the
difference is shown and nothing is changed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from cti.domain.changes import CallEnd, CallStage, CallView, LegKind, LegView, VisitOutcome, VisitView
from cti.domain.ids import AgentId, CallId, Device, LinkedId, QueueName, VisitId
from cti.domain.leg import PROMISED
from cti.domain.phone import caller_number
from cti.domain.visits import BookedVisit

TOLERANCE_S: Final = 2.0
"""Whole seconds cut off at both ends; the book's hold time includes what is said to the member first."""
TEST_QUEUE: Final = QueueName("test")
_DEVICE: Final = "PJSIP/"

_SERVED = frozenset({VisitOutcome.ANSWERED, VisitOutcome.ANSWERED_WITHOUT_TALK})
_OPEN = frozenset({VisitOutcome.WAITING, VisitOutcome.TALKING})


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `kind`: `visit_unseen`, `visit_outcome`, `visit_times`, `visit_unbooked`."""

    kind: str
    about: str
    ours: str
    theirs: str


def find_visit(call: CallView, booked: BookedVisit) -> VisitView | None:
    """The visit of `call` that the book means: same channel and queue, entered at the same time or nearest to it."""
    own = [visit for visit in call.visits if (visit.channel_id, visit.queue) == (booked.channel_id, booked.queue)]
    ended = booked.ended_at
    own = [visit for visit in own if (visit.entered_at - ended).total_seconds() <= TOLERANCE_S]
    return min(own, key=lambda visit: abs((visit.entered_at - booked.entered_at).total_seconds()), default=None)


def is_unsure(call: CallView, visit: VisitView) -> bool:
    """Tell whether we did not see all of this visit, so that the book knows better."""
    return visit.is_reconstructed or call.end is CallEnd.LOST_SIGHT or visit.outcome is VisitOutcome.UNKNOWN


def differences(call: CallView, visit: VisitView, booked: BookedVisit) -> list[Found]:
    """Compare one visit. Outcome first; times only when the outcome is the same and nobody transferred or held."""
    if booked.outcome is VisitOutcome.UNKNOWN:  # the book was closed by a restart of Asterisk and knows less than we
        return []
    if visit.outcome is not booked.outcome and not (_is_rounding(visit, booked) or _is_promise(visit, booked)):
        found = Found(kind="visit_outcome", about=visit.visit_id, ours=str(visit.outcome), theirs=str(booked.outcome))
        return [found]
    ours, theirs = [f"wait {visit.wait_s or 0:.1f} s"], [f"wait {booked.wait_s:.0f} s"]
    is_off = abs((visit.wait_s or 0.0) - booked.wait_s) > TOLERANCE_S
    if not call.transfers and not visit.hold_s and booked.talk_s is not None:
        # Asterisk: talk time of the book includes hold, and runs on when the agent transfers by AMI (app_queue).
        ours.append(f"talk {visit.talk_s or 0:.1f} s")
        theirs.append(f"talk {booked.talk_s:.0f} s")
        is_off = is_off or abs((visit.talk_s or 0.0) - booked.talk_s) > TOLERANCE_S
    if not is_off:
        return []
    return [Found(kind="visit_times", about=visit.visit_id, ours=", ".join(ours), theirs=", ".join(theirs))]


def unseen(booked: BookedVisit) -> Found:
    """A visit of the book that we have not recorded at all."""
    about = f"{booked.channel_id}/{booked.queue}/{booked.entered_at.isoformat()}"
    return Found(kind="visit_unseen", about=about, ours="", theirs=str(booked.outcome))


def settled(call: CallView, visit: VisitView | None, booked: BookedVisit) -> CallView:
    """The call with this visit as the book has it; `visit` None adds it. An end that we only guessed moves with it."""
    taken = _visit_as_booked(call, visit, booked)
    others = tuple(one for one in call.visits if one.visit_id != taken.visit_id)
    visits = tuple(sorted((*others, taken), key=lambda one: one.entered_at))
    changed = replace(call, visits=visits, is_reconstructed=True)
    is_guessed = visit is None or visit.outcome is VisitOutcome.UNKNOWN or visit.ended_by == "switch"
    if call.end is not CallEnd.LOST_SIGHT or call.ended_at is None or not is_guessed:
        return changed
    guessed_at, ended_at = call.ended_at, max(one.ended_at or one.entered_at for one in visits)
    legs = tuple(_leg_as_booked(leg, guessed_at, ended_at, taken) for leg in call.legs)
    return replace(changed, ended_at=ended_at, stage_since=ended_at, legs=legs)


def call_from_book(booked: BookedVisit, caller: str) -> CallView:
    """A call that came and went while nobody looked: only the book tells of it."""
    call_id = CallId(booked.channel_id)
    leg = LegView(
        channel_id=booked.channel_id,
        channel="",
        kind=LegKind.CALLER,
        number=caller_number(caller),
        name="",
        agent_id=None,
        opened_at=booked.entered_at,
        answered_at=booked.entered_at,
        closed_at=booked.ended_at,
        bridge_id=None,
        is_holding=False,
        talk_s=booked.talk_s or 0.0,
        hold_s=0.0,
        cause=None,
    )
    empty = CallView(
        call_id=call_id,
        linked_id=LinkedId(call_id),
        direction="in",
        hotline="",
        caller_number=leg.number,
        caller_name="",
        is_test=booked.queue == TEST_QUEUE,
        stage=CallStage.ENDED,
        stage_since=booked.ended_at,
        queue=None,
        agent_ids=(),
        started_at=booked.entered_at,
        answered_at=booked.entered_at,
        ended_at=booked.ended_at,
        end=CallEnd.LOST_SIGHT,
        refusal="",
        fell_back=booked.queue == "fallback",
        merged_into=None,
        is_reconstructed=True,
        menu=(),
        legs=(leg,),
        visits=(),
        segments=(),
        transfers=(),
    )
    return settled(empty, None, booked)


def is_over(visit: VisitView) -> bool:
    """Tell whether the visit has ended in our eyes."""
    return visit.ended_at is not None and visit.outcome not in _OPEN


def _is_rounding(visit: VisitView, booked: BookedVisit) -> bool:
    # A talk below one second is 0 in the book.
    return {visit.outcome, booked.outcome} == _SERVED and (visit.talk_s or 0.0) < TOLERANCE_S


def _is_promise(visit: VisitView, booked: BookedVisit) -> bool:
    # The book takes a kept place that was given up for a caller who hung up.
    ends = (visit.outcome, booked.outcome)
    return visit.channel_id.startswith(PROMISED) and ends == (VisitOutcome.WITHDRAWN, VisitOutcome.ABANDONED)


def _visit_as_booked(call: CallView, visit: VisitView | None, booked: BookedVisit) -> VisitView:
    device, agent_id = _served_by(visit, booked)
    count = sum(one.channel_id == booked.channel_id for one in call.visits)
    return VisitView(
        visit_id=visit.visit_id if visit else VisitId(f"{booked.channel_id}#{count + 1}"),
        channel_id=booked.channel_id,
        queue=booked.queue,
        entered_at=_nearer(visit.entered_at if visit else None, booked.entered_at),
        position=visit.position if visit else booked.position,
        answered_at=_nearer(visit.answered_at if visit else None, booked.answered_at) if booked.answered_at else None,
        ended_at=_nearer(visit.ended_at if visit else None, booked.ended_at),
        outcome=visit.outcome if visit and _is_rounding(visit, booked) else booked.outcome,
        agent_id=agent_id,
        device=device,
        wait_s=booked.wait_s,
        talk_s=booked.talk_s,
        hold_s=None if booked.talk_s is None else (visit.hold_s if visit else None) or 0.0,
        ended_by=booked.ended_by,
        is_reconstructed=True,
        offers=visit.offers if visit else (),
    )


def _served_by(visit: VisitView | None, booked: BookedVisit) -> tuple[Device | None, AgentId | None]:
    if booked.outcome not in _SERVED:
        return None, None
    if visit is not None and visit.device is not None:
        return visit.device, visit.agent_id
    # The member's name is the agent's id (membership), or the device when nobody named it.
    agent_id = AgentId(booked.member.removeprefix(_DEVICE))
    return Device(f"{_DEVICE}{agent_id}"), agent_id if agent_id.isdigit() else None


def _nearer(seen: datetime | None, booked: datetime) -> datetime:
    """Our instant when it is the book's second; it has the fractions."""
    return seen if seen is not None and abs((seen - booked).total_seconds()) <= 1.0 else booked


def _leg_as_booked(leg: LegView, guessed_at: datetime, ended_at: datetime, visit: VisitView) -> LegView:
    if leg.closed_at is None or leg.closed_at < guessed_at:
        return leg  # seen to close before we lost sight
    is_speaker = leg.kind is LegKind.CALLER or (leg.kind is LegKind.AGENT and leg.agent_id == visit.agent_id)
    talk_s = visit.talk_s if is_speaker and visit.talk_s is not None else leg.talk_s
    return replace(leg, closed_at=ended_at, talk_s=talk_s)
