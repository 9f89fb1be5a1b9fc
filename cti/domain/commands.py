"""What may be asked of the switch. A command never changes our state: what comes of it arrives as an event."""

from __future__ import annotations

import msgspec

from cti.domain.ids import ChannelId, Device, LinkedId, QueueName


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
    other_id: ChannelId = ChannelId("")
    """Uniqueid of a Local channel's second half."""


class Redirect(Command, frozen=True, kw_only=True):
    """Take `channel` out of whatever it does, to `context`/`exten`. Never an agent's customer in a queue: see rules."""

    channel: str
    context: str
    exten: str


class SetVariable(Command, frozen=True, kw_only=True):
    """Set one of our own variables (`HOTLINE_*`), which the dialplan reads later."""

    channel: str
    name: str
    value: str


class PressKey(Command, frozen=True, kw_only=True):
    """One key. `is_received`: as if the party of `channel` had pressed it (feature codes), else he hears it."""

    channel: str
    key: str
    is_received: bool = False


class KeepInMenu(Command, frozen=True, kw_only=True):
    """Re-arm the dead-man's switch of a channel in the menu: `limit_s` from now, 0 switches it off."""

    channel: str
    limit_s: float


class MuteRecording(Command, frozen=True, kw_only=True):
    """Write silence (card numbers) or stop doing so."""

    channel: str
    is_muted: bool


# --- for `Hands.send`: the second account, which may do what the first may not (class `system`) ----------------------


class GiveSecret(Command, frozen=True, kw_only=True):
    """Let the browser telephone `endpoint` register with a digest made for this sign-in; the one before is worthless.

    `digest` is MD5(user:realm:random) in hex: neither we nor Asterisk keep a password.
    """

    endpoint: str
    digest: str


class DropSecret(Command, frozen=True, kw_only=True):
    """Nobody may register as `endpoint` any more."""

    endpoint: str


class AskPhone(Command, frozen=True, kw_only=True):
    """NOTIFY a desk telephone: `talk` answers or takes back from hold, `hold` holds. Phones need not obey."""

    channel: str
    event: str


class MuteVoice(Command, frozen=True, kw_only=True):
    """Let nobody hear the party of `channel`, or let them hear him again."""

    channel: str
    is_muted: bool


class RenewRecording(Command, frozen=True, kw_only=True):
    """Stop the recording of `channel` and begin `part`: what a transfer asks for (Debian's PLC patch, `webrtc` 3).

    `name` is the part's file name without side and ending. It comes back from the switch as `SegmentBegun`, which needs
    the channel's ids. The dialplan counts on from `part`, so a later one never takes the same name.
    """

    channel: str
    channel_id: ChannelId
    linked_id: LinkedId
    name: str
    part: int


HandCommand = GiveSecret | DropSecret | AskPhone | MuteVoice | RenewRecording
