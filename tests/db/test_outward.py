"""Talk outwards of one agent, summed from what is recorded."""

from __future__ import annotations

from datetime import UTC, timedelta

from cti.domain.changes import LegKind
from cti.domain.ids import AgentId
from cti.store.outward import sum_talk_outwards
from cti.store.rows import write_calls
from cti.store.work import Database
from tests.floor_words import a_call, a_leg, at


async def test_only_his_own_talk_in_calls_outwards_since_then_counts(database: Database) -> None:
    async def summed(agent_id: str, after_s: float = 0, without: tuple[str, ...] = ()) -> float:
        async with database.look() as session:
            return await sum_talk_outwards(session, agent_id, at(0) + timedelta(seconds=after_s), without=without)

    assert await summed("1001") == 0
    calls = [
        a_call(
            name,
            direction=direction,
            legs=(
                a_leg(name, kind=LegKind.AGENT, agent_id=AgentId(agent), opened_at=at(opened), talk_s=talk_s),
                a_leg(f"{name}0", kind=LegKind.OUTSIDE, opened_at=at(opened), talk_s=talk_s),
            ),
        )
        for name, direction, agent, opened, talk_s in (
            ("out-1", "out", "1001", 10, 40.5),
            ("out-2", "out", "1001", 100, 2.25),
            ("out-3", "out", "1002", 100, 100.0),
            ("x-4.4", "in", "1001", 100, 1000.0),
        )
    ]
    async with database.work() as work:
        await write_calls(work.session, {call.call_id: call for call in calls}, UTC)
    assert await summed("1001") == 42.75
    assert await summed("1001", after_s=50) == 2.25
    assert await summed("1001", without=("out-1",)) == 2.25
    assert await summed("1003") == 0
