"""The web edge put together: every route from one registry, middlewares, pages, what runs in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from time import monotonic

import msgspec
from aiohttp import web

from cti.desk import Desk, Line
from cti.domain.errors import Conflict
from cti.domain.ids import AgentId, CallId
from cti.hub import Hub
from cti.presence import Presence
from cti.store.rulebook import Rules
from cti.store.work import Database
from cti.telephones import Telephones
from cti.web.agents import AgentRoutes
from cti.web.attempts import AttemptLimit
from cti.web.audit_watch import AuditWatch
from cti.web.auth import SessionRoutes
from cti.web.calls import CallRoutes
from cti.web.check import Check, CheckRoutes, Gauges
from cti.web.colleagues import ColleagueRoutes
from cti.web.document import DocumentRoutes
from cti.web.endpoint import make_endpoint
from cti.web.guard import Guard
from cti.web.headers import put_headers
from cti.web.health import HealthRoutes, database_part
from cti.web.live import LiveFeed
from cti.web.live_socket import LiveOptions
from cti.web.metrics import Metrics
from cti.web.missed import MissedRoutes
from cti.web.once import Once
from cti.web.origin import Origins
from cti.web.passwords import Passwords
from cti.web.people import PeopleRoutes
from cti.web.problem import REQUEST_LIMIT_BYTES, problems
from cti.web.reasons import ReasonRoutes
from cti.web.routes import routes_of
from cti.web.rules import RuleRoutes
from cti.web.sessions import SessionOptions, Sessions
from cti.web.sip import SipRoutes
from cti.web.sip_socket import SipOptions
from cti.web.static import StaticFiles
from cti.web.telephones import TelephoneRoutes
from cti.web.wire import Gauge, Telephone

OWNERS: tuple[type, ...] = (
    SessionRoutes,
    PeopleRoutes,
    CallRoutes,
    AgentRoutes,
    ColleagueRoutes,
    RuleRoutes,
    ReasonRoutes,
    MissedRoutes,
    TelephoneRoutes,
    SipRoutes,
    CheckRoutes,
    LiveFeed,
    HealthRoutes,
    DocumentRoutes,
)
"""Classes whose marked methods are the routes."""


class Web(msgspec.Struct, frozen=True, kw_only=True):
    """The built web edge. `run` goes into the service's task group; `stop` comes before the site is closed."""

    app: web.Application
    run: Callable[[], Coroutine[None, None, None]]
    stop: Callable[[], Awaitable[None]]
    live: LiveFeed
    sip: SipRoutes
    sessions: Sessions


def build_web(
    *,
    database: Database,
    engine: Line,
    hub: Hub,
    desk: Desk,
    rules: Rules,
    telephones: Telephones,
    presence: Presence,
    clock: Callable[[], datetime],
    address: Callable[[], str],
    static_dir: Path,
    public_url: str = "",
    host: str = "127.0.0.1",
    zone: tzinfo = UTC,
    proxies: int = 0,
    checks: Sequence[Check] = (),
    gauges: Gauges = tuple,
    telephone: Callable[[str], Telephone | None] = lambda number: None,
    agent_numbers: Callable[[], Sequence[str]] = tuple,
    queues: Callable[[], Sequence[str]] = tuple,
    owners: Sequence[object] = (),
    document: Callable[[], bytes] = bytes,
    switch_socket: Callable[[], str] = str,
    passwords: Passwords | None = None,
    session_options: SessionOptions | None = None,
    live_options: LiveOptions | None = None,
    sip_options: SipOptions | None = None,
    on_pop_shown: Callable[[AgentId, CallId], None] = lambda agent_id, call_id: None,
    now: Callable[[], float] = monotonic,
) -> Web:
    """Build the aiohttp application from its parts. `hub` must have been made with `masking.AUDIENCES`.

    `owners`: objects of the features with routes of their own; `document` gives the OpenAPI text.
    `address`: what people type; `telephone(number)`: settings of an agent's phone; `now`: monotonic seconds;
    `switch_socket()`: URL of Asterisk's SIP WebSocket, empty when it has none.
    """
    origins = Origins(public_url=public_url, host=host, proxies=proxies)
    sessions = Sessions(database, clock, session_options)
    hasher = passwords or Passwords()
    live = LiveFeed(hub=hub, sessions=sessions, on_shown=on_pop_shown, options=live_options)
    sip = SipRoutes(
        telephones=telephones,
        presence=presence,
        sessions=sessions,
        database=database,
        clock=clock,
        switch_url=switch_socket,
        now=now,
        options=sip_options,
    )
    once = Once(now)
    audit_watch = AuditWatch(database)
    session_routes = SessionRoutes(
        database=database,
        sessions=sessions,
        passwords=hasher,
        clock=clock,
        by_account=AttemptLimit(5, 60, now),
        by_address=AttemptLimit(20, 60, now),
    )

    def own_gauges() -> list[Gauge]:
        counts = {"live.sockets": len(live.sockets), "sip.sockets": len(sip.sockets)}
        return [*gauges(), *(Gauge(code=code, value=count, unit="count") for code, count in counts.items())]

    def refused() -> dict[str, float]:
        live_counts = {f"live.{code}": float(count) for code, count in live.counts.items()}
        sip_counts = {f"sip.{code}": float(count) for code, count in sip.counts.items()}
        return {**live_counts, **sip_counts, "sign_in": float(session_routes.failures_count)}

    metrics = Metrics(own_gauges, refused)
    health = HealthRoutes(
        parts={"database": database_part(database), "switch": _switch_part(engine)}, metrics=metrics, origins=origins
    )
    parts: list[object] = [
        session_routes,
        PeopleRoutes(
            database=database,
            sessions=sessions,
            clock=clock,
            submit=engine.submit,
            address=address,
            telephone=telephone,
            agent_numbers=agent_numbers,
            queues=queues,
        ),
        CallRoutes(database=database, desk=desk, test_calls=AttemptLimit(6, 60, now)),
        AgentRoutes(desk=desk, book=lambda: rules.book),
        ColleagueRoutes(line=engine),
        RuleRoutes(database=database, rules=rules, clock=clock),
        ReasonRoutes(database=database, book=lambda: rules.book, zone=zone, clock=clock),
        MissedRoutes(database=database, clock=clock),
        CheckRoutes(checks=[*checks, audit_watch.check], gauges=own_gauges, desk=desk, clock=clock),
        TelephoneRoutes(telephones=telephones),
        sip,
        live,
        health,
        DocumentRoutes(text=document),
        *owners,
    ]
    app = _make_app(parts, Guard(sessions, origins), once, metrics, StaticFiles(static_dir))

    async def stop() -> None:
        health.is_stopping = True
        await live.close()
        await sip.close()
        await once.aclose()

    async def release(app: web.Application) -> None:
        hasher.close()

    async def run() -> None:
        async with asyncio.TaskGroup() as loops:
            loops.create_task(sessions.run(), name="old sessions")
            loops.create_task(audit_watch.run(), name="audit chain")
            loops.create_task(sip.run(), name="telephones' sessions")

    app.on_cleanup.append(release)
    return Web(app=app, run=run, stop=stop, live=live, sip=sip, sessions=sessions)


async def open_site(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Serve the application. Returns the runner, to clean up later, and the port. Raises: Conflict `port.taken`."""
    # Header lines beyond aiohttp's 8 KiB are answered 400 by it; no access log: metrics count, audit names.
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=3, keepalive_timeout=75)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=256).start()
    except OSError as error:
        await runner.cleanup()
        raise Conflict(
            f"{host}:{port} cannot be listened on: {error.strerror}", code="port.taken", port=port
        ) from error
    return runner, int(runner.addresses[0][1])


def _make_app(
    owners: Sequence[object], guard: Guard, once: Once, metrics: Metrics, pages: StaticFiles
) -> web.Application:
    is_https = guard.origins.is_https

    async def put_safety(request: web.Request, response: web.StreamResponse) -> None:
        put_headers(response, is_https=is_https)

    app = web.Application(middlewares=[metrics.measure, problems], client_max_size=REQUEST_LIMIT_BYTES)
    app.on_response_prepare.append(put_safety)
    for route in routes_of(*owners):
        app.router.add_route(route.mark.method, route.mark.path, make_endpoint(route, guard, once))
    app.router.add_get("/{name:.*}", pages.answer)
    return app


def _switch_part(engine: Line) -> Callable[[], Awaitable[str]]:
    async def look() -> str:
        link = engine.floor.link
        if not link.is_up:
            return link.reason or "not connected"
        return "" if link.is_valid else "what is shown is not in step with the switch yet"

    return look
