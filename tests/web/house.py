"""The whole web edge on a real database and a real floor; only the switch and the clock are stand-ins."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
from aiohttp.test_utils import TestServer

import tickets.api
from cti.desk import Desk
from cti.dialling import Dialling
from cti.domain.changes import Change
from cti.domain.events import (
    AgentKnown,
    BridgeEntered,
    CallEntered,
    ChannelClosed,
    ChannelOpened,
    ChannelStateChanged,
    Event,
    LinkUp,
)
from cti.domain.findings import Finding, Level
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, BridgeId, ChannelId, Device, LinkedId, QueueName
from cti.domain.leg import UP
from cti.domain.roles import Role
from cti.domain.rulebook import DeskRules
from cti.engine import Outlet
from cti.hub import Hub
from cti.lost_browsers import LostBrowsers
from cti.presence import Presence
from cti.seams import openapi_text
from cti.store import audit, people
from cti.store.people import Account, NewAccount
from cti.store.rulebook import Rules
from cti.store.work import Database
from cti.telephones import Telephones
from cti.web.live_socket import LiveOptions
from cti.web.masking import AUDIENCES
from cti.web.passwords import Passwords
from cti.web.people import agent_known
from cti.web.server import Web, build_web
from cti.web.wire import Gauge, Telephone
from ivr.api.callbacks import CallbackRoutes
from ivr.api.prompts import PromptRoutes
from ivr.own_prompts.by_phone import PhoneTakes
from ivr.own_prompts.keeper import OwnPrompts
from ivr.own_prompts.workbench import Workbench
from ivr.promises.callback_news import CallbackNews
from ivr.promises.callbacks import Callbacks
from recordings.api import RecordingRoutes
from recordings.audio import Shelf
from tests.fakes import EMPTY_FLOOR, FakeHands, FakeSwitch
from tests.web.clock import Clock as Clock
from tests.web.left import Left
from tests.web.menus import Menus
from tests.world import World
from tickets.library import load_procedures
from tickets.popping import Popping

NUMBERS = ("1001", "1002", "1003", "1004")
QUEUES = ("consult", "complaints")
PASSWORD = "three small owls"


class Line:
    """The engine without its queue: an event is applied at once."""

    def __init__(self, floor: Floor, hub: Hub) -> None:
        self.floor = floor
        self.events: list[Event] = []
        self.outlets: list[Outlet] = [hub]

    def submit(self, event: Event) -> None:
        self.events.append(event)
        changes: list[Change] = self.floor.apply(event)
        for outlet in self.outlets:
            outlet.offer(event, changes)


class Answer(NamedTuple):
    """Status, headers and body of one answer."""

    status: int
    headers: Any
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["code"])


class Party(NamedTuple):
    """One end of a call."""

    channel_id: str
    channel: str

    def fields(self, first: Party, at: datetime) -> dict[str, Any]:
        """What each of its events carries, in the call that began with `first`."""
        return {
            "at": at,
            "channel_id": ChannelId(self.channel_id),
            "linked_id": LinkedId(first.channel_id),
            "channel": self.channel,
        }


class Browser:
    """One browser: its cookie, its token, its Origin."""

    def __init__(self, http: aiohttp.ClientSession, server: TestServer) -> None:
        self.http = http
        self.address = str(server.make_url("/")).rstrip("/")
        self.origin = self.address
        self.cookie = ""
        self.csrf = ""

    def headers(self, **more: str) -> dict[str, str]:
        """What the page sends with a request."""
        given = {"Origin": self.origin, "X-CSRF-Token": self.csrf, **more}
        if self.cookie:
            given["Cookie"] = f"hotline={self.cookie}"
        return {name: value for name, value in given.items() if value}

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request. The cookie and the token of an answer are kept, as a page would."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else msgspec.json.encode(body)
        if data is not None:
            more.setdefault("Content-Type", "application/json")
        async with self.http.request(
            method, f"{self.address}{path}", data=data, headers=self.headers(**more), allow_redirects=False
        ) as response:
            raw = await response.read()
            if "hotline" in response.cookies:
                self.cookie = response.cookies["hotline"].value
            body = msgspec.json.decode(raw) if "json" in response.content_type and raw else raw.decode()
            if isinstance(body, dict) and "csrf" in body:
                self.csrf = str(body["csrf"])
            return Answer(response.status, response.headers, body)

    async def sign_in(self, login: str, password: str = PASSWORD) -> Answer:
        """By password."""
        return await self.ask("POST", "/api/session", {"login": login, "password": password})

    def live(self, **headers: str) -> Any:
        """The live feed: `async with browser.live() as socket`."""
        return self.http.ws_connect(f"{self.address}/api/live", headers=self.headers(**headers), max_msg_size=0)


class House:
    """All parts, and short ways to what tests need."""

    def __init__(self, database: Database, folder: Path, http: aiohttp.ClientSession) -> None:
        self.database = database
        self.clock = Clock(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
        self.hub = Hub(AUDIENCES)
        self.line = Line(Floor(), self.hub)
        self.switch = FakeSwitch(self.line.submit)
        self.hands = FakeHands()
        self.rules = Rules(database, submit=self.line.submit, clock=self.clock)
        self.has_line = True
        self.desk_rules = DeskRules()
        self.presence: Presence
        self.lost: LostBrowsers
        self.telephones: Telephones
        self.procedures = load_procedures()
        self.pops = Popping(database=database, feed=self.hub, procedures=self.procedures, clock=self.clock)
        self.line.outlets.append(self.pops)
        self.world = World()
        self.passwords = Passwords(time_cost=1, memory_kib=64)
        self.pages = folder / "static"
        self.recorded = folder / "recordings"
        self.left = Left(database, folder, self.hub, self.clock)
        self.line.outlets.append(self.left.news)
        self.prompts = OwnPrompts(database=database, folder=folder / "own", clock=self.clock)
        self.menus = Menus(database, self.rules, self.clock)
        self.library = self.menus.library
        self.workbench = Workbench(folder / "taken")
        self.phone_takes = PhoneTakes(
            line=self.line,
            switch=self.switch,
            database=database,
            prompts=self.prompts,
            workbench=self.workbench,
            recorded=self.recorded,
            clock=self.clock,
        )
        self.line.outlets.append(self.phone_takes)
        self.callbacks = self._make_callbacks()
        self.findings: list[Finding] = [Finding(code="all.well", level=Level.OK, text="All is well.")]
        self.web: Web
        self.server: TestServer
        self._http = http
        self._taken = 0

    def build(self, **given: Any) -> Web:
        """Build the web edge; `given` replaces parts."""

        async def check() -> list[Finding]:
            return self.findings

        self._make_telephones()
        desk = self.desk()
        parts: dict[str, Any] = {
            "database": self.database,
            "engine": self.line,
            "hub": self.hub,
            "desk": desk,
            "rules": self.rules,
            "telephones": self.telephones,
            "presence": self.presence,
            "owners": self.owners(desk),
            "clock": self.clock,
            "address": lambda: "http://hotline.example:8900",
            "static_dir": self.pages,
            "checks": [check],
            "gauges": lambda: [Gauge(code="link.lag", value=0.004, unit="s")],
            "telephone": lambda number: Telephone(user=number, secret="s3cret", server="127.0.0.1:5060"),
            "agent_numbers": lambda: NUMBERS,
            "queues": lambda: QUEUES,
            "document": openapi_text,
            "passwords": self.passwords,
            "now": self.clock.monotonic,
        }
        return build_web(**parts | given)

    def desk(self) -> Desk:
        """What people may ask of the floor."""
        dialling = Dialling(
            database=self.database,
            rules=lambda: self.rules.book.calling,
            has_line=lambda: self.has_line,
            clock=self.clock,
            zone=UTC,
        )
        return Desk(
            engine=self.line,
            switch=self.switch,
            hands=self.hands,
            dialling=dialling,
            database=self.database,
            clock=self.clock,
        )

    def _make_callbacks(self) -> Callbacks:
        """Promises that nobody places: nobody runs them."""
        return Callbacks(
            database=self.database,
            switch=self.switch,
            floor=self.line.floor,
            seats=lambda queue: 1,
            line=lambda queue: (),
            rules=lambda: self.rules.book.calling,
            has_line=lambda: self.has_line,
            clock=self.clock,
            zone=ZoneInfo("Asia/Shanghai"),
            tell=CallbackNews(self.hub.publish, self.clock).tell,
        )

    def _make_telephones(self) -> None:
        """As the composition root does."""
        self.presence = Presence(self.clock)
        self.lost = LostBrowsers(
            floor=self.line.floor,
            switch=self.switch,
            database=self.database,
            rules=lambda: self.desk_rules,
            absence_of=self.presence.absence_of,
            clock=self.clock,
        )
        self.telephones = Telephones(
            database=self.database,
            hands=self.hands,
            presence=self.presence,
            calls=self.lost,
            tell=self._tell,
            clock=self.clock,
        )

    def _tell(self, account: Account) -> None:
        known = agent_known(account, self.clock())
        if known is not None:
            self.line.submit(known)

    def owners(self, desk: Desk) -> list[object]:
        """The features' own routes."""
        recordings = RecordingRoutes(
            database=self.database,
            folder=self.recorded,
            shelf=Shelf(self.recorded / "playable"),
            shows_call=self.pops.shows_call,
            clock=self.clock,
        )
        cases = tickets.api.make_owners(
            database=self.database,
            procedures=self.procedures,
            pops=self.pops,
            desk=desk,
            departments=lambda: self.rules.book.departments,
            publish=self.hub.publish,
            clock=self.clock,
            zone=ZoneInfo("Asia/Shanghai"),
        )
        callbacks = CallbackRoutes(database=self.database, callbacks=self.callbacks, desk=desk, clock=self.clock)
        return [*cases, *self.menus.owners(), recordings, *self.left.owners(desk), callbacks, self.prompt_routes()]

    def prompt_routes(self) -> PromptRoutes:
        """Prompts as shipped, own ones in a folder of their own; one flow says two of them."""

        async def uses() -> dict[tuple[str, str], list[str]]:
            return {("zh", "goodbye"): ["consult-day"], ("zh", "nowhere"): ["consult-day", "fallback"]}

        return PromptRoutes(prompts=self.prompts, workbench=self.workbench, takes=self.phone_takes, uses=uses)

    async def open(self, **given: Any) -> None:
        """Serve."""
        await self.prompts.load()
        await self.library.load()
        self._running = [asyncio.create_task(loop) for loop in (self.pops.run(), self.left.news.run())]
        self.web = self.build(**given)
        self.server = TestServer(self.web.app)
        await self.server.start_server()

    async def close(self) -> None:
        """Stop in order, as the service does."""
        await self.web.stop()
        await self.server.close()
        await self.phone_takes.aclose()
        for task in self._running:
            task.cancel()
        await asyncio.wait(self._running)  # the database is closed next

    def browser(self) -> Browser:
        """A browser nobody has signed in with."""
        return Browser(self._http, self.server)

    async def add(self, login: str, role: Role, **given: Any) -> Account:
        """A person with the usual password; an agent number makes the floor know the agent."""
        async with self.database.work() as work:
            account = await people.add_account(
                work.session, NewAccount(login=login, name=login.title(), role=role, **given), self.clock()
            )
            stored = await self.passwords.hash(PASSWORD)
            await people.set_password_hash(work.session, account.account_id, stored)
        if account.agent_id is not None:
            self.know(account.agent_id, *account.queues)
        return account

    def know(self, agent_id: str, *queues: str) -> None:
        """Tell the floor about an agent."""
        self.line.submit(
            AgentKnown(
                at=self.clock(),
                agent_id=AgentId(agent_id),
                name=agent_id,
                device=Device(f"PJSIP/{agent_id}"),
                queues=tuple(QueueName(queue) for queue in queues),
            )
        )

    async def signed_in(self, role: Role, login: str = "", **given: Any) -> Browser:
        """A browser of a new person of `role`, signed in without spending an attempt."""
        self._taken += 1
        account = await self.add(login or f"{role.value}{self._taken}", role, **given)
        browser = self.browser()
        async with self.database.work() as work:
            browser.cookie = await self.web.sessions.open(work, account, ip="127.0.0.1", user_agent="test")
        browser.csrf = str((await browser.ask("GET", "/api/session")).body["csrf"])
        return browser

    async def audit(self) -> list[tuple[str, str]]:
        """(action, result) of every audit row, oldest first, but for pops: those are written behind, at any time."""
        async with self.database.look() as session:
            rows = await audit.list_audit(session, limit=1000)
        return [(row.action, row.result) for row in reversed(rows) if row.action != "pop.shown"]

    def boot(self) -> None:
        """The link is up and the floor in step with it."""
        self.line.submit(LinkUp(at=self.clock(), system_name="hx", version="22.10.1"))
        self.line.submit(msgspec.structs.replace(EMPTY_FLOOR, at=self.clock(), queues=(QueueName("complaints"),)))

    def play(self, *steps: str) -> None:
        """Let callers, queues and agents do these steps of the world."""
        done = len(self.world.events)
        for step in steps:
            getattr(self.world, step)(0)
        for event in self.world.events[done:]:
            self.line.submit(event)

    def talking(self) -> str:
        """Return the id of a call in which an agent talks with a customer."""
        self.play("arrive", "join", "offer", "answer")
        return next(iter(self.line.floor.calls))

    def talk_in_browser(self) -> str:
        """The agent 1001 talks with a customer on the telephone in his browser. Returns the call's id."""
        return self.talk("PJSIP/web1001-00000009")

    def talk(self, channel: str, *, other: str = "PJSIP/trunk-00000008") -> str:
        """`other` called, and talks with the agent's `channel`. Returns the call's id."""
        caller, agent = Party("hx-2.2", other), Party("hx-2.1", channel)
        for party in (caller, agent):
            self.line.submit(ChannelOpened(**party.fields(caller, self.clock()), number="13800138000"))
            self.line.submit(ChannelStateChanged(**party.fields(caller, self.clock()), state=UP))
        for party in (caller, agent):
            self.line.submit(BridgeEntered(**party.fields(caller, self.clock()), bridge_id=BridgeId("b2")))
        return caller.channel_id

    def hang_up_all(self) -> None:
        """Every open channel ends."""
        for call in list(self.line.floor.calls.values()):
            for leg in call.legs:
                if leg.closed_at is None:
                    party = Party(leg.channel_id, leg.channel)
                    fields = party.fields(Party(call.linked_id, ""), self.clock())
                    self.line.submit(ChannelClosed(**fields, cause=16))

    def call_entered(self, number: int) -> None:
        """One more call comes in."""
        channel = f"hx-1795500000.{number}"
        self.line.submit(
            CallEntered(
                at=self.clock(),
                channel_id=ChannelId(channel),
                linked_id=LinkedId(channel),
                channel=f"PJSIP/trunk-{number:08x}",
                hotline="95001",
                line_count=1,
                is_test=False,
            )
        )


@contextlib.asynccontextmanager
async def opened(database: Database, folder: Path, **given: Any) -> AsyncIterator[House]:
    """A house that is open."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        house = House(database, folder, http)
        await house.open(**given)
        try:
            yield house
        finally:
            await house.close()


FAST_LIVE = LiveOptions(
    ping_s=0.05, recheck_s=0.05, silence_s=60, send_limit_s=0.3, close_limit_s=1.0, messages_per_s=1, refusals_limit=10
)
"""The live feed without patience."""
