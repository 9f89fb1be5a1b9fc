"""What callers may be told of their wait, from the floor's changes and the queues' events."""

from __future__ import annotations

from typing import Any

import pytest

from cti.domain import events as e
from cti.domain.changes import AgentMode, AgentPhase, Change, VisitOutcome
from cti.domain.ids import AgentId, ChannelId, LinkedId, QueueName
from staffing.estimate import HANDLING_S
from staffing.waits import KEPT_PAIRS, QueueNow, Waits
from tests.floor_words import a_call, a_visit, an_agent, at

CONSULT = QueueName("consult")


def show_agent(waits: Waits, seconds: float = 0, **given: Any) -> None:
    view = an_agent(**given)
    waits.offer(e.Ticked(at=at(seconds)), [Change("agents", view.agent_id, view)])


def join(waits: Waits, name: str, position: int, seconds: float = 0, **given: Any) -> None:
    event = e.CallerJoined(
        at=at(seconds),
        queue=CONSULT,
        position=position,
        channel_id=ChannelId(name),
        linked_id=LinkedId(name),
        channel=f"PJSIP/trunk-{name}",
    )
    waits.offer(event, [calling(name, VisitOutcome.WAITING, entered=seconds, **given)])


def calling(
    name: str, outcome: VisitOutcome, *, entered: float = 0, answered: float | None = None, **given: Any
) -> Change:
    visit = a_visit(
        f"{name}#1",
        outcome=outcome,
        entered_at=at(entered),
        answered_at=None if answered is None else at(answered),
        wait_s=None if answered is None else answered - entered,
        ended_at=None,
        agent_id=None if answered is None else AgentId("1001"),
    )
    return Change("calls", name, a_call(name, visits=(visit,), **given))


def leave(waits: Waits, name: str, *changes: Change, seconds: float = 0) -> None:
    event = e.CallerLeft(
        at=at(seconds), queue=CONSULT, position=1, channel_id=ChannelId(name), linked_id=LinkedId(name), channel="x"
    )
    waits.offer(event, changes)


def test_a_queue_is_told_by_who_waits_and_who_is_here() -> None:
    waits = Waits()
    show_agent(waits)
    show_agent(waits, agent="1002", phase=AgentPhase.TALKING)
    show_agent(waits, agent="1003", mode=AgentMode.WRAP_UP)
    show_agent(waits, agent="1004", mode=AgentMode.NOT_READY)
    assert waits.queues[CONSULT] == QueueNow(waiting_count=0, ready_count=1, seat_count=4, expected_wait_s=0.0)
    join(waits, "a", 1)
    join(waits, "b", 2)
    assert waits.queues[CONSULT].waiting_count == 2
    assert waits.queues[CONSULT].expected_wait_s == pytest.approx((2 - 1 + 1) * HANDLING_S / 3)
    assert waits.place_of(ChannelId("b")) == (CONSULT, 2)
    assert waits.line(CONSULT) == ("a", "b")


def test_who_has_gone_to_lunch_has_a_seat_but_shortens_nobodys_wait_and_a_dead_telephone_is_no_seat() -> None:
    waits = Waits()
    show_agent(waits, mode=AgentMode.NOT_READY)
    show_agent(waits, agent="1002", device_state=5)
    assert waits.queues[CONSULT] == QueueNow(seat_count=1)


def test_nothing_is_counted_again_until_something_has_changed() -> None:
    waits = Waits()
    show_agent(waits)
    before = waits.queues
    show_agent(waits, name="别名")
    waits.offer(e.Ticked(at=at(1)), [calling("a", VisitOutcome.ABANDONED)])
    assert waits.queues is before
    show_agent(waits, phase=AgentPhase.RINGING)
    assert waits.queues is not before


def test_without_a_seat_nobody_can_say() -> None:
    waits = Waits()
    join(waits, "a", 1)
    assert waits.queues[CONSULT] == QueueNow(waiting_count=1)
    show_agent(waits)
    assert waits.queues[CONSULT].expected_wait_s is not None
    waits.offer(e.Ticked(at=at(0)), [Change("agents", "1001", None)])
    assert waits.queues[CONSULT].expected_wait_s is None


def test_a_talk_is_handled_when_its_wrap_up_is_over() -> None:
    waits = Waits()
    show_agent(waits, phase=AgentPhase.TALKING)
    waits.offer(e.Ticked(at=at(10)), [calling("a", VisitOutcome.TALKING, answered=10)])
    show_agent(waits, 70, mode=AgentMode.WRAP_UP)
    assert waits.handling.count == 0
    show_agent(waits, 85)
    assert waits.handling.count == 1
    assert waits.handling.of(CONSULT) == pytest.approx(HANDLING_S + (75 - HANDLING_S) / 5)
    show_agent(waits, 90, phase=AgentPhase.TALKING)
    show_agent(waits, 95)
    assert waits.handling.count == 1, "a call of his own is no caller's"


def test_what_was_expected_is_compared_with_what_came() -> None:
    waits = Waits()
    show_agent(waits, phase=AgentPhase.TALKING)
    assert (waits.error_s, waits.bias_s) == (None, None)
    for name, waited in (("a", 200.0), ("b", 100.0), ("c", 170.0)):
        join(waits, name, 1)
        leave(waits, name, calling(name, VisitOutcome.TALKING, answered=waited), seconds=waited)
    assert (waits.compared_count, waits.error_s, waits.bias_s) == (3, 20, 10)


def test_who_hangs_up_or_is_a_test_is_not_compared() -> None:
    waits = Waits()
    show_agent(waits)
    join(waits, "a", 1)
    leave(waits, "a", calling("a", VisitOutcome.ABANDONED))
    join(waits, "c", 1, is_test=True)
    leave(waits, "c", calling("c", VisitOutcome.TALKING, answered=3, is_test=True))
    assert waits.compared_count == 0


def test_only_the_newest_comparisons_count() -> None:
    waits = Waits()
    show_agent(waits)
    for number in range(KEPT_PAIRS + 30):
        join(waits, f"x{number}", 1)
        leave(waits, f"x{number}", calling(f"x{number}", VisitOutcome.TALKING, answered=2))
    assert waits.compared_count == KEPT_PAIRS


def test_a_replayed_floor_has_its_seats() -> None:
    waits = Waits()
    waits.prime([an_agent(), an_agent("1002", mode=AgentMode.SIGNED_OUT)])
    assert waits.queues[CONSULT].seat_count == 1
