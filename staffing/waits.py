"""Outlet: what callers may be told of their wait, and how far from the truth it was.

Takes agents' seats and talks from the floor's changes and the order of the queues from its events; a look costs
nothing until something has changed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median

import msgspec

from cti.domain.agent import UNREACHABLE
from cti.domain.changes import AgentMode, AgentPhase, AgentView, CallView, Change, VisitOutcome, VisitView
from cti.domain.events import Event, LinkDown
from cti.domain.ids import AgentId, ChannelId, QueueName, VisitId
from cti.domain.queue import NOT_IN_USE
from cti.domain.queue_order import QueueOrder
from staffing.estimate import HandlingTimes, expected_wait_s, work_ahead

KEPT_PAIRS = 200
_WORKING = frozenset({AgentMode.READY, AgentMode.WRAP_UP})


class QueueNow(msgspec.Struct, frozen=True, kw_only=True):
    """One queue at this moment. `expected_wait_s`: of a caller who joins now; None: nobody can say."""

    waiting_count: int = 0
    ready_count: int = 0
    """Agents who could be rung now."""
    seat_count: int = 0
    """Agents who are signed in on a telephone that can be reached, whatever they do: a caller may join."""
    expected_wait_s: float | None = None


class _Seat(msgspec.Struct, frozen=True):
    """An agent who is signed in, on a telephone that can be reached."""

    queues: frozenset[QueueName]
    is_free: bool
    is_working: bool
    """Takes callers, now or after the present one: whoever has gone to lunch shortens nobody's wait."""


class Waits:
    """The queues as estimated. Times are the events'."""

    def __init__(self) -> None:
        self.handling = HandlingTimes()
        self._order = QueueOrder()
        self._seats: dict[AgentId, _Seat] = {}
        self._handled: dict[AgentId, tuple[QueueName, datetime]] = {}
        """Agents who handle a caller, wrap-up included: of which queue, since when."""
        self._now: Mapping[QueueName, QueueNow] | None = None
        self._told: dict[VisitId, float] = {}
        """Estimate at entry of visits that wait."""
        self._pairs: deque[tuple[float, float]] = deque(maxlen=KEPT_PAIRS)

    # --- asking -----------------------------------------------------------------------------------------------------

    @property
    def queues(self) -> Mapping[QueueName, QueueNow]:
        """All queues that anybody serves or waits in; the same object until something changed."""
        if self._now is None:
            names = {name for seat in self._seats.values() for name in seat.queues} | {*self._order.waiting()}
            self._now = {name: self._look(name) for name in sorted(names)}
        return self._now

    def place_of(self, channel_id: ChannelId) -> tuple[QueueName, int] | None:
        """Return where a channel waits: queue, and its place there (1 is the next)."""
        queue, place = self._order.queue_of(channel_id), self._order.place_of(channel_id)
        return None if queue is None or place is None else (queue, place)

    def line(self, queue: QueueName) -> tuple[ChannelId, ...]:
        """Return who waits in a queue, in the order they are served."""
        return self._order.line(queue)

    def seats(self, queue: QueueName) -> int:
        """Count who is signed in for a queue, on a telephone that can be reached: others may not even join it."""
        return self.queues[queue].seat_count if queue in self.queues else 0

    def expected_s(self, queue: QueueName, ahead_count: int) -> float | None:
        """Return the seconds a caller of `queue` still waits who has `ahead_count` before him; None: nobody can say."""
        serving = {agent_id: seat.queues for agent_id, seat in self._seats.items() if seat.is_working}
        seats = [seat for seat in self._seats.values() if seat.is_working and queue in seat.queues]
        return expected_wait_s(
            ahead=work_ahead(queue, ahead_count, self._order.waiting(), serving),
            free_count=sum(seat.is_free for seat in seats),
            seat_count=len(seats),
            handling_s=self.handling.of(queue),
        )

    # --- how true it was --------------------------------------------------------------------------------------------

    @property
    def compared_count(self) -> int:
        """Estimates that have been compared, the newest `KEPT_PAIRS`."""
        return len(self._pairs)

    @property
    def error_s(self) -> float | None:
        """Median distance between the estimate at entry and the wait that came true; of callers a person answered."""
        return median(abs(told - came) for told, came in self._pairs) if self._pairs else None

    @property
    def bias_s(self) -> float | None:
        """Median of estimate minus wait: positive when callers are told too much."""
        return median(told - came for told, came in self._pairs) if self._pairs else None

    # --- outlet -----------------------------------------------------------------------------------------------------

    def prime(self, agents: Iterable[AgentView]) -> None:
        """Take over the agents as a replay left them."""
        for view in agents:
            self._take_agent(view, view.mode_since)

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take an event and its changes. Quick, never waits, never raises."""
        if self._order.take(event):
            self._now = None
        if isinstance(event, LinkDown):
            self._told.clear()
        for change in changes:
            if isinstance(change.value, CallView):
                self._take_visits(change.value)
            elif isinstance(change.value, AgentView):
                self._take_agent(change.value, event.at)
            elif change.topic == "agents":
                self._seats.pop(AgentId(change.key), None)
                self._now = None

    def _take_agent(self, view: AgentView, at: datetime) -> None:
        is_idle = view.phase is AgentPhase.IDLE
        if is_idle and view.mode is not AgentMode.WRAP_UP and view.agent_id in self._handled:
            queue, since = self._handled.pop(view.agent_id)
            self.handling.add(queue, (at - since).total_seconds())
            self._now = None
        is_here = view.mode is not AgentMode.SIGNED_OUT and view.device_state not in UNREACHABLE
        is_free = is_idle and view.mode is AgentMode.READY and view.device_state == NOT_IN_USE
        seat = _Seat(frozenset(view.member_of), is_free, view.mode in _WORKING) if is_here else None
        if seat == self._seats.get(view.agent_id):
            return
        self._now = None
        if seat is None:
            del self._seats[view.agent_id]
        else:
            self._seats[view.agent_id] = seat

    def _take_visits(self, call: CallView) -> None:
        if call.is_test:
            return
        for visit in call.visits:
            if visit.outcome is VisitOutcome.WAITING:
                self._note_entry(visit)
            elif visit.outcome is VisitOutcome.TALKING:
                self._note_talk(visit)
            if visit.outcome is not VisitOutcome.WAITING and visit.visit_id in self._told:
                told = self._told.pop(visit.visit_id)
                if visit.answered_at is not None and visit.wait_s is not None:
                    self._pairs.append((told, visit.wait_s))

    def _note_entry(self, visit: VisitView) -> None:
        place = self.place_of(visit.channel_id)
        if visit.visit_id not in self._told and place is not None and place[0] == visit.queue:
            expected = self.expected_s(visit.queue, place[1] - 1)
            if expected is not None:
                self._told[visit.visit_id] = expected

    def _note_talk(self, visit: VisitView) -> None:
        if visit.agent_id is not None and visit.answered_at is not None:
            self._handled.setdefault(visit.agent_id, (visit.queue, visit.answered_at))

    def _look(self, queue: QueueName) -> QueueNow:
        waiting_count = len(self._order.line(queue))
        seats = [seat for seat in self._seats.values() if queue in seat.queues]
        return QueueNow(
            waiting_count=waiting_count,
            ready_count=sum(seat.is_free for seat in seats),
            seat_count=len(seats),
            expected_wait_s=self.expected_s(queue, waiting_count),
        )
