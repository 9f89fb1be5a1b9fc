"""One channel of a call, and the two kinds of intervals its times are counted from: stays in bridges, and holds."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cti.domain.changes import LegKind, LegView
from cti.domain.ids import AgentId, BridgeId, ChannelId, Device

PROMISED = "callback-"
"""What the ids of channels begin with that keep a place in a queue: `extensions.conf`, callback-place."""
RINGING, UP = 5, 6
"""Asterisk's ChannelState."""


class Leg(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A channel from Newchannel to Hangup. `seen_at`: the newest instant we know it at."""

    channel_id: ChannelId
    channel: str
    kind: LegKind
    number: str
    name: str
    agent_id: AgentId | None
    opened_at: datetime
    seen_at: datetime
    is_dialler: bool = False
    """The call began with it: it dialled us, or somebody."""
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    cause: int | None = None
    is_lost: bool = False
    """Closed because a list did not have it; a later event of the channel opens it again."""
    bridge_id: BridgeId | None = None
    bridge_at: datetime | None = None
    """Instant of the last bridge event: a doubled older one must not count."""
    is_holding: bool = False
    talk_s: float = 0.0
    hold_s: float = 0.0
    folded_talk_s: float = 0.0
    folded_hold_s: float = 0.0
    folded_met: bool = False
    """What was counted of intervals that are kept no more."""
    is_talking: bool = False
    """In one room with another person, and nobody holds."""
    is_held: bool = False
    """In one room with another person, and somebody holds."""
    met_customer: bool = False
    is_dirty: bool = True
    """The view must be built anew."""

    @property
    def is_open(self) -> bool:
        """Asterisk still has the channel."""
        return self.closed_at is None

    @property
    def is_person(self) -> bool:
        """Counts as somebody to talk to."""
        return self.kind is not LegKind.HELPER

    @property
    def stands_in(self) -> bool:
        """Waits in a queue for a customer who was promised a call, and is not there himself."""
        return self.channel_id.startswith(PROMISED) and self.channel.endswith(";2")

    @property
    def is_customer(self) -> bool:
        """The party the call is for: who called us, or whom we called."""
        return self.kind is LegKind.CALLER or self.kind is LegKind.OUTSIDE

    def view(self) -> LegView:
        """Build what the outside sees."""
        return LegView(
            channel_id=self.channel_id,
            channel=self.channel,
            kind=self.kind,
            number=self.number,
            name=self.name,
            agent_id=self.agent_id,
            opened_at=self.opened_at,
            answered_at=self.answered_at,
            closed_at=self.closed_at,
            bridge_id=self.bridge_id,
            is_holding=self.is_holding,
            talk_s=round(self.talk_s, 6),
            hold_s=round(self.hold_s, 6),
            cause=self.cause,
        )


class Stay(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A channel was in a bridge from BridgeEnter to BridgeLeave."""

    channel_id: ChannelId
    bridge_id: BridgeId
    entered_at: datetime
    left_at: datetime | None = None


class Hold(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A channel held the others of one bridge. Asterisk: a consultation starts with Hold and may never send Unhold."""

    channel_id: ChannelId
    bridge_id: BridgeId
    began_at: datetime
    ended_at: datetime | None = None


def device_of(channel: str) -> Device:
    """Return the device of a channel name: `PJSIP/1007-0000002c` -> `PJSIP/1007`."""
    return Device(channel.rpartition("-")[0] or channel)


def is_local(channel: str) -> bool:
    """Tell whether the channel is a half of a Local pair."""
    return channel.startswith("Local/")


def other_half(channel: str) -> str:
    """Return the name of a Local half's partner: `Local/1002@x-0001;1` -> `Local/1002@x-0001;2`."""
    return channel[:-1] + ("2" if channel.endswith("1") else "1")
