"""Stand-ins for what we own a protocol for. `FakeSwitch` keeps the contract of the real link (test_contracts.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from cti.asterisk.agi import check_line
from cti.asterisk.encode import channel as checked_channel
from cti.asterisk.encode import encode, to_wire
from cti.asterisk.encode_hands import check_renewal, encode_hand
from cti.domain.commands import Command, HandCommand, RenewRecording
from cti.domain.errors import CallGone, Conflict, DomainError, NotSent, OutcomeUnknown
from cti.domain.events import ChannelClosed, Event, FloorListed, LinkDown, LinkUp, MenuEntered, MenuLeft
from cti.domain.switch import MenuResult, Reply

EMPTY_FLOOR = FloorListed(
    at=datetime(2026, 1, 1, tzinfo=UTC), channels=(), members=(), callers=(), queues=(), switch_started_at=None
)


class _Script:
    """What is asked, and how it is answered: yes, unless told otherwise."""

    def __init__(self) -> None:
        self.is_up = True
        self.sent: list[Command] = []
        self._refusals: list[tuple[type[Command], DomainError]] = []
        self._silent: set[type[Command]] = set()

    def refuse(self, kind: type[Command], error: DomainError) -> None:
        """Raise `error` for the next command of `kind`."""
        self._refusals.append((kind, error))

    def stay_silent(self, kind: type[Command], *, silent: bool = True) -> None:
        """Answer no command of `kind` (or answer again)."""
        (self._silent.add if silent else self._silent.discard)(kind)

    def sent_of(self, kind: type[Command]) -> list[Command]:
        """The commands of one kind, in order."""
        return [command for command in self.sent if isinstance(command, kind)]

    async def _answer(self, command: Command, limit_s: float) -> Reply:
        if not self.is_up:
            raise NotSent("the switch is away")
        self.sent.append(command)
        for index, (kind, error) in enumerate(self._refusals):
            if isinstance(command, kind):
                del self._refusals[index]
                raise error
        await asyncio.sleep(0)
        if type(command) in self._silent:
            await asyncio.sleep(limit_s)
            raise OutcomeUnknown(f"no answer within {limit_s:g} s", waited_s=limit_s)
        return Reply("Success")


class FakeHands(_Script):
    """The second account: `sent` holds what was accepted or refused, in order. `is_up = False`: nobody is let in."""

    async def send(self, command: HandCommand, *, limit_s: float = 5.0) -> Reply:
        if isinstance(command, RenewRecording):
            check_renewal(command)
        else:
            to_wire(encode_hand(command))
        return await self._answer(command, limit_s)


class FakeSwitch(_Script):
    """A switch that records what it is asked and answers as told.

    `sent`: commands that were accepted or refused, in order. `lines`: menu lines as (channel, line).
    `on_line(channel, line)` answers menu lines: a result, an error to raise, or None for "no answer".
    """

    def __init__(self, submit: Callable[[Event], None] = lambda event: None) -> None:
        super().__init__()
        self.lines: list[tuple[str, str]] = []
        self.floor = EMPTY_FLOOR
        self.on_line: Callable[[str, str], MenuResult | DomainError | None] = lambda channel, line: MenuResult(
            200, "0", ""
        )
        self._submit = submit
        self._ended: set[str] = set()
        self._busy: dict[str, asyncio.Future[None]] = {}

    # --- script -----------------------------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Let the switch report `event`; one that ends a menu fails its waiter, as the real link does."""
        if isinstance(event, MenuEntered):
            self._ended.discard(event.channel)
        elif isinstance(event, MenuLeft | ChannelClosed):
            self._ended.add(event.channel)
            waiter = self._busy.get(event.channel)
            if waiter and not waiter.done():
                waiter.set_exception(_gone(event.channel))
        self._submit(event)

    def go_away(self, reason: str = "cut") -> None:
        """Lose the link: waiting menu commands have an unknown outcome, new commands are not sent."""
        self.is_up = False
        for channel, waiter in self._busy.items():
            if not waiter.done():
                waiter.set_exception(OutcomeUnknown("the link was cut", channel=channel))
        self._submit(LinkDown(at=datetime.now(UTC), reason=reason))

    def come_back(self) -> None:
        """Have the link again."""
        self.is_up = True
        self._submit(LinkUp(at=datetime.now(UTC)))

    # --- cti.domain.switch.Switch -----------------------------------------------------------------------------------

    async def send(self, command: Command, *, limit_s: float = 5.0) -> Reply:
        to_wire(encode(command))
        return await self._answer(command, limit_s)

    async def run_menu(self, channel: str, line: str, *, limit_s: float = 60.0) -> MenuResult:
        checked_channel(channel), check_line(line)
        if not self.is_up:
            raise NotSent("the switch is away")
        if channel in self._ended:
            raise _gone(channel)
        if channel in self._busy:
            raise Conflict("a menu command is running", code="switch.menu_busy", channel=channel)
        self.lines.append((channel, line))
        waiter = self._busy[channel] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait([waiter], timeout=0)
            answer = self.on_line(channel, line)
            if answer is None:
                await asyncio.wait([waiter], timeout=limit_s)
            if waiter.done():
                waiter.result()
        finally:
            self._busy.pop(channel)
        if answer is None:
            raise OutcomeUnknown(f"no answer within {limit_s:g} s", channel=channel, waited_s=limit_s)
        if isinstance(answer, DomainError):
            raise answer
        return answer

    async def list_floor(self) -> FloorListed:
        if not self.is_up:
            raise NotSent("the switch is away")
        await asyncio.sleep(0)
        return self.floor


def _gone(channel: str) -> CallGone:
    return CallGone("the caller left the menu", channel=channel)
