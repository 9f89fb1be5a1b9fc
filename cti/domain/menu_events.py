"""What the door, the menu and the recording report about a call."""

from __future__ import annotations

from datetime import timedelta

from cti.domain import events as e
from cti.domain.call import Call, Stranded
from cti.domain.changes import (
    CallbackView,
    LegKind,
    MenuStepView,
    MessageView,
    NoticeView,
    RatingView,
    SegmentView,
)
from cti.domain.ids import CallId
from cti.domain.leg import Leg
from cti.domain.routes import Route, route
from cti.domain.state import State


def _entered(state: State, event: e.CallEntered) -> None:
    found = state.find(event)
    if found is None:
        return
    call, leg = found
    call.hotline = event.hotline
    call.is_test = call.is_test or event.is_test
    take_as_caller(call, leg)
    state.touch(call)


def _refused(state: State, event: e.CallRefused) -> None:
    found = state.find(event)
    if found is not None:
        call, leg = found
        call.hotline, call.refusal = event.hotline or call.hotline, event.reason
        state.touch(call)
        take_as_caller(call, leg)


def take_as_caller(call: Call, leg: Leg) -> None:
    """Whoever enters the menu or a queue is a person. Asterisk: through a Local pair he is the second half."""
    if leg.kind is LegKind.HELPER:
        leg.kind, leg.is_dirty = LegKind.CALLER, True
        call.direction = "out" if leg.stands_in else "in"
    if call.customer_id is None:
        call.take_customer(leg)


def _menu_entered(state: State, event: e.MenuEntered) -> None:
    found = state.find(event)
    if found is not None and found[1].closed_at is None:
        call, leg = found
        call.in_menu = call.was_in_menu = True
        state.touch(call)
        take_as_caller(call, leg)


def _menu_left(state: State, event: e.MenuLeft) -> None:
    found = state.find(event)
    if found is not None:
        found[0].in_menu = False
        state.touch(found[0])


def _menu_stepped(state: State, event: e.MenuStepped) -> None:
    call = state.by_channel.get(event.channel_id)
    step = MenuStepView(
        at=event.at,
        flow=event.flow,
        node=event.node,
        digits=event.digits,
        outcome=event.outcome,
        version=event.version,
        words=event.words,
    )
    if call is None or step in call.menu:
        return
    call.menu.append(step)
    if event.outcome == "refused":
        call.refusal = event.words
    state.touch(call)


def _notice_heard(state: State, event: e.NoticeHeard) -> None:
    call = state.by_channel.get(event.channel_id)
    if call is not None and call.notice is None:
        call.notice = NoticeView(at=event.at, wording=event.wording)
        state.touch(call)


def _message_left(state: State, event: e.MessageLeft) -> None:
    call = state.by_channel.get(event.channel_id)
    if call is not None and all(message.name != event.name for message in call.messages):
        call.messages.append(MessageView(at=event.at, box=event.box, name=event.name, length_s=event.length_s))
        state.touch(call)


def _rated(state: State, event: e.CallerRated) -> None:
    """The last answer to a question counts, whoever was asked twice."""
    call = state.by_channel.get(event.channel_id)
    if call is None:
        return
    served = [visit for visit in call.visits if visit.agent_id is not None]
    rating = RatingView(
        at=event.at,
        question=event.question,
        score=event.score,
        agent_id=served[-1].agent_id if served else None,
    )
    call.ratings = [one for one in call.ratings if one.question != event.question] + [rating]
    state.touch(call)


def _callback_kept(state: State, event: e.CallbackKept) -> None:
    call = state.by_channel.get(event.channel_id)
    if call is not None:
        call.callback = CallbackView(at=event.at, queue=event.queue, number=event.number)
        state.touch(call)


def _fell_back(state: State, event: e.MenuFellBack) -> None:
    found = state.find(event)
    if found is not None:
        found[0].fell_back = True
        state.touch(found[0])


def _segment_begun(state: State, event: e.SegmentBegun) -> None:
    found = state.find(event)
    if found is None:
        return
    call = found[0]
    if not any(segment.name == event.name for segment in call.segments):
        state.touch(call)
        call.segments.append(SegmentView(name=event.name, part=event.part, started_at=event.at))


def _recording_muted(state: State, event: e.RecordingMuted) -> None:
    """Asterisk: MixMonitorMute may be told once for each direction."""
    found = state.find(event)
    if found is None or found[1].closed_at is not None or (found[0].paused_at is not None) == event.is_muted:
        return
    call = found[0]
    limit = timedelta(seconds=state.options.recording_pause_s)
    call.paused_at, call.resumes_at = (event.at, event.at + limit) if event.is_muted else (None, None)
    state.touch(call)


def _stranded(state: State, event: e.CallerStranded) -> None:
    found = state.find(event)
    if found is not None and (found[0].stranded is None or found[0].stranded.at < event.at):
        found[0].stranded = Stranded(event.at, event.agent_id)
        state.touch(found[0])


def _call_marked(state: State, event: e.CallMarked) -> None:
    call = state.calls.get(CallId(event.call_id))
    if call is not None:
        call.is_test = event.is_test
        state.touch(call)


MENU_ROUTES: dict[type[e.Event], Route] = dict(
    [
        route(e.CallEntered, _entered),
        route(e.CallRefused, _refused),
        route(e.MenuEntered, _menu_entered),
        route(e.MenuLeft, _menu_left),
        route(e.MenuStepped, _menu_stepped),
        route(e.NoticeHeard, _notice_heard),
        route(e.MessageLeft, _message_left),
        route(e.CallerRated, _rated),
        route(e.CallbackKept, _callback_kept),
        route(e.MenuFellBack, _fell_back),
        route(e.SegmentBegun, _segment_begun),
        route(e.RecordingMuted, _recording_muted),
        route(e.CallerStranded, _stranded),
        route(e.CallMarked, _call_marked),
    ]
)
