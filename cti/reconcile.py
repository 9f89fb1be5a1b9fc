"""The queue_log book against recorded visits: what differs becomes rows and a badge, what we missed is put right.

AMI is for the screen, the book is the record (asterisk: 7.3 rule 10). Comparing is repeatable: after a start the last
day is simply compared again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from cti.domain.changes import CallStage, CallView
from cti.domain.errors import DatabaseAway
from cti.domain.queue_log import QueueLogRow
from cti.domain.settle import (
    Found,
    call_from_book,
    differences,
    find_visit,
    is_over,
    is_unsure,
    settled,
    unseen,
)
from cti.domain.visits import BookedVisit, QueueBook
from cti.store import book
from cti.store.rows import write_position
from cti.store.work import Database, Work

log = logging.getLogger(__name__)

POSITION = "queue_log"
GRACE = timedelta(seconds=20)
"""A visit is compared this long after the book closed it: our own record of it may come by later."""
PATIENCE = timedelta(hours=1)
"""A visit that the book has closed while our call goes on is looked at again for so long."""
LOOK_BACK = timedelta(hours=24)
_CHUNK = 200


class Place(Protocol):
    """Where a row begins: `cti.asterisk.queue_log.Place`."""

    @property
    def book(self) -> str:
        """The file."""
        ...

    @property
    def offset_bytes(self) -> int:
        """The byte."""
        ...


class BookedRow(Protocol):
    """A row and its place: `cti.asterisk.queue_log.BookedRow`."""

    @property
    def place(self) -> Place:
        """Where it begins."""
        ...

    @property
    def row(self) -> QueueLogRow:
        """What it says."""
        ...


class Reconciler:
    """Takes the book's rows and compares the visits they close with what was recorded."""

    def __init__(
        self,
        database: Database,
        *,
        zone: tzinfo,
        now: Callable[[], datetime],
        every_s: float = 5.0,
        retry_s: float = 1.0,
    ) -> None:
        self.open_count = 0
        """Differences nobody has settled: the badge."""
        self.compared_count = 0
        self.repaired_count = 0
        self._database = database
        self._zone = zone
        self._now = now
        self._every_s = every_s
        self._retry_s = retry_s
        self._since: datetime | None = None
        self._book = QueueBook()
        self._closed: list[BookedVisit] = []

    async def start(self) -> tuple[str, int]:
        """Take up where the last run ended; return the book and the byte to read from (`""`, 0 at the very first).

        Raises: DatabaseAway.
        """
        async with self._database.look() as session:
            position = await book.find_position(session, POSITION)
            # The book has whole seconds: what happened in the second of the very first start counts.
            first = self._now().replace(microsecond=0)
            self._since = first if position is None else datetime.fromisoformat(position["since"])
            for row in await book.list_book_rows(session, max(self._since, self._now() - LOOK_BACK)):
                self._closed += self._book.take(row)
        return ("", 0) if position is None else (position["book"], position["offset_bytes"])

    async def take(self, rows: Sequence[BookedRow], place: Place) -> None:
        """Keep rows and the place behind them, in one transaction; waits while the database is away."""
        assert self._since is not None, "start comes first"
        since = self._since
        kept = [(each.place.book, each.place.offset_bytes, each.row) for each in rows if each.row.at >= since]
        value = {"book": place.book, "offset_bytes": place.offset_bytes, "since": since.isoformat()}
        while True:
            try:
                async with self._database.work() as work:
                    await book.write_book_rows(work.session, kept)
                    await write_position(work.session, POSITION, value)
                break
            except DatabaseAway:
                await asyncio.sleep(self._retry_s)
        for _, _, row in kept:
            self._closed += self._book.take(row)

    async def run(self) -> None:
        """Compare every few seconds, for ever."""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.compare()
            except DatabaseAway as away:
                log.info("comparing with the book waits for the database: %s", away.message)

    async def compare(self) -> None:
        """Compare every visit the book closed long enough ago. Raises: DatabaseAway; then nothing is forgotten."""
        now = self._now()
        due = [visit for visit in self._closed if visit.ended_at <= now - GRACE]
        for begin in range(0, len(due), _CHUNK):
            chunk = due[begin : begin + _CHUNK]
            async with self._database.work() as work:
                again = await self._compare_chunk(work, chunk, now)
            done = {id(visit) for visit in chunk} - {id(visit) for visit in again}
            self._closed = [visit for visit in self._closed if id(visit) not in done]
            self.compared_count += len(done)
        async with self._database.look() as session:
            self.open_count = await book.count_open_differences(session)

    async def look_for_unbooked(self) -> None:
        """Name recorded visits of the last hour that the book does not have. Raises: DatabaseAway."""
        now = self._now()
        if self._since is None:
            return
        async with self._database.work() as work:
            visits = await book.list_unbooked_visits(work.session, max(self._since, now - PATIENCE), now - 3 * GRACE)
            for visit_id, outcome in visits:
                found = Found(kind="visit_unbooked", about=visit_id, ours=outcome, theirs="")
                await book.write_difference(work.session, found, now, is_repaired=False)

    async def _compare_chunk(self, work: Work, chunk: list[BookedVisit], now: datetime) -> list[BookedVisit]:
        calls = await book.find_calls_of_channels(work.session, {visit.channel_id for visit in chunk})
        again: list[BookedVisit] = []
        for booked in chunk:
            call = calls.get(booked.channel_id)
            if call is not None and self._is_too_early(call, booked, now):
                again.append(booked)
                continue
            changed = await self._compare_one(work, call, booked, now)
            if changed is not None:
                calls[booked.channel_id] = changed
        return again

    @staticmethod
    def _is_too_early(call: CallView, booked: BookedVisit, now: datetime) -> bool:
        if call.stage is CallStage.ENDED or now - booked.ended_at > PATIENCE:
            return False
        visit = find_visit(call, booked)
        return visit is None or not is_over(visit) or is_unsure(call, visit)

    async def _compare_one(
        self, work: Work, call: CallView | None, booked: BookedVisit, now: datetime
    ) -> CallView | None:
        """Write what differs; return the call as it is recorded now when it was put right."""
        session = work.session
        visit = None if call is None else find_visit(call, booked)
        if call is not None and visit is not None:
            found = differences(call, visit, booked)
            if not found:
                await book.settle_differences(session, [visit.visit_id], now)
                return None
            can_repair = is_unsure(call, visit) and call.stage is CallStage.ENDED
        else:
            found = [unseen(booked)]
            can_repair = call is None or call.stage is CallStage.ENDED
        for each in found:
            await book.write_difference(session, each, now, is_repaired=can_repair)
        if not can_repair:
            return None
        if call is None:
            changed = call_from_book(booked, await book.find_caller(session, booked.channel_id))
        else:
            changed = settled(call, visit, booked)
        await book.write_settled_call(session, changed, self._zone)
        work.after_commit(self._count_repair)
        return changed

    def _count_repair(self) -> None:
        self.repaired_count += 1
