from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.asterisk.frames import (
    FRAME_LIMIT_BYTES,
    FrameSplitter,
    FrameTooLong,
    MalformedFrame,
    NotAnAsterisk,
    Quarantine,
    event_name,
    parse,
)

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
NAMED = "Event: Newchannel\r\nChannel: PJSIP/trunk-1\r\nCallerIDName: 张三丰\r\nAccountCode: ".encode()
HANGUP = b"Event: Hangup\r\nChannel: PJSIP/trunk-1\r\nCause: 16"
STREAM = GREETING + NAMED + b"\r\n\r\n" + HANGUP + b"\r\n\r\n"


def fed(*blocks: bytes) -> list[bytes]:
    splitter = FrameSplitter()
    return [frame for block in blocks for frame in splitter.feed(block)]


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_a_stream_cut_anywhere_gives_the_same_frames(cut: int) -> None:
    """Also inside the greeting, an end of frame, and a Chinese character."""
    assert fed(STREAM[:cut], STREAM[cut:]) == [NAMED, HANGUP]


def test_a_stream_that_comes_byte_by_byte_gives_the_same_frames() -> None:
    assert fed(*(STREAM[i : i + 1] for i in range(len(STREAM)))) == [NAMED, HANGUP]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_any_blocks_give_the_same_frames(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert fed(*(STREAM[a:b] for a, b in pairwise(edges))) == [NAMED, HANGUP]


@pytest.mark.parametrize("cut", range(len(HANGUP), len(HANGUP) + 4))
def test_the_known_odd_end_of_a_frame_is_one(cut: int) -> None:
    odd = HANGUP + b"\r\n\n" + NAMED + b"\r\n\r\n"
    assert fed(GREETING, odd[:cut], odd[cut:]) == [HANGUP, NAMED]


@pytest.mark.parametrize("empty_lines", [1, 2, 3])
def test_empty_lines_between_frames_mean_nothing(empty_lines: int) -> None:
    assert fed(GREETING + HANGUP + b"\r\n\r\n" + b"\r\n" * empty_lines + NAMED + b"\r\n\r\n")[-1] == NAMED
    assert all(fed(GREETING + HANGUP + b"\r\n\r\n" + b"\r\n" * empty_lines + NAMED + b"\r\n\r\n"))


def test_a_frame_without_an_end_is_refused_at_64_kib() -> None:
    splitter = FrameSplitter()
    splitter.feed(GREETING + b"Event: X\r\n")
    for _ in range(FRAME_LIMIT_BYTES // 1000):
        splitter.feed(b"x" * 1000)
    with pytest.raises(FrameTooLong):
        splitter.feed(b"x" * 1000)


def test_a_whole_frame_above_the_limit_is_refused() -> None:
    with pytest.raises(FrameTooLong):
        parse(b"Event: X\r\nA: " + b"x" * FRAME_LIMIT_BYTES)


@pytest.mark.parametrize(
    "greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400\r\n", b"x", b"Asterisk\r\n", b"A" * 300]
)
def test_another_service_is_recognised_by_its_greeting(greeting: bytes) -> None:
    with pytest.raises(NotAnAsterisk):
        FrameSplitter().feed(greeting)


def test_a_frame_gives_its_headers() -> None:
    fields = parse(NAMED)
    assert fields == {
        "Event": "Newchannel",
        "Channel": "PJSIP/trunk-1",
        "CallerIDName": "张三丰",
        "AccountCode": "",
    }


def test_a_value_keeps_its_colons_and_a_header_may_lack_its_space() -> None:
    assert parse(b"Event: UserEvent\r\nStatus:\r\nA: b: c") == {"Event": "UserEvent", "Status": "", "A": "b: c"}


def test_bytes_that_are_no_utf8_stay_visible() -> None:
    assert parse(b"Event: X\r\nCallerIDName: \xff\xb1")["CallerIDName"] == "\\xff\\xb1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"X: 1",
        b"event: Hangup",
        b" Event: Hangup",
        b"Event: Hangup\r\nChannel: a\nCause: 16",
        b"Event: Hangup\r\nChannel: a\rCause: 16",
        b"Event: Hangup\r\nChannel: a\0",
        b"Event: Hangup\r\nno colon",
        b"Event: Hangup\r\n\xc3\xa4: 1",
        b"Event: Hangup\r\n: 1",
        b"Event: Hangup\r\n9a: 1",
        b"Event: Hangup\r\nUniqueid: 1\r\nUniqueid: 2",
        b"Event: Hangup\r\nSystemName: a\r\nSystemName: b",
        b"Response: Success\r\nActionID: 1\r\nActionID: 2",
        b"Event: Hangup\r\nEvent: Newchannel",
    ],
)
def test_a_frame_that_asterisk_would_not_write_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedFrame):
        parse(body)


def test_headers_that_asterisk_repeats_are_no_reason_for_suspicion() -> None:
    assert parse(b"Event: Newstate\r\nChanVariable: A=1\r\nChanVariable: B=2")["ChanVariable"] == "B=2"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_any_bytes_are_headers_or_malformed(body: bytes) -> None:
    for frame in (body, b"Event: " + body, b"Response: " + body):
        try:
            fields = parse(frame)
        except MalformedFrame:
            continue
        assert all("\n" not in value and "\r" not in value and "\0" not in value for value in fields.values())
        assert b"\n" not in frame.replace(b"\r\n", b"")


def test_an_event_is_named_without_decoding_it() -> None:
    assert event_name(HANGUP) == b"Hangup"
    assert event_name(b"Response: Success") is None


def test_the_quarantine_counts_all_and_keeps_the_last_few_harmless() -> None:
    quarantine = Quarantine(keep=2, keep_bytes=10)
    for number in range(5):
        quarantine.put(b"%d\r\n\x1b[2J\xff<script>" % number, "why")
    assert quarantine.count == 5
    assert [reason for reason, _ in quarantine.kept] == ["why", "why"]
    assert quarantine.kept[-1][1] == "4\\r\\n\\x1b[2J\\xff<s"
