"""The menu's outlet with what it needs, and the events of callers: for tests on a switch of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cti.domain.commands import Command, KeepInMenu
from cti.domain.events import (
    ChannelClosed,
    Event,
    FloorListed,
    ListedChannel,
    MenuEntered,
    MenuLeft,
    MenuStepped,
)
from cti.domain.ids import ChannelId, LinkedId
from cti.domain.switch import MenuResult
from ivr.driving.outside import Caller, Outside
from ivr.driving.session import MenuSessions, Place
from ivr.kinds.shapes import Flow
from ivr.language.actions import Found, LookUp, NotFound, TakeCallback, ToQueue
from ivr.language.edition import Edition
from ivr.language.facts import Facts
from tests.menu_flows import EDITION, Prompts
from tests.menu_switch import MenuSwitch
from tests.waiting import until

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ONE = "PJSIP/trunk-00000001"
TWO = "PJSIP/trunk-00000002"


def ids(channel: str) -> dict[str, object]:
    """Fields of a channel's event."""
    return {"at": AT, "channel_id": ChannelId(channel[-8:]), "linked_id": LinkedId(channel[-8:]), "channel": channel}


def entered(channel: str = ONE, exten: str = "95001") -> MenuEntered:
    """AsyncAGIStart."""
    return MenuEntered(exten=exten, **ids(channel))  # type: ignore[arg-type]


def left(channel: str = ONE) -> MenuLeft:
    """AsyncAGIEnd."""
    return MenuLeft(**ids(channel))  # type: ignore[arg-type]


def closed(channel: str = ONE) -> ChannelClosed:
    """Hangup."""
    return ChannelClosed(**ids(channel))  # type: ignore[arg-type]


def listed(*channels: str, exten: str = "95001", is_in_menu: bool = True) -> FloorListed:
    """What Asterisk lists, all in the same state."""
    rows = tuple(
        ListedChannel(
            channel_id=ChannelId(channel[-8:]),
            linked_id=LinkedId(channel[-8:]),
            channel=channel,
            state=6,
            number="",
            caller_name="",
            context="hotline",
            exten=exten,
            application="AGI",
            bridge_id=None,
            age_s=1,
            is_in_menu=is_in_menu,
        )
        for channel in channels
    )
    return FloorListed(at=AT, channels=rows, members=(), callers=(), queues=())


class House:
    """The outlet with what it needs. What others do for it is an attribute, to be exchanged."""

    def __init__(self, folder: Path = Path("messages"), prompts: Prompts | None = None, **options: float) -> None:
        self.switch = MenuSwitch()
        self.submitted: list[Event] = []
        self.edition: Edition = EDITION
        self.prompts = prompts or Prompts()
        self.places: dict[ChannelId, Place] = {}
        self.queued: list[tuple[str, ToQueue, str]] = []
        self.promised: list[TakeCallback] = []
        self.look_up: Callable[[LookUp], Found | NotFound | Exception | asyncio.Future[Found]] = lambda asked: Found({})
        self.refusal: Exception | None = None
        """Raised for promises of a call back, and for numbers outside."""
        self.facts = Facts(now=AT, caller_number="13800138000", can_call_back=True)
        self.menu = MenuSessions(
            switch=self.switch,
            outside=Outside(
                submit=self.submitted.append,
                clock=lambda: AT,
                facts=lambda caller, edition: msgspec.structs.replace(self.facts, hotline=caller.hotline),
                look_up=self._look_up,
                take_callback=self._take_callback,
                may_call=self._may_call,
                on_queued=self._on_queued,
            ),
            edition=lambda: self.edition,
            prompts=lambda: self.prompts,
            place_of=self.places.get,
            messages_folder=folder,
            **options,  # type: ignore[arg-type]
        )

    async def _look_up(self, asked: LookUp, caller: Caller) -> Found | NotFound:
        answer = self.look_up(asked)
        if isinstance(answer, asyncio.Future):
            return await answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _take_callback(self, caller: Caller, promise: TakeCallback) -> None:
        if self.refusal:
            raise self.refusal
        self.promised.append(promise)

    async def _may_call(self, caller: Caller, number: str) -> None:
        if self.refusal:
            raise self.refusal

    def _on_queued(self, caller: Caller, action: ToQueue, flow: Flow) -> None:
        self.queued.append((caller.channel, action, flow.language))

    def offer(self, *events: Event) -> None:
        """As the engine would."""
        for event in events:
            self.menu.offer(event, ())

    def enters(self, *keys: str, channel: str = ONE) -> None:
        """A caller comes in and will press these, one after each question."""
        self.switch.keys[channel] = [f"OK/{key}" for key in keys]
        self.offer(entered(channel))

    @property
    def steps(self) -> list[str]:
        """Node, digits and outcome of every step, but for arrivals."""
        told = [e for e in self.submitted if isinstance(e, MenuStepped) and e.outcome != "entered"]
        return [f"{e.node}:{e.digits}:{e.outcome}" for e in told]

    def told(self, kind: type[Event]) -> list[Event]:
        """Events of one kind."""
        return [event for event in self.submitted if isinstance(event, kind)]

    async def empty(self) -> None:
        """Wait until every conversation is over."""
        await until(lambda: self.menu.callers_count == 0, what="no conversation left")

    def renewals(self) -> list[Command]:
        """Renewals of the dead-man's switch so far."""
        return [c for c in self.switch.commands(KeepInMenu) if isinstance(c, KeepInMenu) and c.limit_s > 0]


@asynccontextmanager
async def running(
    folder: Path = Path("messages"), prompts: Prompts | None = None, **options: float
) -> AsyncIterator[House]:
    """A house with its loop running; the outlet is closed at the end."""
    house = House(folder, prompts, **options)
    loop = asyncio.create_task(house.menu.run())
    try:
        yield house
    finally:
        await house.menu.aclose()
        await asyncio.wait_for(loop, 1)


def hanging() -> asyncio.Future[MenuResult]:
    """A command whose result does not come."""
    return asyncio.get_running_loop().create_future()
