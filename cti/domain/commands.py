"""What may be asked of the switch. A command never changes our state: what comes of it arrives as an event."""

from __future__ import annotations

import msgspec

from cti.domain.ids import ChannelId, Device, QueueName


class Command(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """One request to the switch. `cti.asterisk.encode` has a row for each."""


class HangUp(Command, frozen=True, kw_only=True):
    """Hang one channel up."""

    channel: str


class BlindTransfer(Command, frozen=True, kw_only=True):
    """Send the party bridged with `channel` to `exten`; AMI BlindTransfer with the agent's channel."""

    channel: str
    context: str
    exten: str


class AttendedTransfer(Command, frozen=True, kw_only=True):
    """Start a consultation from the agent's `channel`."""

    channel: str
    context: str
    exten: str


class CancelTransfer(Command, frozen=True, kw_only=True):
    """Return from a consultation."""

    channel: str


class AddMember(Command, frozen=True, kw_only=True):
    """Put a device into a queue."""

    queue: QueueName
    device: Device
    member_name: str
    is_paused: bool = False
    pause_reason: str = ""


class RemoveMember(Command, frozen=True, kw_only=True):
    """Take a device out of a queue."""

    queue: QueueName
    device: Device


class PauseMember(Command, frozen=True, kw_only=True):
    """Pause or unpause a device in all its queues, or in one."""

    device: Device
    is_paused: bool
    reason: str = ""
    queue: QueueName | None = None


class Originate(Command, frozen=True, kw_only=True):
    """Dial `channel`, then go on at `context`/`exten`, or run `application`. Always asynchronous.

    `channel_id` becomes the Uniqueid: a second Originate with it fails, so it is the key against doing it twice.
    """

    channel: str
    channel_id: ChannelId
    context: str = ""
    exten: str = ""
    application: str = ""
    data: str = ""
    caller_number: str = ""
    variables: dict[str, str] = {}
    timeout_s: float = 30


class KeepInMenu(Command, frozen=True, kw_only=True):
    """Re-arm the dead-man's switch of a channel in the menu: `limit_s` from now, 0 switches it off."""

    channel: str
    limit_s: float


class MuteRecording(Command, frozen=True, kw_only=True):
    """Write silence (card numbers) or stop doing so."""

    channel: str
    is_muted: bool
