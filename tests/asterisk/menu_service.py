"""Link, menu, membership and floor as the service runs them, without web and database; and small menus."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.link import AmiLink
from cti.domain.changes import AgentView, CallView, Change
from cti.domain.events import Event, MenuEntered, MenuStepped, Ticked
from cti.domain.floor import Floor
from cti.domain.hours import Hotline
from ivr.driving.outside import Caller, Outside
from ivr.driving.session import MenuSessions
from ivr.language.actions import Found, LookUp, NotFound, TakeCallback
from ivr.language.edition import Edition
from ivr.language.facts import Facts
from ivr.prompt_book import PromptBook, read_shipped
from staffing.membership import Membership
from tests.menu_flows import TITLE, flows_of
from tests.waiting import until

PROMPTS = read_shipped()
CHOOSE: dict[str, Any] = {
    "kind": "menu",
    "prompts": ["nobody", "queue-timeout"],
    "wrong_key": ["wrong-key"],
    "no_input": ["no-input"],
    "keys": [{"key": "1", "to": "consult", "says": "咨询"}, {"key": "2", "to": "complaints", "says": "投诉"}],
    "otherwise": "consult",
}
QUEUES: dict[str, Any] = {
    "consult": {"kind": "queue", "queue": "consult", "prompts": ["please-hold"]},
    "complaints": {"kind": "queue", "queue": "complaints", "prompts": ["please-hold"]},
}
WELCOME = {"name": "welcome", "title": TITLE, "start": "welcome", "nodes": {"welcome": CHOOSE, **QUEUES}}
BRIEF = {
    **WELCOME,
    "nodes": {"welcome": {**CHOOSE, "prompts": ["goodbye"], "no_input": [], "wait_s": 1}, **QUEUES},
}
"""Words and waits short enough to be sat through."""
SELFTEST = {
    "name": "selftest",
    "title": TITLE,
    "start": "welcome",
    "nodes": {
        "welcome": {**CHOOSE, "keys": [{"key": "1", "to": "test"}, {"key": "2", "to": "test"}], "otherwise": "test"},
        "test": {"kind": "queue", "queue": "test", "prompts": ["please-hold"]},
    },
}


def edition_of(*flows: dict[str, Any], **numbers: str) -> Edition:
    """An edition; `n95002="welcome"` answers that number with that flow, all others get the first one."""
    hotlines = tuple(
        Hotline(number=number[1:], zh="试", en="Try", schedule="day", day=flow, night=flow)
        for number, flow in numbers.items()
    )
    rules = msgspec.structs.replace(Edition().hotlines, hotlines=hotlines, fallback=flows[0]["name"])
    return Edition(flows=flows_of(*flows), versions={}, hotlines=rules)


ORDINARY = edition_of(WELCOME, SELFTEST, n95000="selftest")


async def nothing_found(asked: LookUp) -> Found | NotFound:
    """Nobody knows anything."""
    return NotFound()


class MenuService:
    """As the service leads callers. `may_call` answers for numbers outside."""

    def __init__(
        self,
        switch: EmbeddedAsterisk,
        edition: Edition = ORDINARY,
        *,
        port: int = 0,
        messages: Path | None = None,
        prompts: PromptBook = PROMPTS,
        look_up: Callable[[LookUp], Awaitable[Found | NotFound]] = nothing_found,
    ) -> None:
        address = switch.ami
        self.events: list[Event] = []
        self.floor = Floor()
        self.edition = edition
        self._look_up = look_up
        self.link = AmiLink(
            host=address.host,
            port=port or address.port,
            username=address.user,
            secret=address.secret,
            submit=self.submit,
        )
        self.menu = MenuSessions(
            switch=self.link,
            outside=Outside(
                submit=self.submit,
                clock=lambda: datetime.now(UTC),
                facts=lambda caller, edition: Facts(now=datetime.now(UTC), hotline=caller.hotline),
                look_up=self._asked,
                take_callback=self._promise,
                may_call=self._may_call,
                on_queued=lambda caller, action, flow: None,
            ),
            edition=lambda: self.edition,
            prompts=lambda: prompts,
            place_of=self._place_of,
            messages_folder=messages or switch.message_folder,
        )
        self.membership = Membership(switch=self.link)
        self._tasks: list[asyncio.Task[None]] = []

    async def _asked(self, asked: LookUp, caller: Caller) -> Found | NotFound:
        return await self._look_up(asked)

    async def _promise(self, caller: Caller, promise: TakeCallback) -> None:
        """Anybody may be promised a call."""

    async def _may_call(self, caller: Caller, number: str) -> None:
        """Any number may be called."""

    def _place_of(self, channel_id: object) -> tuple[str, int, str] | None:
        steps = [e for e in self.events if isinstance(e, MenuStepped) and e.channel_id == channel_id]
        last = [step for step in steps if step.outcome == "entered"][-1:]
        return (last[0].flow, last[0].version, last[0].node) if last else None

    def submit(self, event: Event) -> None:
        """The one door."""
        self.events.append(event)
        changes = self.floor.apply(event)
        self.menu.offer(event, changes)
        self.membership.offer(event, changes)

    def show(self, view: AgentView) -> None:
        """As the floor would say it."""
        self.membership.offer(Ticked(at=datetime.now(UTC)), [Change("agents", view.agent_id, view)])

    @property
    def steps(self) -> list[str]:
        """Node, digits, outcome of all callers, but for arrivals."""
        told = [e for e in self.events if isinstance(e, MenuStepped) and e.outcome != "entered"]
        return [f"{e.node}:{e.digits}:{e.outcome}" for e in told]

    def told(self, kind: type[Event]) -> list[Any]:
        """Events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def stands_at(self, *nodes: str) -> bool:
        """Tell whether somebody has come to each of these nodes."""
        return set(nodes) <= {step.node for step in self.told(MenuStepped)}

    def call(self, number: int = 0) -> CallView:
        """The call of the n-th caller who came into the menu."""
        found = self.floor.call_of(self.told(MenuEntered)[number].channel_id)
        assert found is not None
        return found

    async def open(self) -> None:
        """Connect."""
        self._tasks = [asyncio.create_task(part.run()) for part in (self.link, self.menu, self.membership)]
        await until(lambda: self.link.is_up, what="the link")

    async def die(self) -> None:
        """Stop at once, without a word to anybody, as a killed process does."""
        for task in self._tasks:
            task.cancel()
        await self.link.aclose()
        await self.close()

    async def close(self) -> None:
        """Stop in order."""
        await self.menu.aclose()
        await self.membership.aclose()
        await self.link.aclose()
        await asyncio.gather(*self._tasks, return_exceptions=True)
