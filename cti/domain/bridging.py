"""How a call learns of bridges and holds. Doubled and late events must leave the same facts behind."""

from __future__ import annotations

from datetime import datetime

from cti.domain.call import Call
from cti.domain.ids import BridgeId
from cti.domain.leg import Hold, Leg, Stay
from cti.domain.visit import Visit


def enter_bridge(call: Call, leg: Leg, bridge_id: BridgeId, at: datetime) -> None:
    """Note that a leg is in a bridge from `at` on. Without a BridgeLeave it left the one before."""
    if leg.closed_at is not None or leg.bridge_id == bridge_id or (leg.bridge_at is not None and at <= leg.bridge_at):
        return
    if leg.bridge_id is not None:
        leave_bridge(call, leg, leg.bridge_id, at)
    leg.bridge_id, leg.bridge_at = bridge_id, at
    leg.answered_at = leg.answered_at or at
    call.stays.append(Stay(channel_id=leg.channel_id, bridge_id=bridge_id, entered_at=at))
    # Asterisk: who comes back to make it three sends no Unhold, though the music ends (trace `conference`).
    for hold in call.holds:
        if hold.channel_id == leg.channel_id and hold.bridge_id == bridge_id and hold.began_at < at:
            hold.ended_at = min(hold.ended_at or at, at)
    _bridges_changed(call, leg)
    for visit in call.visits:
        _note_answer(call, visit)


def leave_bridge(call: Call, leg: Leg, bridge_id: BridgeId, at: datetime) -> None:
    """Note that a leg left a bridge at `at`, even when it is told after the next BridgeEnter or the Hangup."""
    stay = _stay_at(call, leg, bridge_id, at) or _missed_stay(call, leg, bridge_id, at)
    if stay is None or (stay.left_at is not None and stay.left_at <= at):
        return
    stay.left_at = at
    if leg.bridge_id == bridge_id:
        leg.bridge_id, leg.bridge_at = None, at
        leg.is_holding = False
    for visit in call.visits:
        if leg.channel_id in (visit.channel_id, visit.serving_id):
            _note_first_leaver(call, visit)
    _bridges_changed(call, leg)


def begin_hold(call: Call, leg: Leg, at: datetime) -> None:
    """Note that a leg holds the others of its bridge."""
    if leg.bridge_id is None or leg.is_holding or leg.closed_at is not None:
        return
    if any(hold.channel_id == leg.channel_id and hold.began_at >= at for hold in call.holds):
        return
    call.holds.append(Hold(channel_id=leg.channel_id, bridge_id=leg.bridge_id, began_at=at))
    leg.is_holding = True
    _bridges_changed(call, leg)


def end_hold(call: Call, leg: Leg, at: datetime) -> None:
    """Note that a leg holds no more. Asterisk: Unhold also comes without Hold, before a blind transfer (22.10)."""
    for hold in call.holds:
        if hold.channel_id == leg.channel_id and hold.began_at <= at and (hold.ended_at is None or at < hold.ended_at):
            hold.ended_at = at
            leg.is_holding = False
            _bridges_changed(call, leg)


def merge_bridges(call: Call, from_id: BridgeId, to_id: BridgeId) -> bool:
    """Carry holds over when Asterisk merges two bridges. Returns whether the call had any."""
    found = [hold for hold in call.holds if hold.bridge_id == from_id and hold.ended_at is None]
    for hold in found:
        hold.bridge_id = to_id
        call.is_talk_dirty = True
    return bool(found)


def _bridges_changed(call: Call, leg: Leg) -> None:
    leg.is_dirty = call.is_talk_dirty = True
    for visit in call.visits:
        if visit.serving_id == leg.channel_id:
            visit.has_stays = True


def _stay_at(call: Call, leg: Leg, bridge_id: BridgeId, at: datetime) -> Stay | None:
    for stay in reversed(call.stays):
        if stay.channel_id == leg.channel_id and stay.bridge_id == bridge_id and stay.entered_at <= at:
            return stay
    return None


def _missed_stay(call: Call, leg: Leg, bridge_id: BridgeId, at: datetime) -> Stay | None:
    """The BridgeEnter was lost: the leg came when the newest of the others did."""
    if any(stay.channel_id == leg.channel_id and stay.bridge_id == bridge_id for stay in call.stays):
        return None
    others = [stay.entered_at for stay in call.stays if stay.bridge_id == bridge_id and stay.entered_at < at]
    if not others:
        return None
    stay = Stay(channel_id=leg.channel_id, bridge_id=bridge_id, entered_at=max(others))
    call.stays.append(stay)
    call.is_reconstructed = True
    for visit in call.visits:
        _note_answer(call, visit)
    return stay


def _note_answer(call: Call, visit: Visit) -> None:
    """Caller and a rung member in one bridge: he answered, whether or not AgentConnect reached us."""
    if visit.bridged_at is not None or not visit.offers:
        return
    for mine in call.stays:
        if mine.channel_id != visit.channel_id or mine.entered_at < visit.entered_at:
            continue
        for other in call.stays:
            offer = visit.offer_of(other.channel_id) if other.bridge_id == mine.bridge_id else None
            if offer is not None and visit.serving_id in (None, other.channel_id):
                visit.bridged_at = max(mine.entered_at, other.entered_at)
                visit.has_stays = visit.is_dirty = True
                if visit.serving_id is None:
                    visit.serving_id, visit.device, visit.agent_id = other.channel_id, offer.device, offer.agent_id
                    offer.connected_at = offer.connected_at or visit.bridged_at
                return


def _note_first_leaver(call: Call, visit: Visit) -> None:
    left = {stay.channel_id: stay.left_at for stay in call.stays}
    agent_at = None if visit.serving_id is None else left.get(visit.serving_id)
    caller_at = left.get(visit.channel_id)
    visit.agent_left_first = agent_at is not None and (caller_at is None or agent_at < caller_at)
