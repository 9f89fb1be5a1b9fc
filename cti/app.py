"""Composition root: builds every part once, opens and closes them in order. Reads as the list of parts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from aiohttp import web

from cti.address import address_of
from cti.asterisk.conf_check import ConfCheck
from cti.asterisk.identity import Identity
from cti.core import Core, close_core, core_loops, in_time, open_core, utc_now
from cti.desk import Desk
from cti.domain.errors import Invalid, NotFound
from cti.domain.findings import Finding
from cti.migrations import migrate
from cti.settings import Settings
from cti.store.work import Database
from cti.vitals import book_findings, gauges_of, job_findings, pace_findings, prompt_findings, storage_findings
from cti.web.check import Check
from cti.web.links import make_first_link, make_link_for
from cti.web.server import Web, WebParts, describe

log = logging.getLogger(__name__)

FIRST_LINK = "first-sign-in-link"
PAGES = Path(__file__).resolve().parent.parent / "dashboards" / "static"
SERVED_QUEUES = ("consult", "complaints")
"""Queues that people may be given to; `fallback` is everybody's, `test` the robot's."""


# --- the web --------------------------------------------------------------------------------------------------------


def build_web(core: Core, address: Callable[[], str]) -> Web:
    """The web edge over a core. `address` is what people type."""
    settings = core.settings
    phones = find_phones(settings)
    desk = Desk(engine=core, switch=core.link, database=core.database, clock=utc_now)
    return Web(
        WebParts(
            database=core.database,
            hub=core.hub,
            desk=desk,
            clock=utc_now,
            checks=checks_of(core),
            gauges=lambda: gauges_of(core),
            waits=lambda: waits_of(core),
            address=address,
            queues=SERVED_QUEUES,
            numbers=tuple(phones),
            telephone=lambda number: (number, phones[number], sip_server(settings)) if number in phones else None,
            changed=core.change_person,
            pages=PAGES,
            public_url=settings.public_url,
            host=settings.host,
        )
    )


def find_phones(settings: Settings) -> dict[str, str]:
    """Return number -> SIP secret of the embedded switch's telephones; empty with an Asterisk elsewhere."""
    identity = Identity.load(settings.data_path / "asterisk" / "identity.json")
    return identity.phones if identity else {}


def sip_server(settings: Settings) -> str:
    """Where an agent's telephone registers."""
    identity = Identity.load(settings.data_path / "asterisk" / "identity.json")
    return f"{settings.ami_host or '127.0.0.1'}:{identity.sip_port}" if identity else settings.ami_host


def waits_of(core: Core) -> dict[str, str]:
    """Name each part that is not there, and why: what /readyz waits for."""
    waits = {}
    if not core.floor.link.is_up:
        waits["link"] = core.link.reason or "no link to Asterisk yet"
    elif not core.floor.link.is_valid:
        waits["floor"] = "the floor is being listed"
    if core.recorder.away_s:
        waits["database"] = core.recorder.error
    return waits


def checks_of(core: Core) -> list[Check]:
    """Every look the check page takes."""

    def quick(look: Callable[[Core], Iterable[Finding]]) -> Check:
        async def check() -> Iterable[Finding]:
            return look(core)

        check.__qualname__ = look.__name__
        return check

    looks = (storage_findings, pace_findings, prompt_findings, book_findings, job_findings)
    return [ConfCheck(core.link, line_limit=core.settings.line_limit), *map(quick, looks)]


# --- running --------------------------------------------------------------------------------------------------------


async def serve(settings: Settings) -> int:
    """Run the service until SIGTERM or SIGINT. Returns the exit code; a loop that ends by error ends the process."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as things:
        core = await open_core(things, settings)
        address = address_of(settings.host, settings.port, settings.public_url)
        web_edge = build_web(core, lambda: address)
        await write_first_link(core, address)
        async with asyncio.TaskGroup() as loops:
            coroutines = core_loops(core) | {"sessions": web_edge.run()}
            running = [loops.create_task(loop, name=name) for name, loop in coroutines.items()]
            site = await open_site(things, web_edge, settings)
            log.info("listening", extra={"address": address})
            await stop.wait()
            log.info("stopping")
            await in_time("web", web_edge.close)
            await in_time("site", site.stop)
            await close_core(core)
            for task in running:
                task.cancel()
    return 0


async def open_site(things: contextlib.AsyncExitStack, web_edge: Web, settings: Settings) -> web.TCPSite:
    """Listen. Raises: Invalid `port.taken`."""
    runner = web.AppRunner(web_edge.app, access_log=None, handle_signals=False)
    await runner.setup()
    things.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, settings.host, settings.port, shutdown_timeout=2)
    try:
        await site.start()
    except OSError as taken:
        raise Invalid(
            f"cannot listen on {settings.host} port {settings.port}: {taken.strerror}", code="port.taken"
        ) from taken
    return site


async def write_first_link(core: Core, address: str) -> None:
    """Leave the first administrator's one-time link where only the owner of the data reads it; remove an old one."""
    path = core.settings.data_path / FIRST_LINK
    url = await make_first_link(core.database, address=address, clock=utc_now)
    path.unlink(missing_ok=True)
    if url is not None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(url + "\n")


# --- commands -------------------------------------------------------------------------------------------------------


async def check(settings: Settings) -> list[Finding]:
    """Look at everything once, as the check page does, without serving."""
    async with contextlib.AsyncExitStack() as things:
        core = await open_core(things, settings)
        async with asyncio.TaskGroup() as loops:
            running = [loops.create_task(loop) for loop in (core.engine.run(), core.link.run(), core.loop_lag.run())]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(8):
                    while not core.link.is_up and core.link.state != "refused":  # noqa: ASYNC110 - a command that looks once
                        await asyncio.sleep(0.05)
            found = [finding for look in checks_of(core) for finding in await look()]
            await in_time("link", core.link.aclose)
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


def openapi_text() -> str:
    """The OpenAPI document, for people and generators."""
    return msgspec.json.format(msgspec.json.encode(describe())).decode()
