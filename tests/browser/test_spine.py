"""The spine: real SIP callers, real agents' phones, a real browser, one freshly started system.

What SIPp did, what the supervisor saw, what the database holds and what was recorded must be one story.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import pytest
from playwright.async_api import Page, expect

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.phones import Phones
from tests.asterisk.voices import Voice, hear, read_wav
from tests.browser.system import Crew, Person, RunningSystem, live_feed
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

Entity = dict[str, Any]
CLOSE_S = 0.2
"""Talk seconds may differ this much from what SIPp measured."""


async def make_ready(*agents: Person) -> None:
    """Agents choose ready and are rung from now on."""
    for agent in agents:
        await agent.ask("PUT", f"/api/agents/{number_of(agent)}/mode", {"mode": "ready"})


def number_of(agent: Person) -> str:
    """The agent's number."""
    return {"anna": "1001", "ben": "1002"}[agent.login]


async def members_ready(state: dict[str, dict[str, Entity]], *numbers: str, limit_s: float = 30) -> None:
    """Wait until Asterisk itself would ring these agents; wrap-up after the call before lasts 15 s."""

    def is_rung(number: str) -> bool:
        agent = state["agents"].get(number, {})
        return agent.get("mode") == "ready" and "complaints" in agent["member_of"] and not agent["paused_in"]

    await until(lambda: all(is_rung(number) for number in numbers), limit_s, f"{numbers} are members")


async def call_of(state: dict[str, dict[str, Entity]], number: str, stage: str, limit_s: float = 15) -> Entity:
    """Wait until the call of this caller is in `stage`."""

    def find() -> Entity | None:
        found = [call for call in state["calls"].values() if call["caller_number"] == number]
        return found[-1] if found and found[-1]["stage"] == stage else None

    await until(find, limit_s, f"{number} is {stage}")
    call = find()
    assert call is not None
    return call


async def stored(supervisor: Person, call_id: str) -> Entity:
    """The call as the database has it, once it has ended there."""
    for _ in range(200):
        found = await supervisor.ask("GET", f"/api/calls/{call_id}")
        if found["ended_at"]:
            return dict(found)
    raise AssertionError(f"{call_id} never ended in the database")


def rows(system: RunningSystem, table: str, call_id: str) -> list[Entity]:
    """Rows of a call, straight from the file."""
    with sqlite3.connect(system.data / "hotline.db") as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(f"select * from {table} where call_id = ?", (call_id,))
        return [dict(row) for row in found]


def heard(system: RunningSystem, name: str, side: str, voice: Voice, from_s: float) -> float:
    """How much a recorded side sounds like a voice, 0 to 1."""
    return hear(read_wav(system.data / "recordings" / f"{name}-{side}.wav"), voice, from_s=from_s).likeness


async def open_floor(page: Page, system: RunningSystem, person: Person) -> None:
    """Sign in by password and look at the live floor."""
    await page.goto(f"{system.address}/")
    await page.locator("#login").fill(person.login)
    await page.locator("#password").fill(person.password)
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("tile-calls")).to_be_visible()


async def test_a_call_is_seen_live_and_kept_for_good(
    system: RunningSystem, crew: Crew, phones: Phones, page: Page, voices: dict[str, Voice]
) -> None:
    await open_floor(page, system, crew.supervisor)
    agent = await phones.agent_phone("1001", ring_s=1.0)
    await make_ready(crew.first)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        await members_ready(state, "1001")
        caller = await phones.caller(number="13800138001", key="2", stay_s=9)
        row = page.get_by_test_id("call-row").filter(has_text="138 0013 8001")
        await expect(row).to_be_visible(timeout=10_000)
        await call_of(state, "13800138001", "talking")
        await expect(row).to_have_attribute("data-stage", "talking", timeout=3_000)
        await expect(row).to_contain_text("安娜")
        call = await call_of(state, "13800138001", "ended", 20)
        await expect(page.get_by_test_id("call-row").filter(has_text="138 0013 8001")).to_have_count(0, timeout=15_000)
    assert await caller.wait() == 0

    kept = await stored(crew.supervisor, call["call_id"])
    (visit,) = kept["visits"]
    (offer,) = visit["offers"]
    assert (kept["hotline"], kept["caller_number"], kept["end"]) == ("95001", "13800138001", "hung_up")
    assert [step["outcome"] for step in kept["menu"]] == ["entered", "key", "entered", "to_queue"]
    assert (visit["queue"], visit["outcome"], visit["agent_id"]) == ("complaints", "answered", "1001")
    assert (offer["outcome"], offer["agent_id"]) == ("connected", "1001")
    assert visit["talk_s"] == pytest.approx(agent.first("ended") - agent.first("answered"), abs=CLOSE_S)
    assert offer["ring_s"] == pytest.approx(agent.first("answered") - agent.first("rang"), abs=CLOSE_S)
    await until(lambda: len(rows(system, "visits", call["call_id"])) == 1, 5)
    assert rows(system, "visits", call["call_id"])[0]["talk_ms"] == pytest.approx(visit["talk_s"] * 1000, abs=1)
    assert len(rows(system, "offers", call["call_id"])) == 1

    (segment,) = kept["segments"]
    assert heard(system, segment["name"], "caller", voices["caller"], 1.0) > 0.8
    assert heard(system, segment["name"], "agent", voices["agent"], 1.0) > 0.8
    assert heard(system, segment["name"], "caller", voices["agent"], 1.0) < 0.5
    lengths = [
        len(read_wav(system.data / "recordings" / f"{segment['name']}-{side}.wav")) for side in ("caller", "agent")
    ]
    assert abs(lengths[0] - lengths[1]) <= 160, "the two sides are aligned to one frame"


async def test_the_second_agent_takes_what_the_first_lets_ring(
    system: RunningSystem, crew: Crew, phones: Phones
) -> None:
    await phones.silent_phone("1001")
    second = await phones.agent_phone("1002", ring_s=0.3)
    await make_ready(crew.first)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        await members_ready(state, "1001")
        caller = await phones.caller(number="13800138002", key="2", stay_s=40)
        await call_of(state, "13800138002", "ringing", 20)
        await make_ready(crew.second)
        call = await call_of(state, "13800138002", "talking", 40)
        await until(lambda: state["agents"]["1001"]["mode"] == "not_ready", 5, "who lets it ring is taken out")
        assert state["agents"]["1001"]["reason"] == "missed_offer"
        await caller.kill()
        await until(lambda: call["call_id"] not in state["calls"], 60, "a dead caller's call ends")
    kept = await stored(crew.supervisor, call["call_id"])
    outcomes = [(offer["agent_id"], offer["outcome"]) for offer in kept["visits"][0]["offers"]]
    assert outcomes[0] == ("1001", "rang_out")
    assert outcomes[-1] == ("1002", "connected")
    assert kept["visits"][0]["agent_id"] == "1002"
    assert second.instants("answered")


async def test_a_caller_who_gives_up_in_the_queue_is_abandoned(
    system: RunningSystem, crew: Crew, phones: Phones
) -> None:
    await phones.silent_phone("1001")
    await make_ready(crew.first)
    await crew.second.ask("PUT", "/api/agents/1002/mode", {"mode": "not_ready", "reason": "break"})
    async with live_feed(crew.supervisor, "calls", "agents", "queues") as state:
        await members_ready(state, "1001")
        caller = await phones.caller(number="13800138003", key="2", stay_s=8)
        await call_of(state, "13800138003", "ringing", 20)
        call = await call_of(state, "13800138003", "ended", 20)
        await until(lambda: state["queues"]["complaints"]["waiting_count"] == 0, 3)
    assert await caller.wait() == 0
    kept = await stored(crew.supervisor, call["call_id"])
    (visit,) = kept["visits"]
    assert (visit["outcome"], visit["ended_by"], visit["talk_s"]) == ("abandoned", "caller", None)
    assert [offer["outcome"] for offer in visit["offers"]] == ["canceled"], "no fault of the agent"
    entered = caller.first("hung_up") - visit["wait_s"]
    assert entered == pytest.approx(caller.first("pressed"), abs=6), "the wait begins after the menu"


async def test_a_blind_transfer_gives_each_agent_his_own_talk(
    system: RunningSystem, crew: Crew, phones: Phones, voices: dict[str, Voice]
) -> None:
    first = await phones.agent_phone("1001", ring_s=0.3)
    second = await phones.agent_phone("1002", ring_s=0.3, voice="second")
    await make_ready(crew.first)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        await members_ready(state, "1001")
        caller = await phones.caller(number="13800138004", key="2", stay_s=15)
        call = await call_of(state, "13800138004", "talking", 20)
        await until(lambda: "1001" in state["calls"][call["call_id"]]["agent_ids"], 5)
        answered = first.first("answered")
        await _after(answered + 3.0)
        await crew.first.ask("POST", f"/api/calls/{call['call_id']}/transfer", {"target": "1002"})
        await until(lambda: "1002" in state["calls"][call["call_id"]]["agent_ids"], 10, "the second agent has it")
        await call_of(state, "13800138004", "ended", 30)
    assert await caller.wait() == 0
    kept = await stored(crew.supervisor, call["call_id"])
    talked = {leg["agent_id"]: leg["talk_s"] for leg in kept["legs"] if leg["kind"] == "agent"}
    assert talked["1001"] == pytest.approx(first.first("ended") - answered, abs=CLOSE_S)
    assert talked["1002"] == pytest.approx(second.first("ended") - second.first("answered"), abs=CLOSE_S)
    assert kept["transfers"] == ["blind:1002"]
    assert kept["visits"][0]["ended_by"] == "transfer"
    assert len(kept["segments"]) == 2
    assert heard(system, kept["segments"][1]["name"], "agent", voices["second"], 1.0) > 0.8


async def test_an_asterisk_killed_in_mid_call_ends_its_calls_and_comes_back(
    system: RunningSystem, crew: Crew, phones: Phones, switch: EmbeddedAsterisk
) -> None:
    await phones.agent_phone("1001", ring_s=0.3)
    await make_ready(crew.first)
    async with live_feed(crew.supervisor, "calls", "agents", "check") as state:
        await members_ready(state, "1001")
        await phones.caller(number="13800138005", key="2", stay_s=60)
        call = await call_of(state, "13800138005", "talking", 20)
        switch.kill()
        await until(lambda: not state["check"]["link"]["is_up"], 5, "the page knows")
        await until(lambda: state["check"]["link"]["is_valid"], 30, "the switch is back and listed")
        await until(lambda: call["call_id"] not in state["calls"], 15, "the dead call is gone")
        await members_ready(state, "1001")
    kept = await stored(crew.supervisor, call["call_id"])
    assert (kept["end"], kept["visits"][0]["ended_by"]) == ("switch_crashed", "switch")
    assert kept["visits"][0]["agent_id"] == "1001"


async def _after(instant: float) -> None:
    """Wait for an instant of the wall clock."""
    await until(lambda: time.time() >= instant, 30)
