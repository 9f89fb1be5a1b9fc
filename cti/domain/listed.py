"""Rows of what Asterisk lists when it is asked for the whole floor."""

from __future__ import annotations

import msgspec

from cti.domain.ids import BridgeId, ChannelId, Device, LinkedId, QueueName


class ListedChannel(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A row of CoreShowChannels."""

    channel_id: ChannelId
    linked_id: LinkedId
    channel: str
    state: int
    number: str
    caller_name: str
    context: str
    exten: str
    application: str
    bridge_id: BridgeId | None
    age_s: float
    is_in_menu: bool


class ListedMember(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A QueueMember row of QueueStatus."""

    queue: QueueName
    device: Device
    member_name: str
    device_state: int
    is_paused: bool
    pause_reason: str
    penalty: int


class ListedCaller(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A QueueEntry row of QueueStatus."""

    queue: QueueName
    channel_id: ChannelId
    position: int
    wait_s: float
