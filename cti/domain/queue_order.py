"""Who stands where in each queue, as Asterisk reports joins and leaves: priorities are in its positions already."""

from __future__ import annotations

from cti.domain.events import (
    CallerAbandoned,
    CallerJoined,
    CallerLeft,
    ChannelClosed,
    ChannelEvent,
    Event,
    FloorListed,
)
from cti.domain.ids import ChannelId, QueueName


class QueueOrder:
    """Channels in the order they will be served. Cost of an event: the length of one queue."""

    def __init__(self) -> None:
        self._queues: dict[QueueName, list[ChannelId]] = {}
        self._at: dict[ChannelId, QueueName] = {}

    def take(self, event: Event) -> bool:
        """Take any event. Returns whether somebody stands elsewhere now."""
        match event:
            case CallerJoined():
                self._join(event.queue, event.channel_id, event.position)
            case CallerLeft() | CallerAbandoned() | ChannelClosed():
                return self._leave(event)
            case FloorListed():
                self._list(event)
            case _:
                return False
        return True

    def queue_of(self, channel_id: ChannelId) -> QueueName | None:
        """Find the queue in which a channel waits."""
        return self._at.get(channel_id)

    def place_of(self, channel_id: ChannelId) -> int | None:
        """Return the place in its queue, the next to be served is 1. None: it does not wait."""
        queue = self._at.get(channel_id)
        return None if queue is None else self._queues[queue].index(channel_id) + 1

    def waiting(self) -> dict[QueueName, int]:
        """Return queue -> how many wait there, 0 included once somebody did."""
        return {queue: len(order) for queue, order in self._queues.items()}

    def line(self, queue: QueueName) -> tuple[ChannelId, ...]:
        """Return who waits in `queue`, in order."""
        return tuple(self._queues.get(queue, ()))

    def _join(self, queue: QueueName, channel_id: ChannelId, position: int) -> None:
        self._remove(channel_id)
        order = self._queues.setdefault(queue, [])
        order.insert(min(max(position, 1) - 1, len(order)), channel_id)
        self._at[channel_id] = queue

    def _leave(self, event: ChannelEvent) -> bool:
        queue = event.queue if isinstance(event, CallerLeft | CallerAbandoned) else None
        if queue is not None and self._at.get(event.channel_id) != queue:
            return False  # a late word about the queue before
        return self._remove(event.channel_id)

    def _remove(self, channel_id: ChannelId) -> bool:
        queue = self._at.pop(channel_id, None)
        if queue is not None:
            self._queues[queue].remove(channel_id)
        return queue is not None

    def _list(self, listed: FloorListed) -> None:
        """Asterisk's own word about everybody."""
        self._queues, self._at = {queue: [] for queue in listed.queues}, {}
        for row in sorted(listed.callers, key=lambda row: row.position):
            self._queues.setdefault(row.queue, []).append(row.channel_id)
            self._at[row.channel_id] = row.queue
