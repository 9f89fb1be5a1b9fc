"""`/metrics` for Prometheus. Every label has few values: a route's pattern, never the path that was asked."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from cti.web.wire import Gauge

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics(Collector):
    """Request counters, and the gauges of the check page under their codes."""

    def __init__(self, gauges: Callable[[], Sequence[Gauge]], counts: Callable[[], Mapping[str, float]]) -> None:
        self._gauges = gauges
        self._counts = counts
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "hotline_http_requests", "Requests by route and status", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "hotline_http_seconds",
            "Seconds to answer, without WebSockets and files",
            ("route",),
            buckets=(0.005, 0.02, 0.1, 0.5, 2, 10),
            registry=self._registry,
        )
        self._registry.register(self)

    def collect(self) -> Iterable[Metric]:
        """Gauges as they are now, one family with the unit in a label; counts of what was refused."""
        family = GaugeMetricFamily("hotline_gauge", "Measured figures of the service", labels=("code", "unit"))
        for gauge in self._gauges():
            if gauge.value is not None:
                family.add_metric((gauge.code, gauge.unit), gauge.value)
        yield family
        refused = CounterMetricFamily("hotline_refused", "What was turned away", labels=("what",))
        for code, count in self._counts().items():
            refused.add_metric((code,), count)
        yield refused

    def text(self) -> bytes:
        """The page."""
        return generate_latest(self._registry)

    @web.middleware
    async def measure(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Count a request and take its time."""
        began = time.perf_counter()
        response = await handler(request)
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "none"
        self._requests.labels(route, str(response.status)).inc()
        if response.status != 101 and route.startswith("/api/"):
            self._seconds.labels(route).observe(time.perf_counter() - began)
        return response
