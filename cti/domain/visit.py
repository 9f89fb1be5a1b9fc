"""One stay of a caller in one queue: facts in, outcome out (asterisk: 7.3; lab: section 4).

The facts are kept as they came; the outcome is worked out from them. So the order in which Asterisk's topics deliver
(Leave before Connect, Hangup before AgentComplete) does not matter.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from cti.domain.changes import VisitOutcome, VisitView
from cti.domain.ids import AgentId, ChannelId, Device, OfferId, QueueName, VisitId
from cti.domain.leg import PROMISED
from cti.domain.offer import Offer

REPORTED: dict[str, VisitOutcome] = {
    "TIMEOUT": VisitOutcome.TIMED_OUT,
    "LEAVEEMPTY": VisitOutcome.LEFT_EMPTY,
    "LEAVEUNAVAIL": VisitOutcome.LEFT_EMPTY,
    "FULL": VisitOutcome.REFUSED_FULL,
    "JOINEMPTY": VisitOutcome.REFUSED_EMPTY,
    "JOINUNAVAIL": VisitOutcome.REFUSED_EMPTY,
    "WITHDRAW": VisitOutcome.WITHDRAWN,
}
"""QUEUESTATUS, as our dialplan reports it after Queue()."""

REFUSED_STATUSES = frozenset({"FULL", "JOINEMPTY", "JOINUNAVAIL"})
"""Asterisk: the caller never joined; there is no QueueCallerJoin (app_queue)."""

HANG_UP_GRACE = timedelta(seconds=0.5)
"""Leave and Hangup of a caller who hangs up while waiting come within a millisecond; a chosen way takes longer."""

STAYED = timedelta(seconds=1)
"""A caller still there this long after his agent is gone was passed on. Asterisk: AgentComplete says `caller` then."""

ANSWERS = frozenset({VisitOutcome.TALKING, VisitOutcome.ANSWERED, VisitOutcome.ANSWERED_WITHOUT_TALK})
UNSERVED = frozenset(VisitOutcome) - ANSWERS - {VisitOutcome.WAITING}

VISIT_STEPS: dict[VisitOutcome, frozenset[VisitOutcome]] = {
    VisitOutcome.WAITING: UNSERVED | {VisitOutcome.TALKING},
    VisitOutcome.TALKING: frozenset({VisitOutcome.ANSWERED, VisitOutcome.ANSWERED_WITHOUT_TALK}),
} | {end: frozenset[VisitOutcome]() for end in (VisitOutcome.ANSWERED, VisitOutcome.ANSWERED_WITHOUT_TALK, *UNSERVED)}
"""Allowed next outcomes."""

_GUESSED = frozenset({VisitOutcome.ABANDONED, VisitOutcome.LEFT_BY_KEY, VisitOutcome.UNKNOWN})
VISIT_CORRECTIONS: dict[VisitOutcome, frozenset[VisitOutcome]] = {
    VisitOutcome.WAITING: ANSWERS,
    VisitOutcome.TALKING: UNSERVED,
    VisitOutcome.ANSWERED: UNSERVED | ANSWERS,
    VisitOutcome.ANSWERED_WITHOUT_TALK: UNSERVED | ANSWERS,
} | {end: (UNSERVED | ANSWERS if end in _GUESSED else frozenset[VisitOutcome]()) for end in UNSERVED}
"""What an event that came late may still put right. A reported end is never taken back."""


class Visit(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The facts of one visit."""

    visit_id: VisitId
    channel_id: ChannelId
    queue: QueueName
    entered_at: datetime
    position: int = 0
    offers: list[Offer] = []
    connected_at: datetime | None = None
    """AgentConnect."""
    bridged_at: datetime | None = None
    """Caller and an offered member were first seen in one bridge: stands in for a lost AgentConnect."""
    serving_id: ChannelId | None = None
    device: Device | None = None
    agent_id: AgentId | None = None
    left_at: datetime | None = None
    abandoned_at: datetime | None = None
    completed_at: datetime | None = None
    completed_reason: str = ""
    reported_at: datetime | None = None
    status: str = ""
    reported_talk_s: float | None = None
    transferred_at: datetime | None = None
    next_at: datetime | None = None
    """The same caller joined a queue again."""
    caller_closed_at: datetime | None = None
    agent_closed_at: datetime | None = None
    agent_left_first: bool = False
    lost_at: datetime | None = None
    is_late: bool = False
    """Time went by after Leave or Abandon, the caller still there."""
    has_stays: bool = False
    """Bridge instants of the serving channel are known."""
    is_reconstructed: bool = False
    talk_s: float = 0.0
    hold_s: float = 0.0
    folded_talk_s: float = 0.0
    folded_hold_s: float = 0.0
    """What was counted of intervals that are kept no more."""
    outcome: VisitOutcome = VisitOutcome.WAITING
    is_dirty: bool = True

    @property
    def answered_at(self) -> datetime | None:
        """When a person answered."""
        return self.connected_at or self.bridged_at

    @property
    def is_promise(self) -> bool:
        """A place kept for somebody who was promised a call: nobody waits here, so nobody abandons."""
        return self.channel_id.startswith(PROMISED)

    @property
    def is_open(self) -> bool:
        """Not decided yet: waiting or talking."""
        return self.outcome is VisitOutcome.WAITING or self.outcome is VisitOutcome.TALKING

    @property
    def is_in_queue(self) -> bool:
        """The caller stands in the queue now."""
        return self.outcome is VisitOutcome.WAITING and self.left_at is None and self.abandoned_at is None

    @property
    def talk_from(self) -> datetime:
        """Talk counts from here."""
        return self.answered_at or self.entered_at

    @property
    def talk_until(self) -> datetime | None:
        """Talk counts up to here. AgentComplete is no bound: it comes early by a moment, or late by minutes."""
        ends = (self.transferred_at, self.next_at, self.caller_closed_at, self.agent_closed_at, self.lost_at)
        return _first(*ends)

    @property
    def ended_at(self) -> datetime | None:
        """When the visit ended, None while it lasts or is not decided."""
        if self.is_open:
            return None
        if self.answered_at is not None and self.status not in REPORTED:
            return _first(self.talk_until, self.completed_at)
        left_at = _first(self.abandoned_at, self.left_at)
        return left_at or _first(self.reported_at, self.caller_closed_at, self.next_at, self.lost_at)

    def settle(self) -> None:
        """Work the outcome out of the facts."""
        outcome = self._settled()
        if outcome is not self.outcome:
            self.outcome = outcome
            self.is_dirty = True
        if outcome is VisitOutcome.WAITING:
            return
        over_at = self.answered_at or self.ended_at
        for offer in self.offers:
            if offer.over_at != over_at:
                offer.over_at = over_at
                self.is_dirty = True

    def _settled(self) -> VisitOutcome:
        if self.status in REPORTED:
            return REPORTED[self.status]
        if self.answered_at is not None:
            if self.talk_until is None and self.completed_at is None:
                return VisitOutcome.TALKING
            spoke = self.talk_s + self.hold_s > 0 if self.has_stays else self._span_s() > 0
            return VisitOutcome.ANSWERED if spoke else VisitOutcome.ANSWERED_WITHOUT_TALK
        if self.next_at is not None:
            is_by_key = self.left_at is not None and self.abandoned_at is None
            return VisitOutcome.LEFT_BY_KEY if is_by_key else VisitOutcome.UNKNOWN
        if self.caller_closed_at is not None:
            return self._settled_by_hang_up(self.caller_closed_at)
        if self.lost_at is not None or (self.is_late and self.abandoned_at is not None):
            return VisitOutcome.UNKNOWN
        if self.left_at is not None and self.abandoned_at is None and self.is_late:
            return VisitOutcome.LEFT_BY_KEY
        return VisitOutcome.WAITING

    def _settled_by_hang_up(self, closed_at: datetime) -> VisitOutcome:
        if self.lost_at is not None:
            return VisitOutcome.UNKNOWN
        if self.left_at is not None and closed_at - self.left_at > HANG_UP_GRACE:
            return VisitOutcome.UNKNOWN if self.abandoned_at is not None else VisitOutcome.LEFT_BY_KEY
        return VisitOutcome.WITHDRAWN if self.is_promise else VisitOutcome.ABANDONED

    def _span_s(self) -> float:
        """Talk by instants of connect and end: all there is when the account shows no bridges."""
        end = _first(self.talk_until, self.completed_at)
        return 0.0 if end is None else max(0.0, (end - self.talk_from).total_seconds())

    @property
    def ended_by(self) -> str:
        """Who ended it: `caller`, `agent`, `transfer`, `switch`, or empty while it lasts or is not known."""
        ended_at = self.ended_at
        if ended_at is None:
            return ""
        if self.lost_at is not None:
            return "switch"
        if self.answered_at is None or self.status in REPORTED:
            return "caller" if self.outcome in (VisitOutcome.ABANDONED, VisitOutcome.LEFT_BY_KEY) else "switch"
        is_next = self.next_at is not None and self.next_at <= ended_at
        if self.transferred_at is not None or is_next or self.completed_reason == "transfer":
            return "transfer"
        if self.completed_reason == "caller":
            if self.caller_closed_at is None:
                return ""
            if self.caller_closed_at - ended_at > STAYED:
                return "transfer"
            return "agent" if self.agent_left_first else "caller"
        return self.completed_reason

    def offer_of(self, channel_id: ChannelId | None) -> Offer | None:
        """Find the offer that rang on this channel."""
        for offer in self.offers:
            if offer.channel_id == channel_id:
                return offer
        return None

    def add_offer(self, device: Device, agent_id: AgentId | None, channel_id: ChannelId | None, at: datetime) -> Offer:
        """Begin an offer."""
        offer = Offer(
            offer_id=OfferId(f"{self.visit_id}/{len(self.offers) + 1}"),
            device=device,
            agent_id=agent_id,
            channel_id=channel_id,
            offered_at=at,
        )
        self.offers.append(offer)
        self.is_dirty = True
        return offer

    def view(self) -> VisitView:
        """Build what the outside sees."""
        answered_at, ended_at = self.answered_at, self.ended_at
        wait_until = answered_at or ended_at
        is_over = answered_at is not None and ended_at is not None
        talk_s = self.talk_s if self.has_stays else self._span_s()
        return VisitView(
            visit_id=self.visit_id,
            channel_id=self.channel_id,
            queue=self.queue,
            entered_at=self.entered_at,
            position=self.position,
            answered_at=answered_at,
            ended_at=ended_at,
            outcome=self.outcome,
            agent_id=self.agent_id,
            device=self.device,
            wait_s=None if wait_until is None else max(0.0, round((wait_until - self.entered_at).total_seconds(), 6)),
            talk_s=round(talk_s, 6) if is_over else None,
            hold_s=round(self.hold_s, 6) if is_over else None,
            ended_by=self.ended_by,
            is_reconstructed=self.is_reconstructed,
            offers=tuple([offer.view() for offer in self.offers]),
        )


def _first(*instants: datetime | None) -> datetime | None:
    known = [at for at in instants if at is not None]
    return min(known) if known else None
