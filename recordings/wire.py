"""Shapes on the wire of recordings."""

from __future__ import annotations

from datetime import datetime

from cti.web.shapes import Answer


class RecordedPart(Answer, kw_only=True):
    """One recorded stretch. It plays from /api/calls/{call_id}/recordings/{part}: stereo, the customer on the left.

    `state`: `ready`, `writing` (the call goes on), `empty` (nobody spoke), `missing` (no file), `damaged`.
    """

    part: int
    started_at: datetime
    duration_s: float
    state: str


class RecordedParts(Answer, kw_only=True):
    """GET /api/calls/{call_id}/recordings"""

    call_id: str
    parts: list[RecordedPart]
