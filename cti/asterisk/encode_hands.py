"""What the second account does, as AMI actions: one table, the same allow-lists as `encode`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from cti.asterisk.encode import Action, channel, fit
from cti.domain import commands as c
from cti.domain.errors import Invalid

REALM = "hotline"
"""Of every digest made for a browser telephone: MD5(endpoint:realm:random)."""
AUTH_FAMILY = "ps/auth"
"""Asterisk: where sorcery's astdb wizard keeps objects of type `auth` (sorcery.conf: auth = astdb,ps)."""
STOP_S = 0.15
"""Asterisk (Debian): a MixMonitor that follows at once still has the old translator and stays silent."""

_ENDPOINT = re.compile(r"web10[0-9]{2}")
"""Browser telephones only: no secret of a desk telephone, of the robot or of anything else can be written."""
_HA1 = re.compile(r"[0-9a-f]{32}")
_PHONE_EVENT = re.compile(r"talk|hold")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_FOLDER = re.compile(r"/[\w.@/+-]{1,200}")
"""No comma, bracket or blank: the path becomes part of MixMonitor's arguments."""
_MOST_PARTS = 99


def encode_hand(command: c.Command) -> Action:
    """Return the action of a command; a RenewRecording has several, see `renewal`.

    Raises: Invalid, when a field must not reach the wire or the command is not for this account.
    """
    row = _ENCODERS.get(type(command))
    if row is None:
        raise Invalid(f"no action for {type(command).__name__}", code="switch.command")
    return row(command)


def _give_secret(x: c.GiveSecret) -> Action:
    endpoint = fit("Key", x.endpoint, _ENDPOINT)
    auth = {
        "auth_type": "digest",
        "username": endpoint,
        "realm": REALM,
        "password_digest": f"MD5:{fit('Val', x.digest, _HA1)}",
    }
    return [("Action", "DBPut"), ("Family", AUTH_FAMILY), ("Key", endpoint), ("Val", json.dumps(auth))]


def _drop_secret(x: c.DropSecret) -> Action:
    return [("Action", "DBDel"), ("Family", AUTH_FAMILY), ("Key", fit("Key", x.endpoint, _ENDPOINT))]


def secret_question(x: c.DropSecret) -> Action:
    """Return what asks whether there is a secret at all. Raises: Invalid."""
    return [("Action", "DBGet"), ("Family", AUTH_FAMILY), ("Key", fit("Key", x.endpoint, _ENDPOINT))]


def _ask_phone(x: c.AskPhone) -> Action:
    event = fit("Variable", x.event, _PHONE_EVENT)
    return [("Action", "PJSIPNotify"), ("Channel", channel(x.channel)), ("Variable", f"Event={event}")]


def _mute_voice(x: c.MuteVoice) -> Action:
    return [
        ("Action", "MuteAudio"),
        ("Channel", channel(x.channel)),
        ("Direction", "in"),
        ("State", "on" if x.is_muted else "off"),
    ]


_ENCODERS: dict[type[c.Command], Callable[[Any], Action]] = {
    c.GiveSecret: _give_secret,
    c.DropSecret: _drop_secret,
    c.AskPhone: _ask_phone,
    c.MuteVoice: _mute_voice,
}


# --- a recording's next part ----------------------------------------------------------------------------------------

FOLDER_QUESTION: Action = [("Action", "Getvar"), ("Variable", "RECORDINGS")]
"""The dialplan knows where it writes; with an Asterisk elsewhere our own path would be a different one."""


def part_question(x: c.RenewRecording) -> Action:
    """Ask which part the dialplan, or we before a restart, have begun on this channel. Raises: Invalid."""
    return [("Action", "Getvar"), ("Channel", channel(x.channel)), ("Variable", "REC_PART")]


def check_renewal(x: c.RenewRecording) -> None:
    """Refuse what must not reach the wire before anything is done. Raises: Invalid."""
    renewal(x, "/recordings")


def renewal(x: c.RenewRecording, folder: str) -> tuple[Action, Action, Action, Action]:
    """Return what stops the running part and, `STOP_S` later, begins the next one, counts it and tells of it.

    The same files, options, variables and words as the dialplan's context `recording`. Raises: Invalid.
    """
    name, where = fit("Name", x.name, _ID), channel(x.channel)
    path = PurePosixPath(fit("File", folder, _FOLDER)) / name
    if not 1 < x.part <= _MOST_PARTS:
        raise Invalid(f"a recording has no part {x.part} to renew", code="switch.field", field="Part")
    begin: Action = [
        ("Action", "MixMonitor"),
        ("Channel", where),
        ("Options", f"br({path}-caller.wav)t({path}-agent.wav)"),
    ]
    # Asterisk: UserEvent by AMI passes its headers on as they are; the ids make it this channel's (manager.c).
    tell: Action = [
        ("Action", "UserEvent"),
        ("UserEvent", "RecordingPart"),
        ("Channel", where),
        ("Uniqueid", fit("Uniqueid", x.channel_id, _ID)),
        ("Linkedid", fit("Linkedid", x.linked_id, _ID)),
        ("Name", name),
        ("Part", str(x.part)),
    ]
    count: Action = [("Action", "Setvar"), ("Channel", where), ("Variable", "REC_PART"), ("Value", str(x.part))]
    return [("Action", "StopMixMonitor"), ("Channel", where)], begin, count, tell
