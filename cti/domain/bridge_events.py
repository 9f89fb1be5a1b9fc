"""What bridge, hold, transfer and listening events do to calls."""

from __future__ import annotations

from datetime import datetime

from cti.domain import events as e
from cti.domain.bridging import begin_hold, end_hold, enter_bridge, leave_bridge, merge_bridges
from cti.domain.call import Call, Transfer
from cti.domain.changes import LegKind
from cti.domain.ids import ChannelId
from cti.domain.leg import Leg, device_of, is_local
from cti.domain.routes import Route, route
from cti.domain.state import State
from cti.domain.telephones import named


def _hold_begun(state: State, event: e.HoldBegun) -> None:
    found = state.find(event)
    if found is not None:
        begin_hold(*found, event.at)
        _touch_if_changed(state, found[0])


def _hold_ended(state: State, event: e.HoldEnded) -> None:
    found = state.find(event)
    if found is not None:
        end_hold(*found, event.at)
        _touch_if_changed(state, found[0])


def _bridge_entered(state: State, event: e.BridgeEntered) -> None:
    found = state.find(event)
    if found is not None:
        enter_bridge(*found, event.bridge_id, event.at)
        _touch_if_changed(state, found[0])


def _bridge_left(state: State, event: e.BridgeLeft) -> None:
    found = state.find(event)
    if found is not None:
        leave_bridge(*found, event.bridge_id, event.at)
        _touch_if_changed(state, found[0])


def _touch_if_changed(state: State, call: Call) -> None:
    """Doubled events leave the call as it was; nothing then needs to be built."""
    if call.is_talk_dirty:
        state.touch(call)


def _bridges_merged(state: State, event: e.BridgesMerged) -> None:
    for call in state.calls.values():
        if call.holds and merge_bridges(call, event.from_id, event.to_id):
            state.touch(call)


def _blind_transferred(state: State, event: e.BlindTransferred) -> None:
    call = state.by_channel.get(event.transferer_id)
    if call is not None and event.succeeded:
        transferred(state, call, event.transferer_id, event.at, f"blind:{named(event.exten)}")


def _attended_transferred(state: State, event: e.AttendedTransferred) -> None:
    call = state.by_channel.get(event.transferer_id)
    if call is None or not event.succeeded:
        return
    if event.is_conference:
        # Asterisk: the Hold with which a consultation begins never gets its Unhold when all three come together.
        end_hold(call, call.legs[event.transferer_id], event.at)
        _touch_if_changed(state, call)
        return
    party = _joined_party(state, event.target_id) or _consulted(state, call.legs[event.transferer_id])
    transferred(state, call, event.transferer_id, event.at, f"attended:{party}")


def _joined_party(state: State, target_id: ChannelId | None) -> str:
    """`PJSIP/web1002-0000002d` -> `1002`; the helper of Asterisk's feature names it too: `Local/1002@transfer-02;1`.

    Somebody outside is named by his number.
    """
    call = None if target_id is None else state.by_channel.get(target_id)
    if call is None or target_id is None:
        return ""
    leg = call.legs[target_id]
    if leg.kind is LegKind.OUTSIDE and leg.number:
        return leg.number
    name = leg.channel.partition("/")[2]
    return named(name.partition("@")[0] if is_local(leg.channel) else device_of(name))


def _consulted(state: State, leg: Leg) -> str:
    """Whom the transferring agent had asked. Asterisk names no target when the Local pair has just optimised away."""
    agent = None if leg.agent_id is None else state.agents.get(leg.agent_id)
    known = () if agent is None else (agent.consult, agent.last_consult)
    return next((one.target for one in known if one is not None and one.channel_id == leg.channel_id), "")


def transferred(state: State, call: Call, transferer_id: ChannelId, at: datetime, text: str) -> None:
    """Note that the customer is with somebody else, `blind:1002` or `attended:1002`, from `at` on."""
    transfer = Transfer(at, text)
    if transfer in call.transfers:
        return
    call.transfers.append(transfer)
    state.touch(call)
    for visit in call.visits:
        if visit.serving_id == transferer_id and visit.transferred_at is None:
            visit.transferred_at = at
            visit.is_dirty = call.is_talk_dirty = True


def _listen_started(state: State, event: e.ListenStarted) -> None:
    call = state.by_channel.get(event.listener_id)
    if call is not None:
        leg = call.legs[event.listener_id]
        leg.kind, leg.is_dirty = LegKind.HELPER, True
        call.is_talk_dirty = True
        state.touch(call)


BRIDGE_ROUTES: dict[type[e.Event], Route] = dict(
    [
        route(e.HoldBegun, _hold_begun),
        route(e.HoldEnded, _hold_ended),
        route(e.BridgeEntered, _bridge_entered),
        route(e.BridgeLeft, _bridge_left),
        route(e.BridgesMerged, _bridges_merged),
        route(e.BlindTransferred, _blind_transferred),
        route(e.AttendedTransferred, _attended_transferred),
        route(e.ListenStarted, _listen_started),
    ]
)
