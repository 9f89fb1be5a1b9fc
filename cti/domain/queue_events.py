"""What queue events do to visits, offers and members."""

from __future__ import annotations

from datetime import datetime

from cti.domain import events as e
from cti.domain.call import Call
from cti.domain.ids import ChannelId, QueueName, VisitId
from cti.domain.leg import Leg
from cti.domain.menu_events import take_as_caller
from cti.domain.queue import Member
from cti.domain.routes import Route, route
from cti.domain.state import State
from cti.domain.visit import REFUSED_STATUSES, REPORTED, Visit


def begin_visit(call: Call, leg: Leg, queue: QueueName, at: datetime, position: int) -> Visit:
    """Begin a visit; an older open one of the same caller is over with it."""
    before = [visit for visit in call.visits if visit.channel_id == leg.channel_id]
    visit = Visit(
        visit_id=VisitId(f"{leg.channel_id}#{len(before) + 1}"),
        channel_id=leg.channel_id,
        queue=queue,
        entered_at=at,
        position=position,
        caller_closed_at=leg.closed_at,
    )
    for older in before:
        if older.entered_at < at and older.next_at is None:
            older.next_at = at
            older.is_dirty = call.is_talk_dirty = True
    call.visits.append(visit)
    call.in_menu = False
    return visit


def _joined(state: State, event: e.CallerJoined) -> None:
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    if any(visit.channel_id == leg.channel_id and visit.entered_at >= event.at for visit in call.visits):
        return
    take_as_caller(call, leg)
    begin_visit(call, leg, event.queue, event.at, event.position)
    state.touch(call)


def visit_of(state: State, call: Call, leg: Leg, queue: QueueName, event: e.Event) -> Visit:
    """Find the visit an event belongs to; make it when its QueueCallerJoin was missed."""
    for visit in reversed(call.visits):
        if visit.channel_id == leg.channel_id and visit.queue == queue and visit.entered_at <= event.at:
            return visit
    visit = begin_visit(call, leg, queue, event.at, 0)
    visit.is_reconstructed = call.is_reconstructed = True
    state.touch(call)
    return visit


def _left(state: State, event: e.CallerLeft) -> None:
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    visit = visit_of(state, call, leg, event.queue, event)
    if visit.left_at is None:
        visit.left_at, visit.is_dirty = event.at, True
        state.touch(call)
        state.undecided[call.call_id] = None


def _abandoned(state: State, event: e.CallerAbandoned) -> None:
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    visit = visit_of(state, call, leg, event.queue, event)
    if visit.abandoned_at is None:
        visit.abandoned_at, visit.is_dirty = event.at, True
        state.touch(call)
        state.undecided[call.call_id] = None


def _offered(state: State, event: e.MemberOffered) -> None:
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    visit = visit_of(state, call, leg, event.queue, event)
    if visit.offer_of(event.dest_id) is None:
        _offer(state, call, visit, event, event.dest_id)


def _offer(
    state: State, call: Call, visit: Visit, event: e.MemberOffered | e.MemberConnected, dest_id: ChannelId
) -> None:
    offer = visit.add_offer(event.device, state.agent_of(event.device), dest_id, event.at)
    leg = call.legs.get(dest_id)
    if leg is None and isinstance(event, e.MemberOffered) and not state.knows(dest_id):
        _, leg = state.open_leg(dest_id, event.linked_id, event.dest_channel, event.at)
    if leg is not None:
        state.serves(call, leg)
        offer.closed_at, offer.cause = leg.closed_at, leg.cause
    state.touch(call)


def _missed(state: State, event: e.MemberMissed) -> None:
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    visit = visit_of(state, call, leg, event.queue, event)
    offer = visit.offer_of(event.dest_id)
    if offer is None or offer.missed_at is not None or offer.connected_at is not None:
        return
    offer.missed_at, visit.is_dirty = event.at, True
    state.touch(call)
    agent = None if offer.agent_id is None else state.agents.get(offer.agent_id)
    if agent is not None:
        agent.miss_offer(event.at, state.options)
        state.touch_agent(agent)


def _connected(state: State, event: e.MemberConnected) -> None:
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    visit = visit_of(state, call, leg, event.queue, event)
    if visit.connected_at is not None:
        return
    if visit.offer_of(event.dest_id) is None:
        _offer(state, call, visit, event, event.dest_id)
    _connect(call, visit, event.dest_id, event)
    state.touch(call)
    agent = state.by_device.get(event.device)
    if agent is not None:
        agent.offers_missed_count = 0
        state.touch_agent(agent)


def _connect(call: Call, visit: Visit, dest_id: ChannelId, event: e.MemberConnected) -> None:
    offer, leg = visit.offer_of(dest_id), call.legs.get(dest_id)
    visit.connected_at, visit.serving_id, visit.device = event.at, dest_id, event.device
    if offer is not None:
        offer.connected_at, visit.agent_id = event.at, offer.agent_id
    if leg is not None:
        if leg.answered_at is None:
            leg.answered_at, leg.is_dirty = event.at, True
        visit.agent_closed_at = leg.closed_at
    visit.has_stays = any(stay.channel_id == dest_id for stay in call.stays)
    visit.is_dirty = True
    call.is_talk_dirty = call.is_talk_dirty or visit.has_stays


def _completed(state: State, event: e.MemberCompleted) -> None:
    found = _served_visit(state, event)
    if found is not None:
        call, visit = found
        state.touch(call)
        visit.completed_at, visit.completed_reason = event.at, event.reason
        visit.is_dirty = True
        call.is_talk_dirty = call.is_talk_dirty or visit.has_stays


def _served_visit(state: State, event: e.MemberCompleted) -> tuple[Call, Visit] | None:
    """Asterisk: AgentComplete may come without Channel and DestChannel; queue and device tell which visit it ends."""
    call = None if event.channel_id is None else state.by_channel.get(event.channel_id)
    for one in state.calls.values() if event.channel_id is None else (() if call is None else (call,)):
        for visit in one.visits:
            is_member = visit.serving_id == event.dest_id or (event.dest_id is None and visit.device == event.device)
            if is_member and visit.queue == event.queue and visit.completed_at is None and visit.answered_at:
                return one, visit
    return None


def _reported(state: State, event: e.VisitReported) -> None:
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    if any(visit.reported_at == event.at for visit in call.visits):
        return
    if event.status in REFUSED_STATUSES:
        visit = begin_visit(call, leg, event.queue, event.at, 0)
    else:
        known = call.last_visit(leg.channel_id, event.queue)
        if known is None and event.status not in REPORTED:
            return
        visit = known or visit_of(state, call, leg, event.queue, event)
    if visit.reported_at is None:
        visit.reported_at, visit.status, visit.is_dirty = event.at, event.status, True
    state.touch(call)


def _member_changed(state: State, event: e.MemberChanged) -> None:
    member = Member(
        device=event.device,
        name=event.member_name,
        changed_at=event.at,
        device_state=event.device_state,
        is_paused=event.is_paused,
        pause_reason=event.pause_reason,
        penalty=event.penalty,
    )
    state.put_member(event.queue, member)


def _member_removed(state: State, event: e.MemberRemoved) -> None:
    state.remove_member(event.queue, event.device, event.at)


QUEUE_ROUTES: dict[type[e.Event], Route] = dict(
    [
        route(e.CallerJoined, _joined),
        route(e.CallerLeft, _left),
        route(e.CallerAbandoned, _abandoned),
        route(e.MemberOffered, _offered),
        route(e.MemberMissed, _missed),
        route(e.MemberConnected, _connected),
        route(e.MemberCompleted, _completed),
        route(e.VisitReported, _reported),
        route(e.MemberChanged, _member_changed),
        route(e.MemberRemoved, _member_removed),
    ]
)
