from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.asterisk.encode import encode, to_wire
from cti.domain import commands as c
from cti.domain.errors import Invalid
from cti.domain.ids import ChannelId, Device, QueueName

CALLER = "PJSIP/trunk-0000002c"
DEVICE = Device("PJSIP/1007")
CONSULT = QueueName("consult")


def originate(**more: object) -> c.Originate:
    given = {"channel": "PJSIP/1007", "channel_id": "cb-1", "context": "queues", "exten": "consult"} | more
    return c.Originate(**given)  # type: ignore[arg-type]


CASES: list[tuple[c.Command, dict[str, str]]] = [
    (c.HangUp(channel=CALLER), {"Action": "Hangup", "Channel": CALLER, "Cause": "16"}),
    (
        c.BlindTransfer(channel=CALLER, context="transfer", exten="1002"),
        {"Action": "BlindTransfer", "Channel": CALLER, "Context": "transfer", "Exten": "1002"},
    ),
    (
        c.AttendedTransfer(channel=CALLER, context="transfer", exten="complaints"),
        {"Action": "Atxfer", "Channel": CALLER, "Context": "transfer", "Exten": "Acomplaints"},
    ),
    (
        c.BlindTransfer(channel=CALLER, context="transfer-out", exten="02112345678"),
        {"Action": "BlindTransfer", "Channel": CALLER, "Context": "transfer-out", "Exten": "o02112345678"},
    ),
    (
        c.AttendedTransfer(channel=CALLER, context="transfer-out", exten="02112345678"),
        {"Action": "Atxfer", "Channel": CALLER, "Context": "transfer-out", "Exten": "Ao02112345678#"},
    ),
    (
        c.AttendedTransfer(channel=CALLER, context="transfer", exten="web1002"),
        {"Action": "Atxfer", "Channel": CALLER, "Context": "transfer", "Exten": "Aweb1002"},
    ),
    (
        c.AttendedTransfer(channel=CALLER, context="transfer", exten="1002"),
        {"Action": "Atxfer", "Channel": CALLER, "Context": "transfer", "Exten": "1002"},
    ),
    (
        c.Redirect(channel=CALLER, context="take-back", exten="web1007"),
        {"Action": "Redirect", "Channel": CALLER, "Context": "take-back", "Exten": "web1007", "Priority": "1"},
    ),
    (
        c.SetVariable(channel=CALLER, name="HOTLINE_AFTER", value="wait:web1007"),
        {"Action": "Setvar", "Channel": CALLER, "Variable": "HOTLINE_AFTER", "Value": "wait:web1007"},
    ),
    (
        c.PressKey(channel=CALLER, key="#"),
        {"Action": "PlayDTMF", "Channel": CALLER, "Digit": "#", "Duration": "120"},
    ),
    (c.CancelTransfer(channel=CALLER), {"Action": "CancelAtxfer", "Channel": CALLER}),
    (
        c.AddMember(queue=CONSULT, device=DEVICE, member_name="1007", is_paused=True, pause_reason="午餐"),
        {
            "Action": "QueueAdd",
            "Queue": "consult",
            "Interface": "PJSIP/1007",
            "MemberName": "1007",
            "Paused": "true",
            "Reason": "午餐",
        },
    ),
    (
        c.RemoveMember(queue=CONSULT, device=DEVICE),
        {"Action": "QueueRemove", "Queue": "consult", "Interface": "PJSIP/1007"},
    ),
    (
        c.PauseMember(device=DEVICE, is_paused=False),
        {"Action": "QueuePause", "Interface": "PJSIP/1007", "Paused": "false", "Reason": ""},
    ),
    (c.KeepInMenu(channel=CALLER, limit_s=1.5), {"Action": "AbsoluteTimeout", "Channel": CALLER, "Timeout": "1.5"}),
    (
        c.KeepInMenu(channel=CALLER, limit_s=0),
        {"Action": "Setvar", "Channel": CALLER, "Variable": "TIMEOUT(absolute)", "Value": "0"},
    ),
    (
        c.MuteRecording(channel=CALLER, is_muted=True),
        {"Action": "MixMonitorMute", "Channel": CALLER, "Direction": "both", "State": "1"},
    ),
    (
        originate(caller_number="13800138000", variables={"__HOTLINE_TEST": "1"}),
        {
            "Action": "Originate",
            "Channel": "PJSIP/1007",
            "ChannelId": "cb-1",
            "Timeout": "30000",
            "Async": "true",
            "Context": "queues",
            "Exten": "consult",
            "Priority": "1",
            "CallerID": "13800138000",
            "Variable": "__HOTLINE_TEST=1",
        },
    ),
    (
        originate(application="ChanSpy", data=f"{CALLER},qS"),
        {
            "Action": "Originate",
            "Channel": "PJSIP/1007",
            "ChannelId": "cb-1",
            "Timeout": "30000",
            "Async": "true",
            "Application": "ChanSpy",
            "Data": f"{CALLER},qS",
        },
    ),
]


@pytest.mark.parametrize(("command", "expected"), CASES, ids=[type(case[0]).__name__ for case in CASES])
def test_a_command_becomes_an_action(command: c.Command, expected: dict[str, str]) -> None:
    assert dict(encode(command)) == expected


def test_every_command_has_its_action() -> None:
    assert {type(command) for command, _ in CASES} == set(c.Command.__subclasses__()) - set(get_args(c.HandCommand))


@pytest.mark.parametrize(
    "command", [c.DropSecret(endpoint="web1007"), c.AskPhone(channel=CALLER, event="talk")], ids=lambda one: str(one)
)
def test_what_needs_the_second_account_never_goes_by_the_first(command: c.Command) -> None:
    with pytest.raises(Invalid, match="no action"):
        encode(command)


def test_a_feature_code_is_pressed_as_if_by_the_party_himself() -> None:
    assert ("Receive", "true") in encode(c.PressKey(channel=CALLER, key="*", is_received=True))


@pytest.mark.parametrize("exten", ["12", "1002#", "+8613800138000", "web1002", "consult", "9" * 21])
def test_a_number_outside_is_digits_only(exten: str) -> None:
    with pytest.raises(Invalid):
        encode(c.AttendedTransfer(channel=CALLER, context="transfer-out", exten=exten))


@pytest.mark.parametrize("key", ["", "12", "E", "a", "**", "1\n"])
def test_a_key_is_one_key(key: str) -> None:
    with pytest.raises(Invalid):
        encode(c.PressKey(channel=CALLER, key=key))


HOSTILE = [
    "\r\nAction: Command\r\nCommand: x",
    "\nAction: Hangup",
    "\0",
    "/^.*$/",
    "a b",
    "${SHELL(id)}",
    "a$b",
    "a|b",
    "x" * 300,
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "make",
    [
        lambda text: c.HangUp(channel=text),
        lambda text: c.BlindTransfer(channel=CALLER, context="transfer", exten=text),
        lambda text: c.BlindTransfer(channel=CALLER, context=text, exten="1002"),
        lambda text: c.Redirect(channel=text, context="take-back", exten="1007"),
        lambda text: c.Redirect(channel=CALLER, context=text, exten="1007"),
        lambda text: c.SetVariable(channel=CALLER, name=text, value="1"),
        lambda text: c.SetVariable(channel=text, name="HOTLINE_AFTER", value="1"),
        lambda text: c.PressKey(channel=CALLER, key=text),
        lambda text: c.RemoveMember(queue=text, device=DEVICE),
        lambda text: c.RemoveMember(queue=CONSULT, device=text),
        lambda text: originate(channel=text),
        lambda text: originate(channel_id=ChannelId(text)),
        lambda text: originate(application="ChanSpy", data=text),
        lambda text: originate(application=text or "System", data="x"),
        lambda text: originate(variables={text: "1"}),
    ],
)
def test_hostile_text_is_refused_in_every_field(make: object, text: str) -> None:
    with pytest.raises(Invalid):
        encode(make(text))  # type: ignore[operator]


@pytest.mark.parametrize("text", ["a\nb", "a|b", "a;b", "x" * 65, "a\0"])
def test_a_pause_reason_holds_words_only(text: str) -> None:
    with pytest.raises(Invalid):
        encode(c.PauseMember(device=DEVICE, is_paused=True, reason=text))


@pytest.mark.parametrize("limit_s", [-1.0, 301.0, float("nan"), float("inf")])
def test_a_limit_is_a_number_of_seconds_within_reason(limit_s: float) -> None:
    with pytest.raises(Invalid):
        encode(c.KeepInMenu(channel=CALLER, limit_s=limit_s))


@pytest.mark.parametrize("name", ["CALLERID(num)", "SHELL(id)", "PATH", "HOTLINE_x", "HOTLINE_A=1,B"])
def test_only_our_own_variables_are_set(name: str) -> None:
    with pytest.raises(Invalid):
        encode(originate(variables={name: "1"}))
    with pytest.raises(Invalid):
        encode(c.SetVariable(channel=CALLER, name=name, value="1"))


@pytest.mark.parametrize(
    "action",
    [
        [("Action", "X"), ("A", "b\n")],
        [("Action", "X"), ("A", "b\rc")],
        [("Action", "X"), ("A\r\nB", "c")],
        [("Action", "X"), ("A", "\0")],
        [("Action", "X"), ("A", "\ud800")],
        [("Action", "X"), ("A", "b" * 1024)],
        [("Action", "X"), ("A", "热" * 341)],
        [("Action", "X")] * 129,
    ],
)
def test_what_asterisk_would_read_as_other_lines_never_becomes_bytes(action: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid):
        to_wire(action)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_any_text_gives_exactly_its_own_lines_or_nothing(text: str) -> None:
    try:
        wire = to_wire([("Action", "Getvar"), ("Variable", text)])
    except Invalid:
        return
    assert wire.decode().splitlines(keepends=False)[0] == "Action: Getvar"
    assert wire.count(b"\n") == 3
    assert wire == f"Action: Getvar\r\nVariable: {text}\r\n\r\n".encode()
