"""Recorded calls: pages, filters, masked numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cti.domain.changes import CallStage, Change, LegKind, MenuStepView
from cti.domain.events import Ticked
from cti.domain.roles import Role
from cti.store.recorder import Recorder
from tests.floor_words import NOON, a_call, a_leg, a_visit, at
from tests.web.house import House

CALLER = "13800138000"


async def recorded(house: House, count: int = 1, **given: Any) -> None:
    """Put ended calls into the database the way they get there: through the recorder."""
    recorder = Recorder(house.database, zone=ZoneInfo("Asia/Shanghai"))
    for number in range(count):
        known: dict[str, Any] = {
            "stage": CallStage.ENDED,
            "started_at": NOON + timedelta(minutes=number),
            "ended_at": NOON + timedelta(minutes=number, seconds=90),
            "caller_name": f"Mr {CALLER}",
            "legs": (
                a_leg(f"x-1.{number}", name=CALLER, closed_at=at(90)),
                a_leg(f"x-2.{number}", kind=LegKind.AGENT, number="1001", agent_id="1001", closed_at=at(90)),
            ),
            "visits": (a_visit(f"x-1.{number}#1"),),
            "menu": (MenuStepView(at=at(1), flow="hotline", node="id", digits=CALLER, outcome="key"),),
            "transfers": (f"blind:{CALLER}",),
        }
        call = a_call(f"x-1.{number}", **known | given)
        recorder.offer(Ticked(at=NOON), [Change("calls", call.call_id, call)])
    await recorder.flush()


@pytest.mark.parametrize(
    ("role", "is_masked"),
    [(Role.SUPERVISOR, False), (Role.TEAM_LEADER, False), (Role.AUDITOR, True)],
)
async def test_numbers_are_shown_to_roles_that_may_see_them(house: House, role: Role, is_masked: bool) -> None:
    await recorded(house)
    browser = await house.signed_in(role)
    page = await browser.ask("GET", "/api/calls")
    one = await browser.ask("GET", "/api/calls/x-1.0")
    assert (page.status, one.status) == (200, 200)
    assert len(page.body["calls"]) == 1
    for answer in (page, one):
        assert (CALLER in str(answer.body)) is not is_masked
        assert ("138****8000" in str(answer.body)) is is_masked
        assert "1001" in str(answer.body)


async def test_whom_numbers_are_hidden_from_cannot_find_them_by_guessing(house: House) -> None:
    await recorded(house)
    auditor = await house.signed_in(Role.AUDITOR)
    supervisor = await house.signed_in(Role.SUPERVISOR)
    assert (await supervisor.ask("GET", "/api/calls?number=139")).body["calls"] == []
    assert len((await auditor.ask("GET", "/api/calls?number=139")).body["calls"]) == 1


async def test_pages_follow_each_other_without_gap_or_repeat(house: House) -> None:
    await recorded(house, 120)
    browser = await house.signed_in(Role.SUPERVISOR)
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await browser.ask("GET", f"/api/calls?before={cursor.replace('+', '%2B')}")).body
        seen += [call["call_id"] for call in page["calls"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == [f"x-1.{number}" for number in reversed(range(120))]


async def test_filters_narrow_and_nonsense_is_refused(house: House) -> None:
    await recorded(house, 3)
    browser = await house.signed_in(Role.SUPERVISOR)
    counts = {
        query: len((await browser.ask("GET", f"/api/calls?{query}")).body["calls"])
        for query in (
            "queue=consult",
            "queue=complaints",
            "agent=1001",
            "day=2026-11-24",
            "day=2026-11-25",
            "number=1380",
        )
    }
    assert list(counts.values()) == [3, 0, 3, 3, 0, 3]
    for query in ("before=xyz", "day=yesterday", "sort=asc", "before='%20or%201=1"):
        assert (await browser.ask("GET", f"/api/calls?{query}")).status == 422, query
    assert (await browser.ask("GET", "/api/calls/none")).code == "call.unknown"
