"""Commands to AMI actions: one table. Every field has an allow-list; what does not fit is refused, never stripped.

Asterisk ends a line at a lone \\n too, a NUL truncates, and a channel that begins
with `/` is a pattern that hangs up every match (manager.c).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from cti.domain import commands as c
from cti.domain.errors import Invalid

Action = list[tuple[str, str]]
"""Headers of an action in order; the first is `Action`."""

LINE_LIMIT_BYTES = 1024
"""Asterisk: a longer line fails the whole action (manager.c)."""
LINES_LIMIT = 128

_CHANNEL = re.compile(r"[A-Za-z0-9_.@;:+-][A-Za-z0-9/_.@;:+-]{0,99}")
_CHANNEL_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_DEVICE = re.compile(r"[A-Za-z0-9]{1,16}/[A-Za-z0-9_.@+-]{1,80}(?:/n)?")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MEMBER_NAME = re.compile(r"[\w .-]{1,80}")
_EXTEN = re.compile(r"\+?[0-9*#]{1,20}|[A-Za-z][A-Za-z0-9_-]{0,79}")
_NUMBER = re.compile(r"\+?[0-9*#]{1,20}")
_REASON = re.compile(r"[\w -]{0,64}")
_VARIABLE = re.compile(r"_{0,2}HOTLINE_[A-Z0-9_]{1,40}")
"""Our own names only: a name could otherwise be a dialplan function."""
_VALUE = re.compile(r"[\w.:/@+-]{0,600}")
"""The longest are names of prompts that tell somebody his place and his wait: a dozen files."""
_DIGITS = re.compile(r"[0-9]{3,20}")
OUTSIDE = "transfer-out"
"""The dialplan's context of transfers to a number outside."""
OUTSIDE_LETTER = "o"
"""Before the number, because no keypad has it: TRANSFER_CONTEXT stays in the agent's channel (extensions.conf)."""
PRESSED_LETTER = "A"
KEY_S = 0.2
"""Asterisk: PlayDTMF answers before the tone is out, and of two at once one is heard twice (12 of 12 tries; with this
pause between them 0 of 12)."""
_LONGEST_RING_S = 7200.0
"""A promised call stands in its queue like a telephone that rings."""
_KEY = re.compile(r"[0-9*#A-D]")
_KEY_MS = 120
"""Length of one digit. Asterisk: anything shorter than 80 ms is made longer (AST_MIN_DTMF_DURATION)."""
_SPY_DATA = re.compile(r"[A-Za-z0-9_.@;:+-][A-Za-z0-9/_.@;:+-]{0,99}(?:,[A-Za-z]{0,8})?")
APPLICATIONS = {"ChanSpy": _SPY_DATA}
"""Applications that an Originate may run, and the shape of their data. Everything else could be a shell."""


def encode(command: c.Command) -> Action:
    """Return the action for a command.

    Raises: Invalid, when a field must not reach the wire or the command is not one of ours.
    """
    row = _ENCODERS.get(type(command))
    if row is None:
        raise Invalid(f"no action for {type(command).__name__}", code="switch.command")
    return row(command)


def to_wire(action: Sequence[tuple[str, str]]) -> bytes:
    """Return the bytes of an action.

    Raises: Invalid, for anything that Asterisk would read as other lines than these.
    """
    if len(action) > LINES_LIMIT:
        raise Invalid(f"an action of {len(action)} lines", code="switch.field")
    lines = [f"{name}: {value}" for name, value in action]
    for (name, _), line in zip(action, lines, strict=True):
        if "\r" in line or "\n" in line or "\0" in line:
            raise _refused(name, "a line break or NUL")
        if len(line.encode("utf-8", "replace")) > LINE_LIMIT_BYTES - 2:
            raise _refused(name, f"more than {LINE_LIMIT_BYTES} bytes")
    try:
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid("a field is not text", code="switch.field") from None


def _refused(field: str, why: str) -> Invalid:
    return Invalid(f"{field}: {why} must not be sent to the switch", code="switch.field", field=field)


def fit(field: str, value: str, pattern: re.Pattern[str]) -> str:
    """Return `value` when all of it is what `pattern` allows. Raises: Invalid."""
    if not pattern.fullmatch(value):
        raise _refused(field, f"{value[:40]!a}" if value else "an empty value")
    return value


def channel(value: str) -> str:
    """Return a channel's name that is safe to send. Raises: Invalid."""
    return fit("Channel", value, _CHANNEL)


def _seconds(field: str, value: float, most: float) -> float:
    if not 0 <= value <= most:  # also refuses NaN
        raise _refused(field, f"{value} (0 to {most:g} s)")
    return value


# --- calls ----------------------------------------------------------------------------------------------------------


def _hang_up(x: c.HangUp) -> Action:
    return [("Action", "Hangup"), ("Channel", channel(x.channel)), ("Cause", "16")]


def _target(x: c.BlindTransfer | c.AttendedTransfer) -> str:
    exten = fit("Exten", x.exten, _EXTEN)
    return OUTSIDE_LETTER + fit("Exten", exten, _DIGITS) if x.context == OUTSIDE else exten


def _transfer_to(x: c.BlindTransfer | c.AttendedTransfer, action: str, exten: str) -> Action:
    context = fit("Context", x.context, _NAME)
    return [("Action", action), ("Channel", channel(x.channel)), ("Context", context), ("Exten", exten)]


def _blind_transfer(x: c.BlindTransfer) -> Action:
    return _transfer_to(x, "BlindTransfer", _target(x))


def _attended_transfer(x: c.AttendedTransfer) -> Action:
    """Asterisk: Atxfer presses the extension key by key. Its prompt swallows all before the first key a telephone can
    have, hence the A; and # ends a number of unknown length at once instead of after 3 s (bridge_basic.c, app.c).
    """
    exten = _target(x)
    pressed = exten if exten[0].isdigit() else PRESSED_LETTER + exten
    return _transfer_to(x, "Atxfer", pressed + ("#" if x.context == OUTSIDE else ""))


def _cancel_transfer(x: c.CancelTransfer) -> Action:
    return [("Action", "CancelAtxfer"), ("Channel", channel(x.channel))]


def _originate(x: c.Originate) -> Action:
    action = [
        ("Action", "Originate"),
        ("Channel", channel(x.channel)),
        ("ChannelId", fit("ChannelId", x.channel_id, _CHANNEL_ID)),
        ("Timeout", str(round(_seconds("Timeout", x.timeout_s, _LONGEST_RING_S) * 1000))),
        ("Async", "true"),
    ]
    if x.other_id:
        action.append(("OtherChannelId", fit("OtherChannelId", x.other_id, _CHANNEL_ID)))
    if x.application:
        if x.application not in APPLICATIONS:
            raise _refused("Application", repr(x.application[:40]))
        data = fit("Data", x.data, APPLICATIONS[x.application])
        action += [("Application", x.application), ("Data", data)]
    else:
        context, exten = fit("Context", x.context, _NAME), fit("Exten", x.exten, _EXTEN)
        action += [("Context", context), ("Exten", exten), ("Priority", "1")]
    if x.caller_number:
        action.append(("CallerID", fit("CallerID", x.caller_number, _NUMBER)))
    for name, value in x.variables.items():
        action.append(("Variable", f"{fit('Variable', name, _VARIABLE)}={fit(name, value, _VALUE)}"))
    return action


def _redirect(x: c.Redirect) -> Action:
    return [
        ("Action", "Redirect"),
        ("Channel", channel(x.channel)),
        ("Context", fit("Context", x.context, _NAME)),
        ("Exten", fit("Exten", x.exten, _EXTEN)),
        ("Priority", "1"),
    ]


def _set_variable(x: c.SetVariable) -> Action:
    return [
        ("Action", "Setvar"),
        ("Channel", channel(x.channel)),
        ("Variable", fit("Variable", x.name, _VARIABLE)),
        ("Value", fit("Value", x.value, _VALUE)),
    ]


def _press_key(x: c.PressKey) -> Action:
    action = [
        ("Action", "PlayDTMF"),
        ("Channel", channel(x.channel)),
        ("Digit", fit("Digit", x.key, _KEY)),
        ("Duration", str(_KEY_MS)),
    ]
    return [*action, ("Receive", "true")] if x.is_received else action


def _keep_in_menu(x: c.KeepInMenu) -> Action:
    limit_s = _seconds("Timeout", x.limit_s, 300)
    if limit_s == 0:  # Asterisk: AbsoluteTimeout refuses 0 ("No timeout specified", manager.c)
        return [
            ("Action", "Setvar"),
            ("Channel", channel(x.channel)),
            ("Variable", "TIMEOUT(absolute)"),
            ("Value", "0"),
        ]
    return [("Action", "AbsoluteTimeout"), ("Channel", channel(x.channel)), ("Timeout", f"{limit_s:g}")]


def _mute_recording(x: c.MuteRecording) -> Action:
    return [
        ("Action", "MixMonitorMute"),
        ("Channel", channel(x.channel)),
        ("Direction", "both"),
        ("State", "1" if x.is_muted else "0"),
    ]


# --- queues ---------------------------------------------------------------------------------------------------------


def _add_member(x: c.AddMember) -> Action:
    action = [
        ("Action", "QueueAdd"),
        ("Queue", fit("Queue", x.queue, _NAME)),
        ("Interface", fit("Interface", x.device, _DEVICE)),
        ("MemberName", fit("MemberName", x.member_name, _MEMBER_NAME)),
        ("Paused", "true" if x.is_paused else "false"),
    ]
    if x.pause_reason:
        action.append(("Reason", fit("Reason", x.pause_reason, _REASON)))
    return action


def _remove_member(x: c.RemoveMember) -> Action:
    return [
        ("Action", "QueueRemove"),
        ("Queue", fit("Queue", x.queue, _NAME)),
        ("Interface", fit("Interface", x.device, _DEVICE)),
    ]


def _pause_member(x: c.PauseMember) -> Action:
    action = [
        ("Action", "QueuePause"),
        ("Interface", fit("Interface", x.device, _DEVICE)),
        ("Paused", "true" if x.is_paused else "false"),
        ("Reason", fit("Reason", x.reason, _REASON)),
    ]
    if x.queue is not None:
        action.append(("Queue", fit("Queue", x.queue, _NAME)))
    return action


_ENCODERS: dict[type[c.Command], Callable[[Any], Action]] = {
    c.HangUp: _hang_up,
    c.BlindTransfer: _blind_transfer,
    c.AttendedTransfer: _attended_transfer,
    c.CancelTransfer: _cancel_transfer,
    c.Originate: _originate,
    c.Redirect: _redirect,
    c.SetVariable: _set_variable,
    c.PressKey: _press_key,
    c.KeepInMenu: _keep_in_menu,
    c.MuteRecording: _mute_recording,
    c.AddMember: _add_member,
    c.RemoveMember: _remove_member,
    c.PauseMember: _pause_member,
}
