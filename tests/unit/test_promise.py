"""A promised call: what the floor says of it, when the customer may be rung, and where in the queue it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from cti.asterisk.encode import encode
from cti.domain.calling import Outward
from cti.domain.changes import CallEnd, CallStage, CallView, LegKind, VisitOutcome
from cti.domain.errors import Conflict, Invalid, NotAllowed
from cti.domain.events import CallerJoined, CallerLeft, ChannelClosed
from cti.domain.ids import CallId, QueueName
from cti.domain.rulebook import CallingRules
from ivr.promises import promise as p
from ivr.promises.promise import Promise
from ivr.promises.promise_list import PromiseList, changed
from tests.floor_words import NOON, a_call, a_leg, a_visit, at
from tests.stories import staffed_floor, story_events, told

OPEN_RULES = CallingRules(is_on=True, prefixes={"supervisor": ("0", "1")})
OUT = Outward(rules=OPEN_RULES, has_line=True)


def a_promise(**given: Any) -> Promise:
    known: dict[str, Any] = {
        "id": 7,
        "call_id": CallId("x-1.1"),
        "hotline": "95001",
        "number": "13800138000",
        "queue": QueueName("consult"),
        "priority": 0,
        "waits_since": NOON,
        "asked_at": NOON,
        "changed_at": NOON,
    }
    return Promise(**known | given)


def made(*legs: Any, served: bool = False, **given: Any) -> CallView:
    """The call that keeps it: half a Local pair in the queue, and perhaps more."""
    visit = a_visit(
        "callback-7-ab-place#1",
        answered_at=at(9) if served else None,
        outcome=VisitOutcome.TALKING if served else VisitOutcome.WAITING,
    )
    place = a_leg("callback-7-ab-place")
    known: dict[str, Any] = {"direction": "out", "visits": (visit,), "legs": (place, *legs)}
    return a_call("callback-7-ab", **known | given)


def customer(**given: Any) -> Any:
    return a_leg("x-1.9", **{"kind": LegKind.OUTSIDE, "answered_at": None} | given)


def over(end: CallEnd = CallEnd.HUNG_UP) -> dict[str, Any]:
    return {"stage": CallStage.ENDED, "ended_at": at(20), "end": end}


@pytest.mark.parametrize(
    ("call", "state", "why"),
    [
        (made(), "placed", ""),
        (made(served=True), "dialling", ""),
        (made(customer(), served=True), "dialling", ""),
        (made(customer(answered_at=at(12)), served=True), "reached", ""),
        (made(customer(answered_at=at(12)), served=True, **over(CallEnd.LOST_SIGHT)), "reached", ""),
        (made(customer(cause=17), served=True, **over()), "no_answer", "busy"),
        (made(customer(cause=19), served=True, **over()), "no_answer", "rang"),
        (made(served=True, **over()), "failed", "not_dialled"),
        (made(**over()), "waiting", "waiting"),
        (made(visits=(), **over()), "waiting", "not_queued"),
        (made(**over(CallEnd.SWITCH_CRASHED)), "waiting", "switch_restarted"),
        (made(served=True, **over(CallEnd.SWITCH_CRASHED)), "unknown", "out_of_sight"),
        (made(**over(CallEnd.LOST_SIGHT)), "unknown", "out_of_sight"),
    ],
)
def test_the_call_that_keeps_a_promise_says_what_became_of_it(call: CallView, state: str, why: str) -> None:
    assert p.told_by(call) == (state, why)


@pytest.mark.parametrize(("story", "state"), [("promised", "reached"), ("promisedbusy", "no_answer")])
def test_a_real_one_does_so_too(story: str, state: str) -> None:
    (call,) = told(story).calls.values()
    assert p.told_by(call)[0] == state


def test_a_place_that_was_given_up_is_withdrawn_and_nobody_abandoned() -> None:
    floor, place = staffed_floor(NOON), None
    for event in story_events("promised"):
        floor.apply(event)
        if isinstance(event, CallerJoined):
            place = event
            break
    assert place is not None
    who: dict[str, Any] = {"channel_id": place.channel_id, "linked_id": place.linked_id, "channel": place.channel}
    later = place.at + timedelta(seconds=1)
    floor.apply(CallerLeft(at=later, queue=place.queue, position=1, **who))
    floor.apply(ChannelClosed(at=later, cause=16, **who))
    (call,) = floor.calls.values()
    assert call.visits[0].outcome is VisitOutcome.WITHDRAWN


def test_what_is_not_on_the_switch_any_more_is_placed_again_only_after_a_restart_that_came_before_an_answer() -> None:
    placed, dialling = a_promise(state=p.PLACED), a_promise(state=p.DIALLING)
    assert p.told_by_absence(placed, at(5)) == ("waiting", "switch_restarted")
    assert p.told_by_absence(placed, at(-5))[0] == "unknown"
    assert p.told_by_absence(placed, None)[0] == "unknown"
    assert p.told_by_absence(dialling, at(5))[0] == "unknown"


@pytest.mark.parametrize(
    ("hour", "waited", "may"),
    [
        (23, timedelta(minutes=59), True),
        (23, timedelta(hours=2), False),
        (8, timedelta(hours=9), True),
        (21, timedelta(hours=1), False),
    ],
)
def test_late_calls_wait_for_the_day(hour: int, waited: timedelta, may: bool) -> None:
    now = datetime.fromisoformat(f"2026-11-25T{hour:02}:00:00+08:00")
    assert p.may_call_at(a_promise(asked_at=now - waited), now) is may


def test_it_stands_before_those_who_came_after_it_was_asked_for() -> None:
    promise = a_promise(waits_since=at(10))
    assert p.place_in(promise, []) == 0
    assert p.place_in(promise, [at(1), at(2)]) == 0
    assert p.place_in(promise, [at(1), at(12), at(13)]) == 2
    assert p.place_in(promise, [at(11)]) == 1


def test_what_places_it_is_what_the_dialplan_expects_and_may_be_sent() -> None:
    command = p.plan_place(a_promise(made_call_id=CallId("callback-7-0a1b"), priority=3), 2)
    action = dict(encode(command))
    assert action["Channel"] == "Local/consult@callback-place/n"
    assert (action["ChannelId"], action["OtherChannelId"]) == ("callback-7-0a1b", "callback-7-0a1b-place")
    assert (action["Context"], action["Exten"], action["CallerID"]) == ("callback-dial", "13800138000", "13800138000")
    assert command.variables == {
        "HOTLINE_NUMBER": "13800138000",
        "HOTLINE_PRIO": "3",
        "HOTLINE_LIMIT_S": "3600",
        "HOTLINE_PLACE": "2",
    }
    assert p.promise_of(command.channel_id) == 7
    assert p.promise_of("callback-7-0a1b-place") is None
    assert p.promise_of("out-1") is None


def test_only_numbers_a_supervisor_may_call_are_promised_a_call() -> None:
    assert p.number_to_call("+86 138 0013 8000", OUT) == "13800138000"
    for number, outward, refusal in (
        ("", OUT, Invalid),
        ("138****8000", OUT, Invalid),
        ("0011234567", OUT, NotAllowed),
        ("95588", OUT, NotAllowed),
        ("13800138000", msgspec.structs.replace(OUT, has_line=False), Conflict),
        ("13800138000", msgspec.structs.replace(OUT, rules=CallingRules()), Conflict),
    ):
        with pytest.raises(refusal):
            p.number_to_call(number, outward)


def test_the_list_finds_a_promise_however_the_number_is_written_and_forgets_what_is_over() -> None:
    promises = PromiseList()
    promises.note(a_promise())
    promises.note(a_promise(id=8, number="02155667788", state=p.NO_ANSWER))
    assert promises.of_number("+8613800138000") == a_promise()
    assert promises.of_number("") is None
    assert [one.id for one in promises.in_state(p.WAITING)] == [7]
    reached = changed(a_promise(), p.REACHED, at(9))
    promises.change(reached)
    assert promises.of_number("13800138000") is None
    assert promises.unwritten == {7: reached}
    promises.written(changed(reached, p.REACHED, at(1)))
    assert promises.unwritten == {7: reached}, "an older state was written meanwhile"
    promises.written(reached)
    assert not promises.unwritten


def test_one_more_is_promised_while_there_is_room() -> None:
    room = p.Asked(to_number=p.MOST_A_DAY - 1, by_caller=p.MOST_A_DAY - 1, in_call=0)
    p.check_room(room, p.MOST_KEPT - 1)
    for asked, kept_count, code in (
        (msgspec.structs.replace(room, in_call=1), 0, "callback.once"),
        (msgspec.structs.replace(room, to_number=p.MOST_A_DAY), 0, "callback.too_many"),
        (msgspec.structs.replace(room, by_caller=p.MOST_A_DAY), 0, "callback.too_many"),
        (room, p.MOST_KEPT, "callback.full"),
    ):
        with pytest.raises(Conflict) as refused:
            p.check_room(asked, kept_count)
        assert refused.value.code == code
