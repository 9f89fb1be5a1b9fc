"""Composition root: builds every part once, opens and closes them in order. Reads as the list of parts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import ivr.api
import tickets.api
from cti.address import address_of
from cti.asterisk.conf_check import ConfCheck
from cti.asterisk.home import RESTART_WANTED
from cti.asterisk.identity import PHONE_NUMBERS, Identity
from cti.asterisk.sounds import NEEDED
from cti.desk import Desk
from cti.domain.errors import NotFound
from cti.domain.findings import Finding
from cti.migrations import migrate
from cti.seams import openapi_text
from cti.service import Service, close_service, in_time, open_service, service_loops, utc_now
from cti.settings import Settings
from cti.store.work import Database
from cti.vitals import (
    book_differences,
    book_findings,
    gauges_of,
    job_findings,
    menu_findings,
    pace_findings,
    recording_findings,
    storage_findings,
)
from cti.web.check import Check
from cti.web.links import make_first_link, make_link_for
from cti.web.server import Web, build_web, open_site
from cti.web.wire import Telephone
from ivr.api.blocked import BlockedRoutes
from ivr.api.callbacks import CallbackRoutes
from ivr.api.messages import MessageRoutes
from ivr.api.prompts import PromptRoutes
from ivr.api.report import ReportRoutes
from ivr.findings import message_findings, webhook_findings
from ivr.library import prompts_used
from recordings.api import RecordingRoutes
from recordings.audio import Shelf

log = logging.getLogger(__name__)

FIRST_LINK = "first-sign-in-link"
PAGES = Path(__file__).resolve().parent.parent / "dashboards" / "static"
SERVED_QUEUES = ("consult", "complaints", "service")
"""Queues that people may be given to; `fallback` is everybody's, `test` the robot's."""


# --- the web --------------------------------------------------------------------------------------------------------


def build_edge(service: Service, address: str) -> Web:
    """The web edge over a service. `address` is what people type."""
    settings = service.settings
    identity = Identity.load(settings.data_path / "asterisk" / "identity.json")
    phones = identity.phones if identity else {}
    server = f"{settings.ami_host or '127.0.0.1'}:{identity.sip_port}" if identity else ""

    def telephone(number: str) -> Telephone | None:
        return Telephone(user=number, secret=phones[number], server=server) if number in phones else None

    desk = build_desk(service)
    return build_web(
        database=service.database,
        engine=service,
        hub=service.hub,
        rules=service.rules,
        telephones=service.telephones,
        presence=service.presence,
        switch_socket=lambda: switch_socket(settings),
        zone=ZoneInfo(settings.timezone),
        desk=desk,
        clock=utc_now,
        address=lambda: address,
        static_dir=PAGES,
        public_url=settings.public_url,
        host=settings.host,
        proxies=settings.proxies,
        checks=checks_of(service),
        gauges=lambda: gauges_of(service),
        telephone=telephone,
        agent_numbers=lambda: tuple(phones) or PHONE_NUMBERS,
        queues=lambda: SERVED_QUEUES,
        document=openapi_text,
        on_pop_shown=service.pop_times.shown,
        owners=owners_of(service, desk),
    )


def owners_of(service: Service, desk: Desk) -> list[object]:
    """The features' own routes."""
    cases = tickets.api.make_owners(
        database=service.database,
        procedures=service.procedures,
        pops=service.pops,
        desk=desk,
        departments=lambda: service.rules.book.departments,
        publish=service.hub.publish,
        clock=utc_now,
        zone=ZoneInfo(service.settings.timezone),
    )
    recordings = RecordingRoutes(
        database=service.database,
        folder=service.settings.recordings_path,
        shelf=Shelf(service.settings.data_path / "playable"),
        shows_call=service.pops.shows_call,
        clock=utc_now,
    )
    prompts = PromptRoutes(
        prompts=service.prompts,
        workbench=service.workbench,
        takes=service.phone_takes,
        uses=lambda: prompt_uses(service),
    )
    menus = ivr.api.make_flow_owners(
        database=service.database,
        rules=service.rules,
        library=service.library,
        proof=service.proof,
        prompts=lambda: service.prompts.book,
        clock=utc_now,
        zone=ZoneInfo(service.settings.timezone),
    )
    return [*cases, *menus, recordings, prompts, *left_owners(service, desk)]


def left_owners(service: Service, desk: Desk) -> list[object]:
    """Routes of what callers leave, of who is not served, and of figures."""
    messages = MessageRoutes(
        database=service.database,
        shelf=service.messages,
        news=service.message_news,
        desk=desk,
        clock=utc_now,
    )
    callbacks = CallbackRoutes(database=service.database, callbacks=service.callbacks, desk=desk, clock=utc_now)
    blocked = BlockedRoutes(database=service.database, blocks=service.blocks, desk=desk, clock=utc_now)
    report = ReportRoutes(database=service.database, clock=utc_now, zone=ZoneInfo(service.settings.timezone))
    return [messages, callbacks, blocked, report]


async def prompt_uses(service: Service) -> dict[tuple[str, str], list[str]]:
    """(language, prompt) -> who says it: flows in force and drafts, and the dialplan by itself."""
    uses = {("zh", name): {"dialplan"} for name in NEEDED}
    for flow in (*service.library.edition.flows.values(), *await service.library.drafts()):
        for name in prompts_used(flow):
            uses.setdefault((flow.language, name), set()).add(flow.name)
    return {prompt: sorted(users) for prompt, users in uses.items()}


def build_desk(service: Service) -> Desk:
    """What people may ask of the floor."""
    return Desk(
        engine=service,
        switch=service.link,
        hands=service.hands,
        dialling=service.dialling,
        database=service.database,
        clock=utc_now,
    )


def switch_socket(settings: Settings) -> str:
    """Where Asterisk speaks SIP over WebSocket: its own port may be another one after it was started anew."""
    if settings.sip_socket:
        return settings.sip_socket
    identity = Identity.load(settings.data_path / "asterisk" / "identity.json")
    return f"ws://127.0.0.1:{identity.http_port}/ws" if identity else ""


def checks_of(service: Service) -> list[Check]:
    """Every look the check page takes."""

    def quick(look: Callable[[Service], Iterable[Finding]]) -> Check:
        async def check() -> Iterable[Finding]:
            return look(service)

        check.__qualname__ = look.__name__
        return check

    looks = (storage_findings, pace_findings, recording_findings, book_findings, job_findings)

    async def check_webhooks() -> Iterable[Finding]:
        return webhook_findings(service.webhooks)

    return [
        ConfCheck(
            service.link,
            hands=service.hands,
            line_limit=service.settings.line_limit,
            restart_wanted=service.settings.data_path / "asterisk" / RESTART_WANTED,
        ),
        *map(quick, looks),
        check_webhooks,
        lambda: menu_findings(service),
        lambda: book_differences(service),
        lambda: message_findings(service.database, service.messages, utc_now()),
    ]


# --- running --------------------------------------------------------------------------------------------------------


async def serve(settings: Settings) -> int:
    """Run the service until SIGTERM or SIGINT. Returns the exit code; a loop that ends by error ends the process."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as things:
        service = await open_service(things, settings)
        address = address_of(settings.host, settings.port, settings.public_url)
        edge = build_edge(service, address)
        await write_first_link(service, address)
        async with asyncio.TaskGroup() as loops:
            running = [loops.create_task(loop, name=name) for name, loop in service_loops(service).items()]
            running.append(loops.create_task(edge.run(), name="sessions"))
            runner, _ = await open_site(edge.app, settings.host, settings.port)
            things.push_async_callback(runner.cleanup)
            log.info("listening", extra={"address": address})
            await stop.wait()
            log.info("stopping")
            await in_time("web", edge.stop)
            await in_time("site", runner.cleanup)
            await close_service(service)
            for task in running:
                task.cancel()
    return 0


async def write_first_link(service: Service, address: str) -> None:
    """Leave the first administrator's one-time link where only the owner of the data reads it; remove an old one."""
    path = service.settings.data_path / FIRST_LINK
    url = await make_first_link(service.database, address=address, clock=utc_now)
    path.unlink(missing_ok=True)
    if url is not None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(url + "\n")


# --- commands -------------------------------------------------------------------------------------------------------


async def check(settings: Settings) -> list[Finding]:
    """Look at everything once, as the check page does, without serving."""
    async with contextlib.AsyncExitStack() as things:
        service = await open_service(things, settings)
        async with asyncio.TaskGroup() as loops:
            running = [
                loops.create_task(loop) for loop in (service.engine.run(), service.link.run(), service.loop_lag.run())
            ]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(8):
                    while not service.link.is_up and service.link.state != "refused":  # noqa: ASYNC110 - a command that looks once
                        await asyncio.sleep(0.05)
            found = [finding for look in checks_of(service) for finding in await look()]
            await in_time("link", service.link.aclose)
            for task in running:
                task.cancel()
    return found


async def new_sign_in_link(settings: Settings, login: str) -> str:
    """Return a new one-time link for an account. Raises: NotFound."""
    await migrate(settings.effective_database_url)
    database = Database(settings.effective_database_url)
    await database.open()
    try:
        address = address_of(settings.host, settings.port, settings.public_url)
        url = await make_link_for(database, login, address=address, clock=utc_now)
    finally:
        await database.close()
    if url is None:
        raise NotFound(f"there is no account {login}", code="person.unknown", login=login)
    return url
