"""The check page: how everything stands, and repairs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from cti.desk import Desk
from cti.domain.findings import Finding, Level
from cti.domain.roles import Right
from cti.web.routes import Ask, route
from cti.web.wire import Accepted, CheckReport, Gauge

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[Iterable[Finding]]]
"""Looks at one thing. Slow or broken ones become a finding of their own."""
Gauges = Callable[[], Sequence[Gauge]]

_LIMIT_S = 5.0


class CheckRoutes:
    """/api/check"""

    def __init__(self, *, checks: Sequence[Check], gauges: Gauges, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._checks = checks
        self._gauges = gauges
        self._desk = desk
        self._clock = clock

    @route("GET", "/api/check", Right.SEE_CHECK)
    async def show(self, ask: Ask) -> CheckReport:
        """Findings of all checks, worst first, and the gauges of the running service."""
        findings = [one for found in await asyncio.gather(*map(_look, self._checks)) for one in found]
        findings.sort(key=lambda one: _ORDER[one.level])
        return CheckReport(at=self._clock(), findings=findings, gauges=list(self._gauges()))

    @route("POST", "/api/check/repair/{key:.+}", Right.REPAIR, status=202)
    async def repair(self, ask: Ask, key: str) -> Accepted:
        """Let Asterisk have what the agents' modes say, for one difference of topic `check`."""
        return Accepted(command_id=await self._desk.repair(ask.actor, key))


_ORDER = {Level.BAD: 0, Level.UNKNOWN: 1, Level.WARN: 2, Level.OK: 3}


async def _look(check: Check) -> list[Finding]:
    name = getattr(check, "__qualname__", type(check).__name__)
    try:
        async with asyncio.timeout(_LIMIT_S):
            return list(await check())
    except TimeoutError:
        return [_unknown(name, f"no answer within {_LIMIT_S:g} s")]
    except Exception as error:  # one broken check must not hide the others
        log.exception("check %s failed", name)
        return [_unknown(name, f"{type(error).__name__}: {error}")]


def _unknown(name: str, why: str) -> Finding:
    return Finding(
        code="check.failed",
        level=Level.UNKNOWN,
        text=f"The check {name} could not look: {why}.",
        fix="See the service's log; look again in a minute.",
        about=name,
    )
