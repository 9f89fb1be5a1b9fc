"""Stories around desks: somebody calls, browsers ring, and what came of it is looked up."""

from __future__ import annotations

import time
from typing import Any

from tests.asterisk.phones import Phone, Phones
from tests.asterisk.voices import Samples, read_wav
from tests.browser.desk import Desk
from tests.browser.system import Crew, RunningSystem
from tests.browser.test_spine import call_of, members_ready, stored
from tests.waiting import until

Entity = dict[str, Any]


class Story:
    """One call from the first ring on."""

    def __init__(self, system: RunningSystem, crew: Crew, state: dict[str, dict[str, Entity]], caller: Phone) -> None:
        self.system = system
        self.crew = crew
        self.state = state
        self.caller = caller
        self.call_id = ""

    async def rings(self, number: str) -> None:
        """Wait until the call of this number rings."""
        self.call_id = str((await call_of(self.state, number, "ringing", 20))["call_id"])

    @property
    def call(self) -> Entity:
        """The call now."""
        return self.state["calls"][self.call_id]

    async def has(self, agent: str, limit_s: float = 10) -> None:
        """Wait until an agent talks in the call."""

        def talks() -> bool:
            return any(
                leg["agent_id"] == agent and leg["bridge_id"] and not leg["closed_at"] for leg in self.call["legs"]
            )

        await until(talks, limit_s, f"{agent} talks")

    async def is_renewed(self) -> None:
        """Wait until the customer was led back to his agent: the recording begins a second part then."""
        await until(lambda: len(self.call["segments"]) == 2, 25, "the caller is led back")

    async def kept(self) -> Entity:
        """The call as the database has it, after the caller has gone."""
        await until(lambda: self.caller.is_over, 40, "the caller has hung up")
        return await stored(self.crew.supervisor, self.call_id)

    def recorded(self, segment: Entity, side: str) -> Samples:
        """One side of a recorded stretch."""
        return read_wav(self.system.data / "recordings" / f"{segment['name']}-{side}.wav")


class Calls:
    """Lets people call."""

    def __init__(self, system: RunningSystem, crew: Crew, phones: Phones, state: dict[str, dict[str, Entity]]) -> None:
        self._parts = (system, crew)
        self._phones = phones
        self._state = state

    @property
    def state(self) -> dict[str, Entity]:
        """All calls of the floor."""
        return self._state["calls"]

    def agent(self, number: str) -> Entity:
        """An agent as the supervisor sees him."""
        return self._state["agents"][number]

    async def only(self, desk: Desk) -> None:
        """This desk is ready and Asterisk would ring it; the other one is not."""
        crew = self._parts[1]
        await until(lambda: {"1001", "1002"} <= {*self._state["agents"]}, 5, "the floor is seen")
        for person, agent in ((crew.first, "1001"), (crew.second, "1002")):
            if person is not desk.person and self.agent(agent)["mode"] != "signed_out":
                await person.ask("PUT", f"/api/agents/{agent}/mode", {"mode": "not_ready", "reason": "back_office"})
        await desk.have_telephone()
        await desk.be_ready()
        await members_ready(self._state, "1001" if desk.person is crew.first else "1002")

    async def ring(self, desk: Desk, number: str, **caller: Any) -> Story:
        """The desk alone is ready, somebody calls, the desk's telephone rings."""
        await self.only(desk)
        story = Story(*self._parts, self._state, await self._phones.caller(number=number, key="2", **caller))
        await story.rings(number)
        return story


async def said_for(seconds: float) -> None:
    """Let people talk."""
    until_at = time.monotonic() + seconds
    await until(lambda: time.monotonic() > until_at, seconds + 5)


def talk_of(kept: Entity, agent: str) -> float:
    """Talk seconds of one agent in a stored call."""
    return sum(leg["talk_s"] for leg in kept["legs"] if leg["agent_id"] == agent)
