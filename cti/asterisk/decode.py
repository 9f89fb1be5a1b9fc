"""AMI frames to domain events: one table, no decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from cti.asterisk.decode_queue import QUEUE_DECODERS, decode_user_event
from cti.asterisk.encode import OUTSIDE, OUTSIDE_LETTER
from cti.asterisk.fields import (
    Decoder,
    Who,
    bridge_or_none,
    caller_name,
    channel_or_none,
    instant,
    need,
    number,
    who,
    whole,
)
from cti.asterisk.frames import Fields, FrameSplitter, MalformedFrame, event_name, parse
from cti.domain import events as e
from cti.domain.ids import BridgeId, ChannelId, Device, LinkedId


def _plain(kind: type[e.ChannelEvent]) -> Decoder:
    """A decoder for events that say no more than which channel."""
    return lambda f, at: kind(at=at, **who(f))


# --- channels -------------------------------------------------------------------------------------------------------


def _opened(f: Fields, at: datetime) -> e.Event:
    return e.ChannelOpened(
        at=at,
        **who(f),
        number=number(f),
        caller_name=caller_name(f),
        context=f.get("Context", ""),
        exten=f.get("Exten", ""),
    )


def _state_changed(f: Fields, at: datetime) -> e.Event:
    return e.ChannelStateChanged(at=at, **who(f), state=whole(f, "ChannelState"))


def _identified(f: Fields, at: datetime) -> e.Event:
    return e.CallerIdentified(at=at, **who(f), number=number(f), caller_name=caller_name(f))


def _closed(f: Fields, at: datetime) -> e.Event:
    return e.ChannelClosed(at=at, **who(f), cause=whole(f, "Cause", 0))


def _dialler(f: Fields) -> Who:
    """The caller's side of a dial; an Originate has none, then the dialled channel stands for both."""
    if "Uniqueid" in f:
        return who(f)
    return {
        "channel_id": ChannelId(need(f, "DestUniqueid")),
        "linked_id": LinkedId(need(f, "DestLinkedid")),
        "channel": need(f, "DestChannel"),
    }


def _dial_begun(f: Fields, at: datetime) -> e.Event:
    return e.DialBegun(
        at=at,
        **_dialler(f),
        dest_id=ChannelId(need(f, "DestUniqueid")),
        dest_channel=need(f, "DestChannel"),
        dest_linked_id=LinkedId(need(f, "DestLinkedid")),
        dialled=f.get("DialString", ""),
    )


def _dial_ended(f: Fields, at: datetime) -> e.Event:
    return e.DialEnded(
        at=at,
        **_dialler(f),
        dest_id=ChannelId(need(f, "DestUniqueid")),
        dest_channel=need(f, "DestChannel"),
        status=f.get("DialStatus", ""),
    )


# --- bridges and transfers ------------------------------------------------------------------------------------------


def _bridge_entered(f: Fields, at: datetime) -> e.Event:
    return e.BridgeEntered(at=at, **who(f), bridge_id=BridgeId(need(f, "BridgeUniqueid")))


def _bridge_left(f: Fields, at: datetime) -> e.Event:
    return e.BridgeLeft(at=at, **who(f), bridge_id=BridgeId(need(f, "BridgeUniqueid")))


def _bridges_merged(f: Fields, at: datetime) -> e.Event:
    return e.BridgesMerged(
        at=at, from_id=BridgeId(need(f, "FromBridgeUniqueid")), to_id=BridgeId(need(f, "ToBridgeUniqueid"))
    )


def _blind_transferred(f: Fields, at: datetime) -> e.Event:
    return e.BlindTransferred(
        at=at,
        transferer_id=ChannelId(need(f, "TransfererUniqueid")),
        transferee_id=channel_or_none(f, "TransfereeUniqueid"),
        bridge_id=bridge_or_none(f, "BridgeUniqueid"),
        context=f.get("Context", ""),
        exten=_target(f),
        succeeded=f.get("Result") == "Success",
    )


def _target(f: Fields) -> str:
    """The extension as it was asked for, without the letter that `encode` puts before a number outside."""
    exten = f.get("Extension", "")
    return exten.removeprefix(OUTSIDE_LETTER) if f.get("Context") == OUTSIDE else exten


def _attended_transferred(f: Fields, at: datetime) -> e.Event:
    return e.AttendedTransferred(
        at=at,
        transferer_id=ChannelId(need(f, "OrigTransfererUniqueid")),
        second_id=ChannelId(need(f, "SecondTransfererUniqueid")),
        transferee_id=channel_or_none(f, "TransfereeUniqueid"),
        target_id=channel_or_none(f, "TransferTargetUniqueid"),
        bridge_id=bridge_or_none(f, "OrigBridgeUniqueid"),
        succeeded=f.get("Result") == "Success",
        is_conference=f.get("DestType") == "Threeway",
    )


# --- menu, recording, listening -------------------------------------------------------------------------------------


def _menu_entered(f: Fields, at: datetime) -> e.Event:
    return e.MenuEntered(at=at, **who(f), exten=f.get("Exten", ""))


def _recording_muted(f: Fields, at: datetime) -> e.Event:
    # `State` is what the action said: 1 silence, 0 everything again.
    return e.RecordingMuted(at=at, **who(f), is_muted=whole(f, "State") != 0)


def _listen_started(f: Fields, at: datetime) -> e.Event:
    return e.ListenStarted(
        at=at,
        listener_id=ChannelId(need(f, "SpyerUniqueid")),
        target_id=ChannelId(need(f, "SpyeeUniqueid")),
    )


def _listen_stopped(f: Fields, at: datetime) -> e.Event:
    return e.ListenStopped(
        at=at,
        listener_id=ChannelId(need(f, "SpyerUniqueid")),
        target_id=channel_or_none(f, "SpyeeUniqueid"),
    )


# --- switch ---------------------------------------------------------------------------------------------------------


def _originate_ended(f: Fields, at: datetime) -> e.Event:
    return e.OriginateEnded(
        at=at,
        channel_id=channel_or_none(f, "Uniqueid"),
        succeeded=f.get("Response") == "Success",
        reason=whole(f, "Reason", 0),
    )


def _contact_changed(f: Fields, at: datetime) -> e.Event:
    return e.ContactChanged(at=at, device=Device("PJSIP/" + need(f, "EndpointName")), status=f.get("ContactStatus", ""))


def _peer_changed(f: Fields, at: datetime) -> e.Event:
    return e.ContactChanged(at=at, device=Device(need(f, "Peer")), status=f.get("PeerStatus", ""))


def _stopping(f: Fields, at: datetime) -> e.Event:
    return e.SwitchStopping(at=at, is_clean=f.get("Shutdown") == "Cleanly")


DECODERS: dict[bytes, Decoder] = {
    b"Newchannel": _opened,
    b"Newstate": _state_changed,
    b"NewCallerid": _identified,
    b"Hangup": _closed,
    b"DialBegin": _dial_begun,
    b"DialEnd": _dial_ended,
    b"Hold": _plain(e.HoldBegun),
    b"Unhold": _plain(e.HoldEnded),
    b"BridgeEnter": _bridge_entered,
    b"BridgeLeave": _bridge_left,
    b"BridgeMerge": _bridges_merged,
    b"BlindTransfer": _blind_transferred,
    b"AttendedTransfer": _attended_transferred,
    b"AsyncAGIStart": _menu_entered,
    b"AsyncAGIEnd": _plain(e.MenuLeft),
    b"MixMonitorStart": _plain(e.RecordingStarted),
    b"MixMonitorStop": _plain(e.RecordingStopped),
    b"MixMonitorMute": _recording_muted,
    b"ChanSpyStart": _listen_started,
    b"ChanSpyStop": _listen_stopped,
    b"OriginateResponse": _originate_ended,
    b"ContactStatus": _contact_changed,
    b"PeerStatus": _peer_changed,
    b"Shutdown": _stopping,
    **QUEUE_DECODERS,
    b"UserEvent": decode_user_event,
}
"""AMI event name -> what it becomes. Names that are not here are skipped before any decoding."""


def decode(name: bytes, fields: Fields, read_at: datetime) -> e.Event | None:
    """Return the domain event of one AMI event, None when it means nothing to us.

    `read_at` stands in for the switch's own instant when it sends none. Raises: Undecodable.
    """
    decoder = DECODERS.get(name)
    return decoder(fields, instant(fields) or read_at) if decoder else None


def events_of(raw: bytes) -> Iterator[e.Event]:
    """Yield the domain events of recorded AMI bytes, in order; malformed frames and the torn end are left out."""
    splitter = FrameSplitter()
    last = datetime.fromtimestamp(0, UTC)
    for body in splitter.feed(raw):
        name = event_name(body)
        if name is None or name not in DECODERS:
            continue
        try:
            event = decode(name, parse(body), last)
        except MalformedFrame:
            continue
        if event is not None:
            last = event.at
            yield event
