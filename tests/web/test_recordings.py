"""Listening over the web: ranges, rights, what is missing, one row in the audit (P-5, P-61)."""

from __future__ import annotations

import io
import wave
from datetime import UTC

import pytest

from cti.domain.changes import CallView, Change, LegKind, SegmentView
from cti.domain.events import Ticked
from cti.domain.ids import AgentId
from cti.domain.roles import Role
from cti.store.rows import write_calls
from tests.floor_words import a_call, a_leg, a_whole_call, at
from tests.waiting import until
from tests.web.house import House

WAV = "/api/calls/c-1/recordings/1"


async def recorded(house: House, name: str = "r1", call_id: str = "c-1", samples: int = 8000) -> None:
    """A call of half a minute ago with one stretch."""
    segment = SegmentView(name=name, part=1, started_at=at(13))
    call: CallView = a_whole_call(call_id, segments=(segment,))
    async with house.database.work() as work:
        await write_calls(work.session, {call_id: call}, UTC)
    house.recorded.mkdir(exist_ok=True)
    for side, value in (("caller", b"\x10\x00"), ("agent", b"\x20\x00")):
        with wave.open(str(house.recorded / f"r1-{side}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(value * samples)


async def test_a_leader_lists_and_hears_a_call_and_the_audit_has_one_row(house: House) -> None:
    await recorded(house)
    leader = await house.signed_in(Role.TEAM_LEADER)
    listed = (await leader.ask("GET", "/api/calls/c-1/recordings")).body
    assert [(part["part"], part["state"], part["duration_s"]) for part in listed["parts"]] == [(1, "ready", 1.0)]
    for wanted, size in (("", 8000 * 4 + 44), ("bytes=0-99", 100), ("bytes=44-47", 4)):
        headers = leader.headers(Range=wanted) if wanted else leader.headers()
        async with leader.http.get(f"{leader.address}{WAV}", headers=headers) as answer:
            body = await answer.read()
            assert answer.status == (206 if wanted else 200)
            assert answer.headers["Content-Type"] == "audio/wav"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert len(body) == size
    assert body == b"\x10\x00\x20\x00"
    assert await house.audit() == [("recording.play", "ok")]
    house.clock.advance(601)
    await leader.ask("GET", "/api/session")
    async with leader.http.get(f"{leader.address}{WAV}", headers=leader.headers()) as answer:
        with wave.open(io.BytesIO(await answer.read())) as file:
            assert (file.getnchannels(), file.getnframes()) == (2, 8000)
    assert await house.audit() == [("recording.play", "ok")] * 2


async def test_an_agent_hears_the_customer_he_serves_and_nobody_else(house: House) -> None:
    await recorded(house)
    agent, other = (
        await house.signed_in(Role.AGENT, agent_number="1001"),
        await house.signed_in(Role.AGENT, agent_number="1002"),
    )
    assert (await agent.ask("GET", "/api/calls/c-1/recordings")).code == "recording.not_yours"
    legs = (a_leg("n.1"), a_leg("n.2", kind=LegKind.AGENT, agent_id=AgentId("1001")))
    ringing = a_call("c-2", legs=legs, agent_ids=(AgentId("1001"),), started_at=at(100))
    house.pops.offer(Ticked(at=at(101)), [Change("calls", "c-2", ringing)])
    await until(lambda: house.pops.is_idle)
    assert (await agent.ask("GET", "/api/calls/c-1/recordings")).status == 200
    async with agent.http.get(f"{agent.address}{WAV}", headers=agent.headers()) as answer:
        assert answer.status == 200
    refused = await other.ask("GET", WAV)
    assert (refused.status, refused.code) == (403, "recording.not_yours")
    await agent.ask("DELETE", "/api/pops/c-2")
    assert (await agent.ask("GET", WAV)).status == 403


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DEPARTMENT])
async def test_who_has_no_business_with_recordings_hears_none(house: House, role: Role) -> None:
    await recorded(house)
    given = {"department": "quality"} if role is Role.DEPARTMENT else {}
    browser = await house.signed_in(role, **given)
    assert (await browser.ask("GET", WAV)).status == 403


async def test_what_is_not_there_is_said_in_words(house: House) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER)
    assert (await leader.ask("GET", WAV)).code == "call.unknown"
    await recorded(house)
    assert (await leader.ask("GET", "/api/calls/c-1/recordings/2")).code == "recording.unknown"
    assert (await leader.ask("GET", "/api/calls/c-1/recordings/x")).status == 404
    (house.recorded / "r1-caller.wav").write_bytes(b"not a wave file")
    damaged = await leader.ask("GET", WAV)
    assert (damaged.status, damaged.code) == (409, "recording.damaged")
    for side in ("caller", "agent"):
        (house.recorded / f"r1-{side}.wav").unlink()
    missing = await leader.ask("GET", WAV)
    assert (missing.status, missing.code) == (404, "recording.missing")
    assert (await leader.ask("GET", "/api/calls/c-1/recordings")).body["parts"][0]["state"] == "missing"
    await recorded(house, samples=0)
    assert (await leader.ask("GET", WAV)).code == "recording.empty"
    await recorded(house, name="../hotline", call_id="c-9")
    assert (await leader.ask("GET", "/api/calls/c-9/recordings/1")).code == "recording.missing"
    assert await house.audit() == []


async def test_what_is_still_written_cannot_be_heard_yet(house: House) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER)
    live = a_whole_call("c-1", ended_at=None, segments=(SegmentView(name="r1", part=1, started_at=at(13)),))
    async with house.database.work() as work:
        await write_calls(work.session, {"c-1": live}, UTC)
    assert (await leader.ask("GET", "/api/calls/c-1/recordings")).body["parts"][0]["state"] == "writing"
    assert (await leader.ask("GET", WAV)).code == "recording.writing"
