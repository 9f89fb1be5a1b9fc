"""What the link and the passing of time do to the floor."""

from __future__ import annotations

from datetime import datetime, timedelta

from cti.domain import events as e
from cti.domain.agent_events import let_time_pass
from cti.domain.drift import MEMBERSHIP_KINDS, key_of, membership_differences
from cti.domain.listing import take_list
from cti.domain.routes import Route, route
from cti.domain.state import State


def _link_up(state: State, event: e.LinkUp) -> None:
    link = state.link
    if link.is_up or link.was_valid:
        state.open_gap(event.at, "")
    link.is_up, link.is_valid, link.since, link.reason = True, False, event.at, ""
    link.system_name, link.version = event.system_name, event.version
    link.switch_started_at = event.started_at or link.switch_started_at
    state.touch_link()


def _link_down(state: State, event: e.LinkDown) -> None:
    link = state.link
    state.open_gap(event.at, event.reason)
    link.is_up, link.since = False, event.at
    state.touch_link()


def _link_lagged(state: State, event: e.LinkLagged) -> None:
    state.open_gap(event.at, event.reason)
    state.link.since = event.at
    state.touch_link()


def _stopping(state: State, event: e.SwitchStopping) -> None:
    state.link.reason = "the switch is stopping" if event.is_clean else "the switch is going down"
    state.touch_link()


def _ticked(state: State, event: e.Ticked) -> None:
    at, options = event.at, state.options
    let_time_pass(state, at)
    _decide_visits(state, at)
    _drop_ended(state, at)
    _forget(state, at - timedelta(seconds=options.forget_after_s))
    _watch_memberships(state, at)
    _expire_differences(state, at - timedelta(seconds=options.keep_difference_s))
    state.touch_link()


def _decide_visits(state: State, at: datetime) -> None:
    """Who left a queue and is still there after a while has neither been connected nor hung up."""
    limit_at = at - timedelta(seconds=state.options.exit_key_after_s)
    for call_id in list(state.undecided):
        call = state.calls[call_id]
        open_visits = [visit for visit in call.visits if visit.is_open and visit.answered_at is None]
        for visit in open_visits:
            if (visit.left_at or visit.abandoned_at or at) <= limit_at:
                visit.is_late = visit.is_dirty = True
                state.touch(call)
        if all(visit.is_late or (visit.left_at is None and visit.abandoned_at is None) for visit in open_visits):
            del state.undecided[call_id]


def _drop_ended(state: State, at: datetime) -> None:
    limit_at = at - timedelta(seconds=state.options.keep_ended_s)
    for call_id in list(state.ended):
        call = state.calls[call_id]
        if call.ended_at is not None and call.ended_at <= limit_at:
            state.drop(call, at)


def _forget(state: State, limit_at: datetime) -> None:
    for channel_id in [one for one, at in state.forgotten.items() if at <= limit_at]:
        del state.forgotten[channel_id]
    for channel_id in [one for one, close in state.early.items() if close.at <= limit_at]:
        del state.early[channel_id]


def _watch_memberships(state: State, at: datetime) -> None:
    """Name the membership differences that have lasted; take away those that are no more."""
    grace = timedelta(seconds=state.options.difference_grace_s)
    found = {
        key_of(one): one
        for agent in state.agents.values()
        if agent.differs_since is not None and at - agent.differs_since >= grace
        for one in membership_differences(agent, state.options, at)
    }
    for key, one in state.differences.copy().items():
        if one.kind in MEMBERSHIP_KINDS and key not in found:
            state.settle_difference(key)
    for key, one in found.items():
        known = state.differences.get(key)
        if known is None or known.ours != one.ours:
            state.put_difference(key, one)


def _expire_differences(state: State, limit_at: datetime) -> None:
    for key, one in state.differences.copy().items():
        if not one.can_repair and one.found_at <= limit_at:
            state.settle_difference(key)


LINK_ROUTES: dict[type[e.Event], Route] = dict(
    [
        route(e.LinkUp, _link_up),
        route(e.LinkDown, _link_down),
        route(e.LinkLagged, _link_lagged),
        route(e.SwitchStopping, _stopping),
        route(e.FloorListed, take_list),
        route(e.Ticked, _ticked),
    ]
)
