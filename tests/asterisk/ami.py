"""A plain AMI session for tests: no panoramisk, nothing of the service, so that both can be judged by it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

from cti.asterisk.embedded import AmiAddress
from tests.waiting import until

Row = dict[str, str]


class AmiSession:
    """Sends actions, keeps every event in order."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.events: list[Row] = []
        self.raw = bytearray()
        """Everything Asterisk sent, byte for byte."""
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._signed_in: list[tuple[str, str]] = []
        self._replies: dict[str, asyncio.Future[Row]] = {}

    async def read(self) -> None:
        """Take frames until the connection ends."""
        while True:
            try:
                frame = await self._reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            self.raw += frame
            row = _row(frame.decode("utf-8", "backslashreplace"))
            if "Event" in row:
                self.events.append(row)
            elif (waiting := self._replies.pop(row.get("ActionID", ""), None)) and not waiting.done():
                waiting.set_result(row)

    async def act(self, action: str, *pairs: tuple[str, str], **fields: str) -> Row:
        """Send one action and return the reply."""
        number = f"t{next(self._numbers)}"
        lines = [("Action", action), ("ActionID", number), *fields.items(), *pairs]
        self._replies[number] = reply = asyncio.get_running_loop().create_future()
        self._writer.write("".join(f"{key}: {value}\r\n" for key, value in lines).encode() + b"\r\n")
        return await asyncio.wait_for(reply, 5)

    async def succeed(self, action: str, *pairs: tuple[str, str], **fields: str) -> Row:
        """As `act`, for what must not be refused."""
        reply = await self.act(action, *pairs, **fields)
        assert reply.get("Response") == "Success", (action, reply)
        return reply

    async def sign_in(self, number: str, *queues: str) -> None:
        """Make the phone of `number` a member of `queues` until the session ends."""
        for queue in queues:
            await self.succeed("QueueAdd", Queue=queue, Interface=f"PJSIP/{number}", MemberName=number)
            self._signed_in.append((queue, f"PJSIP/{number}"))

    async def sign_all_out(self) -> None:
        """End what `sign_in` began."""
        while self._signed_in:
            queue, device = self._signed_in.pop()
            await self.act("QueueRemove", Queue=queue, Interface=device)

    async def menu(self, channel: str, line: str) -> str:
        """Run one AGI command on a channel in the menu and return its result line."""
        number = f"c{next(self._numbers)}"
        await self.succeed("AGI", Channel=channel, Command=line, CommandId=number)
        done = await self.event("AsyncAGIExec", 20, CommandId=number)
        return unquote(done["Result"]).strip()

    def seen(self, name: str, **fields: str) -> list[Row]:
        """Every event of that name (of a UserEvent: its own name) with these fields."""
        return [row for row in self.events if _name(row) == name and fields.items() <= row.items()]

    async def event(self, name: str, limit_s: float = 10.0, **fields: str) -> Row:
        """Wait for the first such event."""
        try:
            await until(lambda: self.seen(name, **fields), limit_s)
        except AssertionError as late:
            raise AssertionError(f"no {name} {fields} within {limit_s} s; seen {self.names()}") from late
        return self.seen(name, **fields)[0]

    def names(self) -> list[str]:
        """Names of the events so far, in order."""
        return [_name(row) for row in self.events]


def _name(row: Row) -> str:
    return row["UserEvent"] if row["Event"] == "UserEvent" else row["Event"]


def _row(frame: str) -> Row:
    return dict(line.split(": ", 1) for line in frame.splitlines() if ": " in line)


@asynccontextmanager
async def ami_session(address: AmiAddress, *, user: str = "", secret: str = "") -> AsyncIterator[AmiSession]:
    """Log in (as the service, unless told otherwise) and read until the block ends."""
    reader, writer = await asyncio.open_connection(address.host, address.port, limit=2**20)
    session = AmiSession(reader, writer)
    await reader.readline()
    reading = asyncio.create_task(session.read())
    try:
        await session.succeed("Login", Username=user or address.user, Secret=secret or address.secret)
        yield session
        await session.sign_all_out()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        writer.close()
