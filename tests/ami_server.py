"""A scripted AMI server on loopback: says what Asterisk 22 says, and misbehaves on command."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

Action = dict[str, str]
Answer = Callable[["AmiClient", Action], bytes | None]

SYSTEM = "h0123456789"
VERSION = "22.10.1"
USER, SECRET = "hotline", "correct-horse"
HANDS_USER, HANDS_SECRET = "hotline-hands", "battery-staple"
SECRETS = {USER: SECRET, HANDS_USER: HANDS_SECRET}
# fmt: off
COMMANDS = (
    "AGI", "AbsoluteTimeout", "Atxfer", "BlindTransfer", "CancelAtxfer", "CoreSettings", "CoreShowChannels",
    "CoreStatus", "Getvar", "Hangup", "ListCommands", "MixMonitorMute", "Originate", "Ping", "QueueAdd", "QueuePause",
    "QueueRemove", "QueueStatus", "Setvar", "StopMixMonitor",
)
# fmt: on


def frame(*headers: tuple[str, object]) -> bytes:
    """Return the bytes of one frame."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode() + b"\r\n"


def event(name: str, *headers: tuple[str, object], at: float = 1795328936.0, system: str = SYSTEM) -> bytes:
    """Return the bytes of an event as Asterisk writes it: Privilege, Timestamp and SystemName first."""
    core = [("Event", name), ("Privilege", "call,all"), ("Timestamp", f"{at:.6f}")]
    return frame(*core, *([("SystemName", system)] if system else []), *headers)


def of_channel(name: str, channel: str, *headers: tuple[str, object], uid: str = "", at: float = 1795328936.0) -> bytes:
    """Return an event of a channel."""
    uid = uid or f"{SYSTEM}-{channel[-8:]}"
    core = [("Channel", channel), ("ChannelState", 6), ("Exten", "95001"), ("Uniqueid", uid), ("Linkedid", uid)]
    return event(name, *core, *headers, at=at)


class AmiClient:
    """One connection as the server sees it."""

    def __init__(self, server: AmiServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._challenge = "804312"
        self.is_logged_in = False
        self.ended = asyncio.Event()
        self.received: list[Action] = []

    def write(self, data: bytes) -> None:
        """Send raw bytes."""
        if not self._writer.is_closing():
            self._writer.write(data)

    def cut(self) -> None:
        """End the connection the hard way."""
        self._writer.transport.abort()

    def ok(self, action: Action, *headers: tuple[str, object]) -> bytes:
        """Return a Success for `action`."""
        return frame(("Response", "Success"), ("ActionID", action["ActionID"]), *headers)

    def no(self, action: Action, words: str) -> bytes:
        """Return an Error for `action`."""
        return frame(("Response", "Error"), ("ActionID", action["ActionID"]), ("Message", words))

    def rows(self, action: Action, complete: str, *rows: bytes) -> bytes:
        """Return a list: `rows` are made by `row`."""
        head = self.ok(action, ("EventList", "start"), ("Message", "will follow"))
        tail = frame(
            ("Event", complete), ("ActionID", action["ActionID"]), ("EventList", "Complete"), ("ListItems", len(rows))
        )
        return head + b"".join(rows) + tail

    def row(self, action: Action, name: str, *headers: tuple[str, object]) -> bytes:
        """Return one row of a list."""
        return frame(("Event", name), ("ActionID", action["ActionID"]), *headers)

    def log_in(self, action: Action) -> bytes:
        """Check the key of a Login."""
        secret = SECRETS.get(action.get("Username", ""), "")
        key = hashlib.md5((self._challenge + secret).encode(), usedforsecurity=False).hexdigest()
        if not secret or action.get("Key") != key:
            return self.no(action, "Authentication failed")
        self.is_logged_in = True
        booted = frame(("Event", "FullyBooted"), ("Privilege", "system,all"), ("Uptime", 9), ("Status", "Fully Booted"))
        # Asterisk: without events, class `system` among them, FullyBooted never comes.
        is_told = self._server.is_booted and action.get("Events") != "off"
        return self.ok(action, ("Message", "Authentication accepted")) + (booted if is_told else b"")

    async def serve(self) -> None:
        """Answer actions until the connection ends."""
        self.write(self._server.greeting)
        while True:
            try:
                raw = await self._reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                self.ended.set()
                return
            lines = raw.decode().split("\r\n")[:-2]
            action = dict(line.split(": ", 1) for line in lines)
            self.received.append(action)
            self._server.received.append(action)
            if (answer := self._server.answer_of(self, action)) is not None:
                self.write(answer)


class AmiServer:
    """Listens, accepts, answers. `answers[name]` replaces what it says to an action; None says nothing."""

    def __init__(self) -> None:
        self.port = 0
        self.greeting = b"Asterisk Call Manager/11.0.0\r\n"
        self.version = VERSION
        self.system = SYSTEM
        self.is_booted = True
        self.is_frozen = False
        self.answers: dict[str, Answer] = {}
        self.received: list[Action] = []
        self.clients: list[AmiClient] = []
        self.globals = {"RECORDINGS": "/var/recordings"}
        self.menu_result = "200 result=0"
        self.channels: list[tuple[tuple[str, object], ...]] = []
        self._server: asyncio.Server | None = None

    @property
    def client(self) -> AmiClient:
        """The newest connection."""
        return self.clients[-1]

    def names(self) -> list[str]:
        """Names of the actions that came, in order."""
        return [action["Action"] for action in self.received]

    async def start(self) -> None:
        """Listen (again, on the same port)."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for client in self.clients:
            client.cut()
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = AmiClient(self, reader, writer)
        self.clients.append(client)
        await client.serve()
        writer.close()

    def answer_of(self, client: AmiClient, action: Action) -> bytes | None:
        """Return the bytes that answer `action`."""
        name = action["Action"]
        if self.is_frozen:
            return None
        if name in self.answers:
            return self.answers[name](client, action)
        if name == "Challenge":
            return client.ok(action, ("Challenge", "804312"))
        if name == "Login":
            return client.log_in(action)
        if not client.is_logged_in:
            return client.no(action, "Permission denied")
        return getattr(self, f"_{name.lower()}", self._accepted)(client, action)

    def _accepted(self, client: AmiClient, action: Action) -> bytes:
        return client.ok(action, ("Message", f"{action['Action']} done"))

    def _coresettings(self, client: AmiClient, action: Action) -> bytes:
        return client.ok(action, ("AsteriskVersion", self.version), ("SystemName", self.system))

    def _corestatus(self, client: AmiClient, action: Action) -> bytes:
        return client.ok(action, ("CoreStartupDate", "2026-11-22"), ("CoreStartupTime", "06:28:53"))

    def _listcommands(self, client: AmiClient, action: Action) -> bytes:
        return client.ok(action, *((name, "What it does. (Priv: call,all)") for name in COMMANDS))

    def _coreshowchannels(self, client: AmiClient, action: Action) -> bytes:
        rows = (client.row(action, "CoreShowChannel", *headers) for headers in self.channels)
        return client.rows(action, "CoreShowChannelsComplete", *rows)

    def _queuestatus(self, client: AmiClient, action: Action) -> bytes:
        params = client.row(action, "QueueParams", ("Queue", "consult"), ("Max", 0))
        member = [("Queue", "consult"), ("Name", "1007"), ("Location", "PJSIP/1007"), ("Status", 1), ("Paused", 0)]
        entry = [("Queue", "consult"), ("Position", 1), ("Uniqueid", f"{SYSTEM}-1.1"), ("Wait", 12)]
        members, entries = client.row(action, "QueueMember", *member), client.row(action, "QueueEntry", *entry)
        return client.rows(action, "QueueStatusComplete", params, members, entries)

    def _queuesummary(self, client: AmiClient, action: Action) -> bytes:
        rows = (client.row(action, "QueueSummary", ("Queue", name)) for name in ("consult", "complaints"))
        return client.rows(action, "QueueSummaryComplete", *rows)

    def _showdialplan(self, client: AmiClient, action: Action) -> bytes:
        return client.rows(action, "ShowDialPlanComplete")

    def _getvar(self, client: AmiClient, action: Action) -> bytes:
        return client.ok(action, ("Variable", action["Variable"]), ("Value", self.globals.get(action["Variable"], "")))

    def _agi(self, client: AmiClient, action: Action) -> bytes:
        done = client.ok(action, ("Message", "Added AGI command to queue"))
        return done + self.menu_done(action, self.menu_result)

    def menu_done(self, action: Action, result: str) -> bytes:
        """Return the AsyncAGIExec that ends the AGI `action`."""
        channel, command_id = action["Channel"], action["CommandID"]
        return of_channel("AsyncAGIExec", channel, ("Result", quote(result + "\n")), ("CommandId", command_id))


@asynccontextmanager
async def ami_server() -> AsyncIterator[AmiServer]:
    """A listening server, stopped at the end."""
    server = AmiServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
