"""The two frames of all events."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cti.domain.ids import ChannelId, LinkedId


class Event(msgspec.Struct, frozen=True, gc=False, tag=True, kw_only=True):
    """Something that happened at `at` (aware, UTC)."""

    at: datetime


class ChannelEvent(Event, frozen=True, kw_only=True):
    """An event of one channel. The Linkedid rides on each, because it may change at any of them."""

    channel_id: ChannelId
    linked_id: LinkedId
    channel: str
    """Asterisk's channel name, `PJSIP/1007-0000002c`."""
