"""Headers of a frame as values: numbers, instants, names, ids. What makes no sense is refused, never guessed.

Asterisk: text of a caller is C-escaped in CallerIDName only (manager_channels.c:557); numbers and extensions are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypedDict

from cti.asterisk.frames import Fields, MalformedFrame
from cti.domain.events import Event
from cti.domain.ids import BridgeId, ChannelId, LinkedId

Decoder = Callable[[Fields, datetime], Event | None]
"""Fields and the instant of an AMI event to what it means to us; None: nothing."""

UNKNOWN = "<unknown>"
"""Asterisk's word for an absent number, name or channel."""


class Undecodable(MalformedFrame):
    """A known event whose fields make no sense: counted and not acted upon."""


_ESCAPE = re.compile(r"\\([abfnrtv\\'\"?])")
_UNESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unescape(text: str) -> str:
    """Undo Asterisk's C escapes once: `O\\'Neil` -> `O'Neil`."""
    return _ESCAPE.sub(lambda found: _UNESCAPED.get(found[1], found[1]), text) if "\\" in text else text


def whole(fields: Fields, name: str, default: int | None = None) -> int:
    """Return a header as an integer; `default` when it is absent or empty.

    Raises: Undecodable.
    """
    text = fields.get(name, "")
    if not text and default is not None:
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        raise Undecodable(f"{name} is not a whole number")
    return int(text)


def instant(fields: Fields) -> datetime | None:
    """Return the switch's own instant of an event (UTC, microseconds); None when it sends none (timestampevents=no).

    Raises: Undecodable.
    """
    text = fields.get("Timestamp")
    if text is None:
        return None
    if len(text) == 17 and text[10] == "." and text.isascii() and text[:10].isdigit() and text[11:].isdigit():
        # A float holds today's epoch to 0.24 microseconds, so rounding gives back the six digits exactly.
        return datetime.fromtimestamp(float(text), UTC)
    raise Undecodable("Timestamp is not an instant")


def number(fields: Fields, name: str = "CallerIDNum") -> str:
    """Return a caller's number, empty when Asterisk has none."""
    text = fields.get(name, "")
    return "" if text == UNKNOWN else text


def caller_name(fields: Fields) -> str:
    """Return CallerIDName as the caller sent it, empty when Asterisk has none."""
    text = fields.get("CallerIDName", "")
    return "" if text == UNKNOWN else unescape(text)


def need(fields: Fields, name: str) -> str:
    """Return a header that must be there. Raises: Undecodable."""
    text = fields.get(name)
    if not text or text == UNKNOWN:
        raise Undecodable(f"{name} is missing")
    return text


def channel_or_none(fields: Fields, name: str) -> ChannelId | None:
    """Return a channel's id, None when Asterisk names none."""
    text = fields.get(name, "")
    return ChannelId(text) if text and text != UNKNOWN else None


def bridge_or_none(fields: Fields, name: str) -> BridgeId | None:
    """Return a bridge's id, None when Asterisk names none."""
    text = fields.get(name, "")
    return BridgeId(text) if text and text != UNKNOWN else None


class Who(TypedDict):
    """Which channel, in a channel event's own words."""

    channel_id: ChannelId
    linked_id: LinkedId
    channel: str


def who(f: Fields) -> Who:
    """Return the three headers that every channel event carries. Raises: Undecodable."""
    try:
        return {"channel_id": ChannelId(f["Uniqueid"]), "linked_id": LinkedId(f["Linkedid"]), "channel": f["Channel"]}
    except KeyError as missing:
        raise Undecodable(f"{missing.args[0]} is missing") from None
