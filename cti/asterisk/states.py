"""How the link stands, in words and figures for the check page and the metrics."""

from __future__ import annotations

import ssl
from datetime import datetime
from enum import StrEnum

import msgspec


class LinkState(StrEnum):
    """From nothing to working; `waiting` is between two attempts, `refused` waits long and says why."""

    CLOSED = "closed"
    WAITING = "waiting"
    CONNECTING = "connecting"
    LOGGING_IN = "logging_in"
    BOOTING = "booting"
    LISTING = "listing"
    UP = "up"
    REFUSED = "refused"


class LinkOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Times of the link. A frozen or half-open switch is noticed within `ping_every_s + ping_limit_s`."""

    connect_limit_s: float = 5.0
    answer_limit_s: float = 5.0
    """For our own questions at login."""
    boot_limit_s: float = 60.0
    """Login to FullyBooted. It never comes to an account without read class `system`."""
    ping_every_s: float = 2.0
    ping_limit_s: float = 3.0
    first_retry_s: float = 0.5
    most_retry_s: float = 10.0
    refused_retry_s: float = 30.0
    """After a refused login: asking every second would only fill the switch's log and its lock-out list."""
    list_limit_s: float = 10.0
    resync_gap_s: float = 1.0
    """Least time between two listings, however many frames are suspicious."""


class Address(msgspec.Struct, frozen=True):
    """Where and as whom to log in."""

    host: str
    port: int
    username: str
    secret: str
    tls: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"{self.username}@{self.host}:{self.port}"


class SwitchFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What Asterisk says about itself at login."""

    system_name: str = ""
    version: str = ""
    started_at: datetime | None = None
    commands: frozenset[str] = frozenset()
    """Actions this account may use (ListCommands shows no others)."""


class LinkGauges(msgspec.Struct, frozen=True, kw_only=True):
    """Figures since the service started; those of the connection itself since it was made."""

    state: LinkState
    reason: str
    since: datetime
    connects: int
    """Successful logins."""
    resyncs: int
    quarantined: int
    """Suspicious frames, never acted upon."""
    frames: int = 0
    events: int = 0
    ignored: int = 0
    """Frames that mean nothing to us, skipped undecoded."""
    foreign_results: int = 0
    """Menu results of somebody else's commands: two services on one switch?"""
    pending_actions: int = 0
    pending_menus: int = 0
    held_events: int = 0
    """Events that wait for a listing to end."""
    lag_s: float = 0.0
    """Read instant minus the switch's own instant, last event."""
    lag_max_s: float = 0.0
    heartbeat_s: float | None = None
    """Round trip of the last ping."""
    last_read_at: datetime | None = None


class LinkRefused(Exception):
    """Asterisk does not want us, or we do not want it. `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LinkLost(Exception):
    """The connection ended; the message is for people."""
