"""Rows of Asterisk's queue_log, the book of record for visits (asterisk: section 7)."""

from __future__ import annotations

from datetime import datetime

import msgspec


class QueueLogRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`unixtime|callid|queue|agent|event|d1|d2|...`, as written.

    `at` has whole seconds in the file. `channel_id` is the caller's Uniqueid, or NONE, REALTIME, MANAGER, CLI.
    `member` is the member's name (`PJSIP/1007` when none was given), or NONE.
    """

    at: datetime
    channel_id: str
    queue: str
    member: str
    event: str
    data: tuple[str, ...] = ()
