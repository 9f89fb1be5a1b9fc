"""The live floor and what hangs on it, without the web: built once, opened and closed in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from cti.asterisk.hands import Hands
from cti.asterisk.link import AmiLink
from cti.asterisk.queue_log import Place, QueueLogReader, follow
from cti.asterisk.states import Address
from cti.dialling import Dialling
from cti.domain.errors import DatabaseAway, Invalid
from cti.domain.events import AgentForgotten, AgentModeSet, Event, LinkDown
from cti.domain.floor import Floor
from cti.domain.ids import AgentId
from cti.domain.options import FloorOptions
from cti.engine import Engine, Outlet, replay
from cti.hub import Hub
from cti.jobs import Jobs
from cti.journal import Journal
from cti.loop_lag import LoopLag
from cti.lost_browsers import LostBrowsers
from cti.menus import Surroundings
from cti.migrations import migrate
from cti.pop_times import PopTimes
from cti.presence import Presence
from cti.reconcile import Reconciler
from cti.settings import Settings
from cti.store.people import Account, list_accounts
from cti.store.reads import list_agent_states
from cti.store.recorder import Recorder, recorded_number
from cti.store.rulebook import Rules
from cti.store.work import Database
from cti.telephones import Telephones
from cti.web.masking import AUDIENCES
from cti.web.people import agent_known
from ivr.adopting import adopt_messages
from ivr.blocking import BlockList
from ivr.driving.outside import Outside
from ivr.driving.session import MenuSessions
from ivr.driving.waiting_words import WaitingWords
from ivr.driving.world import World
from ivr.library import FLOWS, Library, load_shipped
from ivr.looking import LookUps
from ivr.message_files import MessageShelf
from ivr.message_news import MessageNews
from ivr.own_prompts.by_phone import PhoneTakes
from ivr.own_prompts.keeper import OwnPrompts
from ivr.own_prompts.workbench import Workbench
from ivr.promises.callback_news import CallbackNews
from ivr.promises.callbacks import Callbacks
from ivr.proof import Proof
from ivr.webhook import Webhooks
from recordings.running import RunningRecordings
from staffing.membership import Membership
from staffing.waits import Waits
from tickets.library import load_procedures
from tickets.popping import Popping
from tickets.service.by_phone import PhoneLooks

log = logging.getLogger(__name__)

STOP_STEP_S = 4.0
"""Each step of stopping has this long; together they stay below what the supervisor waits."""
LINE_CAPACITY = 20_000
MENU_QUEUES = ("consult", "complaints", "service", "fallback", "test")
"""Queues a menu may lead to, as the dialplan has them."""


def utc_now() -> datetime:
    """The present instant, the only clock of the service."""
    return datetime.now(UTC)


def secret_of(settings: Settings, name: str) -> str:
    """Return the secret `name` (a setting) from the environment or its file. Raises: Invalid, unreadable file."""
    file = str(getattr(settings, f"{name}_file"))
    if not file:
        return str(getattr(settings, name))
    try:
        return Path(file).read_text("utf-8").strip()
    except OSError as refused:
        variable = f"HOTLINE_{name.upper()}_FILE"
        raise Invalid(f"{variable}={file!r}: {refused.strerror}", code="settings.secret_file") from refused


def hands_of(settings: Settings) -> Hands:
    """Return the second AMI account. Raises: Invalid, as `secret_of`."""
    secret = secret_of(settings, "ami_hands_secret")
    return Hands(Address(settings.ami_host or "127.0.0.1", settings.ami_port, settings.ami_hands_user, secret))


class Service:
    """The live floor and what hangs on it: everything but the web. Built by `open_service`."""

    def __init__(self, settings: Settings, database: Database, journal: Journal, floor: Floor) -> None:
        self.settings = settings
        self.database = database
        self.journal = journal
        self.floor = floor
        self.hub = Hub(AUDIENCES)
        self.recorder = Recorder(
            database,
            zone=ZoneInfo(settings.timezone),
            position=lambda: journal.synced_number,
            on_recorded=journal.recorded,
        )
        self.loop_lag = LoopLag()
        self.pop_times = PopTimes()
        self.link = AmiLink(
            host=settings.ami_host or "127.0.0.1",
            port=settings.ami_port,
            username=settings.ami_user,
            secret=secret_of(settings, "ami_secret"),
            submit=self.submit,
        )
        self.hands = hands_of(settings)
        self.membership = Membership(switch=self.link)
        self.waits = Waits()
        self.recordings = RunningRecordings(switch=self.link, hands=self.hands)
        self.rules = Rules(database, submit=self.submit, clock=utc_now)
        self.dialling = Dialling(
            database=database,
            rules=lambda: self.rules.book.calling,
            has_line=lambda: bool(settings.trunk_uri),
            clock=utc_now,
            zone=ZoneInfo(settings.timezone),
        )
        self.prompts = OwnPrompts(database=database, folder=settings.own_prompts_path, clock=utc_now)
        self.workbench = Workbench(settings.data_path / "prompts" / "taken")
        self.phone_takes = PhoneTakes(
            line=self,
            switch=self.link,
            database=database,
            prompts=self.prompts,
            workbench=self.workbench,
            recorded=settings.recordings_path,
            clock=utc_now,
        )
        self.presence = Presence(utc_now)
        self.lost_browsers = LostBrowsers(
            floor=floor,
            switch=self.link,
            database=database,
            rules=lambda: self.rules.book.desk,
            absence_of=self.presence.absence_of,
            clock=utc_now,
        )
        self.telephones = Telephones(
            database=database,
            hands=self.hands,
            presence=self.presence,
            calls=self.lost_browsers,
            tell=self.know_person,
            clock=utc_now,
        )
        self.procedures = load_procedures()
        self.pops = Popping(
            database=database,
            feed=self.hub,
            procedures=self.procedures,
            clock=utc_now,
            on_offered=lambda agent_id, call_id: self.pop_times.offered(agent_id, call_id, self.engine.submitted_at),
        )
        self.webhooks = Webhooks(
            rules=lambda: self.rules.book.webhooks, secret=secret_of(settings, "webhook_secret"), clock=utc_now
        )
        self.phone_looks = PhoneLooks(database=database, clock=utc_now, zone=ZoneInfo(settings.timezone))
        self.look_ups = LookUps(
            customer=self.phone_looks.customer, ticket=self.phone_looks.ticket, webhooks=self.webhooks
        )
        self.blocks = BlockList(database, utc_now)
        self.messages = MessageShelf(settings.messages_path, settings.data_path / "playable" / "messages")
        self.message_news = MessageNews(publish=self.hub.publish, written=self.recorder.flush, clock=utc_now)
        self.library = Library(
            database=database, rulebook=lambda: self.rules.book, shipped=load_shipped(settings.flows_path or FLOWS)
        )
        self.proof = Proof(
            library=self.library,
            rulebook=lambda: self.rules.book,
            prompts=lambda: self.prompts.book,
            queues=MENU_QUEUES,
            has_line=bool(settings.trunk_uri),
        )
        self.world = World(
            queues=lambda: self.waits.queues,
            calling=lambda: self.rules.book.calling,
            has_line=lambda: bool(settings.trunk_uri),
            is_blocked=self.blocks.is_blocked,
            clock=utc_now,
            zone=ZoneInfo(settings.timezone),
        )
        self.callbacks = Callbacks(
            database=database,
            switch=self.link,
            floor=floor,
            seats=self.waits.seats,
            line=self.waits.line,
            rules=lambda: self.rules.book.calling,
            has_line=lambda: bool(settings.trunk_uri),
            clock=utc_now,
            zone=ZoneInfo(settings.timezone),
            tell=CallbackNews(self.hub.publish, utc_now).tell,
        )
        self.words = WaitingWords(
            switch=self.link,
            floor=floor,
            place_of=self.waits.place_of,
            expected_s=self.waits.expected_s,
            flows=lambda: self.library.edition.flows,
            prompts=lambda: self.prompts.book,
        )
        around = Surroundings(
            floor=floor, world=self.world, look_ups=self.look_ups, dialling=self.dialling, callbacks=self.callbacks
        )
        self.menus = MenuSessions(
            switch=self.link,
            outside=Outside(
                submit=self.submit,
                clock=utc_now,
                facts=around.facts,
                look_up=around.look_up,
                take_callback=around.take_callback,
                may_call=around.may_call,
                on_queued=self.words.expect,
            ),
            edition=lambda: self.library.edition,
            prompts=lambda: self.prompts.book,
            place_of=around.place_of,
            messages_folder=settings.messages_path,
            guard_s=settings.menu_guard_s,
        )
        self.reconciler = Reconciler(database, zone=ZoneInfo(settings.timezone), now=utc_now)
        self.jobs = Jobs(now=utc_now)
        self.jobs.add("prune journal", journal.prune, every_s=600)
        self.jobs.add("own prompts nobody needs", self.prompts.clear, every_s=3600)
        self.jobs.add("messages nobody told of", self.adopt_messages, every_s=300)
        if settings.queue_log:
            self.jobs.add("visits without a book row", self.reconciler.look_for_unbooked, every_s=300)
        self.engine = Engine(
            floor, journal, self.outlets, capacity=LINE_CAPACITY, on_overflow=self.link.request_resync, now=utc_now
        )

    @property
    def outlets(self) -> tuple[Outlet, ...]:
        """Who takes changes, in order: the browser first, then the switch, then the database."""
        return (
            self.hub,
            self.pops,
            self.waits,
            self.callbacks,
            self.words,
            self.menus,
            self.membership,
            self.recordings,
            self.lost_browsers,
            self.phone_takes,
            self.recorder,
            self.message_news,
        )

    def submit(self, event: Event) -> None:
        """One door for every event."""
        self.engine.submit(event)

    async def adopt_messages(self) -> None:
        """Find messages whose service died while the caller spoke."""
        if await adopt_messages(self.database, self.messages, utc_now()):
            self.message_news.tell()

    def know_person(self, account: Account) -> None:
        """Tell the floor about a person who is, or is no longer, an agent."""
        for event in events_of_person(account, self.floor, utc_now()):
            self.submit(event)


def events_of_person(account: Account, floor: Floor, at: datetime) -> Iterable[Event]:
    """Return what the floor must hear so that it knows exactly the agent this account is."""
    known = agent_known(account, at)
    if known is not None:
        yield known
    elif account.agent_id is not None and floor.agent_view(account.agent_id) is not None:
        yield AgentForgotten(at=at, agent_id=account.agent_id)


# --- opening --------------------------------------------------------------------------------------------------------


async def open_service(things: contextlib.AsyncExitStack, settings: Settings) -> Service:
    """Open everything but the web, each thing closed in reverse by `things`.

    Raises: DatabaseAway, Invalid (settings, database, journal), each saying what to do.
    """
    await migrate_when_there(settings.effective_database_url)
    database = Database(settings.effective_database_url)
    await database.open()
    things.push_async_callback(database.close)
    journal = Journal(settings.data_path / "journal")
    floor, tail_number, tail = await read_tail(database, journal)
    service = Service(settings, database, journal, floor)
    broken = replay(floor, tail, [service.recorder])
    if broken:
        log.error("%d journalled events could not be applied again", broken)
    journal.open(floor.dump, last_number=tail_number())
    things.push_async_callback(journal.aclose)
    service.hub.prime(floor.snapshot(), floor.as_of)
    service.membership.prime(floor.agents.values())
    service.waits.prime(floor.agents.values())
    service.recordings.prime(floor.calls.values())
    await service.pops.restore(floor.calls.values())
    service.submit(LinkDown(at=utc_now(), reason="the service has just started"))
    await service.rules.load()
    await service.library.load()
    await service.blocks.load()
    await service.prompts.load()
    await service.callbacks.load()
    await submit_agents(service)
    await service.telephones.load()
    return service


async def read_tail(database: Database, journal: Journal) -> tuple[Floor, Callable[[], int], Iterable[Event]]:
    """Return the floor as the journal's newest usable head has it, and the events that follow on it."""
    async with database.look() as session:
        tail = journal.tail(await recorded_number(session))
    return load_floor(tail.floor), lambda: tail.last_number, tail


def load_floor(dump: bytes | None) -> Floor:
    """Return the floor of a dump; an empty one when there is none, or when an older version wrote it."""
    if dump is not None:
        try:
            return Floor.load(dump, FloorOptions())
        except msgspec.MsgspecError:
            log.warning("the floor in the journal is of another version: it begins empty, the switch is listed anyway")
    return Floor(FloorOptions())


async def migrate_when_there(url: str) -> None:
    """Bring the database to the newest version; wait for it while it is away. The dialplan leads callers meanwhile.

    Raises: Invalid when waiting would not help.
    """
    pause_s = 1.0
    while True:
        try:
            await migrate(url)
            return
        except DatabaseAway as away:
            log.error("waiting for the database", extra={"why": away.message})
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 10.0)


async def submit_agents(service: Service) -> None:
    """Submit every agent of the people table, and the mode the database has where the journal knew none."""
    async with service.database.look() as session:
        accounts = await list_accounts(session)
        states = {state.agent_id: state for state in await list_agent_states(session)}
    present = set()
    for account in accounts:
        service.know_person(account)
        if account.agent_id is not None and account.is_active:
            present.add(account.agent_id)
            state = states.get(account.agent_id)
            if state is not None and account.agent_id not in service.floor.agents and state.mode != "wrap_up":
                service.submit(
                    AgentModeSet(
                        at=utc_now(), agent_id=account.agent_id, mode=state.mode, reason=state.reason, by="restart"
                    )
                )
    for agent_id in set(service.floor.agents) - present:
        service.submit(AgentForgotten(at=utc_now(), agent_id=AgentId(agent_id)))


# --- the book of record ---------------------------------------------------------------------------------------------


async def follow_book(service: Service) -> None:
    """Follow Asterisk's queue_log into the database, from where the last run ended, for ever."""
    while True:
        try:
            book, offset_bytes = await service.reconciler.start()
            break
        except DatabaseAway:
            await asyncio.sleep(1)
    place = Place(book=book, offset_bytes=offset_bytes) if book else None
    await follow(QueueLogReader(Path(service.settings.queue_log), place), service.reconciler.take)


# --- running and closing --------------------------------------------------------------------------------------------


def service_loops(service: Service) -> dict[str, Coroutine[None, None, None]]:
    """Return the loops of the service by name. They run until cancelled."""
    loops = {
        "engine": service.engine.run(),
        "journal": service.journal.run(),
        "recorder": service.recorder.run(),
        "menus": service.menus.run(),
        "membership": service.membership.run(),
        "recordings": service.recordings.run(),
        "telephones": service.telephones.run(),
        "lost browsers": service.lost_browsers.run(),
        "pops": service.pops.run(),
        "message news": service.message_news.run(),
        "calls back": service.callbacks.run(),
        "words to who waits": service.words.run(),
        "loop lag": service.loop_lag.run(),
        "jobs": service.jobs.run(),
        "link": service.link.run(),
    }
    if service.settings.queue_log:
        loops |= {"book": follow_book(service), "reconcile": service.reconciler.run()}
    return loops


async def close_service(service: Service) -> None:
    """Stop in order: nobody is driven any more, the link closes, what is in line is applied and written."""
    await in_time("menus", service.menus.aclose)
    await in_time("webhooks", service.webhooks.aclose)
    await in_time("membership", service.membership.aclose)
    await in_time("recordings", service.recordings.aclose)
    await in_time("phone takes", service.phone_takes.aclose)
    await in_time("link", service.link.aclose)
    await in_time("engine", service.engine.drained)
    await in_time("journal", service.journal.flush)
    await in_time("pops", service.pops.aclose)
    await in_time("recorder", service.recorder.aclose)


async def in_time(name: str, step: Callable[[], Awaitable[object]]) -> None:
    """One step of stopping; too slow a one is left behind, because the next ones matter as well."""
    try:
        async with asyncio.timeout(STOP_STEP_S):
            await step()
    except TimeoutError:
        log.error("stopping %s took longer than %g s", name, STOP_STEP_S)
