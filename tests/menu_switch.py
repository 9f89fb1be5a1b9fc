"""Asterisk as a caller in the menu meets it: answers AGI lines, remembers everything in the order it was asked."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from cti.domain.commands import Command
from cti.domain.errors import Conflict
from cti.domain.events import FloorListed
from cti.domain.switch import MenuResult, Reply

Answer = MenuResult | Exception | asyncio.Future[MenuResult]
OK = MenuResult(200, "0", "")


class MenuSwitch:
    """A switch whose callers press what `keys` says: channel -> READSTATUS/digits of each `EXEC Read` in turn."""

    def __init__(self) -> None:
        self.is_up = True
        self.log: list[tuple[str, Command | str]] = []
        """Channel or device, and the AGI line or command, as they came in."""
        self.keys: dict[str, list[str]] = defaultdict(list)
        self.on_line: Callable[[str, str], Answer | None] = lambda channel, line: None
        """Chance to answer a line differently."""
        self.on_command: Callable[[Command], Exception | asyncio.Future[Reply] | None] = lambda command: None
        self.variables: dict[str, str] = {}
        """The dialplan's, for GET VARIABLE."""
        self.speaks_s = 3.0
        """How long callers speak when they are recorded."""
        self.overlaps = 0
        """Times a second command met a busy channel."""
        self._busy: set[str] = set()
        self._status: dict[str, str] = {}

    def lines(self, channel: str) -> list[str]:
        """AGI lines of a channel in order."""
        return [line for about, line in self.log if about == channel and isinstance(line, str)]

    def commands(self, kind: type[Command]) -> list[Command]:
        """AMI commands of one kind in order."""
        return [command for _, command in self.log if isinstance(command, kind)]

    async def send(self, command: Command, *, limit_s: float = 5.0) -> Reply:
        """Take any command."""
        self.log.append((str(getattr(command, "channel", getattr(command, "device", ""))), command))
        await asyncio.sleep(0)
        answer = self.on_command(command)
        if isinstance(answer, Exception):
            raise answer
        return await answer if answer is not None else Reply("Success")

    async def run_menu(self, channel: str, line: str, *, limit_s: float = 60.0) -> MenuResult:
        """Take one AGI line."""
        self.log.append((channel, line))
        if channel in self._busy:
            self.overlaps += 1
            raise Conflict("one at a time")
        self._busy.add(channel)
        try:
            await asyncio.sleep(0)
            answer = self.on_line(channel, line)
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, asyncio.Future):
                return await answer
            return answer if answer is not None else self._answer(channel, line)
        finally:
            self._busy.discard(channel)

    async def list_floor(self) -> FloorListed:
        """Not asked by menus."""
        raise NotImplementedError

    def write_message(self, line: str) -> None:
        """Write the file of a RECORD FILE as Asterisk does: sizes come last, and here they never do."""
        path = Path(line.split('"')[1] + ".wav")
        path.write_bytes(b"RIFF\0\0\0\0WAVE" + bytes(32) + bytes(int(self.speaks_s * 16_000)))

    def _answer(self, channel: str, line: str) -> MenuResult:
        if line.startswith("RECORD FILE "):
            self.write_message(line)
            return MenuResult(200, "35", f"dtmf) endpos={int(self.speaks_s * 8000)}")
        if line.startswith("GET VARIABLE "):
            value = self.variables.get(line.removeprefix("GET VARIABLE "), "")
            return MenuResult(200, "1" if value else "0", value)
        if line.startswith("EXEC Read "):
            self._status[channel] = self.keys[channel].pop(0) if self.keys[channel] else "TIMEOUT/"
        if line.startswith("GET FULL VARIABLE"):
            return MenuResult(200, "1", self._status.get(channel, "/") if "READSTATUS" in line else "SUCCESS")
        return OK
