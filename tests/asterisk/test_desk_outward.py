"""Calls outwards from the desk on a real switch: what the floor, the limits and the recording make of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.ports import find_free
from cti.domain.changes import CallView, LegKind
from cti.domain.controls import recorded_leg
from cti.domain.errors import Conflict, NotAllowed
from cti.domain.rulebook import CallingRules
from tests.asterisk.conftest import BRIEF, make_switch, plain_web_templates, start
from tests.asterisk.phones import Phones
from tests.asterisk.works import House, opened

NUMBER = "02155667788"
LINE = find_free(udp=True)
"""Port of the carrier."""
RULES = CallingRules(is_on=True, prefixes={"agent": ("021",)}, concurrent=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedAsterisk]:
    """A running Asterisk with a line out."""
    home = tmp_path_factory.mktemp("ast")
    options = msgspec.structs.replace(BRIEF, trunk_uri=f"sip:127.0.0.1:{LINE}", out_ring_s=3)
    switch = make_switch(home, options, templates=plain_web_templates(home / "templates"))
    await start(switch)
    yield switch
    await switch.stop()


@pytest.fixture
async def house(switchboard: EmbeddedAsterisk, phones: Phones, tmp_path: Path) -> AsyncIterator[House]:
    """The service with a line out, and rules that let agents call Shanghai."""
    async with opened(switchboard, phones, tmp_path / "data", f"sip:127.0.0.1:{LINE}") as house:
        house.service.rules.book = msgspec.structs.replace(house.service.rules.book, calling=RULES)
        yield house


def talks_outwards(call: CallView) -> bool:
    """The customer has answered: for some milliseconds before he is dialled the agent is alone in the call."""
    return call.direction == "out" and call.stage == "talking"


async def test_a_call_outwards_is_the_customers_and_owes_wrap_up(house: House) -> None:
    li = await house.staff("1001", "consult")
    wu = await house.staff("1002", "consult")
    await house.phones.carrier(LINE)
    dialled = await house.desk.dial(li, "+86 21 5566 7788")
    await house.until(lambda: talks_outwards(house.floor.calls[dialled.call_id]))
    call = house.floor.calls[dialled.call_id]
    assert (call.direction, call.caller_number, call.visits) == ("out", NUMBER, ())
    assert [(leg.kind, leg.agent_id) for leg in call.legs] == [(LegKind.AGENT, "1001"), (LegKind.OUTSIDE, None)]
    assert house.agent("1001").phase == "talking"
    with pytest.raises(Conflict) as caught:
        await house.desk.dial(wu, NUMBER)
    assert caught.value.code == "dial.lines"
    await house.until(lambda: house.floor.calls[dialled.call_id].segments)
    assert recorded_leg(house.floor.calls[dialled.call_id]) == call.legs[0]
    await house.desk.change_recording(li, dialled.call_id, "pause")
    await house.until(lambda: house.floor.calls[dialled.call_id].recording_paused_at is not None)
    await house.desk.hang_up(li, dialled.call_id)
    await house.until(lambda: house.agent("1001").mode == "wrap_up")
    ended = house.floor.calls[dialled.call_id]
    assert ended.ended_at is not None
    assert ended.legs[0].talk_s == ended.legs[1].talk_s > 0


async def test_whom_we_called_is_passed_on_after_asking_and_recorded_on(house: House) -> None:
    li = await house.staff("1001", "consult")
    await house.staff("1002", "consult")
    await house.phones.carrier(LINE)
    call = (await house.desk.dial(li, NUMBER)).call_id
    await house.until(lambda: talks_outwards(house.floor.calls[call]))
    await house.desk.consult(li, call, "1002")
    await house.until(lambda: house.consult_of("1001") == "talking")
    await house.desk.step_consult(li, call, "complete")
    await house.until(lambda: house.agent("1001").mode == "wrap_up" and house.agent("1002").phase == "talking")
    await house.until(lambda: len(house.floor.calls[call].segments) == 2)
    view = house.floor.calls[call]
    assert (view.direction, view.transfers, view.caller_number) == ("out", ("attended:1002",), NUMBER)
    assert house.service.recordings.failed_count == 0


async def test_a_customer_is_passed_on_to_a_number_outside(house: House) -> None:
    li = await house.staff("1001", "consult")
    await house.phones.carrier(LINE)
    call = await house.served("1001")
    with pytest.raises(NotAllowed):
        await house.desk.transfer(li, call, "01012345678")
    await house.desk.transfer(li, call, NUMBER)
    await house.until(lambda: house.agent("1001").mode == "wrap_up")
    await house.until(lambda: house.floor.calls[call].stage == "talking")
    view = house.floor.calls[call]
    assert (view.direction, view.transfers, view.agent_ids) == ("in", (f"blind:{NUMBER}",), ())
    assert [leg.number for leg in view.legs if leg.kind is LegKind.OUTSIDE] == [NUMBER]


async def test_somebody_outside_is_consulted(house: House) -> None:
    li = await house.staff("1001", "consult")
    await house.phones.carrier(LINE)
    call = await house.served("1001")
    await house.desk.consult(li, call, NUMBER)
    await house.until(lambda: house.consult_of("1001") == "talking")
    consult = house.agent("1001").consult
    assert consult is not None
    assert (consult.target, consult.agent_id) == (NUMBER, None)
    await house.desk.step_consult(li, call, "return")
    await house.until(lambda: house.floor.calls[call].stage == "talking" and house.consult_of("1001") == "")
