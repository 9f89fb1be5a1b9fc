"""How a call learns that a channel is gone, or that it is not gone after all."""

from __future__ import annotations

from datetime import datetime

from cti.domain.call import Call
from cti.domain.leg import Leg


def close_leg(call: Call, leg: Leg, at: datetime, cause: int | None, *, is_lost: bool = False) -> None:
    """Note that a channel is gone, and what that means for visits and offers."""
    leg.closed_at, leg.cause, leg.is_lost = at, cause, is_lost
    if leg.bridge_id is not None:
        leg.bridge_id, leg.is_holding = None, False
        call.is_talk_dirty = True
    leg.is_talking = leg.is_held = False
    leg.is_dirty = True
    if leg.channel_id == call.customer_id:
        call.in_menu = False
    for visit in call.visits:
        if visit.channel_id == leg.channel_id:
            visit.caller_closed_at, visit.is_dirty = at, True
        if visit.serving_id == leg.channel_id:
            visit.agent_closed_at, visit.is_dirty = at, True
        if is_lost and visit.is_open and leg.channel_id in (visit.channel_id, visit.serving_id):
            visit.lost_at = at
        offer = visit.offer_of(leg.channel_id)
        if offer is not None:
            offer.closed_at, offer.cause, offer.is_lost = at, cause, is_lost
            visit.is_dirty = True


def reopen_leg(call: Call, leg: Leg) -> None:
    """A channel thought lost speaks again."""
    leg.closed_at, leg.is_lost, leg.is_dirty = None, False, True
    call.is_talk_dirty = True
    for visit in call.visits:
        if visit.channel_id == leg.channel_id:
            visit.caller_closed_at = visit.lost_at = None
        if visit.serving_id == leg.channel_id:
            visit.agent_closed_at = visit.lost_at = None
        offer = visit.offer_of(leg.channel_id)
        if offer is not None:
            offer.closed_at, offer.is_lost = None, False
        visit.is_dirty = True
