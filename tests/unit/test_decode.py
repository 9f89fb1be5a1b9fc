from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.asterisk.decode import DECODERS, decode, events_of
from cti.asterisk.fields import Undecodable, unescape
from cti.asterisk.frames import parse
from cti.domain import events as e

READ_AT = datetime(2026, 11, 22, tzinfo=UTC)
AT = datetime(2026, 11, 22, 6, 28, 56, 452718, tzinfo=UTC)
CALLER = {"Channel": "PJSIP/trunk-2", "Uniqueid": "h1-1.2", "Linkedid": "h1-1.1"}
WHO = {"channel_id": "h1-1.2", "linked_id": "h1-1.1", "channel": "PJSIP/trunk-2"}
MEMBER = {"Queue": "consult", "Interface": "PJSIP/1007", "MemberName": "1007"}
WHOSE = {"queue": "consult", "device": "PJSIP/1007", "member_name": "1007"}
DEST = {"DestUniqueid": "h1-1.3", "DestLinkedid": "h1-1.1", "DestChannel": "PJSIP/1007-3"}


def decoded(name: str, *parts: dict[str, str], **more: str) -> e.Event | None:
    fields = {"Event": name, "Timestamp": "1795328936.452718"}
    for part in (*parts, more):
        fields |= part
    return decode(name.encode(), fields, READ_AT)


CASES: list[tuple[str, list[dict[str, str]], e.Event]] = [
    (
        "Newchannel",
        [CALLER, {"CallerIDNum": "13800138000", "CallerIDName": r"O\'Neil \"X\" \\", "Context": "c", "Exten": "95001"}],
        e.ChannelOpened(at=AT, **WHO, number="13800138000", caller_name='O\'Neil "X" \\', context="c", exten="95001"),  # type: ignore[arg-type]
    ),
    (
        "Newchannel",
        [CALLER, {"CallerIDNum": "<unknown>", "CallerIDName": "<unknown>"}],
        e.ChannelOpened(at=AT, **WHO),  # type: ignore[arg-type]
    ),
    ("Newstate", [CALLER, {"ChannelState": "6"}], e.ChannelStateChanged(at=AT, **WHO, state=6)),  # type: ignore[arg-type]
    ("Hangup", [CALLER, {"Cause": "16"}], e.ChannelClosed(at=AT, **WHO, cause=16)),  # type: ignore[arg-type]
    ("Hold", [CALLER], e.HoldBegun(at=AT, **WHO)),  # type: ignore[arg-type]
    (
        "DialBegin",
        [DEST, {"DialString": "138@trunk"}],
        e.DialBegun(
            at=AT,
            channel_id="h1-1.3",  # type: ignore[arg-type]
            linked_id="h1-1.1",  # type: ignore[arg-type]
            channel="PJSIP/1007-3",
            dest_id="h1-1.3",  # type: ignore[arg-type]
            dest_channel="PJSIP/1007-3",
            dest_linked_id="h1-1.1",  # type: ignore[arg-type]
            dialled="138@trunk",
        ),
    ),
    (
        "AgentRingNoAnswer",
        [CALLER, MEMBER, DEST, {"RingTime": "8000"}],
        e.MemberMissed(at=AT, **WHO, **WHOSE, dest_id="h1-1.3", ring_s=8.0),  # type: ignore[arg-type]
    ),
    (
        "AgentConnect",
        [CALLER, MEMBER, DEST, {"RingTime": "2", "HoldTime": "7"}],
        e.MemberConnected(at=AT, **WHO, **WHOSE, dest_id="h1-1.3", ring_s=2.0, wait_s=7.0),  # type: ignore[arg-type]
    ),
    (
        "AgentComplete",
        [MEMBER, {"HoldTime": "7", "TalkTime": "30", "Reason": "agent"}],
        e.MemberCompleted(at=AT, channel_id=None, **WHOSE, dest_id=None, wait_s=7.0, talk_s=30.0, reason="agent"),  # type: ignore[arg-type]
    ),
    (
        "QueueMemberPause",
        [MEMBER, {"Status": "1", "Paused": "1", "PausedReason": "lunch: 12:30", "Penalty": "0"}],
        e.MemberChanged(at=AT, **WHOSE, device_state=1, is_paused=True, pause_reason="lunch: 12:30", penalty=0),  # type: ignore[arg-type]
    ),
    (
        "UserEvent",
        [CALLER, {"UserEvent": "CallEntered", "Hotline": "95002", "Lines": "12", "Test": "0"}],
        e.CallEntered(at=AT, **WHO, hotline="95002", line_count=12, is_test=False),  # type: ignore[arg-type]
    ),
    (
        "UserEvent",
        [CALLER, {"UserEvent": "QueueDone", "Status": "TIMEOUT", "Ref": "1795328936.2"}],
        e.VisitReported(at=AT, **WHO, status="TIMEOUT", queue=""),  # type: ignore[arg-type]
    ),
    (
        "UserEvent",
        [CALLER, {"UserEvent": "CallerStranded", "Agent": "1007"}],
        e.CallerStranded(at=AT, **WHO, agent_id="1007"),  # type: ignore[arg-type]
    ),
    (
        "MixMonitorMute",
        [CALLER, {"Direction": "both", "State": "1"}],
        e.RecordingMuted(at=AT, **WHO, is_muted=True),  # type: ignore[arg-type]
    ),
    (
        "BlindTransfer",
        [
            {"TransfererUniqueid": "h1-1.3", "TransfereeUniqueid": "h1-1.2", "BridgeUniqueid": "b1"},
            {"Context": "transfer-out", "Extension": "o02112345678", "Result": "Success"},
        ],
        e.BlindTransferred(
            at=AT,
            transferer_id="h1-1.3",  # type: ignore[arg-type]
            transferee_id="h1-1.2",  # type: ignore[arg-type]
            bridge_id="b1",  # type: ignore[arg-type]
            context="transfer-out",
            exten="02112345678",
            succeeded=True,
        ),
    ),
    (
        "OriginateResponse",
        [{"Response": "Failure", "Uniqueid": "<unknown>", "Reason": "0"}],
        e.OriginateEnded(at=AT, channel_id=None, succeeded=False, reason=0),
    ),
    (
        "ContactStatus",
        [{"EndpointName": "1001", "ContactStatus": "Reachable"}],
        e.ContactChanged(at=AT, device="PJSIP/1001", status="Reachable"),  # type: ignore[arg-type]
    ),
    ("Shutdown", [{"Shutdown": "Cleanly", "Restart": "False"}], e.SwitchStopping(at=AT, is_clean=True)),
]


@pytest.mark.parametrize(("name", "parts", "expected"), CASES, ids=[case[0] for case in CASES])
def test_an_ami_event_becomes_a_domain_event(name: str, parts: list[dict[str, str]], expected: e.Event) -> None:
    assert decoded(name, *parts) == expected


def test_an_event_without_a_timestamp_has_the_instant_of_reading() -> None:
    event = decode(b"Hold", {"Event": "Hold", **CALLER}, READ_AT)
    assert event is not None
    assert event.at == READ_AT


def test_names_that_mean_nothing_to_us_are_nothing() -> None:
    assert decoded("VarSet", CALLER) is None
    assert decoded("UserEvent", CALLER, UserEvent="Hostile") is None


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Hangup", {**CALLER, "Cause": "16x"}),
        ("Hangup", {**CALLER, "Cause": "1_6"}),
        ("Hangup", {**CALLER, "Cause": "9" * 5000}),
        ("Hangup", {"Channel": "x", "Linkedid": "1"}),
        ("Newstate", CALLER),
        ("Newstate", {**CALLER, "ChannelState": "六"}),
        ("AgentConnect", {**CALLER, **MEMBER, **DEST, "HoldTime": "nan"}),
        ("BridgeEnter", CALLER),
        ("Hold", {**CALLER, "Timestamp": "soon"}),
        ("Hold", {**CALLER, "Timestamp": "nan"}),
        ("Hold", {**CALLER, "Timestamp": "99999999999.000000"}),
        ("Hold", {**CALLER, "Timestamp": "1795328936,452718"}),
        ("Hold", {**CALLER, "Timestamp": "-795328936.452718"}),
        ("Hold", {**CALLER, "Timestamp": "1_95328936.452718"}),
    ],
)
def test_fields_that_make_no_sense_are_refused(name: str, fields: dict[str, str]) -> None:
    with pytest.raises(Undecodable):
        decoded(name, fields)


_words = st.text(max_size=20) | st.sampled_from(["", "<unknown>", "1", "1795328936.452718", "-1", "Success"])
_names = st.sampled_from(
    ["Uniqueid", "Linkedid", "Channel", "Timestamp", "Cause", "Queue", "Interface", "UserEvent", "X"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(DECODERS)), st.dictionaries(_names, _words))
def test_whatever_the_fields_an_event_is_decoded_or_refused(name: bytes, fields: dict[str, str]) -> None:
    try:
        event = decode(name, fields, READ_AT)
    except Undecodable:
        return
    assert event is None or event.at.tzinfo is not None


def test_escapes_of_asterisk_are_undone_once() -> None:
    assert unescape(r"O\'Neil \\n \"q\" \?") == 'O\'Neil \\n "q" ?'
    assert unescape("张三丰") == "张三丰"


def test_recorded_bytes_give_their_events_in_order_and_pass_over_torn_ones() -> None:
    frames = [
        b"Asterisk Call Manager/11.0.0\r\nEvent: Hold\r\nChannel: a\r\nUniqueid: 1\r\nLinkedid: 1",
        b"Event: VarSet\r\nChannel: a",
        b"Event: Hangup\r\nChannel: a\nUniqueid: 1",
        b"Event: Unhold\r\nChannel: a\r\nUniqueid: 1\r\nLinkedid: 1",
        b"Event: Hangup\r\nChann",
    ]
    assert [type(event) for event in events_of(b"\r\n\r\n".join(frames))] == [e.HoldBegun, e.HoldEnded]


def test_a_microsecond_survives_the_way_through_a_float() -> None:
    for micros in (0, 1, 499_999, 500_001, 999_999):
        frame = parse(
            f"Event: Hold\r\nTimestamp: 1795328936.{micros:06}\r\nChannel: a\r\nUniqueid: 1\r\nLinkedid: 1".encode()
        )
        event = decode(b"Hold", frame, READ_AT)
        assert event is not None
        assert event.at.microsecond == micros
