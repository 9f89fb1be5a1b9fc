"""Judges what Asterisk says about itself. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from cti.asterisk.handshake import version_of
from cti.domain.findings import Finding, Level

SAFE_VERSION = (22, 10, 1)
"""Fixes 20 advisories over 22.10.0, several of them remote crashes or code execution."""
_SYSTEM_NAME_LENGTH = 8


def check_version(version: str) -> Finding:
    """Judge Asterisk's version."""
    number = version_of(version)
    if number is None:
        return Finding(code="conf.version", level=Level.UNKNOWN, text=f"Asterisk {version}: no release number")
    if number[0] < SAFE_VERSION[0] or number >= SAFE_VERSION:
        is_tried = number[0] == SAFE_VERSION[0]
        return Finding(
            code="conf.version",
            level=Level.OK if is_tried else Level.WARN,
            text=f"Asterisk {version}" + ("" if is_tried else ": this service is tested with 22 only"),
            fix="" if is_tried else "Use Asterisk 22.10.1 or a newer 22.",
        )
    return Finding(
        code="conf.version",
        level=Level.BAD,
        text=f"Asterisk {version} has known holes: 22.10.1 closed 20 advisories, remote crashes among them",
        fix="Update Asterisk to 22.10.1 or newer.",
    )


def check_system_name(name: str) -> Finding:
    """Judge the name by which genuine events are told from forged ones."""
    if len(name) >= _SYSTEM_NAME_LENGTH:
        return Finding(code="conf.system_name", level=Level.OK, text="a SystemName protects events against forgery")
    return Finding(
        code="conf.system_name",
        level=Level.WARN if name else Level.BAD,
        text=f"systemname is {'too short' if name else 'not set'}: events forged by a caller are not recognised, "
        "and ids of calls may repeat after a restart",
        fix="Set `systemname` in asterisk.conf to 8 or more random letters and digits, then restart Asterisk.",
    )


def check_restart(unread: Sequence[str]) -> Finding:
    """Judge whether the running switch has read its configuration. `unread`: files that it has not."""
    if not unread:
        return Finding(code="conf.restart", level=Level.OK, text="Asterisk runs with the configuration of this version")
    return Finding(
        code="conf.restart",
        level=Level.WARN,
        text=f"Asterisk was running before this version came and has not read {', '.join(unread)}: "
        "browser telephones and other new things may not work",
        fix="When no call is up, stop the system and start it again: ./run starts Asterisk anew.",
        about=", ".join(unread),
    )


def check_timestamps(event_count: int, untimed_count: int) -> Finding:
    """Judge whether events carry the switch's own instant."""
    if event_count == 0:
        return Finding(code="conf.timestamps", level=Level.UNKNOWN, text="no event yet: place a test call")
    if untimed_count == 0:
        return Finding(code="conf.timestamps", level=Level.OK, text="events carry the switch's instants")
    return Finding(
        code="conf.timestamps",
        level=Level.BAD,
        text="events come without Timestamp: talk seconds would be those of arrival, and lag cannot be seen",
        fix="Set `timestampevents = yes` in manager.conf, then `manager reload`.",
    )


def check_transport(host: str, *, has_tls: bool) -> Finding:
    """Judge what the AMI connection crosses. Whether the port is bound wider than that, AMI does not tell."""
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if is_loopback or has_tls:
        return Finding(code="conf.transport", level=Level.OK, text="AMI stays on this machine or is encrypted")
    return Finding(
        code="conf.transport",
        level=Level.WARN,
        text=f"AMI to {host} crosses a network in clear: who reads it sees every call, who writes it owns the switch",
        fix="Bind AMI to 127.0.0.1 and run the service beside Asterisk, or put both into a network of their own.",
    )
