"""Outlet of the engine: changes to rows. Batched, repeatable, retried; the journal is its buffer across a crash.

In memory is only the newest view of each key, so a database that is away costs as much as there are calls meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, tzinfo
from time import monotonic
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.changes import AgentView, CallView, Change
from cti.domain.errors import DatabaseAway
from cti.domain.events import Event
from cti.store.rows import write_agents, write_calls, write_modes, write_position
from cti.store.tables import PositionRow
from cti.store.work import Database, is_rows_fault

log = logging.getLogger(__name__)

POSITION = "recorder"
_REFUSALS = (SQLAlchemyError, asyncpg.PostgresError, ValueError, TypeError, OverflowError)
_BATCH = 25
"""Calls in one transaction: building their rows keeps the event loop for some 10 ms, and other writers have a turn."""
_POSITION_EVERY_S = 30.0
"""The journal's position moves with every tick; with nothing else to write it is noted this often."""


class Batch(msgspec.Struct):
    """What one round writes: the newest views, and every mode an agent has entered."""

    calls: dict[str, CallView] = {}
    agents: dict[str, AgentView | None] = {}
    modes: dict[tuple[str, datetime, str], str] = {}

    def __bool__(self) -> bool:
        return bool(self.calls or self.agents or self.modes)

    @property
    def size(self) -> int:
        """Rows to write, without those inside a call."""
        return len(self.calls) + len(self.agents) + len(self.modes)


class Recorder:
    """Writes what happened. `offer` never waits; `run` is its loop; `flush` is for the end."""

    def __init__(
        self,
        database: Database,
        *,
        zone: tzinfo,
        position: Callable[[], int] = lambda: 0,
        on_recorded: Callable[[int], None] = lambda number: None,
        every_s: float = 0.25,
        retry_s: float = 0.25,
        retry_limit_s: float = 5.0,
    ) -> None:
        """`position()` is the journal's synced number; `on_recorded(number)` tells the journal what it may forget."""
        self.error = ""
        """Why the last batch could not be written; empty when it was."""
        self.away_since: float | None = None
        self.recorded_count = 0
        self.broken: dict[str, str] = {}
        """key -> why the database refuses this row for good; the newest 100."""
        self.broken_count = 0
        self._database = database
        self._zone = zone
        self._position = position
        self._on_recorded = on_recorded
        self._every_s = every_s
        self._retry_s = retry_s
        self._retry_limit_s = retry_limit_s
        self._pending = Batch()
        self._last_mode: dict[str, tuple[datetime, str, str]] = {}
        self._position_at = 0.0
        self._writes = asyncio.Lock()

    @property
    def pending_count(self) -> int:
        """Entities that wait for the database."""
        return self._pending.size

    @property
    def away_s(self) -> float:
        """How long the database has been away, in seconds."""
        return 0.0 if self.away_since is None else monotonic() - self.away_since

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Outlet: keep the newest view of each call and agent."""
        for change in changes:
            value = change.value
            if isinstance(value, CallView):
                self._pending.calls[change.key] = value
            elif isinstance(value, AgentView):
                self._take_agent(value)
            elif value is None and change.topic == "agents":
                self._pending.agents[change.key] = None
                self._last_mode.pop(change.key, None)

    def _take_agent(self, view: AgentView) -> None:
        self._pending.agents[view.agent_id] = view
        mode = (view.mode_since, str(view.mode), view.reason)
        if self._last_mode.get(view.agent_id) != mode:
            self._last_mode[view.agent_id] = mode
            self._pending.modes[(view.agent_id, *mode[:2])] = view.reason

    async def run(self) -> None:
        """Write every quarter of a second, for ever; wait longer and longer while the database is away."""
        pause_s = self._every_s
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self.flush()
            except DatabaseAway:
                pause_s = min(max(self._retry_s, pause_s * 2), self._retry_limit_s)
            else:
                pause_s = self._every_s

    async def flush(self) -> None:
        """Write everything that is pending now. Raises: DatabaseAway; what was not written stays pending."""
        async with self._writes:
            # Read together, between two events: the batch holds all that is synced in the journal up to `number`.
            batch, self._pending, number = self._pending, Batch(), self._position()
            if not batch and monotonic() - self._position_at < _POSITION_EVERY_S:
                return
            try:
                await self._write(batch, number)
            except DatabaseAway as away:
                self._put_back(batch)
                if self.away_since is None:
                    self.away_since = monotonic()
                    log.warning("database away, keeping %d entities: %s", self.pending_count, away.message)
                self.error = away.message
                raise
            except asyncio.CancelledError:
                self._put_back(batch)
                raise
        if self.away_since is not None:
            log.info("database back after %.1f s", self.away_s)
        self.error, self.away_since = "", None
        self._on_recorded(number)

    def _put_back(self, batch: Batch) -> None:
        newer = self._pending
        self._pending = Batch(
            calls=batch.calls | newer.calls, agents=batch.agents | newer.agents, modes=batch.modes | newer.modes
        )

    async def _write(self, batch: Batch, number: int) -> None:
        # What is written leaves the batch: after a failure in the middle only the rest is put back.
        while len(batch.calls) > _BATCH:
            chunk = dict(list(batch.calls.items())[:_BATCH])
            await self._write_each(chunk, self._calls)
            batch.calls = {key: view for key, view in batch.calls.items() if key not in chunk}
        count = batch.size
        try:
            async with self._database.work() as work:
                await write_calls(work.session, batch.calls, self._zone)
                await write_agents(work.session, batch.agents)
                await write_modes(work.session, batch.modes)
                await write_position(work.session, POSITION, {"number": number})
        except _REFUSALS as error:
            _raise_unless_row(error)
            await self._write_each(batch.calls, self._calls)
            await self._write_each(batch.agents, write_agents)
            await self._write_each(batch.modes, write_modes)
            async with self._database.work() as work:
                await write_position(work.session, POSITION, {"number": number})
        else:
            self.recorded_count += count
        self._position_at = monotonic()

    async def _write_each(self, entries: dict[Any, Any], write: Callable[[AsyncSession, Any], Awaitable[None]]) -> None:
        """One transaction for all; when the database refuses one of them for good, one for each."""
        if not entries:
            return
        try:
            async with self._database.work() as work:
                await write(work.session, entries)
        except _REFUSALS as error:
            _raise_unless_row(error)
            if len(entries) == 1:
                self._refuse(str(next(iter(entries))), error)
                return
            for key, value in entries.items():
                await self._write_each({key: value}, write)
        else:
            self.recorded_count += len(entries)

    async def _calls(self, session: AsyncSession, views: dict[str, CallView]) -> None:
        await write_calls(session, views, self._zone)

    def _refuse(self, key: str, error: Exception) -> None:
        self.broken_count += 1
        self.broken.pop(key, None)
        self.broken[key] = f"{type(error).__name__}: {error}"[:300]
        for oldest in list(self.broken)[:-100]:
            del self.broken[oldest]
        log.error("the database refuses %s: %s", key, self.broken[key])

    async def aclose(self, limit_s: float = 5.0) -> bool:
        """Write the rest; True when nothing is left. What is left comes back from the journal at the next start."""
        with contextlib.suppress(DatabaseAway, TimeoutError):
            async with asyncio.timeout(limit_s):
                await self.flush()
        return not self._pending


def _raise_unless_row(error: Exception) -> None:
    # A missing table or a damaged file is not this row's fault: keep everything and try again, loudly.
    if not is_rows_fault(error):
        raise DatabaseAway(f"the database cannot be written: {error}", code="database.broken") from error


async def recorded_number(session: AsyncSession) -> int | None:
    """The journal's number up to which everything is in the database; None when nothing was ever recorded."""
    value = await session.scalar(select(PositionRow.value).where(PositionRow.name == POSITION))
    return None if value is None else int(value["number"])
