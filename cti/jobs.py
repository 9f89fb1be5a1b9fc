"""The list of timed jobs. A job that fails is logged, counted and shown; it runs again at its next time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from time import monotonic

import msgspec
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger(__name__)


class JobState(msgspec.Struct, kw_only=True):
    """How a job fares. `error` is of its last run, empty when that went well."""

    name: str
    every_s: float
    limit_s: float
    run_count: int = 0
    failed_count: int = 0
    error: str = ""
    last_run_at: datetime | None = None
    last_success_at: datetime | None = None
    last_took_s: float = 0.0

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether it has not succeeded for three of its periods, once it has run at all."""
        if self.last_run_at is None:
            return False
        return self.last_success_at is None or (at - self.last_success_at).total_seconds() > 3 * self.every_s


class Jobs:
    """Runs jobs at their times. One job never runs twice at once; runs missed while the machine slept come once."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.states: dict[str, JobState] = {}
        self._now = now
        self._work: dict[str, Callable[[], Awaitable[object]]] = {}

    def add(
        self, name: str, work: Callable[[], Awaitable[object]], *, every_s: float, limit_s: float | None = None
    ) -> None:
        """Run `work` every `every_s`, cut off after `limit_s` (default: its period). Before `run` only."""
        self._work[name] = work
        self.states[name] = JobState(name=name, every_s=every_s, limit_s=limit_s or every_s)

    async def run(self) -> None:
        """Keep time until cancelled."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        for name, state in self.states.items():
            scheduler.add_job(
                self.run_once,
                IntervalTrigger(seconds=state.every_s, timezone="UTC"),
                args=[name],
                id=name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def run_once(self, name: str) -> None:
        """Run one job now. Its failure ends here."""
        state, began = self.states[name], monotonic()
        state.last_run_at = self._now()
        state.run_count += 1
        try:
            async with asyncio.timeout(state.limit_s):
                await self._work[name]()
        except Exception as error:
            state.failed_count += 1
            state.error = f"{type(error).__name__}: {error}"[:300]
            log.exception("job %s failed", name)
        else:
            state.error, state.last_success_at = "", self._now()
        finally:
            state.last_took_s = monotonic() - began
