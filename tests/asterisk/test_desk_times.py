"""Who talked how long: what the database has against what the telephones measured, for every way of passing on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.domain.ids import CallId
from cti.domain.roles import Actor
from cti.store.tables import CallRow, LegRow, VisitRow
from tests.asterisk.phones import Phones
from tests.asterisk.works import House, opened

WHILE_S = 1.2
"""How long each part of a call lasts: longer than a second, because others round to whole ones."""
EXACT_S = 0.25
"""SIPp notes instants of messages, Asterisk those of bridges; the machine is busy."""


@pytest.fixture
async def house(switchboard: EmbeddedAsterisk, phones: Phones, tmp_path: Path) -> AsyncIterator[House]:
    """The service, with nobody at work yet."""
    async with opened(switchboard, phones, tmp_path / "data") as house:
        yield house


async def talk_a_while() -> None:
    await asyncio.sleep(WHILE_S)  # time itself is what is measured


class Times:
    """What the database has of one call, in seconds."""

    def __init__(self, call: CallRow, legs: list[LegRow], visits: list[VisitRow]) -> None:
        self.call = call
        self.talk_s = {leg.agent_id or "customer": leg.talk_ms / 1000 for leg in legs if leg.kind != "helper"}
        self.visits = visits


async def times_of(house: House, call: CallId) -> Times:
    """Wait until the call is over and written."""
    await house.until(lambda: house.floor.call_view(call) is None or house.floor.calls[call].ended_at is not None)
    await house.service.recorder.flush()
    async with house.service.database.look() as session:
        row = await session.get(CallRow, call)
        assert row is not None
        legs = await session.scalars(select(LegRow).where(LegRow.call_id == call))
        visits = await session.scalars(select(VisitRow).where(VisitRow.call_id == call))
        return Times(row, list(legs), list(visits))


async def end(house: House, call: CallId, actor: Actor) -> Times:
    """The second agent talks a while and hangs up; the telephones have noted it."""
    await talk_a_while()
    await house.desk.hang_up(actor, call)
    found = await times_of(house, call)
    for phone in house.phone_of.values():
        await phone.reaches("ended")
    return found


def measured_s(house: House, number: str) -> float:
    """From answer to end, by the telephone's own clock."""
    return house.phone_of[number].talked_s


async def test_blind(house: House) -> None:
    li, wu = await house.staff("1001", "consult"), await house.staff("1002", "complaints")
    call = await house.served("1001")
    await talk_a_while()
    await house.desk.transfer(li, call, "1002")
    await house.until(lambda: house.agent("1002").phase == "talking")
    times = await end(house, call, wu)
    assert times.call.view["transfers"] == ["blind:1002"]
    for number in ("1001", "1002"):
        assert times.talk_s[number] == pytest.approx(measured_s(house, number), abs=EXACT_S)
    (visit,) = times.visits
    assert (visit.agent_id, visit.ended_by, visit.hold_ms) == ("1001", "transfer", 0)
    assert visit.talk_ms == pytest.approx(times.talk_s["1001"] * 1000, abs=2)
    assert times.talk_s["customer"] == pytest.approx(times.talk_s["1001"] + times.talk_s["1002"], abs=0.01)


async def asked(house: House) -> tuple[Actor, Actor, CallId, float]:
    """1001 talks a while, asks 1002, and talks a while with him. Returns also how long 1002's telephone rang."""
    li, wu = await house.staff("1001", "consult"), await house.staff("1002", "complaints", ring_s=1.0)
    call = await house.served("1001")
    await talk_a_while()
    await house.desk.consult(li, call, "1002")
    await house.until(lambda: house.consult_of("1001") == "dialling")
    dialling = house.agent("1001").consult
    await house.until(lambda: house.consult_of("1001") == "talking")
    talking = house.agent("1001").consult
    assert dialling is not None
    assert talking is not None
    await talk_a_while()
    return li, wu, call, (talking.since - dialling.since).total_seconds()


@pytest.mark.parametrize("is_joined", [False, True])
async def test_attended_with_or_without_all_three_together(house: House, is_joined: bool) -> None:
    li, wu, call, rang_s = await asked(house)
    if is_joined:
        await house.desk.step_consult(li, call, "conference")
        await house.until(lambda: house.consult_of("1001") == "conference")
        await talk_a_while()
    await house.desk.step_consult(li, call, "complete")
    await house.until(lambda: house.agent("1001").mode == "wrap_up")
    times = await end(house, call, wu)
    assert times.call.view["transfers"] == ["attended:1002"]
    assert times.talk_s["1002"] == pytest.approx(measured_s(house, "1002"), abs=EXACT_S)
    # Atxfer presses its keys before the first bridge is left: the customer hears music by then, nobody talks.
    assert times.talk_s["1001"] <= measured_s(house, "1001") - rang_s + 0.02
    assert times.talk_s["1001"] >= (3 if is_joined else 2) * WHILE_S - 0.02
    (visit,) = times.visits
    assert visit.ended_by == "transfer"
    assert visit.talk_ms is not None
    assert visit.hold_ms is not None
    assert visit.talk_ms / 1000 >= (2 if is_joined else 1) * WHILE_S - 0.02
    assert visit.hold_ms / 1000 >= rang_s + WHILE_S - 0.02
    whole_s = (visit.talk_ms + visit.hold_ms) / 1000
    assert whole_s == pytest.approx(measured_s(house, "1001"), abs=EXACT_S)


async def test_asked_and_gone_back(house: House) -> None:
    li, _, call, rang_s = await asked(house)
    await house.desk.step_consult(li, call, "return")
    await house.until(lambda: house.floor.calls[call].stage == "talking" and house.consult_of("1001") == "")
    times = await end(house, call, li)
    assert times.call.view["transfers"] == []
    assert times.talk_s["1002"] == pytest.approx(measured_s(house, "1002"), abs=EXACT_S)
    (visit,) = times.visits
    assert (visit.agent_id, visit.ended_by) == ("1001", "agent")
    assert visit.talk_ms is not None
    assert visit.hold_ms is not None
    assert visit.hold_ms / 1000 >= rang_s + WHILE_S - 0.02
    assert (visit.talk_ms + visit.hold_ms) / 1000 == pytest.approx(measured_s(house, "1001"), abs=EXACT_S)
