"""One ringing of a member for a visit."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cti.domain.changes import OfferOutcome, OfferView
from cti.domain.ids import AgentId, ChannelId, Device, OfferId

REJECTED_CAUSES = frozenset({17, 21})
"""Q.850 user busy and call rejected: what a phone's 486 and 603 become. No answer leaves 0 (lab: section 4)."""

OFFER_STEPS: dict[OfferOutcome, frozenset[OfferOutcome]] = {
    outcome: frozenset(OfferOutcome) - {OfferOutcome.RINGING} if outcome is OfferOutcome.RINGING else frozenset()
    for outcome in OfferOutcome
}
"""Allowed next outcomes."""

OFFER_CORRECTIONS: dict[OfferOutcome, frozenset[OfferOutcome]] = {
    outcome: frozenset(OfferOutcome) - {OfferOutcome.CANCELED, outcome} for outcome in OfferOutcome
} | {OfferOutcome.CONNECTED: frozenset()}
"""What an event that came late may still put right: the cause of the Hangup comes after AgentRingNoAnswer."""


class Offer(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What we know of one ringing; the outcome follows from it, in whatever order it was learnt."""

    offer_id: OfferId
    device: Device
    agent_id: AgentId | None
    channel_id: ChannelId | None
    offered_at: datetime
    connected_at: datetime | None = None
    missed_at: datetime | None = None
    closed_at: datetime | None = None
    """The member's channel was hung up."""
    cause: int | None = None
    over_at: datetime | None = None
    """The caller was answered by another, or is gone."""
    is_lost: bool = False

    @property
    def is_ringing(self) -> bool:
        """The phone rings now."""
        return not (self.connected_at or self.missed_at or self.closed_at or self.over_at)

    @property
    def outcome(self) -> OfferOutcome:
        """How it ended, or that it has not."""
        if self.connected_at is not None:
            return OfferOutcome.CONNECTED
        if self.missed_at is not None:
            return OfferOutcome.REJECTED if self.cause in REJECTED_CAUSES else OfferOutcome.RANG_OUT
        if self.is_lost:
            return OfferOutcome.UNKNOWN
        if self.closed_at is not None or self.over_at is not None:
            return OfferOutcome.CANCELED
        return OfferOutcome.RINGING

    @property
    def ended_at(self) -> datetime | None:
        """When the ringing ended."""
        if self.connected_at is not None:
            return self.connected_at
        ends = [at for at in (self.missed_at, self.closed_at, self.over_at) if at is not None]
        return min(ends) if ends else None

    def view(self) -> OfferView:
        """Build what the outside sees."""
        ended_at = self.ended_at
        return OfferView(
            offer_id=self.offer_id,
            device=self.device,
            agent_id=self.agent_id,
            channel_id=self.channel_id,
            offered_at=self.offered_at,
            ended_at=ended_at,
            outcome=self.outcome,
            ring_s=None if ended_at is None else max(0.0, round((ended_at - self.offered_at).total_seconds(), 6)),
        )
