"""The truth about talk seconds, straight from recorded AMI bytes.

Knows nothing of the product's own decoding or floor: a second way to the same number, for tests only.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from pathlib import Path

TRACES = Path(__file__).parent / "traces"
_TALK_EVENTS = {"BridgeEnter": 1, "BridgeLeave": -1}


def trace_bytes(name: str) -> bytes:
    """Read a trace by its name, packed or plain."""
    packed = TRACES / f"{name}.ami.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (TRACES / f"{name}.txt").read_bytes()


def frames(raw: bytes) -> list[dict[str, str]]:
    """Cut recorded bytes into frames of headers; only events."""
    found = []
    for text in raw.decode("utf-8", "replace").split("\r\n\r\n"):
        headers = dict(re.findall(r"^([\w()/-]+): (.*?)\r?$", text, re.MULTILINE))
        if "Event" in headers:
            found.append(headers)
    return found


def talk_by_call(raw: bytes) -> dict[str, float]:
    """Return Linkedid -> seconds with two channels or more in one bridge. Right for calls without hold or Local."""
    inside: dict[str, set[str]] = defaultdict(set)
    since: dict[str, int] = {}
    talk_us: dict[str, int] = defaultdict(int)
    for frame in frames(raw):
        if frame["Event"] not in _TALK_EVENTS:
            continue
        bridge, at_us = frame["BridgeUniqueid"], int(frame["Timestamp"].replace(".", ""))
        members = inside[bridge]
        if len(members) > 1:
            talk_us[frame["Linkedid"]] += at_us - since[bridge]
        (members.add if frame["Event"] == "BridgeEnter" else members.discard)(frame["Uniqueid"])
        since[bridge] = at_us
    return {call: us / 1e6 for call, us in talk_us.items()}


def count(raw: bytes, event: str) -> int:
    """Count the events of one name."""
    return sum(frame["Event"] == event for frame in frames(raw))
