"""An agent asks somebody while the customer waits: read off the bridges, never noted by a command.

Asterisk: Atxfer makes a Local pair; its first half stands with the agent in a bridge of their own, the second dials.
CancelAtxfer leads the agent back to the customer's bridge, completing ends his channel, the three-way key puts all into
one bridge, where the pair optimises away (traces atxfer, atxcancel).
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime

import msgspec

from cti.domain.changes import ConsultView
from cti.domain.ids import AgentId, ChannelId
from cti.domain.leg import Leg, is_local, other_half
from cti.domain.telephones import named

DIALLING, TALKING, CONFERENCE = "dialling", "talking", "conference"


class Consult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One consultation of the agent's channel `channel_id`, as it is since `since`."""

    channel_id: ChannelId
    target: str
    agent_id: AgentId | None
    state: str
    since: datetime

    def view(self) -> ConsultView:
        """Build what the outside sees."""
        return ConsultView(target=self.target, agent_id=self.agent_id, state=self.state, since=self.since)


def consult_of(
    mine: Leg, customer: Leg, open_legs: Iterable[Leg], known: Consult | None, at: datetime, agents: Container[AgentId]
) -> Consult | None:
    """Return the consultation that `mine`, an agent's open channel, is in. `known`: what it was before."""
    if known is not None and known.channel_id != mine.channel_id:
        known = None
    if mine.bridge_id is None:
        return known  # between two bridges, for some microseconds
    legs = list(open_legs)
    with_me = [leg for leg in legs if leg.bridge_id == mine.bridge_id and leg is not mine and leg is not customer]
    half = next((leg for leg in with_me if is_local(leg.channel) and leg.channel.endswith(";1")), None)
    is_together = customer.bridge_id == mine.bridge_id
    if half is not None:
        target, is_answered = _target_of(half), _is_answered(half, legs)
    elif known is not None and _has_third(known, mine, customer, legs):
        target, is_answered = known.target, True  # the pair has optimised away
    else:
        return None
    state = CONFERENCE if is_together else TALKING if is_answered else DIALLING
    if known is not None and (known.state, known.target) == (state, target):
        return known
    agent_id = AgentId(target) if AgentId(target) in agents else None
    return Consult(channel_id=mine.channel_id, target=target, agent_id=agent_id, state=state, since=at)


def _has_third(known: Consult, mine: Leg, customer: Leg, legs: list[Leg]) -> bool:
    """Tell whether the other party is still there after the pair has optimised away.

    Asterisk: then he changes bridges, and for 270 microseconds nobody of the conference sees him (trace atxfer).
    """
    thirds = [leg for leg in legs if leg.is_person and leg is not mine and leg is not customer and leg.answered_at]
    if any(leg.bridge_id == mine.bridge_id for leg in thirds):
        return True
    halves = {leg.bridge_id for leg in legs if is_local(leg.channel)}
    return known.state == CONFERENCE and any(leg.bridge_id is None or leg.bridge_id in halves for leg in thirds)


def _target_of(half: Leg) -> str:
    """`Local/web1002@transfer-00000002;1` -> `1002`."""
    return named(half.channel.partition("/")[2].partition("@")[0])


def _is_answered(half: Leg, legs: Iterable[Leg]) -> bool:
    name = other_half(half.channel)
    return any(leg.channel == name and leg.bridge_id is not None for leg in legs)
