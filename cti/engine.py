"""One bounded queue, one consumer: event in, `Floor.apply`, journal, changes out. One tick a second."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

from cti.domain.changes import Change, Snapshot
from cti.domain.events import (
    AgentForgotten,
    AgentKnown,
    AgentModeSet,
    CallbackKept,
    CallerRated,
    CallMarked,
    Event,
    FloorListed,
    LinkDown,
    LinkLagged,
    LinkUp,
    MenuStepped,
    MessageLeft,
    NoticeHeard,
    SwitchStopping,
    Ticked,
    WrapUpEnded,
    WrapUpExtended,
)

log = logging.getLogger(__name__)

_KEPT = frozenset(
    {
        AgentForgotten, AgentKnown, AgentModeSet, CallMarked, FloorListed, LinkDown, LinkLagged, LinkUp, MenuStepped,
        CallbackKept, CallerRated, MessageLeft, NoticeHeard, SwitchStopping, Ticked, WrapUpEnded, WrapUpExtended,
    }
)  # fmt: skip
"""Few, and no resync brings them back: taken even when the queue is full."""


class Outlet(Protocol):
    """Where changes go. Quick, never waits, never raises; whatever takes time has its own queue and task."""

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take what one event meant."""
        ...


class LiveFloor(Protocol):
    """`cti.domain.floor.Floor`, as far as the engine knows it."""

    @property
    def as_of(self) -> datetime:
        """Instant of the last applied event."""
        ...

    def apply(self, event: Event) -> list[Change]:
        """Change state; return the entities that changed, whole."""
        ...

    def snapshot(self) -> Snapshot:
        """Everything as it is."""
        ...


class EventLog(Protocol):
    """`cti.journal.Journal`, as far as the engine knows it."""

    def append(self, event: Event) -> None:
        """Take an event that was applied."""
        ...

    def append_dead(self, event: Event, error: BaseException) -> None:
        """Take an event that could not be applied."""
        ...


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def replay(floor: LiveFloor, events: Iterable[Event], outlets: Sequence[Outlet]) -> int:
    """Apply journalled events to a floor at start; return how many could not be applied again."""
    broken = 0
    for event in events:
        try:
            changes = floor.apply(event)
        except Exception:
            log.exception("replay of %s failed", type(event).__name__)
            broken += 1
            continue
        for outlet in outlets:
            outlet.offer(event, changes)
    return broken


class Engine:
    """The only place where the floor changes. Between two events everybody sees the same whole state.

    A full queue drops the switch's events, says so with `LinkLagged` once there is room, and asks for a resync.
    """

    def __init__(
        self,
        floor: LiveFloor,
        journal: EventLog,
        outlets: Sequence[Outlet],
        *,
        capacity: int = 20_000,
        on_overflow: Callable[[], None],
        now: Callable[[], datetime] = utc_now,
        slice_s: float = 0.005,
        tick_s: float = 1.0,
    ) -> None:
        self.floor = floor
        self.applied_count = 0
        self.dead_count = 0
        self.lost_count = 0
        """Events dropped because the queue was full."""
        self.outlet_error_count = 0
        self.wait_worst_s = 0.0
        """Longest time an event stood in the queue, since the last `read_wait`."""
        self.submitted_at = 0.0
        """Monotonic instant at which the event now being applied was submitted: the link does so as it reads."""
        self._journal = journal
        self._outlets = tuple(outlets)
        self._capacity = capacity
        self._on_overflow = on_overflow
        self._now = now
        self._slice_s = slice_s
        self._tick_s = tick_s
        self._queue: deque[tuple[float, Event]] = deque()
        self._is_dropping = False
        self._dropped = 0
        self._resync_due = False
        self._wakes = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def queue_count(self) -> int:
        """Events waiting."""
        return len(self._queue)

    def read_wait(self) -> float:
        """Longest wait in the queue since the last call, in seconds."""
        worst, self.wait_worst_s = self.wait_worst_s, 0.0
        return worst

    def submit(self, event: Event) -> None:
        """Put an event at the end of the queue. Never waits, never raises."""
        if (self._is_dropping or len(self._queue) >= self._capacity) and type(event) not in _KEPT:
            self._is_dropping = True
            self._dropped += 1
            self.lost_count += 1
            return
        self._queue.append((monotonic(), event))
        self._idle.clear()
        self._wakes.set()

    async def run(self) -> None:
        """Apply events for ever, in order; submit `Ticked` once a second."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._tick())
            loops.create_task(self._consume())

    async def drained(self) -> None:
        """Wait until everything submitted so far has been applied."""
        await self._idle.wait()

    def apply(self, event: Event) -> None:
        """Apply one event now: floor, journal, outlets, without an await between them."""
        try:
            changes = self.floor.apply(event)
        except Exception as error:
            self._bury(event, error)
            return
        self._journal.append(event)
        self.applied_count += 1
        for outlet in self._outlets:
            try:
                outlet.offer(event, changes)
            except Exception:
                self.outlet_error_count += 1
                log.exception("outlet %s failed on %s", type(outlet).__name__, type(event).__name__)

    def _bury(self, event: Event, error: Exception) -> None:
        self._journal.append_dead(event, error)
        self.dead_count += 1
        if not self._resync_due:
            log.error("event %s could not be applied", type(event).__name__, exc_info=error)
        # Said and asked for once a tick: a storm of bad events must not become a storm of tracebacks and lists.
        self._resync_due = True
        if not isinstance(event, LinkLagged):
            reason = f"{type(event).__name__} could not be applied: {type(error).__name__}"
            self.apply(LinkLagged(at=event.at, lost_count=1, reason=reason))

    async def _consume(self) -> None:
        queue = self._queue
        while True:
            await self._wakes.wait()
            self._wakes.clear()
            while queue:
                until = monotonic() + self._slice_s
                while queue and (started := monotonic()) < until:
                    self.submitted_at, event = queue.popleft()
                    self.wait_worst_s = max(self.wait_worst_s, started - self.submitted_at)
                    self.apply(event)
                if self._is_dropping and len(queue) <= self._capacity // 2:
                    self._reopen()
                await asyncio.sleep(0)  # the socket, the browsers and the timers have their turn
            self._idle.set()

    def _reopen(self) -> None:
        dropped, self._dropped, self._is_dropping = self._dropped, 0, False
        log.error("event queue overflowed, %d events lost, asking for a resync", dropped)
        self.submit(LinkLagged(at=self._now(), lost_count=dropped, reason="the event queue was full"))
        self._on_overflow()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._tick_s)
            self.submit(Ticked(at=self._now()))
            if self._resync_due:
                self._resync_due = False
                self._on_overflow()
