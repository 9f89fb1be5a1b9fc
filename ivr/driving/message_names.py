"""Messages while they are recorded: what their files are called, and how long they are by now."""

from __future__ import annotations

import re
from pathlib import Path

from cti.domain.ids import ChannelId

FOLDER = "messages"
"""Name of the folder; the AGI allow-list lets Asterisk record into no other (cti/asterisk/agi.py)."""
_BYTES_A_SECOND = 16_000
"""8 kHz, mono, 16 bit."""
_HEAD_BYTES = 44
_ODD = re.compile(r"[^0-9A-Za-z.-]")


def free_name(folder: Path, channel_id: ChannelId, box: str) -> str:
    """Return a name without ending that no message has yet: the channel's id, a count, the box.

    Channel and box stand in it so that a message whose service died meanwhile finds its call (`ivr/adopting.py`).
    """
    stem = _ODD.sub("-", channel_id)
    count = 1
    while (folder / f"{stem}-{count}.{box}.wav").exists():
        count += 1
    return f"{stem}-{count}.{box}"


def parts_of(name: str) -> tuple[ChannelId, str]:
    """Return the channel and the box that a name stands for; both may be nobody's."""
    counted, _, box = name.rpartition(".")
    return ChannelId(counted.rpartition("-")[0]), box


def length_of(path: Path) -> float:
    """Seconds of a message, 0 when there is none. The header's sizes come last: the file's own counts."""
    try:
        size = path.stat().st_size
    except OSError:
        return 0.0
    return max(0, size - _HEAD_BYTES) / _BYTES_A_SECOND
