"""The menu's figures over the web: who sees them, which days, the sheet."""

from __future__ import annotations

from datetime import UTC

import pytest

from cti.domain.roles import Role
from cti.store.rows import write_calls
from tests.db.test_report import call, queued, step
from tests.web.house import House

DAY = "2026-11-24"


async def filled(house: House) -> None:
    menu = (step("key", digits="1", words="=投诉"), step("hung_up"))
    calls = (call("a", "status"), queued("b", "to_queue"), call("c", menu=menu), call("d", refusal="closed"))
    async with house.database.work() as work:
        await write_calls(work.session, {one.call_id: one for one in calls}, UTC)


async def test_the_figures_of_the_last_week_are_shown_when_no_days_are_named(house: House) -> None:
    await filled(house)
    leader = await house.signed_in(Role.TEAM_LEADER)
    report = (await leader.ask("GET", "/api/reports/menu")).body
    assert (report["since"], report["until"]) == ("2026-11-18", DAY)
    [day] = report["days"]
    assert (day["calls"], day["contained"], day["to_queue"], day["hung_up"]) == (4, 1, 1, 1)
    assert day["refused"] == {"closed": 1}
    assert [(one["node"], one["key"], one["words"]) for one in report["keys"]] == [("welcome", "1", "=投诉")]
    empty = (await leader.ask("GET", "/api/reports/menu?since=2026-01-01&until=2026-01-31&hotline=95001")).body
    assert (empty["days"], empty["keys"], empty["ratings"]) == ([], [], [])


async def test_the_sheet_has_one_row_a_day_in_the_readers_language_and_is_audited(house: House) -> None:
    await filled(house)
    leader = await house.signed_in(Role.TEAM_LEADER)
    answer = await leader.ask("GET", f"/api/reports/menu.csv?since={DAY}&until={DAY}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, row, end = answer.body.split("\r\n")
    assert head.startswith('\ufeff"日期","热线","来电"')
    assert row.startswith('"2026-11-24","95001","4","1","0","1","1","0","1"')
    assert (end, head.count(",")) == ("", row.count(","))
    assert await house.audit() == [("report.export", "ok")]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("since=2026-11-25&until=2026-11-24", "report.order"),
        ("since=2026-01-01&until=2026-11-24", "report.too_long"),
    ],
)
async def test_days_that_make_no_sense_are_refused(house: House, query: str, code: str) -> None:
    leader = await house.signed_in(Role.SUPERVISOR)
    for path in ("menu", "menu.csv"):
        answer = await leader.ask("GET", f"/api/reports/{path}?{query}")
        assert (answer.status, answer.code) == (422, code)
    assert (await leader.ask("GET", "/api/reports/menu?since=yesterday")).status == 422


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
async def test_who_leads_nobody_sees_no_figures(house: House, role: Role) -> None:
    browser = await house.signed_in(role)
    assert (await browser.ask("GET", "/api/reports/menu")).status == 403
    assert (await browser.ask("GET", "/api/reports/menu.csv")).status == 403
