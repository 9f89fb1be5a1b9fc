"""What an agent asks at the desk, what a real switch makes of it, and what the floor then shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.domain.changes import CallView, LegKind, LegView, OfferView
from cti.domain.commands import HangUp, SetVariable
from cti.domain.ids import CallId
from cti.domain.roles import Actor
from cti.service import utc_now
from tests.asterisk.phones import Phones
from tests.asterisk.works import TALKS_S, House, opened


@pytest.fixture
async def house(switchboard: EmbeddedAsterisk, phones: Phones, tmp_path: Path) -> AsyncIterator[House]:
    """The service, with nobody at work yet."""
    async with opened(switchboard, phones, tmp_path / "data") as house:
        yield house


# --- asking a colleague -----------------------------------------------------------------------------------------------


async def consulting(house: House, li: Actor) -> CallId:
    """1001 talks with a customer and asks 1002, who answers."""
    call = await house.served("1001")
    await house.desk.consult(li, call, "1002")
    await house.until(lambda: house.consult_of("1001") == "dialling")
    await house.until(lambda: house.consult_of("1001") == "talking")
    consult = house.agent("1001").consult
    assert consult is not None
    assert (consult.target, consult.agent_id) == ("1002", "1002")
    assert house.floor.calls[call].stage == "held"
    assert house.agent("1002").consult is None
    return call


async def test_a_consultation_completed_leaves_the_customer_with_the_colleague_and_recorded_anew(house: House) -> None:
    li = await house.staff("1001", "consult")
    await house.staff("1002", "complaints", ring_s=1.0)
    call = await consulting(house, li)
    await house.desk.step_consult(li, call, "complete")
    await house.until(lambda: house.agent("1001").mode == "wrap_up")
    await house.until(lambda: house.floor.calls[call].stage == "talking" and house.agent("1002").phase == "talking")
    await house.until(lambda: len(house.floor.calls[call].segments) == 2)
    view = house.floor.calls[call]
    assert view.transfers == ("attended:1002",)
    assert [segment.part for segment in view.segments] == [1, 2]
    assert house.agent("1001").consult is None
    assert house.service.recordings.failed_count == 0
    (visit,) = view.visits
    assert (visit.agent_id, visit.ended_by) == ("1001", "transfer")


async def test_from_a_consultation_the_agent_goes_back_to_the_customer(house: House) -> None:
    li = await house.staff("1001", "consult")
    await house.staff("1002", "complaints", ring_s=1.0)
    call = await consulting(house, li)
    await house.desk.step_consult(li, call, "return")
    await house.until(lambda: house.floor.calls[call].stage == "talking" and house.agent("1001").consult is None)
    await house.until(lambda: house.agent("1002").phase == "idle")
    assert house.agent("1001").phase == "talking"
    assert house.floor.calls[call].transfers == ()


async def test_three_together_and_who_leaves_has_passed_the_customer_on(house: House) -> None:
    li = await house.staff("1001", "consult")
    await house.staff("1002", "complaints", ring_s=1.0)
    call = await consulting(house, li)
    await house.desk.step_consult(li, call, "conference")
    await house.until(lambda: house.consult_of("1001") == "conference")
    await house.until(lambda: len({leg.bridge_id for leg in people_of(house.floor.calls[call])}) == 1)
    assert len(people_of(house.floor.calls[call])) == 3
    assert house.floor.calls[call].transfers == ()
    assert house.agent("1002").consult is None
    await house.desk.step_consult(li, call, "complete")
    await house.until(lambda: house.agent("1001").mode == "wrap_up")
    await house.until(lambda: house.floor.calls[call].transfers == ("attended:1002",))
    assert (house.floor.calls[call].stage, house.agent("1002").phase) == ("talking", "talking")


def people_of(call: CallView) -> list[LegView]:
    return [leg for leg in call.legs if leg.closed_at is None and leg.kind is not LegKind.HELPER]


# --- a telephone that died --------------------------------------------------------------------------------------------


async def test_a_customer_whose_agents_telephone_died_is_shown_waiting_and_taken_back(house: House) -> None:
    li = await house.staff("1001", "consult")
    call = await house.served("1001")
    caller, mine = (leg.channel for leg in house.floor.calls[call].legs)
    await house.service.link.send(SetVariable(channel=caller, name="HOTLINE_AFTER", value="wait:1001"))
    await house.service.link.send(HangUp(channel=mine))
    await house.until(lambda: house.floor.calls[call].waits_for == "1001")
    assert house.floor.calls[call].stage == "leaving"
    await house.until(lambda: house.agent("1001").phase == "idle")
    await house.desk.take_back(li, call)
    await house.until(lambda: house.floor.calls[call].stage == "talking" and house.floor.calls[call].waits_for is None)
    await house.until(lambda: len(house.floor.calls[call].segments) == 2)
    view = house.floor.calls[call]
    assert (view.agent_ids, len(view.legs), view.transfers) == (("1001",), 3, ())
    (visit,) = view.visits
    assert (visit.outcome, visit.agent_id) == ("answered", "1001")


# --- recording --------------------------------------------------------------------------------------------------------


async def test_a_paused_recording_goes_on_by_itself(house: House) -> None:
    li = await house.staff("1001", "consult")
    call = await house.served("1001")
    await house.desk.change_recording(li, call, "pause")
    await house.until(lambda: house.floor.calls[call].recording_paused_at is not None)
    paused_at, resumes_at = house.floor.calls[call].recording_paused_at, house.floor.calls[call].recording_resumes_at
    assert paused_at is not None
    assert resumes_at == paused_at + timedelta(seconds=2)
    await house.until(lambda: house.floor.calls[call].recording_paused_at is None, 6)
    assert utc_now() >= resumes_at


# --- agents -----------------------------------------------------------------------------------------------------------


async def test_with_several_queues_nobody_is_rung_before_wrap_up_is_over(house: House) -> None:
    li = await house.staff("1001", "consult", "complaints", ring_s=0.1)
    first = await house.served("1001")
    await house.phones.caller(dial="95002", stay_s=TALKS_S, number="13900139000")
    await house.until(lambda: house.floor.queues["complaints"].waiting_count == 1, 15)  # type: ignore[index]
    await house.desk.hang_up(li, first)
    await house.until(lambda: house.agent("1001").mode == "wrap_up")
    until_at = house.agent("1001").wrap_up_until
    await house.until(lambda: offers_of(house.call), 15)
    (offer,) = offers_of(house.call)
    assert until_at is not None
    assert offer.agent_id == "1001"
    assert offer.offered_at >= until_at


def offers_of(call: CallView) -> list[OfferView]:
    return [offer for visit in call.visits for offer in visit.offers]


async def test_a_ready_agent_whose_telephone_dies_is_taken_out_of_the_ring_within_ten_seconds(house: House) -> None:
    await house.staff("1001", "consult")
    died_at = utc_now()
    await house.phones.close()
    await house.until(lambda: house.agent("1001").mode == "not_ready", 15)
    await house.until(lambda: set(house.agent("1001").paused_in) == {"consult", "fallback"})
    assert house.agent("1001").reason == "phone_away"
    assert (utc_now() - died_at).total_seconds() < 10
    assert house.agent("1001").phone_away_since is not None
