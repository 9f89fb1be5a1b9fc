from __future__ import annotations

from typing import get_args

import pytest

from cti.asterisk.encode_hands import check_renewal, encode_hand, renewal
from cti.domain import commands as c
from cti.domain.errors import Invalid
from cti.domain.ids import ChannelId, LinkedId

CALLER = "PJSIP/trunk-0000002c"
HA1 = "0123456789abcdef" * 2
CASES: list[tuple[c.Command, dict[str, str]]] = [
    (
        c.GiveSecret(endpoint="web1007", digest=HA1),
        {
            "Action": "DBPut",
            "Family": "ps/auth",
            "Key": "web1007",
            "Val": '{"auth_type": "digest", "username": "web1007", "realm": "hotline", '
            f'"password_digest": "MD5:{HA1}"}}',
        },
    ),
    (c.DropSecret(endpoint="web1007"), {"Action": "DBDel", "Family": "ps/auth", "Key": "web1007"}),
    (
        c.AskPhone(channel="PJSIP/1007-00000004", event="hold"),
        {"Action": "PJSIPNotify", "Channel": "PJSIP/1007-00000004", "Variable": "Event=hold"},
    ),
    (
        c.MuteVoice(channel="PJSIP/1007-00000004", is_muted=False),
        {"Action": "MuteAudio", "Channel": "PJSIP/1007-00000004", "Direction": "in", "State": "off"},
    ),
]


def renew(**more: object) -> c.RenewRecording:
    given = {"channel": CALLER, "channel_id": ChannelId("h1-1.1"), "linked_id": LinkedId("h1-1.1"), "part": 2}
    return c.RenewRecording(**(given | {"name": "h1-1.1-2"} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(("command", "expected"), CASES, ids=[type(case[0]).__name__ for case in CASES])
def test_a_command_becomes_an_action(command: c.Command, expected: dict[str, str]) -> None:
    assert dict(encode_hand(command)) == expected


def test_every_command_has_its_action() -> None:
    assert {type(command) for command, _ in CASES} == set(get_args(c.HandCommand)) - {c.RenewRecording}


def test_a_renewed_recording_has_the_names_the_dialplan_would_give() -> None:
    stop, begin, count, tell = map(dict, renewal(renew(), "/var/rec"))
    assert stop == {"Action": "StopMixMonitor", "Channel": CALLER}
    assert begin["Options"] == "br(/var/rec/h1-1.1-2-caller.wav)t(/var/rec/h1-1.1-2-agent.wav)"
    assert (count["Variable"], count["Value"]) == ("REC_PART", "2")
    assert tell["UserEvent"] == "RecordingPart"
    assert (tell["Uniqueid"], tell["Linkedid"], tell["Name"], tell["Part"]) == ("h1-1.1", "h1-1.1", "h1-1.1-2", "2")


@pytest.mark.parametrize("endpoint", ["1007", "robot", "trunk", "web1007/x", "web10070", "", "web1007\n", "WEB1007"])
def test_only_browser_telephones_have_secrets_given_and_dropped(endpoint: str) -> None:
    with pytest.raises(Invalid):
        encode_hand(c.GiveSecret(endpoint=endpoint, digest=HA1))
    with pytest.raises(Invalid):
        encode_hand(c.DropSecret(endpoint=endpoint))


@pytest.mark.parametrize("digest", ["", "x" * 32, HA1[:-1], HA1.upper(), HA1 + '"'])
def test_a_digest_is_a_digest(digest: str) -> None:
    with pytest.raises(Invalid):
        encode_hand(c.GiveSecret(endpoint="web1007", digest=digest))


@pytest.mark.parametrize("event", ["", "reboot", "check-sync", "talk\r\nX: y", "Talk"])
def test_a_telephone_is_asked_for_two_things_only(event: str) -> None:
    with pytest.raises(Invalid):
        encode_hand(c.AskPhone(channel=CALLER, event=event))


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "/^.*$/"},
        {"name": "../x"},
        {"name": "a,b"},
        {"channel_id": "a b"},
        {"linked_id": ""},
        {"part": 1},
        {"part": 100},
    ],
)
def test_a_renewal_with_a_hostile_field_is_refused_before_anything_is_stopped(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        check_renewal(renew(**wrong))


@pytest.mark.parametrize("folder", ["", "relative", "/a,b", "/a)b", "/a b"])
def test_a_folder_that_would_be_read_as_options_is_refused(folder: str) -> None:
    with pytest.raises(Invalid):
        renewal(renew(), folder)


def test_what_is_for_the_first_account_never_goes_by_the_second() -> None:
    with pytest.raises(Invalid, match="HangUp"):
        encode_hand(c.HangUp(channel=CALLER))
