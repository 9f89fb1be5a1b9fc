"""The book against recorded visits: late repair, named differences, nothing twice, nothing from before our time."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from cti.domain.changes import CallEnd, CallStage, CallView, Change, VisitOutcome
from cti.domain.events import Ticked
from cti.domain.ids import ChannelId
from cti.domain.queue_log import QueueLogRow
from cti.reconcile import Reconciler
from cti.store.book import list_differences
from cti.store.reads import get_call
from cti.store.recorder import Recorder
from cti.store.tables import CallRow, DifferenceRow, QueueLogBookRow
from cti.store.work import Database
from tests.floor_words import a_leg, a_visit, a_whole_call, at

ZONE = ZoneInfo("Asia/Shanghai")


class Place:
    def __init__(self, book: str, offset_bytes: int) -> None:
        self.book, self.offset_bytes = book, offset_bytes


class Booked:
    def __init__(self, place: Place, row: QueueLogRow) -> None:
        self.place, self.row = place, row


class Book:
    """A queue_log in memory, and a clock."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.second = 0.0
        self.offset = 0
        self.recorder = Recorder(database, zone=ZONE)
        self.reconciler = self.restarted()

    def now(self) -> datetime:
        return at(self.second)

    def restarted(self) -> Reconciler:
        self.reconciler = Reconciler(self.database, zone=ZONE, now=self.now, retry_s=0.01)
        return self.reconciler

    async def write(self, *lines: str, book: str = "1-a") -> None:
        """Each line: second|channel|queue|member|event|data..."""
        rows = []
        for line in lines:
            second, channel, queue, member, event, *data = line.split("|")
            row = QueueLogRow(
                at=at(float(second)), channel_id=channel, queue=queue, member=member, event=event, data=tuple(data)
            )
            rows.append(Booked(Place(book, self.offset), row))
            self.offset += len(line)
        await self.reconciler.take(rows, Place(book, self.offset))

    async def record(self, *calls: CallView) -> None:
        self.recorder.offer(Ticked(at=at(0)), [Change("calls", call.call_id, call) for call in calls])
        await self.recorder.flush()

    async def compare(self, second: float = 200) -> None:
        self.second = second
        await self.reconciler.compare()

    async def found(self, **options: Any) -> list[tuple[str, str, str]]:
        async with self.database.look() as session:
            return [(one.kind, one.about, one.resolution) for one in await list_differences(session, **options)]

    async def call(self, call_id: str = "x-1.1") -> CallView:
        async with self.database.look() as session:
            return await get_call(session, call_id)


SERVED = (
    "5|x-1.1|consult|NONE|ENTERQUEUE||13800138000|1",
    "13|x-1.1|consult|1001|CONNECT|8|x-1.2|3",
    "73|x-1.1|consult|1001|COMPLETECALLER|8|60|1",
)


def lost(**given: Any) -> CallView:
    visit = a_visit(ended_at=at(30), talk_s=16.75, ended_by="switch", is_reconstructed=True)
    known: dict[str, Any] = {
        "end": CallEnd.LOST_SIGHT,
        "ended_at": at(30),
        "legs": (a_leg(closed_at=at(30), talk_s=16.75),),
        "visits": (visit,),
    }
    return a_whole_call(**known | given)


@pytest.fixture
async def book(database: Database) -> Book:
    made = Book(database)
    assert await made.reconciler.start() == ("", 0)
    return made


async def test_a_visit_both_agree_on_leaves_no_difference(book: Book) -> None:
    await book.record(a_whole_call())
    await book.write(*SERVED)
    await book.compare()
    assert await book.found() == []
    assert (book.reconciler.compared_count, book.reconciler.repaired_count) == (1, 0)


async def test_a_call_that_ended_while_we_were_away_gets_the_books_end(book: Book) -> None:
    await book.record(lost())
    await book.write(*SERVED)
    await book.compare()
    call = await book.call()
    assert (call.ended_at, call.visits[0].talk_s, call.visits[0].ended_by) == (at(73), 60.0, "caller")
    assert await book.found() == []
    assert await book.found(since=at(0)) == [("visit_times", "x-1.1#1", "repaired")]
    await book.record(lost())  # a replay of the journal comes by later
    assert (await book.call()).ended_at == at(73)


async def test_a_caller_lost_while_waiting_is_settled_by_the_book(book: Book) -> None:
    visit = a_visit(outcome=VisitOutcome.UNKNOWN, answered_at=None, ended_at=at(30), talk_s=None, wait_s=25.0)
    await book.record(lost(visits=(visit,)))
    await book.write(SERVED[0], "65|x-1.1|consult|NONE|ABANDON|1|1|60")
    await book.compare()
    call = await book.call()
    assert (call.visits[0].outcome, call.visits[0].wait_s, call.ended_at) == ("abandoned", 60.0, at(65))


async def test_a_difference_in_what_we_saw_is_shown_and_changes_nothing(book: Book) -> None:
    await book.record(a_whole_call())
    await book.write(SERVED[0], "73|x-1.1|consult|NONE|EXITWITHTIMEOUT|1|1|68")
    await book.compare()
    assert await book.found() == [("visit_outcome", "x-1.1#1", "")]
    assert book.reconciler.open_count == 1
    assert await book.call() == a_whole_call()


async def test_a_difference_that_went_away_is_settled(book: Book) -> None:
    await book.record(a_whole_call(visits=(a_visit(wait_s=30.0),)))
    await book.write(*SERVED)
    await book.compare()
    assert await book.found() == [("visit_times", "x-1.1#1", "")]
    await book.record(a_whole_call())
    await book.restarted().start()
    await book.compare(300)
    assert await book.found() == []
    assert await book.found(since=at(0)) == [("visit_times", "x-1.1#1", "agreed")]


async def test_a_call_nobody_recorded_is_made_from_the_book_once(book: Book) -> None:
    await book.write(*SERVED)
    await book.compare()
    await book.restarted().start()
    await book.compare(300)
    call = await book.call()
    assert (call.caller_number, call.is_reconstructed, call.visits[0].agent_id) == ("13800138000", True, "1001")
    async with book.database.look() as session:
        assert await session.scalar(select(func.count()).select_from(CallRow)) == 1
        assert await session.scalar(select(func.count()).select_from(DifferenceRow)) == 1


async def test_two_visits_of_an_unseen_call_make_one_call(book: Book) -> None:
    await book.write(
        SERVED[0],
        "20|x-1.1|consult|NONE|EXITWITHTIMEOUT|1|1|15",
        "20|x-1.1|fallback|NONE|ENTERQUEUE||13800138000|1",
        "40|x-1.1|fallback|NONE|ABANDON|1|1|20",
    )
    await book.compare()
    call = await book.call()
    assert [(visit.visit_id, visit.queue, visit.outcome) for visit in call.visits] == [
        ("x-1.1#1", "consult", "timed_out"),
        ("x-1.1#2", "fallback", "abandoned"),
    ]
    assert call.ended_at == at(40)


async def test_a_visit_is_not_judged_before_our_own_record_can_be_there(book: Book) -> None:
    await book.write(*SERVED)
    await book.compare(second=80)
    assert await book.found(since=at(0)) == []
    await book.record(a_whole_call())
    await book.compare(second=200)
    assert await book.found(since=at(0)) == []


async def test_a_call_that_still_lives_is_looked_at_again_later(book: Book) -> None:
    talking = a_visit(outcome=VisitOutcome.TALKING, ended_at=None, talk_s=None)
    await book.record(a_whole_call(stage=CallStage.TALKING, ended_at=None, visits=(talking,)))
    await book.write(*SERVED)
    await book.compare()
    assert await book.found(since=at(0)) == []
    await book.record(a_whole_call())
    await book.compare(400)
    assert (await book.found(since=at(0)), book.reconciler.compared_count) == ([], 1)


async def test_reading_the_same_rows_again_keeps_one_of_each(book: Book) -> None:
    await book.write(*SERVED)
    offset, book.offset = book.offset, 0
    await book.write(*SERVED)
    assert book.offset == offset
    async with book.database.look() as session:
        assert await session.scalar(select(func.count()).select_from(QueueLogBookRow)) == 3


async def test_a_restart_reads_on_where_the_last_run_ended_and_remembers_open_visits(book: Book) -> None:
    await book.write(*SERVED[:2])
    offset = book.offset
    assert await book.restarted().start() == ("1-a", offset)
    await book.write(SERVED[2])
    await book.compare()
    assert (await book.call()).visits[0].entered_at == at(5)


async def test_what_happened_before_our_first_start_is_not_ours(database: Database) -> None:
    book = Book(database)
    book.second = 100
    await book.reconciler.start()
    await book.write(*SERVED)
    await book.compare(300)
    assert await book.found(since=at(0)) == []
    async with database.look() as session:
        assert await session.scalar(select(func.count()).select_from(CallRow)) == 0


async def test_a_recorded_visit_that_the_book_lacks_is_named(book: Book) -> None:
    await book.record(a_whole_call(), a_whole_call("x-2.2"))
    await book.write(*SERVED)
    book.second = 200
    await book.reconciler.look_for_unbooked()
    assert await book.found() == [("visit_unbooked", "x-2.2#1", "")]


async def test_rows_wait_for_a_database_that_is_away(book: Book) -> None:
    await book.database.close()
    writing = asyncio.create_task(book.write(*SERVED))
    await asyncio.sleep(0.03)
    assert not writing.done()
    await book.database.open()
    await asyncio.wait_for(writing, 5)
    await book.compare()
    assert (await book.call()).visits[0].channel_id == ChannelId("x-1.1")
