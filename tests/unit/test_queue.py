"""Counts of a queue, and members whose reports come late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cti.domain.ids import Device, QueueName, VisitId
from cti.domain.queue import Member, Queue

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def member(state: int = 1, is_paused: bool = False, at_s: float = 0, device: str = "PJSIP/1") -> Member:
    return Member(
        device=Device(device),
        name="1",
        changed_at=NOON + timedelta(seconds=at_s),
        device_state=state,
        is_paused=is_paused,
    )


def test_waiting_and_talking_move_with_the_visit_and_the_longest_wait_is_the_oldest() -> None:
    queue = Queue(name=QueueName("q"))
    assert queue.place(VisitId("a#1"), NOON + timedelta(seconds=3), True, False)
    assert queue.place(VisitId("b#1"), NOON, True, False)
    assert not queue.place(VisitId("b#1"), NOON, True, False)
    assert (queue.view().waiting_count, queue.view().longest_since) == (2, NOON)
    queue.place(VisitId("b#1"), NOON, False, True)
    assert (queue.view().waiting_count, queue.view().talking_count) == (1, 1)
    queue.place(VisitId("b#1"), NOON, False, False)
    assert queue.view().talking_count == 0


def test_a_member_is_free_when_he_can_be_rung() -> None:
    queue = Queue(name=QueueName("q"))
    for number, (state, is_paused) in enumerate([(1, False), (1, True), (2, False), (5, False), (6, False)]):
        queue.put_member(member(state, is_paused, device=f"PJSIP/{number}"))
    assert (queue.view().member_count, queue.view().free_count) == (5, 1)
    queue.put_member(member(2, at_s=1, device="PJSIP/0"))
    assert queue.view().free_count == 0
    queue.put_member(member(1, at_s=2, device="PJSIP/0"))
    queue.remove_member(Device("PJSIP/0"), NOON + timedelta(seconds=3))
    assert (queue.view().member_count, queue.view().free_count) == (4, 0)


def test_a_report_older_than_what_is_known_is_dropped() -> None:
    queue = Queue(name=QueueName("q"))
    queue.put_member(member(2, at_s=5))
    assert not queue.put_member(member(1, at_s=4))
    assert not queue.remove_member(Device("PJSIP/1"), NOON)
    assert queue.remove_member(Device("PJSIP/1"), NOON + timedelta(seconds=6))
    assert not queue.put_member(member(1, at_s=5.5)), "he was taken out later than that"
    assert queue.put_member(member(1, at_s=7))
