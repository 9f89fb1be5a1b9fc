"""Is it alive, is it ready, how is it: /healthz, /readyz, /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from aiohttp import web
from sqlalchemy import text

from cti.domain.errors import DatabaseAway, NotFound
from cti.store.work import Database
from cti.web.metrics import CONTENT_TYPE, Metrics
from cti.web.origin import Origins
from cti.web.routes import Ask, route

_LIMIT_S = 2.0

ReadyParts = Mapping[str, Callable[[], Awaitable[str]]]
"""name -> what is missing, in words; empty text when nothing is."""


class HealthRoutes:
    """Open to everybody who can reach the service; they tell nothing about calls or people."""

    def __init__(self, *, parts: ReadyParts, metrics: Metrics, origins: Origins) -> None:
        self._parts = parts
        self._metrics = metrics
        self._origins = origins
        self.is_stopping = False

    @route("GET", "/healthz", is_open=True)
    async def alive(self, ask: Ask) -> dict[str, str]:
        """The process runs and its loop turns. Says nothing about the switch: a restart would not mend that."""
        return {"status": "alive"}

    @route("GET", "/readyz", is_open=True)
    async def ready(self, ask: Ask) -> web.Response:
        """Ready for work: database answers, switch booted, floor in step with it. 503 names what is missing."""
        names = list(self._parts)
        words = await asyncio.gather(*(_ask(self._parts[name]) for name in names))
        missing = {name: word for name, word in zip(names, words, strict=True) if word}
        if self.is_stopping:
            missing["service"] = "stopping"
        body = {"status": "not ready" if missing else "ready", "missing": missing}
        return web.Response(
            body=msgspec.json.encode(body),
            status=503 if missing else 200,
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    @route("GET", "/metrics", is_open=True, content="text/plain")
    async def metrics(self, ask: Ask) -> web.Response:
        """Figures for Prometheus: for this machine itself, or for somebody signed in."""
        is_in = ask.session is not None and not ask.session.via_link
        if not is_in and not self._origins.is_local(ask.request):
            raise NotFound("There is nothing at this address.", code="http.404")
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})


async def _ask(part: Callable[[], Awaitable[str]]) -> str:
    try:
        async with asyncio.timeout(_LIMIT_S):
            return await part()
    except TimeoutError:
        return f"no answer within {_LIMIT_S:g} s"
    except DatabaseAway as away:
        return away.message


def database_part(database: Database) -> Callable[[], Awaitable[str]]:
    """The database answers a query."""

    async def look() -> str:
        async with database.look() as session:
            await session.execute(text("select 1"))
        return ""

    return look
