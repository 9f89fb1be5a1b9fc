"""What a list from Asterisk does to the floor: after it, both agree about what is open, bridged, waiting and a member.

Order matters: first what is gone, then what is new, then who is bridged, then who waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cti.domain import events as e
from cti.domain.bridging import enter_bridge, leave_bridge
from cti.domain.call import Call
from cti.domain.changes import CallStage, DifferenceView
from cti.domain.channel_events import end_agent_leg
from cti.domain.closing import close_leg
from cti.domain.drift import corrected, gone_legs, key_of, unseen_channels
from cti.domain.ids import QueueName
from cti.domain.leg import UP, Leg
from cti.domain.menu_events import take_as_caller
from cti.domain.queue import Member
from cti.domain.queue_events import begin_visit
from cti.domain.state import State
from cti.domain.visit import Visit

OLDEST_S = 30 * 86_400.0


def take_list(state: State, listed: e.FloorListed) -> None:
    """Correct the floor by a list, and name what was different."""
    for key in [key for key, one in state.differences.items() if not one.can_repair]:
        state.settle_difference(key)
    _close_gone(state, listed)
    _adopt_unseen(state, listed)
    for row in listed.channels:
        _take_channel(state, listed, row)
    _take_callers(state, listed)
    _take_members(state, listed)
    link = state.link
    link.is_valid, link.was_valid, link.gap_at, link.reason = True, True, None, ""
    link.switch_started_at = listed.switch_started_at or link.switch_started_at
    link.since = listed.at
    state.touch_link()


def _ago(listed: e.FloorListed, seconds: float) -> datetime:
    """The instant `seconds` before the list was taken; no channel is older than `OLDEST_S`."""
    return listed.at - timedelta(seconds=min(max(0.0, seconds), OLDEST_S))


def _note(state: State, difference: DifferenceView) -> None:
    """The first list ever differs from nothing."""
    if state.link.was_valid:
        state.put_difference(key_of(difference), difference)


def _close_gone(state: State, listed: e.FloorListed) -> None:
    """Close what is gone at the instant we lost sight of it, never earlier than it was seen."""
    started_at = listed.switch_started_at
    for call, leg in gone_legs(state, listed):
        lost_at = max(min(state.link.gap_at or listed.at, listed.at), leg.seen_at)
        call.is_crashed = call.is_crashed or (started_at is not None and leg.opened_at < started_at)
        call.is_reconstructed = True
        state.touch(call)
        close_leg(call, leg, lost_at, None, is_lost=True)
        end_agent_leg(state, call, leg, lost_at)
        call.settle(lost_at)
        if call.stage is CallStage.ENDED and not call.is_hidden:
            _note(state, corrected("call_gone", call.call_id, "open", "gone", listed.at))


def _adopt_unseen(state: State, listed: e.FloorListed) -> None:
    for row in unseen_channels(state, listed):
        opened_at = _ago(listed, row.age_s)
        call, _ = state.open_leg(
            row.channel_id,
            row.linked_id,
            row.channel,
            opened_at,
            number=row.number,
            name=row.caller_name,
            context=row.context,
        )
        call.is_reconstructed = True
        if not call.is_hidden:
            _note(state, corrected("call_unseen", row.channel_id, "absent", row.channel, listed.at))


def _take_channel(state: State, listed: e.FloorListed, row: e.ListedChannel) -> None:
    call = state.by_channel.get(row.channel_id)
    leg = None if call is None else call.legs[row.channel_id]
    if call is None or leg is None or leg.closed_at is not None or leg.seen_at > listed.at:
        return
    if row.linked_id and row.linked_id != call.linked_id:
        call = state.relink(call, row.linked_id)
    state.touch(call)
    if row.state == UP and leg.answered_at is None:
        leg.answered_at, leg.is_dirty = listed.at, True
    if leg.bridge_id is not None and leg.bridge_id != row.bridge_id:
        leave_bridge(call, leg, leg.bridge_id, listed.at)
    if row.bridge_id is not None:
        enter_bridge(call, leg, row.bridge_id, listed.at)
    if row.is_in_menu:
        call.in_menu = call.was_in_menu = True
        take_as_caller(call, leg)
    elif leg.channel_id == call.customer_id:
        call.in_menu = False
    leg.seen_at = listed.at


def _take_callers(state: State, listed: e.FloorListed) -> None:
    waiting = {(row.queue, row.channel_id) for row in listed.callers}
    for call in list(state.calls.values()):
        for visit in call.visits:
            is_known = visit.is_in_queue and visit.entered_at <= listed.at
            if is_known and (visit.queue, visit.channel_id) not in waiting:
                _left_unseen(call, visit, listed)
                state.touch(call)
    for row in listed.callers:
        found = state.by_channel.get(row.channel_id)
        if found is not None:
            _take_caller(state, found, found.legs[row.channel_id], listed, row)


def _left_unseen(call: Call, visit: Visit, listed: e.FloorListed) -> None:
    """He waits no more: served by somebody we find in his bridge, else we do not know why."""
    leg = call.legs[visit.channel_id]
    partner = next((one for one in call.open_legs if one is not leg and one.bridge_id == leg.bridge_id), None)
    call.is_reconstructed = visit.is_reconstructed = visit.is_dirty = call.is_talk_dirty = True
    if leg.bridge_id is None or partner is None:
        visit.lost_at = visit.lost_at or listed.at
    elif visit.answered_at is None:
        visit.bridged_at, visit.serving_id, visit.agent_id = listed.at, partner.channel_id, partner.agent_id
        visit.has_stays = True


def _take_caller(state: State, call: Call, leg: Leg, listed: e.FloorListed, row: e.ListedCaller) -> None:
    if leg.closed_at is not None or leg.seen_at > listed.at:
        return
    state.touch(call)
    call.settle(listed.at)
    for visit in call.visits:
        if visit.channel_id == leg.channel_id and visit.queue == row.queue and visit.is_in_queue:
            return
    entered_at = _ago(listed, row.wait_s)
    newest = max((visit.entered_at for visit in call.visits if visit.channel_id == leg.channel_id), default=None)
    if newest is not None and entered_at <= newest:
        entered_at = newest + timedelta(microseconds=1)
    take_as_caller(call, leg)
    visit = begin_visit(call, leg, row.queue, entered_at, row.position)
    visit.is_reconstructed = call.is_reconstructed = True
    _note(state, corrected("caller_unseen", visit.visit_id, "absent", row.queue, listed.at))


def _take_members(state: State, listed: e.FloorListed) -> None:
    names = set(listed.queues) | {row.queue for row in listed.members}
    for name in names:
        state.queue(name)
    theirs = {(row.queue, row.device) for row in listed.members}
    for queue in state.queues.values():
        for device in [device for device in queue.members if (queue.name, device) not in theirs]:
            state.remove_member(queue.name, device, listed.at)
    for row in listed.members:
        state.put_member(
            row.queue,
            Member(
                device=row.device,
                name=row.member_name,
                changed_at=listed.at,
                device_state=row.device_state,
                is_paused=row.is_paused,
                pause_reason=row.pause_reason,
                penalty=row.penalty,
            ),
        )
    for name in [name for name in state.queues if name not in names]:
        _drop_queue(state, name)


def _drop_queue(state: State, name: QueueName) -> None:
    queue = state.queues[name]
    if not (queue.members or queue.waiting or queue.talking):
        del state.queues[name]
        state.touched_queues[name] = None
