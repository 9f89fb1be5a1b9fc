"""The call-back list from recorded calls, on both databases."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from cti.domain.changes import CallEnd, CallView, Change, LegKind, VisitOutcome
from cti.domain.events import Ticked
from cti.domain.missed import missed_callers
from cti.store.missed import list_contacts, list_lost
from cti.store.recorder import Recorder
from cti.store.work import Database
from tests.floor_words import a_call, a_leg, a_visit, at

LOST = VisitOutcome.ABANDONED


async def record(database: Database, *calls: CallView) -> None:
    recorder = Recorder(database, zone=ZoneInfo("Asia/Shanghai"))
    recorder.offer(Ticked(at=at(0)), [Change("calls", call.call_id, call) for call in calls])
    await recorder.flush()


def asked(call: str, number: str, second: float, outcome: VisitOutcome = LOST, **given: Any) -> CallView:
    """A call that stood in a queue; answered ones have an agent's leg that talked."""
    is_answered = outcome is VisitOutcome.ANSWERED
    agent = a_leg(f"{call}-a", kind=LegKind.AGENT, agent_id="1001", talk_s=20.0 if is_answered else 0.0)
    visit = a_visit(f"{call}#1", entered_at=at(second), ended_at=at(second + 9), outcome=outcome, wait_s=9.0)
    known: dict[str, Any] = {"caller_number": number, "started_at": at(second), "ended_at": at(second + 10)}
    return a_call(call, legs=(a_leg(call), agent), visits=(visit,), **known | given)


async def entries(database: Database, since: float = 0) -> list[tuple[str, str, int]]:
    async with database.look() as session:
        lost = await list_lost(session, at(since))
        contacts = await list_contacts(session, sorted({one.number for one in lost}), at(since))
    return [(one.newest.number, one.newest.outcome, one.times) for one in missed_callers(lost, contacts)]


async def test_lost_calls_are_listed_and_answered_ones_are_not(database: Database) -> None:
    await record(
        database,
        asked("c1", "111", 1),
        asked("c2", "222", 2, VisitOutcome.ANSWERED),
        asked("c3", "333", 3, VisitOutcome.TIMED_OUT),
        asked("c4", "444", 4, VisitOutcome.LEFT_BY_KEY),
        asked("c5", "", 5),
        asked("c6", "666", 6, is_test=True),
    )
    assert await entries(database) == [("111", "abandoned", 1), ("333", "timed_out", 1)]


async def test_a_refusal_at_the_door_is_a_lost_request(database: Database) -> None:
    await record(
        database,
        a_call("c1", caller_number="111", refusal="lines", end=CallEnd.REFUSED, ended_at=at(3), started_at=at(2)),
    )
    assert await entries(database) == [("111", "lines", 1)]


async def test_a_blocked_caller_is_not_missed(database: Database) -> None:
    refused = (("c1", "111", "closed"), ("c2", "222", "nobody"), ("c3", "333", "blocked"))
    await record(
        database, *(a_call(call, caller_number=number, refusal=why, ended_at=at(1)) for call, number, why in refused)
    )
    assert {(number, why) for number, why, _ in await entries(database)} == {("111", "closed"), ("222", "nobody")}


async def test_who_was_answered_in_a_second_queue_is_not_lost(database: Database) -> None:
    first = a_visit("c1#1", entered_at=at(1), outcome=VisitOutcome.TIMED_OUT)
    second = a_visit("c1#2", entered_at=at(90), outcome=VisitOutcome.ANSWERED)
    await record(database, a_call("c1", caller_number="111", legs=(a_leg("c1"),), visits=(first, second)))
    assert await entries(database) == []


async def test_an_answered_call_back_takes_the_number_off(database: Database) -> None:
    called = a_leg("o1-a", kind=LegKind.AGENT, agent_id="1001", talk_s=12.0)
    back = a_call("o1", direction="out", caller_number="111", started_at=at(60), ended_at=at(90), legs=(called,))
    await record(database, asked("c1", "111", 1), back)
    assert await entries(database) == []


async def test_older_losses_than_asked_for_are_left_out(database: Database) -> None:
    await record(database, asked("c1", "111", 1), asked("c2", "222", 50))
    assert await entries(database, since=30) == [("222", "abandoned", 1)]
