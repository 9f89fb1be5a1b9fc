"""The live feed: snapshot, then numbered changes; a slow reader gets a new snapshot, nobody waits."""

from __future__ import annotations

import asyncio
import random

import msgspec
import pytest

from cti.domain.changes import AnyView, CallStage, CallView, Change
from cti.domain.events import Ticked
from cti.domain.phone import masked
from cti.hub import Hub, Subscription
from cti.web.wire import Stale, TopicChanges, TopicSnapshot
from tests.floor_words import a_call, an_agent, at

Frame = TopicSnapshot | TopicChanges | Stale
DECODER = msgspec.json.Decoder(Frame)


def frames(subscription: Subscription) -> list[Frame]:
    return [DECODER.decode(frame) for frame in subscription.take()]


def call(key: str, value: CallView | None = None, **given: object) -> Change:
    return Change("calls", key, value or a_call(key, **given))


def gone(key: str) -> Change:
    return Change("calls", key, None)


def offer(hub: Hub, *changes: Change, second: float = 0) -> None:
    hub.offer(Ticked(at=at(second)), changes)


def test_a_subscriber_begins_with_what_is_there() -> None:
    hub = Hub()
    offer(hub, call("a"), call("b"), second=7)
    (snapshot,) = frames(hub.subscribe(["calls"]))
    assert snapshot == TopicSnapshot(topic="calls", seq=2, at=at(7), items={"a": a_call("a"), "b": a_call("b")})


def test_changes_follow_in_order_and_numbered() -> None:
    hub = Hub()
    subscription = hub.subscribe(["calls"])
    frames(subscription)
    offer(hub, call("a"))
    offer(hub, call("a", stage=CallStage.MENU), call("b"), second=3)
    offer(hub, gone("a"), second=4)
    (changes,) = frames(subscription)
    assert isinstance(changes, TopicChanges)
    assert changes.at == at(4)
    assert [(item.seq, item.key, item.value and item.value.stage) for item in changes.items] == [
        (1, "a", "arriving"),
        (2, "a", "menu"),
        (3, "b", "arriving"),
        (4, "a", None),
    ]
    assert subscription.take() == []


def test_changes_before_the_snapshot_do_not_come_again() -> None:
    hub = Hub()
    subscription = hub.subscribe(["calls"])
    offer(hub, call("a"))
    (snapshot,) = frames(subscription)
    assert isinstance(snapshot, TopicSnapshot)
    assert snapshot.seq == 1
    assert frames(subscription) == []


def test_only_the_topics_asked_for_arrive() -> None:
    hub = Hub()
    subscription = hub.subscribe(["agents"])
    frames(subscription)
    offer(hub, call("a"))
    assert frames(subscription) == []
    subscription.add(["calls"])
    assert [frame.topic for frame in frames(subscription) if isinstance(frame, TopicSnapshot)] == ["calls"]
    subscription.remove(["calls"])
    offer(hub, call("b"))
    assert frames(subscription) == []


def test_asking_again_for_a_topic_gives_a_fresh_snapshot() -> None:
    hub = Hub()
    subscription = hub.subscribe(["calls"])
    frames(subscription)
    offer(hub, call("a"))
    subscription.add(["calls"])
    (snapshot,) = frames(subscription)
    assert isinstance(snapshot, TopicSnapshot)
    assert list(snapshot.items) == ["a"]


def test_who_reads_too_slowly_is_told_so_and_gets_a_snapshot() -> None:
    hub = Hub(capacity=10)
    slow, quick = hub.subscribe(["calls"]), hub.subscribe(["calls"])
    frames(slow), frames(quick)
    for number in range(100):
        offer(hub, call("a" if number % 2 else "b"))
        assert len(frames(quick)) == 1
    stale, snapshot = frames(slow)
    assert stale == Stale(topics=["calls"])
    assert isinstance(snapshot, TopicSnapshot)
    assert (snapshot.seq, sorted(snapshot.items)) == (100, ["a", "b"])
    assert hub.stale_count == 1
    offer(hub, call("c"))
    (changes,) = frames(slow)
    assert isinstance(changes, TopicChanges)
    assert [item.seq for item in changes.items] == [101]


def test_memory_is_bounded_by_the_capacity() -> None:
    hub = Hub(capacity=50)
    hub.subscribe(["calls"])
    for _ in range(1_000):
        offer(hub, call("a"))
    assert len(hub._log) < 100


async def test_a_waiting_reader_wakes_for_its_topics_only() -> None:
    hub = Hub()
    subscription = hub.subscribe(["agents"])
    frames(subscription)
    waiting = asyncio.create_task(subscription.next())
    await asyncio.sleep(0)
    offer(hub, call("a"))
    await asyncio.sleep(0)
    assert not waiting.done()
    offer(hub, Change("agents", "1001", an_agent("1001")))
    (frame,) = await asyncio.wait_for(waiting, 1)
    assert b'"1001"' in frame


def test_readers_of_one_audience_share_the_bytes_of_a_change() -> None:
    shown: list[AnyView] = []

    def hide(view: AnyView) -> AnyView:
        shown.append(view)
        return msgspec.structs.replace(view, caller_number=masked(view.caller_number))  # type: ignore[union-attr]

    hub = Hub({"masked": hide})
    readers = [hub.subscribe(["calls"], audience="masked") for _ in range(20)]
    plain = hub.subscribe(["calls"])
    for reader in [*readers, plain]:
        frames(reader)
    offer(hub, call("a"))
    taken = [reader.take() for reader in readers]
    assert len(shown) == 1
    assert b"138****8000" in taken[0][0]
    assert all(each[0] is taken[0][0] for each in taken)
    assert b"13800138000" in plain.take()[0]
    (snapshot,) = frames(hub.subscribe(["calls"], audience="masked"))
    assert isinstance(snapshot, TopicSnapshot)
    assert snapshot.items["a"].caller_number == "138****8000"  # type: ignore[union-attr]


def test_what_an_audience_may_not_see_is_not_in_its_snapshot_and_leaves_as_gone() -> None:
    hub = Hub({"blind": lambda view: None})
    subscription = hub.subscribe(["calls"], audience="blind")
    frames(subscription)
    offer(hub, call("a"))
    (changes,) = frames(subscription)
    assert isinstance(changes, TopicChanges)
    assert changes.items[0].value is None
    (snapshot,) = frames(hub.subscribe(["calls"], audience="blind"))
    assert isinstance(snapshot, TopicSnapshot)
    assert snapshot.items == {}


def test_an_unknown_audience_is_refused() -> None:
    with pytest.raises(KeyError):
        Hub().subscribe(["calls"], audience="masked")


def test_an_agents_own_topic_has_the_agent_and_the_call_while_it_has_him() -> None:
    hub = Hub()
    offer(hub, Change("agents", "1001", an_agent("1001")))
    subscription = hub.subscribe(["agent.1001"])
    (snapshot,) = frames(subscription)
    assert isinstance(snapshot, TopicSnapshot)
    assert list(snapshot.items) == ["agent"]
    offer(hub, call("a"))
    assert frames(subscription) == []
    offer(hub, call("a", agent_ids=("1001", "1002")))
    offer(hub, call("a", agent_ids=("1002",)))
    offer(hub, call("a", agent_ids=("1002",)))
    (changes,) = frames(subscription)
    assert isinstance(changes, TopicChanges)
    assert [(item.key, item.value is None) for item in changes.items] == [("call:a", False), ("call:a", True)]
    offer(hub, gone("a"))
    (other,) = frames(hub.subscribe(["agent.1002"]))
    assert isinstance(other, TopicSnapshot)
    assert other.items == {}


def test_an_agents_own_topic_has_the_caller_who_waits_to_be_taken_back() -> None:
    hub = Hub()
    offer(hub, call("a", agent_ids=("1001",)))
    offer(hub, call("a", agent_ids=(), waits_for="1001"))
    (waiting,) = frames(hub.subscribe(["agent.1001"]))
    assert isinstance(waiting, TopicSnapshot)
    assert list(waiting.items) == ["call:a"]
    offer(hub, call("a", agent_ids=("1002",)))
    (after,) = frames(hub.subscribe(["agent.1001"]))
    assert isinstance(after, TopicSnapshot)
    assert after.items == {}


def test_a_closed_subscription_is_forgotten() -> None:
    hub = Hub()
    subscription = hub.subscribe(["calls"])
    subscription.close()
    assert not hub.subscriptions


@pytest.mark.parametrize("seed", range(20))
def test_old_snapshot_plus_changes_is_the_new_snapshot(seed: int) -> None:
    chance = random.Random(seed)
    hub = Hub(capacity=chance.choice([5, 1_000]))
    subscription, seen, seq = hub.subscribe(["calls"]), {}, 0
    for step in range(300):
        key = str(chance.randrange(8))
        offer(hub, gone(key) if chance.random() < 0.3 else call(key, fell_back=bool(step % 2)))
        if chance.random() < 0.2:
            for frame in frames(subscription):
                if isinstance(frame, TopicSnapshot):
                    seen, seq = dict(frame.items), frame.seq
                elif isinstance(frame, TopicChanges):
                    for item in frame.items:
                        assert item.seq == seq + 1
                        seq = item.seq
                        seen.pop(item.key, None)
                        seen |= {item.key: item.value} if item.value else {}
            (now,) = frames(hub.subscribe(["calls"]))
            assert isinstance(now, TopicSnapshot)
            assert (seen, seq) == (now.items, now.seq)
