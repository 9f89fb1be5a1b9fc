"""Is it alive, can it be used, how does it fare: /healthz, /readyz, /metrics, and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from cti.domain.errors import NotAllowed
from cti.web import wire
from cti.web.origin import Origins
from cti.web.routes import Ask, route


class Readiness(wire.Answer, kw_only=True):
    """Answer of /readyz: 200 when every part is true, else 503. `reasons`: part -> what it waits for."""

    is_ready: bool
    reasons: dict[str, str]


class HealthRoutes:
    """`waits()` names each part that is not ready yet and why; `gauges()` gives the figures of the check page."""

    def __init__(
        self,
        *,
        waits: Callable[[], Mapping[str, str]],
        gauges: Callable[[], Sequence[wire.Gauge]],
        origins: Origins,
        document: Callable[[], Mapping[str, object]],
    ) -> None:
        self._waits = waits
        self._gauges = gauges
        self._origins = origins
        self._document = document
        self.is_stopping = False

    @route("GET", "/healthz", is_open=True, content="text/plain")
    async def alive(self, ask: Ask) -> web.Response:
        """200 while the event loop turns. Says nothing about Asterisk or the database."""
        return web.Response(text="alive\n", headers={"Cache-Control": "no-store"})

    @route("GET", "/readyz", is_open=True)
    async def ready(self, ask: Ask) -> web.Response:
        """200 when database, link and floor are there; 503 with the reasons otherwise."""
        reasons = {"stopping": "the service is stopping"} if self.is_stopping else dict(self._waits())
        found = Readiness(is_ready=not reasons, reasons=reasons)
        return web.Response(
            body=msgspec.json.encode(found),
            status=503 if reasons else 200,
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    @route("GET", "/metrics", is_open=True, content="text/plain")
    async def metrics(self, ask: Ask) -> web.Response:
        """Figures for Prometheus. From this machine, or signed in."""
        if ask.session is None and not self._origins.is_local(ask.request):
            raise NotAllowed("Metrics are for this machine only.", code="metrics.local")
        registry = CollectorRegistry()
        for gauge in self._gauges():
            if gauge.value is not None:
                name = f"hotline_{gauge.code.replace('.', '_')}_{_UNITS.get(gauge.unit, gauge.unit)}"
                Gauge(name, gauge.code, registry=registry).set(gauge.value)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    @route("GET", "/api/openapi.json", is_open=True)
    async def openapi(self, ask: Ask) -> web.Response:
        """This document."""
        return web.Response(body=msgspec.json.encode(self._document()), content_type="application/json")


_UNITS = {"s": "seconds", "ms": "milliseconds", "count": "total"}
