"""Where a call is now, worked out from its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cti.domain.changes import CallStage, VisitOutcome
from cti.domain.visit import Visit

if TYPE_CHECKING:
    from cti.domain.call import Call

_MOVING = frozenset({CallStage.WAITING, CallStage.RINGING, CallStage.TALKING, CallStage.LEAVING, CallStage.ENDED})
CALL_STEPS: dict[CallStage, frozenset[CallStage]] = {
    CallStage.ARRIVING: _MOVING | {CallStage.MENU},
    CallStage.MENU: _MOVING,
    CallStage.WAITING: _MOVING - {CallStage.WAITING},
    CallStage.RINGING: _MOVING - {CallStage.RINGING},
    CallStage.TALKING: _MOVING - {CallStage.TALKING} | {CallStage.HELD},
    CallStage.HELD: _MOVING,
    CallStage.LEAVING: _MOVING - {CallStage.LEAVING} | {CallStage.MENU},
    CallStage.ENDED: frozenset(),
}
"""Allowed next stages when nothing was missed. After a gap a call may take any, but it never arrives again."""


def stage_of(call: Call) -> CallStage:
    """Return where a call is now. Its customer's leg decides; without one, whoever is on it."""
    customer = call.customer
    if not any(leg.closed_at is None for leg in call.legs.values()):
        return CallStage.ENDED
    if customer is None or customer.closed_at is not None:
        return _stage_of_colleagues(call)
    if customer.is_talking or customer.is_held:
        return CallStage.TALKING if customer.is_talking else CallStage.HELD
    visit = call.open_visit
    if visit is not None:
        return _stage_of_visit(call, visit)
    if customer.bridge_id is not None and call.stage in (CallStage.TALKING, CallStage.HELD):
        return call.stage
    if call.in_menu:
        return CallStage.MENU
    if _rings(call):
        return CallStage.RINGING
    if call.visits or customer.talk_s or customer.hold_s:
        return CallStage.LEAVING
    return CallStage.MENU if call.was_in_menu else _between(call)


def _stage_of_visit(call: Call, visit: Visit) -> CallStage:
    if visit.outcome is VisitOutcome.WAITING:
        return CallStage.RINGING if any(offer.is_ringing for offer in visit.offers) else CallStage.WAITING
    serving = None if visit.serving_id is None else call.legs.get(visit.serving_id)
    customer = call.legs[visit.channel_id]
    is_away = serving is not None and None not in (serving.bridge_id, customer.bridge_id)
    is_left = is_away and visit.talk_s > 0 and not customer.stands_in
    # Between two bridges he is nowhere for some microseconds: what was, stays.
    return CallStage.HELD if is_left or call.stage is CallStage.HELD else CallStage.TALKING


def _stage_of_colleagues(call: Call) -> CallStage:
    """Nobody from outside is in it, or not any more."""
    people = [leg for leg in call.open_legs if leg.is_person]
    if any(leg.is_talking for leg in people):
        return CallStage.TALKING
    if any(leg.is_held for leg in people):
        return CallStage.HELD
    if call.customer_id is not None or any(leg.talk_s for leg in call.legs.values()):
        return CallStage.LEAVING
    if _rings(call):
        return CallStage.RINGING
    # Nobody else is in it: an echo test, a supervisor who listens.
    return CallStage.TALKING if any(leg.answered_at for leg in call.open_legs) else _between(call)


def _between(call: Call) -> CallStage:
    """Nothing goes on right now. A call arrives once; later it is on its way somewhere."""
    return CallStage.ARRIVING if call.stage is CallStage.ARRIVING else CallStage.LEAVING


def _rings(call: Call) -> bool:
    """Somebody was dialled and nobody has spoken with him yet; the customer rings only until he answers."""
    served = {visit.serving_id for visit in call.visits}
    for leg in call.legs.values():
        if leg.closed_at is None and leg.is_person and not leg.is_dialler:
            is_new = not (leg.talk_s or leg.hold_s or leg.channel_id == call.customer_id or leg.channel_id in served)
            if leg.answered_at is None or (is_new and call.customer_id is not None):
                return True
    return False
