"""Pages of recorded calls, counts, options."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cti.domain.changes import CallEnd, Change, VisitOutcome
from cti.domain.errors import Conflict, Invalid, NotFound
from cti.domain.events import Ticked
from cti.store.options import find_option, list_options, set_option
from cti.store.reads import CallFilter, count_calls, count_visits, get_call, list_calls
from cti.store.recorder import Recorder
from cti.store.work import Database
from tests.floor_words import a_call, a_leg, a_visit, a_whole_call, at

DAY = date(2026, 11, 24)


@pytest.fixture
async def calls(database: Database) -> Database:
    """Five calls, a second apart: answered, abandoned, refused, a test call, and one of the next day."""
    recorder = Recorder(database, zone=ZoneInfo("Asia/Shanghai"))
    abandoned = a_visit("c2#1", outcome=VisitOutcome.ABANDONED, queue="complaints", agent_id=None)
    made = [
        a_whole_call("c1", started_at=at(1)),
        a_call("c2", started_at=at(2), caller_number="13911112222", legs=(a_leg("c2"),), visits=(abandoned,)),
        a_call("c3", started_at=at(3), caller_number="13999999999", refusal="lines", end=CallEnd.REFUSED),
        a_whole_call("c4", started_at=at(4), is_test=True, caller_number=""),
        a_whole_call("c5", started_at=at(5 * 3600), caller_number="01012345678"),
    ]
    recorder.offer(Ticked(at=at(0)), [Change("calls", call.call_id, call) for call in made])
    await recorder.flush()
    return database


async def ids(database: Database, **wanted: Any) -> list[str]:
    async with database.look() as session:
        return [call.call_id for call in (await list_calls(session, CallFilter(**wanted))).calls]


async def test_calls_come_newest_first(calls: Database) -> None:
    assert await ids(calls) == ["c5", "c4", "c3", "c2", "c1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"number": "139"}, ["c3", "c2"]),
        ({"number": "1399"}, ["c3"]),
        ({"number": "13999999999"}, ["c3"]),
        ({"number": "9"}, []),
        ({"number": "%"}, []),
        ({"queue": "complaints"}, ["c2"]),
        ({"agent_id": "1001"}, ["c5", "c4", "c1"]),
        ({"outcome": "abandoned"}, ["c2"]),
        ({"outcome": "lines"}, ["c3"]),
        ({"day": DAY}, ["c4", "c3", "c2", "c1"]),
        ({"is_test": True}, ["c4"]),
        ({"queue": "consult", "is_test": False, "day": DAY}, ["c1"]),
    ],
)
async def test_a_filter_narrows(calls: Database, wanted: dict[str, Any], found: list[str]) -> None:
    assert await ids(calls, **wanted) == found


async def test_pages_follow_each_other_without_a_gap_or_a_repeat(database: Database) -> None:
    recorder = Recorder(database, zone=ZoneInfo("UTC"))
    same_instant = [Change("calls", f"c{number:02}", a_call(f"c{number:02}", started_at=at(7))) for number in range(23)]
    recorder.offer(Ticked(at=at(0)), same_instant)
    await recorder.flush()
    seen: list[str] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        async with database.look() as session:
            page = await list_calls(session, before=cursor, limit=5)
        seen += [call.call_id for call in page.calls]
        cursor, pages = page.next, pages + 1
    assert seen == [f"c{number:02}" for number in reversed(range(23))]
    assert pages == 5


@pytest.mark.parametrize(
    "cursor", ["x", "2026-11-24T12:00:00~c", "~", "2026-11-24T12:00:00+00:00", "'; drop table calls"]
)
async def test_a_cursor_that_is_not_ours_is_refused(calls: Database, cursor: str) -> None:
    async with calls.look() as session:
        with pytest.raises(Invalid):
            await list_calls(session, before=cursor)


async def test_an_unknown_call_is_not_found(calls: Database) -> None:
    async with calls.look() as session:
        with pytest.raises(NotFound):
            await get_call(session, "nobody")


async def test_counts_of_a_day_leave_test_calls_out(calls: Database) -> None:
    async with calls.look() as session:
        assert await count_calls(session, DAY) == 3
        assert await count_visits(session, DAY) == {"consult": {"answered": 1}, "complaints": {"abandoned": 1}}


async def test_an_option_changes_from_version_to_version(database: Database) -> None:
    for version, value in enumerate([{"wrap_up_s": 15}, {"wrap_up_s": 20}]):
        async with database.work() as work:
            await set_option(work.session, "floor", value, version=version, at=at(version), by="li")
    async with database.look() as session:
        option = await find_option(session, "floor")
        assert list(await list_options(session)) == ["floor"]
        assert await find_option(session, "other") is None
    assert option is not None
    assert (option.value, option.version, option.changed_by, option.changed_at) == ({"wrap_up_s": 20}, 2, "li", at(1))


@pytest.mark.parametrize("version", [0, 2])
async def test_the_slower_of_two_who_change_an_option_is_told(database: Database, version: int) -> None:
    async with database.work() as work:
        await set_option(work.session, "floor", 1, version=0, at=at(0), by="li")

    async def change() -> None:
        async with database.work() as work:
            await set_option(work.session, "floor", 2, version=version, at=at(1), by="wang")

    with pytest.raises(Conflict):
        await change()
    async with database.look() as session:
        option = await find_option(session, "floor")
    assert option is not None
    assert option.value == 1
