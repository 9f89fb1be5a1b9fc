"""What channel and dial events do to calls."""

from __future__ import annotations

from datetime import datetime

from cti.domain import events as e
from cti.domain.agent import Agent
from cti.domain.bridge_events import transferred
from cti.domain.call import Call
from cti.domain.changes import LegKind
from cti.domain.closing import close_leg
from cti.domain.consult import CONFERENCE
from cti.domain.ids import ChannelId
from cti.domain.leg import UP, Leg
from cti.domain.phone import caller_number
from cti.domain.routes import Route, route
from cti.domain.state import EarlyClose, State


def _opened(state: State, event: e.ChannelOpened) -> None:
    channel_id = event.channel_id
    if channel_id in state.by_channel:
        _late_opened(state, event)
    elif channel_id not in state.forgotten:
        call, leg = state.open_leg(
            channel_id,
            event.linked_id,
            event.channel,
            event.at,
            number=event.number,
            name=event.caller_name,
            context=event.context,
        )
        early = state.early.pop(channel_id, None)
        if early is not None:
            close_leg(call, leg, early.at, early.cause)
            end_agent_leg(state, call, leg, early.at)


def _late_opened(state: State, event: e.ChannelOpened) -> None:
    """Doubled, or later events of the channel came first: fill in what they could not know."""
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    if event.at < leg.opened_at:
        leg.opened_at, leg.is_dirty = event.at, True
    call.started_at = min(call.started_at, event.at)
    if not leg.number:
        _identify(call, leg, event.number, event.caller_name)
    state.touch(call)


def _state_changed(state: State, event: e.ChannelStateChanged) -> None:
    found = state.find(event)
    if found is None or event.state != UP:
        return
    call, leg = found
    if leg.answered_at is None or event.at < leg.answered_at:
        leg.answered_at, leg.is_dirty = event.at, True
        state.touch(call)


def _identified(state: State, event: e.CallerIdentified) -> None:
    found = state.find(event)
    if found is not None and _identify(*found, event.number, event.caller_name):
        state.touch(found[0])


def _identify(call: Call, leg: Leg, number: str, name: str) -> bool:
    """Asterisk: NewCallerid on an agent's or an originated channel shows our own number, not the other party's."""
    if leg.kind is not LegKind.CALLER and not leg.stands_in:
        return False
    leg.number, leg.name = caller_number(number), name
    leg.is_dirty = True
    if leg.channel_id == call.customer_id:
        call.caller_number, call.caller_name = leg.number, leg.name
    return True


def _closed(state: State, event: e.ChannelClosed) -> None:
    if not state.knows(event.channel_id):
        state.early[event.channel_id] = EarlyClose(event.at, event.cause)
        return
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    if leg.closed_at is not None and not leg.is_lost:
        return
    close_leg(call, leg, event.at, event.cause)
    state.touch(call)
    end_agent_leg(state, call, leg, event.at)


def end_agent_leg(state: State, call: Call, leg: Leg, at: datetime) -> None:
    """An agent's channel is gone: count his talk, and let wrap-up begin by rule."""
    agent = None if leg.agent_id is None else state.agents.get(leg.agent_id)
    if agent is None:
        return
    agent.legs.pop(leg.channel_id, None)
    state.touch_agent(agent)
    _leave_conference(state, call, agent, leg, at)
    call.settle(at)
    if leg.met_customer and leg.kind is LegKind.AGENT:
        agent.end_talk(at, state.options)
    else:
        agent.begin_owed_wrap_up(at, state.options)


def _leave_conference(state: State, call: Call, agent: Agent, leg: Leg, at: datetime) -> None:
    """Whoever joined three people and leaves has passed the customer on; Asterisk says nothing about it."""
    consult, customer = agent.consult, call.customer
    is_joined = consult is not None and consult.channel_id == leg.channel_id and consult.state == CONFERENCE
    if consult is not None and is_joined and customer is not None and customer.is_open:
        transferred(state, call, leg.channel_id, at, f"attended:{consult.target}")


def _dial_begun(state: State, event: e.DialBegun) -> None:
    found = state.find(event)
    if found is None:
        return
    if event.dest_id == event.channel_id:
        _originated(*found, event.dialled)
        state.touch(found[0])
    elif event.dest_id in state.by_channel:
        _dialled(state, event.dest_id, event.dialled)
    elif not state.knows(event.dest_id):
        linked_id = event.dest_linked_id or event.linked_id
        call, _ = state.open_leg(event.dest_id, linked_id, event.dest_channel, event.at)
        call.is_reconstructed = True


def _originated(call: Call, leg: Leg, dialled: str) -> None:
    """We called somebody: the number is only in the dial string, `919811000009@trunk`."""
    if not leg.is_dialler:
        return
    leg.is_dialler, leg.is_dirty = False, True
    if leg.kind is not LegKind.CALLER:
        return
    leg.kind = LegKind.OUTSIDE
    leg.number = _number_in(dialled)
    leg.name = ""
    call.direction = "out"
    call.take_customer(leg)


def _dialled(state: State, dest_id: ChannelId, dialled: str) -> None:
    """An agent called somebody outside. Asterisk: the dialled channel's own number is not the one that was dialled."""
    call = state.by_channel[dest_id]
    leg = call.legs[dest_id]
    number = _number_in(dialled)
    if leg.kind is not LegKind.OUTSIDE or not number or leg.number == number:
        return
    leg.number, leg.name, leg.is_dirty = number, "", True
    if call.customer_id == dest_id:
        call.caller_number, call.caller_name = number, ""
    state.touch(call)


def _number_in(dialled: str) -> str:
    """`919811000009@carrier` -> `919811000009`."""
    return caller_number(dialled.partition("@")[0].rpartition("/")[2])


def _dial_ended(state: State, event: e.DialEnded) -> None:
    state.find(event)


CHANNEL_ROUTES: dict[type[e.Event], Route] = dict(
    [
        route(e.ChannelOpened, _opened),
        route(e.ChannelStateChanged, _state_changed),
        route(e.CallerIdentified, _identified),
        route(e.ChannelClosed, _closed),
        route(e.DialBegun, _dial_begun),
        route(e.DialEnded, _dial_ended),
    ]
)
