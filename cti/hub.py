"""Topics to subscribers: numbered changes, one shared log, bounded; never waits for anybody.

A subscriber is a place in the log, not a buffer: a change costs the same for one subscriber and for twenty. Its JSON is
made once for each audience, and whoever stands at the same place and reads the same topics gets the same frame. Whoever
falls behind by more than `capacity` changes is stale and gets fresh snapshots.
The frames are the shapes `TopicSnapshot`, `TopicChanges` and `Stale` of `cti.web.wire`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from cti.domain.changes import AgentView, AnyView, CallView, Change, Snapshot
from cti.domain.events import Event

Projector = Callable[[AnyView], AnyView | None]
"""What an audience sees of an entity; None hides it. Called once for each change and audience, so it must be pure."""

EVERYTHING = "everything"
"""The audience that sees entities as they are."""

_encode = msgspec.json.Encoder().encode


class _Entry:
    """One change in the log, with its JSON for each audience that has asked for it."""

    __slots__ = ("head", "key", "parts", "seq", "topic", "value")

    def __init__(self, topic: str, seq: int, key: str, value: AnyView | None) -> None:
        self.topic = topic
        self.seq = seq
        self.key = key
        self.value = value
        self.head = b""
        self.parts: dict[str, bytes] = {}

    def item(self, audience: str, project: Projector | None) -> bytes:
        """The change as an item of a `changes` frame."""
        made = self.parts.get(audience)
        if made is None:
            if not self.head:
                self.head = b'{"topic":%b,"seq":%d,"key":%b,"value":' % (
                    _encode(self.topic),
                    self.seq,
                    _encode(self.key),
                )
            value = self.value if project is None or self.value is None else project(self.value)
            made = self.parts[audience] = self.head + _encode(value) + b"}"
        return made

    def member(self, audience: str, project: Projector | None) -> bytes | None:
        """The entity as a member of a snapshot's `items`; None when this audience does not see it."""
        item = self.item(audience, project)
        value = item[len(self.head) : -1]
        return None if value == b"null" else _encode(self.key) + b":" + value


class _Topic:
    __slots__ = ("entries", "seq", "snapshots")

    def __init__(self) -> None:
        self.seq = 0
        self.entries: dict[str, _Entry] = {}
        self.snapshots: dict[str, bytes] = {}


class Hub:
    """Outlet of the engine and place of publication for everybody else.

    Besides the topics named in changes there is `agent.<id>` for each agent: key `agent` is the agent, `call:<call id>`
    each call the agent is on.
    """

    def __init__(self, audiences: Mapping[str, Projector] | None = None, *, capacity: int = 2_000) -> None:
        self.as_of = datetime.fromtimestamp(0, UTC)
        """Instant of the last event: "data as of"."""
        self.stale_count = 0
        self.subscriptions: set[Subscription] = set()
        self._audiences: dict[str, Projector | None] = {EVERYTHING: None, **(audiences or {})}
        self._capacity = capacity
        self._topics: dict[str, _Topic] = {}
        self._log: list[_Entry] = []
        self._first = 0
        self._agents_of: dict[str, frozenset[str]] = {}
        self._frames: dict[tuple[int, str, frozenset[str]], bytes] = {}
        """Frames of changes up to now by place, audience and topics."""
        self._waiting: set[Subscription] = set()
        """Those in `next`: nobody else needs to be woken."""

    @property
    def _end(self) -> int:
        return self._first + len(self._log)

    def prime(self, snapshot: Snapshot, as_of: datetime) -> None:
        """Take over a floor as it stands, after a replay."""
        self.publish(
            [Change(topic, key, view) for topic, kept in snapshot.items() for key, view in kept.items()], as_of
        )

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Outlet: number the changes, wake whoever waits for them."""
        self.as_of = event.at
        if changes:
            self.publish(changes)

    def publish(self, changes: Iterable[Change], at: datetime | None = None) -> None:
        """Send facts of our own (after their commit). `at` moves "data as of" forward."""
        if at is not None:
            self.as_of = max(self.as_of, at)
        touched: set[str] = set()
        for change in changes:
            self._number(change.topic, change.key, change.value, touched)
            if change.topic == "agents":
                view = change.value if isinstance(change.value, AgentView) else None
                self._number(f"agent.{change.key}", "agent", view, touched)
            elif change.topic == "calls":
                self._follow(change, touched)
        if len(self._log) >= 2 * self._capacity:
            gone = len(self._log) - self._capacity
            del self._log[:gone]
            self._first += gone
        self._frames.clear()
        for subscription in [one for one in self._waiting if not touched.isdisjoint(one.topics)]:
            self._waiting.discard(subscription)
            subscription.wake()

    def _number(self, name: str, key: str, value: AnyView | None, touched: set[str]) -> None:
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = _Topic()
        if value is None and topic.entries.pop(key, None) is None:
            return
        topic.seq += 1
        entry = _Entry(name, topic.seq, key, value)
        if value is not None:
            topic.entries[key] = entry
        topic.snapshots.clear()
        self._log.append(entry)
        touched.add(name)

    def _follow(self, change: Change, touched: set[str]) -> None:
        # A call is on the topic of each of its agents while it has them, and of the one whom its caller waits for.
        now = frozenset[str](_agents(change.value)) if isinstance(change.value, CallView) else frozenset[str]()
        before = self._agents_of.get(change.key, frozenset())
        for agent_id in before | now:
            value = change.value if agent_id in now else None
            self._number(f"agent.{agent_id}", f"call:{change.key}", value, touched)
        if now:
            self._agents_of[change.key] = now
        else:
            self._agents_of.pop(change.key, None)

    def subscribe(self, topics: Iterable[str] = (), audience: str = EVERYTHING) -> Subscription:
        """Begin with a snapshot of each topic. Raises: KeyError for an audience the hub does not know."""
        if audience not in self._audiences:
            raise KeyError(audience)
        subscription = Subscription(self, audience)
        self.subscriptions.add(subscription)
        subscription.add(topics)
        return subscription

    def _changes(self, place: int, audience: str, topics: frozenset[str]) -> bytes:
        """The `changes` frame from `place` in the log on; empty when none of the topics changed."""
        frame = self._frames.get((place, audience, topics))
        if frame is None:
            project = self._audiences[audience]
            entries = self._log[place - self._first :]
            items = [entry.item(audience, project) for entry in entries if entry.topic in topics]
            at = _encode(self.as_of)
            frame = b'{"type":"changes","at":%b,"items":[%b]}' % (at, b",".join(items)) if items else b""
            self._frames[place, audience, topics] = frame
        return frame

    def snapshot(self, name: str, audience: str = EVERYTHING) -> bytes:
        """The `snapshot` frame of a topic; an unknown topic is an empty one. Made once between two changes."""
        topic = self._topics.get(name) or _Topic()
        items = topic.snapshots.get(audience)
        if items is None:
            project = self._audiences[audience]
            members = (entry.member(audience, project) for entry in topic.entries.values())
            items = topic.snapshots[audience] = b",".join(member for member in members if member is not None)
        return b'{"type":"snapshot","topic":%b,"seq":%d,"at":%b,"items":{%b}}' % (
            _encode(name),
            topic.seq,
            _encode(self.as_of),
            items,
        )


class Subscription:
    """One reader of some topics. Not shared between tasks."""

    def __init__(self, hub: Hub, audience: str) -> None:
        self.topics: frozenset[str] = frozenset()
        self._hub = hub
        self._audience = audience
        self._place = hub._end
        self._fresh: list[str] = []
        """Topics whose snapshot is to be sent; changes before it are part of it."""
        self._wakes = asyncio.Event()

    def add(self, topics: Iterable[str]) -> None:
        """Follow these too, each from a fresh snapshot on; also for a topic already followed."""
        fresh = [topic for topic in topics if topic not in self._fresh]
        self._fresh += dict.fromkeys(fresh)
        self.topics |= frozenset(fresh)
        self.wake()

    def remove(self, topics: Iterable[str]) -> None:
        """Follow these no longer."""
        self.topics -= frozenset(topics)
        self._fresh = [topic for topic in self._fresh if topic in self.topics]

    def close(self) -> None:
        """Leave the hub."""
        self._hub.subscriptions.discard(self)
        self._hub._waiting.discard(self)

    def wake(self) -> None:
        """The hub has something for one of our topics."""
        self._wakes.set()

    async def next(self) -> list[bytes]:
        """Wait for something, then return all there is: JSON frames in the order to send them, never none."""
        while True:
            self._wakes.clear()
            if frames := self.take():
                return frames
            self._hub._waiting.add(self)
            await self._wakes.wait()

    def take(self) -> list[bytes]:
        """Return what there is now without waiting: perhaps nothing."""
        hub, frames = self._hub, list[bytes]()
        if hub._end - self._place > hub._capacity:
            hub.stale_count += 1
            frames.append(_encode({"type": "stale", "topics": sorted(self.topics)}))
            self._fresh = sorted(self.topics)
        elif self._place < hub._end and (changes := self._changes()):
            frames.append(changes)
        self._place = hub._end
        frames += [hub.snapshot(topic, self._audience) for topic in self._fresh]
        self._fresh = []
        return frames

    def _changes(self) -> bytes:
        topics = self.topics - frozenset(self._fresh) if self._fresh else self.topics
        return self._hub._changes(self._place, self._audience, topics)


def _agents(call: CallView) -> tuple[str, ...]:
    return call.agent_ids if call.waits_for is None else (*call.agent_ids, call.waits_for)
