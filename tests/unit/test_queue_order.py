"""Places in queues, followed from Asterisk's own words."""

from __future__ import annotations

from cti.domain import events as e
from cti.domain.ids import ChannelId, LinkedId, QueueName
from cti.domain.queue_order import QueueOrder
from tests.floor_words import at

CONSULT, FALLBACK = QueueName("consult"), QueueName("fallback")


def who(name: str) -> dict[str, object]:
    return {"channel_id": ChannelId(name), "linked_id": LinkedId(name), "channel": f"PJSIP/trunk-{name}"}


def join(order: QueueOrder, name: str, position: int, queue: QueueName = CONSULT) -> bool:
    return order.take(e.CallerJoined(at=at(0), queue=queue, position=position, **who(name)))  # type: ignore[arg-type]


def leave(order: QueueOrder, name: str, queue: QueueName = CONSULT) -> bool:
    return order.take(e.CallerLeft(at=at(0), queue=queue, position=1, **who(name)))  # type: ignore[arg-type]


def test_who_leaves_moves_everybody_behind_him_up() -> None:
    order = QueueOrder()
    for number, name in enumerate("abc", start=1):
        assert join(order, name, number)
    assert leave(order, "b")
    assert order.line(CONSULT) == ("a", "c")
    assert (order.place_of(ChannelId("c")), order.place_of(ChannelId("b"))) == (2, None)


def test_who_joins_in_front_moves_the_others_back() -> None:
    order = QueueOrder()
    join(order, "a", 1)
    join(order, "b", 2)
    join(order, "first", 1)
    join(order, "second", 2)
    assert order.line(CONSULT) == ("first", "second", "a", "b")
    assert order.waiting() == {CONSULT: 4}


def test_a_late_word_about_the_queue_before_takes_nobody_out() -> None:
    order = QueueOrder()
    join(order, "a", 1)
    join(order, "a", 1, FALLBACK)
    assert not leave(order, "a")
    assert (order.queue_of(ChannelId("a")), order.waiting()) == (FALLBACK, {CONSULT: 0, FALLBACK: 1})


def test_who_hangs_up_waits_no_more_and_twice_is_once() -> None:
    order = QueueOrder()
    join(order, "a", 7)
    assert order.take(e.ChannelClosed(at=at(1), **who("a")))  # type: ignore[arg-type]
    assert not leave(order, "a")
    assert not order.take(e.Ticked(at=at(2)))
    assert order.queue_of(ChannelId("a")) is None


def test_a_list_from_asterisk_is_the_truth() -> None:
    order = QueueOrder()
    join(order, "gone", 1)
    rows = [
        e.ListedCaller(queue=CONSULT, channel_id=ChannelId(name), position=position, wait_s=9)
        for name, position in (("b", 2), ("a", 1))
    ]
    listed = e.FloorListed(at=at(3), channels=(), members=(), callers=tuple(rows), queues=(CONSULT, FALLBACK))
    assert order.take(listed)
    assert order.line(CONSULT) == ("a", "b")
    assert order.waiting() == {CONSULT: 2, FALLBACK: 0}
