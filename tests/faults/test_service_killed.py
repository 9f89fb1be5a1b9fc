"""kill -9, a frozen process, a second start: callers reach a person, nothing is kept twice, nothing is forgotten."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Collection
from typing import Any

import aiohttp
import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.phones import Phone, Phones
from tests.browser.conftest import Crew
from tests.browser.system import ROOT, RunningSystem, live_feed
from tests.browser.test_spine import call_of, make_ready, members_ready, rows, stored
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

TO_FALLBACK_S = 2.5
"""The promise: a caller in the menu of a dead service stands in the fallback queue within this time."""
ASK_S = 0.3
"""Asking Asterisk's console takes some tens of ms; under load more."""
BACK_S = 10.0
BOOK_S, BOOK_IS_EXACT_TO_S = 45.0, 1.2


NODES = {"95001": "welcome", "95002": "order", "95003": "message"}
"""Where callers stand (tests/flows): at a menu, at a number to be typed, in a message that is being recorded."""


async def callers_in_the_menu(phones: Phones, state: dict[str, dict[str, Any]], last: str) -> dict[str, Phone]:
    """One caller at each kind of node; return number -> telephone. `last`: the last digits of their numbers."""
    callers = {
        f"1380013{last}{hotline[-1]}": await phones.caller(
            dial=hotline, number=f"1380013{last}{hotline[-1]}", stay_s=60
        )
        for hotline in NODES
    }
    for number in callers:
        await call_of(state, number, "menu")
    return callers


async def all_in_fallback(switch: EmbeddedAsterisk, count: int, limit_s: float) -> float:
    """Return the instant at which `count` callers were first seen in the fallback queue."""
    deadline = time.time() + limit_s
    while True:
        listed = await asyncio.to_thread(switch.console, "queue show fallback")
        if listed.partition("Callers:")[2].count("PJSIP/") == count:
            return time.time()
        assert time.time() < deadline, f"not all came to the fallback queue: {listed}"


def calls_of(state: dict[str, dict[str, Any]], callers: Collection[str]) -> list[dict[str, Any]]:
    """Their calls on the floor."""
    return [call for call in state["calls"].values() if call["caller_number"] in callers]


async def is_back(system: RunningSystem, died: int) -> None:
    """Wait until a new service answers and is ready."""

    async def is_ready() -> bool:
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{system.address}/readyz") as answer:
                return answer.status == 200 and system.service_pid != died
        except (aiohttp.ClientError, OSError, AssertionError):
            return False

    deadline = time.time() + BACK_S
    while not await is_ready():
        assert time.time() < deadline, f"the service was not back within {BACK_S} s"


async def test_a_caller_in_the_menu_of_a_killed_service_stands_in_the_fallback_queue(
    system: RunningSystem, crew: Crew, phones: Phones, switch: EmbeddedAsterisk
) -> None:
    await phones.silent_phone("1001")
    await make_ready(crew.first)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        await members_ready(state, "1001")
        callers = await callers_in_the_menu(phones, state, "801")
    died = system.service_pid
    with system.no_restart():  # a service that is back in time would take the caller over
        os.kill(died, signal.SIGKILL)
        killed_at = time.time()
        waited_s = await all_in_fallback(switch, len(callers), 6) - killed_at
    assert waited_s < TO_FALLBACK_S + ASK_S
    await is_back(system, died)
    async with live_feed(crew.supervisor, "calls", "check") as state:
        await until(lambda: state["check"].get("link", {}).get("is_valid"), 5)
        await until(lambda: len(calls_of(state, callers)) == len(callers), 5)
        found = calls_of(state, callers)
        assert {call["queue"] for call in found} == {"fallback"}
        for caller in callers.values():
            await caller.kill()
        await until(lambda: not calls_of(state, callers), 60)
    assert [len(rows(system, "calls", call["call_id"])) for call in found] == [1] * len(callers)


async def test_a_talk_goes_on_while_the_service_is_killed_and_has_its_true_length(
    system: RunningSystem, crew: Crew, phones: Phones, switch: EmbeddedAsterisk
) -> None:
    agent = await phones.agent_phone("1001", ring_s=0.3)
    await make_ready(crew.first)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        await members_ready(state, "1001")
        caller = await phones.caller(number="13800138012", key="2", stay_s=14)
        call = await call_of(state, "13800138012", "talking", 20)
    died = system.service_pid
    os.kill(died, signal.SIGKILL)
    await is_back(system, died)
    assert await caller.wait() == 0
    talked_s = agent.first("ended") - agent.first("answered")
    kept = await stored(crew.supervisor, call["call_id"])
    # Nobody saw the talk begin: it is marked so, and put right from Asterisk's own book, which has whole seconds.
    deadline = time.time() + BOOK_S
    while abs((kept["visits"][0]["talk_s"] or 0.0) - talked_s) > BOOK_IS_EXACT_TO_S:
        assert time.time() < deadline, f"talk {kept['visits'][0]['talk_s']} s, it was {talked_s:.1f} s: {kept}"
        await asyncio.sleep(0.05)
        kept = await stored(crew.supervisor, call["call_id"])
    (visit,) = kept["visits"]
    assert (visit["outcome"], visit["agent_id"], visit["ended_by"]) == ("answered", "1001", "caller")
    assert len(rows(system, "visits", call["call_id"])) == 1
    assert len(rows(system, "offers", call["call_id"])) == 1


async def test_a_frozen_service_gives_its_callers_away_and_comes_to_itself(
    system: RunningSystem, crew: Crew, phones: Phones, switch: EmbeddedAsterisk
) -> None:
    await phones.silent_phone("1001")
    await make_ready(crew.first)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        await members_ready(state, "1001")
        callers = await callers_in_the_menu(phones, state, "803")
    frozen = system.service_pid
    os.kill(frozen, signal.SIGSTOP)
    stopped_at = time.time()
    try:
        waited_s = await all_in_fallback(switch, len(callers), 6) - stopped_at
    finally:
        os.kill(frozen, signal.SIGCONT)
    assert waited_s < TO_FALLBACK_S + ASK_S
    async with live_feed(crew.supervisor, "calls") as state:
        await until(lambda: [call["fell_back"] for call in calls_of(state, callers)] == [True] * len(callers), 10)
        for caller in callers.values():
            await caller.kill()
        await until(lambda: not calls_of(state, callers), 60)
    assert system.service_pid == frozen, "frozen, not restarted"


async def test_a_second_start_on_the_same_data_is_refused_in_words(system: RunningSystem) -> None:
    second = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cti", "up", "--port", "0", "--data", str(system.data)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
    )
    said, _ = await asyncio.wait_for(second.communicate(), 20)
    assert second.returncode == 2
    assert "Another ./run" in said.decode()
    async with aiohttp.ClientSession() as http, http.get(f"{system.address}/readyz") as answer:
        assert answer.status == 200, "the first one is untouched"
