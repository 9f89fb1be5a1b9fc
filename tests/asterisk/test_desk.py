"""The whole service beside a real switch: what an agent asks at the desk, and what the floor then shows.

Nothing is a stand-in but the people: SIPp phones, and a desk that is asked directly instead of over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cti.app import build_desk
from cti.asterisk.embedded import EmbeddedAsterisk
from cti.desk import Desk
from cti.domain.changes import AgentView, CallView, LegKind, LegView, OfferView
from cti.domain.events import AgentModeSet, RulesChanged
from cti.domain.floor import Floor
from cti.domain.ids import AccountId, AgentId, CallId
from cti.domain.roles import Actor, Role
from cti.domain.rulebook import DeskRules
from cti.service import Service, close_service, open_service, service_loops, utc_now
from cti.settings import Settings
from cti.store import people
from cti.store.people import NewAccount
from tests.asterisk.phones import Phones
from tests.waiting import until

RULES = DeskRules(wrap_up_s=3.0, recording_pause_s=2.0, phone_back_s=30.0)
"""Times short enough to be waited for."""
TALKS_S = 60.0


class House:
    """The running service, and short ways to what tests need."""

    def __init__(self, service: Service, phones: Phones) -> None:
        self.service = service
        self.phones = phones
        self.desk: Desk = build_desk(service)

    @property
    def floor(self) -> Floor:
        return self.service.floor

    def agent(self, number: str) -> AgentView:
        return self.floor.agents[AgentId(number)]

    def consult_of(self, number: str) -> str:
        consult = self.agent(number).consult
        return "" if consult is None else consult.state

    @property
    def call(self) -> CallView:
        """The newest call that goes on."""
        return [call for call in self.floor.calls.values() if call.ended_at is None][-1]

    async def staff(self, number: str, *queues: str, **phone: float) -> Actor:
        """A person with a desk telephone, signed in and ready."""
        await self.phones.agent_phone(number, **phone)
        async with self.service.database.work() as work:
            new = NewAccount(login=f"a{number}", name=number, role=Role.AGENT, agent_number=number, queues=queues)
            account = await people.add_account(work.session, new, utc_now())
        self.service.know_person(account)
        self.service.submit(AgentModeSet(at=utc_now(), agent_id=AgentId(number), mode="ready"))
        await self.until(
            lambda: len(self.agent(number).member_of) == len(queues) + 1 and not self.agent(number).paused_in
        )
        return Actor(
            account_id=AccountId(account.account_id), login=account.login, role=Role.AGENT, agent_id=AgentId(number)
        )

    async def served(self, number: str) -> CallId:
        """Let a caller come in and talk with the agent. Returns the call."""
        await self.phones.caller(key="1", stay_s=TALKS_S)
        await self.until(lambda: len({leg.bridge_id for leg in self.call.legs} - {None}) == 1, 15)
        await self.until(lambda: all(leg.bridge_id for leg in self.call.legs))
        return self.call.call_id

    async def go_home(self) -> None:
        """Everybody signs out; the queues are as empty as they were."""
        for number in self.floor.agents:
            self.service.submit(AgentModeSet(at=utc_now(), agent_id=AgentId(number), mode="signed_out"))
        await self.until(lambda: not any(agent.member_of for agent in self.floor.agents.values()))

    async def until(self, condition: Callable[[], object], limit_s: float = 10.0) -> None:
        def is_so() -> object:
            try:
                return condition()
            except (KeyError, IndexError):
                return False

        await until(is_so, limit_s)


@pytest.fixture
async def house(switchboard: EmbeddedAsterisk, phones: Phones, tmp_path: Path) -> AsyncIterator[House]:
    """The service on a database of its own, in step with the switch."""
    ami, hands = switchboard.ami, switchboard.hands
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        ami_host=ami.host,
        ami_port=ami.port,
        ami_user=ami.user,
        ami_secret=ami.secret,
        ami_hands_user=hands.user,
        ami_hands_secret=hands.secret,
        recordings_dir=str(switchboard.recordings),
    )
    settings.data_path.mkdir()
    async with contextlib.AsyncExitStack() as things:
        service = await open_service(things, settings)
        service.submit(RulesChanged(at=utc_now(), rules=RULES))
        async with asyncio.TaskGroup() as loops:
            running = [loops.create_task(loop) for loop in service_loops(service).values()]
            await until(lambda: service.floor.link.is_valid, 10, "the floor")
            house = House(service, phones)
            yield house
            await house.go_home()
            await close_service(service)
            for task in running:
                task.cancel()


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
    await house.phones.caller(key="2", stay_s=TALKS_S, number="13900139000")
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
    assert (house.agent("1001").reason, set(house.agent("1001").paused_in)) == ("phone_away", {"consult", "fallback"})
    assert (utc_now() - died_at).total_seconds() < 10
    assert house.agent("1001").phone_away_since is not None
