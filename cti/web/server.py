"""The web application: every route from one registry, the safety around it, the pages."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from cti import VERSION
from cti.desk import Desk
from cti.hub import Hub
from cti.store.people import Account
from cti.store.work import Database
from cti.web import wire
from cti.web.agents import AgentRoutes
from cti.web.attempts import AttemptLimit
from cti.web.auth import SessionRoutes
from cti.web.calls import CallRoutes
from cti.web.check import Check, CheckRoutes
from cti.web.endpoint import make_endpoint
from cti.web.guard import Guard
from cti.web.headers import put_headers
from cti.web.health import HealthRoutes
from cti.web.live import LiveFeed
from cti.web.once import Once
from cti.web.openapi import make_document
from cti.web.origin import Origins
from cti.web.passwords import Passwords
from cti.web.people import PeopleRoutes
from cti.web.problem import REQUEST_LIMIT_BYTES, problems
from cti.web.routes import Route, routes_of
from cti.web.sessions import Sessions
from cti.web.static import StaticFiles

SIGN_INS_PER_ACCOUNT, SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW_S = 5, 20, 60.0
"""Security 6.6: attempts a minute."""
TEST_CALLS_LIMIT, TEST_CALLS_WINDOW_S = 12, 60.0

OWNERS = (SessionRoutes, PeopleRoutes, AgentRoutes, CallRoutes, CheckRoutes, LiveFeed, HealthRoutes)
"""Every class with routes."""


class WebParts(msgspec.Struct, frozen=True, kw_only=True):
    """What the web edge is built from. `changed(before, after)` is told of every change of a person."""

    database: Database
    hub: Hub
    desk: Desk
    clock: Callable[[], datetime]
    checks: Sequence[Check]
    gauges: Callable[[], Sequence[wire.Gauge]]
    waits: Callable[[], Mapping[str, str]]
    address: Callable[[], str]
    queues: Sequence[str]
    numbers: Sequence[str]
    telephone: Callable[[str], tuple[str, str, str] | None]
    changed: Callable[[Account | None, Account], None]
    pages: Path
    public_url: str = ""
    host: str = "127.0.0.1"
    proxies: int = 0


class Web:
    """The application and its life."""

    def __init__(self, parts: WebParts) -> None:
        origins = Origins(public_url=parts.public_url, host=parts.host, proxies=parts.proxies)
        self.sessions = Sessions(parts.database, parts.clock)
        self.passwords = Passwords()
        self.live = LiveFeed(hub=parts.hub, sessions=self.sessions)
        self.health = HealthRoutes(
            waits=parts.waits, gauges=parts.gauges, origins=origins, document=functools.cache(describe)
        )
        self._once = Once(time.monotonic)
        guard = Guard(self.sessions, origins)
        self.routes = routes_of(*self._owners(parts), self.live, self.health)
        self.app = web.Application(client_max_size=REQUEST_LIMIT_BYTES, middlewares=[problems])

        async def put_safety(request: web.Request, response: web.StreamResponse) -> None:
            put_headers(response, is_https=origins.is_https)

        self.app.on_response_prepare.append(put_safety)
        for route in self.routes:
            self.app.router.add_route(route.mark.method, route.mark.path, make_endpoint(route, guard, self._once))
        self.app.router.add_get("/{name:.*}", StaticFiles(parts.pages))

    def _owners(self, parts: WebParts) -> list[object]:
        return [
            SessionRoutes(
                database=parts.database,
                sessions=self.sessions,
                passwords=self.passwords,
                clock=parts.clock,
                by_account=AttemptLimit(SIGN_INS_PER_ACCOUNT, SIGN_IN_WINDOW_S, time.monotonic),
                by_address=AttemptLimit(SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW_S, time.monotonic),
            ),
            PeopleRoutes(
                database=parts.database,
                sessions=self.sessions,
                clock=parts.clock,
                address=parts.address,
                queues=parts.queues,
                numbers=parts.numbers,
                telephone=parts.telephone,
                changed=parts.changed,
            ),
            AgentRoutes(desk=parts.desk),
            CallRoutes(
                database=parts.database,
                desk=parts.desk,
                test_calls=AttemptLimit(TEST_CALLS_LIMIT, TEST_CALLS_WINDOW_S, time.monotonic),
            ),
            CheckRoutes(checks=parts.checks, gauges=parts.gauges, desk=parts.desk, clock=parts.clock),
        ]

    async def run(self) -> None:
        """Drop old sessions, for ever."""
        await self.sessions.run()

    async def close(self) -> None:
        """Not ready any more; say goodbye to the sockets; let commands under way come to their end."""
        self.health.is_stopping = True
        await self.live.close()
        await self._once.aclose()
        self.passwords.close()


def describe() -> dict[str, Any]:
    """The OpenAPI document of every route."""
    return make_document(all_routes(), version=VERSION)


def all_routes() -> list[Route]:
    """The registry without an application."""
    return routes_of(*OWNERS)
