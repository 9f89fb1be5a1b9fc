"""The dead-man's switch: a caller in the menu is never alone for longer than the guard."""

from __future__ import annotations

import asyncio

import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.ami import AmiSession, Row
from tests.asterisk.phones import Phones
from tests.waiting import until


def instant(row: Row) -> float:
    """The switch's own instant of an event."""
    return float(row["Timestamp"])


async def test_caller_reaches_the_fallback_queue_at_once_when_no_service_is_connected(
    phones: Phones, watch: AmiSession
) -> None:
    await phones.agent_phone("1001")
    await watch.sign_in("1001", "fallback")
    caller = await phones.caller(stay_s=1)
    joined = await watch.event("QueueCallerJoin", Queue="fallback")
    assert instant(joined) - caller.first("dialled") < 0.5
    assert watch.seen("IvrDead", Reason="no_service")
    assert await caller.wait() == 0


async def test_caller_leaves_the_menu_after_the_guard_when_the_service_is_connected_but_dead(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1002")
    await watch.sign_in("1002", "fallback")
    await phones.caller(stay_s=4)
    entered = await watch.event("AsyncAGIStart")
    joined = await watch.event("QueueCallerJoin", Queue="fallback")
    assert 1.9 < instant(joined) - instant(entered) < 2.5
    assert watch.seen("IvrDead", Reason="silent")
    await watch.event("AgentConnect", Queue="fallback")


async def test_service_that_renews_the_guard_keeps_the_caller_and_loses_him_when_it_stops(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.caller(stay_s=8)
    entered = await watch.event("AsyncAGIStart")
    clock = asyncio.get_running_loop().time
    begun = clock()
    for renewal in range(1, 7):
        await until(lambda due=begun + renewal / 2: clock() >= due)
        await service.succeed("AbsoluteTimeout", Channel=entered["Channel"], Timeout="2")
    assert not watch.seen("IvrDead")
    died = await watch.event("IvrDead", Reason="silent")
    assert 4.5 < instant(died) - instant(entered) < 5.6


async def test_menu_that_ends_without_a_target_leads_to_the_fallback_queue(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.caller(stay_s=3)
    channel = (await watch.event("AsyncAGIStart"))["Channel"]
    assert await service.menu(channel, "ANSWER") == "200 result=0"
    await service.menu(channel, "ASYNCAGI BREAK")
    await watch.event("IvrDead", Reason="no_target")
    await watch.event("QueueDone", Queue="fallback", Status="JOINEMPTY")


async def test_menu_may_only_name_a_queue_of_the_dialplan(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.caller(stay_s=3)
    channel = (await watch.event("AsyncAGIStart"))["Channel"]
    await service.menu(channel, "SET VARIABLE HOTLINE_TARGET robot")
    await service.menu(channel, "ASYNCAGI BREAK")
    await watch.event("IvrDead", Reason="no_target")


async def test_key_of_the_caller_reaches_the_menu_and_chooses_the_queue(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1003")
    await watch.sign_in("1003", "complaints")
    caller = await phones.caller(key="2", key_after_s=0.6, stay_s=4)
    channel = (await watch.event("AsyncAGIStart"))["Channel"]
    await service.succeed("AbsoluteTimeout", Channel=channel, Timeout="30")
    await service.menu(channel, "ANSWER")
    assert await service.menu(channel, "GET DATA hotline/goodbye 8000 1") == "200 result=2"
    await service.menu(channel, "SET VARIABLE HOTLINE_TARGET complaints")
    await service.menu(channel, "ASYNCAGI BREAK")
    await watch.event("AgentConnect", Queue="complaints")
    assert not watch.seen("IvrDead")
    assert await caller.wait() == 0


@pytest.mark.parametrize("queue", ["consult", "complaints"])
async def test_caller_whom_nobody_can_serve_is_asked_of_everybody_then_told_so(
    phones: Phones, watch: AmiSession, service: AmiSession, switchboard: EmbeddedAsterisk, queue: str
) -> None:
    caller = await phones.caller()
    channel = (await watch.event("AsyncAGIStart"))["Channel"]
    await service.menu(channel, f"SET VARIABLE HOTLINE_TARGET {queue}")
    await service.menu(channel, "ASYNCAGI BREAK")
    await watch.event("QueueDone", Queue=queue, Status="JOINEMPTY")
    await watch.event("QueueDone", Queue="fallback", Status="JOINEMPTY")
    assert await caller.wait() == 0, "the switch hangs up after it has said so"
    said = [row["AppData"] for row in watch.seen("Newexten", Application="Playback")]
    assert said == ["hotline/nobody"]
    await until(lambda: "CALLLEFT|95001" in switchboard.queue_log.read_text().splitlines()[-1])


async def test_caller_who_waits_too_long_is_offered_to_everybody_then_told_so(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.silent_phone("1004")
    await watch.sign_in("1004", "consult", "fallback")
    caller = await phones.caller()
    channel = (await watch.event("AsyncAGIStart"))["Channel"]
    await service.menu(channel, "SET VARIABLE HOTLINE_TARGET consult")
    await service.menu(channel, "ASYNCAGI BREAK")
    await watch.event("QueueDone", 15, Queue="consult", Status="TIMEOUT")
    await watch.event("QueueDone", 15, Queue="fallback", Status="TIMEOUT")
    assert await caller.wait() == 0
    assert watch.seen("AgentRingNoAnswer", Queue="consult")
    assert watch.seen("AgentRingNoAnswer", Queue="fallback")
    assert watch.seen("Newexten", Application="Playback", AppData="hotline/queue-timeout")


async def test_waiting_caller_is_told_at_once_when_the_last_agent_signs_out(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.silent_phone("1005")
    await watch.sign_in("1005", "consult", "fallback")
    caller = await phones.caller()
    channel = (await watch.event("AsyncAGIStart"))["Channel"]
    await service.menu(channel, "SET VARIABLE HOTLINE_TARGET consult")
    await service.menu(channel, "ASYNCAGI BREAK")
    await watch.event("AgentCalled", Queue="consult")
    await watch.sign_all_out()
    await watch.event("QueueDone", Queue="consult", Status="LEAVEEMPTY")
    await watch.event("QueueDone", Queue="fallback", Status="JOINEMPTY")
    assert await caller.wait() == 0
    assert watch.seen("Newexten", Application="Playback", AppData="hotline/nobody")
