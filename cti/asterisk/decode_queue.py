"""Queue events and what our own dialplan reports, as domain events.

Asterisk: RingTime is milliseconds in AgentRingNoAnswer and whole seconds in AgentConnect (app_queue.c).
"""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from cti.asterisk.fields import Decoder, channel_or_none, need, who, whole
from cti.asterisk.frames import Fields
from cti.domain import events as e
from cti.domain.ids import AgentId, ChannelId, Device, QueueName


class _Member(TypedDict):
    queue: QueueName
    device: Device
    member_name: str


def _member(f: Fields) -> _Member:
    return {
        "queue": QueueName(need(f, "Queue")),
        "device": Device(need(f, "Interface")),
        "member_name": f.get("MemberName", ""),
    }


# --- the caller's side ----------------------------------------------------------------------------------------------


def _joined(f: Fields, at: datetime) -> e.Event:
    return e.CallerJoined(at=at, **who(f), queue=QueueName(need(f, "Queue")), position=whole(f, "Position"))


def _left(f: Fields, at: datetime) -> e.Event:
    return e.CallerLeft(at=at, **who(f), queue=QueueName(need(f, "Queue")), position=whole(f, "Position", 0))


def _abandoned(f: Fields, at: datetime) -> e.Event:
    return e.CallerAbandoned(
        at=at,
        **who(f),
        queue=QueueName(need(f, "Queue")),
        position=whole(f, "Position", 0),
        first_position=whole(f, "OriginalPosition", 0),
        wait_s=float(whole(f, "HoldTime", 0)),
    )


# --- the member's side ----------------------------------------------------------------------------------------------


def _offered(f: Fields, at: datetime) -> e.Event:
    return e.MemberOffered(
        at=at,
        **who(f),
        **_member(f),
        dest_id=ChannelId(need(f, "DestUniqueid")),
        dest_channel=need(f, "DestChannel"),
    )


def _missed(f: Fields, at: datetime) -> e.Event:
    return e.MemberMissed(
        at=at,
        **who(f),
        **_member(f),
        dest_id=channel_or_none(f, "DestUniqueid"),
        ring_s=whole(f, "RingTime", 0) / 1000,
    )


def _connected(f: Fields, at: datetime) -> e.Event:
    return e.MemberConnected(
        at=at,
        **who(f),
        **_member(f),
        dest_id=ChannelId(need(f, "DestUniqueid")),
        wait_s=float(whole(f, "HoldTime", 0)),
        ring_s=float(whole(f, "RingTime", 0)),
    )


def _completed(f: Fields, at: datetime) -> e.Event:
    return e.MemberCompleted(
        at=at,
        channel_id=channel_or_none(f, "Uniqueid"),
        **_member(f),
        dest_id=channel_or_none(f, "DestUniqueid"),
        wait_s=float(whole(f, "HoldTime", 0)),
        talk_s=float(whole(f, "TalkTime", 0)),
        reason=f.get("Reason", ""),
    )


def _changed(f: Fields, at: datetime) -> e.Event:
    return e.MemberChanged(
        at=at,
        **_member(f),
        device_state=whole(f, "Status", 0),
        is_paused=whole(f, "Paused", 0) != 0,
        pause_reason=f.get("PausedReason", ""),
        penalty=whole(f, "Penalty", 0),
    )


def _removed(f: Fields, at: datetime) -> e.Event:
    return e.MemberRemoved(at=at, **_member(f))


QUEUE_DECODERS: dict[bytes, Decoder] = {
    b"QueueCallerJoin": _joined,
    b"QueueCallerLeave": _left,
    b"QueueCallerAbandon": _abandoned,
    b"AgentCalled": _offered,
    b"AgentRingNoAnswer": _missed,
    b"AgentConnect": _connected,
    b"AgentComplete": _completed,
    b"QueueMemberStatus": _changed,
    b"QueueMemberAdded": _changed,
    b"QueueMemberPause": _changed,
    b"QueueMemberPenalty": _changed,
    b"QueueMemberRemoved": _removed,
}


# --- our dialplan ---------------------------------------------------------------------------------------------------


def _entered(f: Fields, at: datetime) -> e.Event:
    return e.CallEntered(
        at=at,
        **who(f),
        hotline=f.get("Hotline", ""),
        line_count=whole(f, "Lines", 0),
        is_test=whole(f, "Test", 0) != 0,
    )


def _refused(f: Fields, at: datetime) -> e.Event:
    return e.CallRefused(at=at, **who(f), reason=f.get("Reason", ""), hotline=f.get("Hotline", ""))


def _fell_back(f: Fields, at: datetime) -> e.Event:
    return e.MenuFellBack(at=at, **who(f))


def _visit_reported(f: Fields, at: datetime) -> e.Event:
    return e.VisitReported(at=at, **who(f), status=f.get("Status", ""), queue=QueueName(f.get("Queue", "")))


def _segment_begun(f: Fields, at: datetime) -> e.Event:
    return e.SegmentBegun(at=at, **who(f), name=need(f, "Name"), part=whole(f, "Part", 1))


def _stranded(f: Fields, at: datetime) -> e.Event:
    return e.CallerStranded(at=at, **who(f), agent_id=AgentId(need(f, "Agent")))


def _prompt_recorded(f: Fields, at: datetime) -> e.Event:
    return e.PromptRecorded(at=at, **who(f), outcome=need(f, "Outcome"))


USER_EVENTS: dict[str, Decoder] = {
    "CallEntered": _entered,
    "CallRefused": _refused,
    "IvrDead": _fell_back,
    "QueueDone": _visit_reported,
    "RecordingPart": _segment_begun,
    "CallerStranded": _stranded,
    "PromptRecorded": _prompt_recorded,
}
"""Names our dialplan gives in UserEvent()."""


def decode_user_event(f: Fields, at: datetime) -> e.Event | None:
    """Return what our dialplan reports; None for a name that is not ours. Raises: Undecodable."""
    decoder = USER_EVENTS.get(f.get("UserEvent", ""))
    return decoder(f, at) if decoder else None
