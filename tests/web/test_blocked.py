"""The block list over the web: who is on it, how he gets there and off, what may not be blocked."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from cti.domain.roles import Role
from cti.store.rows import write_calls
from ivr.blocking import BlockList
from tests.floor_words import a_call, at
from tests.web.house import House

NUMBER = "13800138000"


async def refused(house: House, call_id: str, number: str, days: float = 1) -> None:
    """A call that was refused because its caller is blocked."""
    begun = at(0) - timedelta(days=days)
    call = a_call(call_id, caller_number=number, refusal="blocked", started_at=begun, ended_at=begun)
    async with house.database.work() as work:
        await write_calls(work.session, {call_id: call}, UTC)


async def test_a_caller_is_blocked_counted_and_served_again(house: House) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER, "wang")
    await refused(house, "c1", NUMBER)
    await refused(house, "c2", f"0{NUMBER}")
    await refused(house, "c3", NUMBER, days=31)
    await refused(house, "c4", "13900139000")
    made = await leader.ask("POST", "/api/blocked", {"number": "+86 138-0013-8000", "why": "骚扰"})
    [one] = made.body["callers"]
    assert (one["number"], one["why"], one["blocked_by"], one["refused_count"]) == (NUMBER, "骚扰", "Wang", 2)
    for form in (NUMBER, f"0{NUMBER}", f"86{NUMBER}"):
        assert house.left.blocks.is_blocked(form)
    assert not house.left.blocks.is_blocked("")
    assert NUMBER not in one["key"]
    gone = await leader.ask("DELETE", f"/api/blocked/{one['key']}")
    assert (gone.status, gone.body["callers"]) == (200, [])
    assert not house.left.blocks.is_blocked(NUMBER)
    assert (await leader.ask("DELETE", f"/api/blocked/{one['key']}")).code == "blocked.unknown"
    assert await house.audit() == [("caller.block", "ok"), ("caller.unblock", "ok")]


async def test_a_block_ends_by_itself_and_survives_a_restart(house: House) -> None:
    leader = await house.signed_in(Role.SUPERVISOR)
    until = house.clock() + timedelta(hours=1)
    await leader.ask("POST", "/api/blocked", {"number": NUMBER, "why": "x", "until": until.isoformat()})
    restarted = BlockList(house.database, house.clock)
    assert not restarted.is_blocked(NUMBER)
    await restarted.load()
    assert restarted.is_blocked(NUMBER)
    house.clock.advance(3600)
    assert not restarted.is_blocked(NUMBER)
    assert await restarted.list() == []


async def test_a_caller_is_blocked_by_his_call(house: House) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER)
    await refused(house, "c1", NUMBER)
    await refused(house, "c2", "")
    made = await leader.ask("POST", "/api/blocked", {"call_id": "c1", "why": "x"})
    assert [one["number"] for one in made.body["callers"]] == [NUMBER]
    withheld = await leader.ask("POST", "/api/blocked", {"call_id": "c2", "why": "x"})
    assert (withheld.status, withheld.code) == (409, "blocked.withheld")
    assert (await leader.ask("POST", "/api/blocked", {"call_id": "c9", "why": "x"})).code == "call.unknown"


async def test_saying_it_again_changes_why_and_how_long(house: House) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER)
    await leader.ask("POST", "/api/blocked", {"number": NUMBER, "why": "first"})
    again = await leader.ask("POST", "/api/blocked", {"number": NUMBER, "why": "second"})
    assert [one["why"] for one in again.body["callers"]] == ["second"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"number": "110", "why": "x"}, "blocked.number"),
        ({"number": "12345", "why": "x"}, "blocked.number"),
        ({"number": "1001", "why": "x"}, "blocked.number"),
        ({"number": "138****8000", "why": "x"}, "blocked.number"),
        ({"number": "a long story", "why": "x"}, "blocked.number"),
        ({"number": NUMBER, "why": "x", "until": "2026-11-24T11:59:00Z"}, "blocked.until"),
        ({"number": NUMBER, "why": "x", "until": "2027-11-24T11:59:00"}, "request.invalid"),
        ({"why": "x"}, "blocked.what"),
        ({"number": NUMBER, "call_id": "c1", "why": "x"}, "blocked.what"),
        ({"number": NUMBER, "why": ""}, "request.too_short"),
    ],
)
async def test_what_may_not_be_blocked(house: House, body: dict[str, str], code: str) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER)
    answer = await leader.ask("POST", "/api/blocked", body)
    assert (answer.status, answer.code) == (422 if code != "request.too_short" else answer.status, code)


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_only_leaders_have_the_list(house: House, role: Role) -> None:
    browser = await house.signed_in(role)
    assert (await browser.ask("GET", "/api/blocked")).status == 403
