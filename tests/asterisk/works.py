"""The whole service beside a real switch. Nothing is a stand-in but the people: SIPp phones, and a desk that is asked
directly instead of over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from cti.app import build_desk
from cti.asterisk.embedded import EmbeddedAsterisk
from cti.desk import Desk
from cti.domain.changes import AgentView, CallView
from cti.domain.events import AgentModeSet, RulesChanged
from cti.domain.floor import Floor
from cti.domain.ids import AccountId, AgentId, CallId
from cti.domain.roles import Actor, Role
from cti.domain.rulebook import DeskRules
from cti.service import Service, close_service, open_service, service_loops, utc_now
from cti.settings import Settings
from cti.store import people
from cti.store.people import NewAccount
from tests.asterisk.phones import Phone, Phones
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
        self.phone_of: dict[str, Phone] = {}

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
        self.phone_of[number] = await self.phones.agent_phone(number, **phone)
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


@contextlib.asynccontextmanager
async def opened(
    switch: EmbeddedAsterisk, phones: Phones, data: Path, trunk_uri: str = "", flows_dir: str = ""
) -> AsyncIterator[House]:
    """The service on a database of its own, in step with the switch. `flows_dir`: menus; empty: those shipped."""
    ami, hands = switch.ami, switch.hands
    settings = Settings(
        data_dir=str(data),
        ami_host=ami.host,
        ami_port=ami.port,
        ami_user=ami.user,
        ami_secret=ami.secret,
        ami_hands_user=hands.user,
        ami_hands_secret=hands.secret,
        recordings_dir=str(switch.recordings),
        trunk_uri=trunk_uri,
        flows_dir=flows_dir,
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
