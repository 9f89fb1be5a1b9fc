"""The dead-man's switch: a caller in the menu is never alone for longer than the guard."""

from __future__ import annotations

import asyncio

from tests.asterisk.ami import AmiSession, Row
from tests.asterisk.phones import Phones


def instant(row: Row) -> float:
    """The switch's own instant of an event."""
    return float(row["Timestamp"])


async def test_caller_reaches_the_fallback_queue_at_once_when_no_service_is_connected(
    phones: Phones, watch: AmiSession
) -> None:
    await phones.agent_phone("1001")
    await watch.succeed("QueueAdd", Queue="fallback", Interface="PJSIP/1001", MemberName="1001")
    caller = await phones.caller(stay_s=1)
    joined = await watch.event("QueueCallerJoin", Queue="fallback")
    assert instant(joined) - caller.first("dialled") < 2.5
    assert watch.seen("IvrDead", Reason="no_service")
    assert await caller.wait() == 0
    await watch.succeed("QueueRemove", Queue="fallback", Interface="PJSIP/1001")
