"""Rules, reasons and the call-back list on the web."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from cti.domain.changes import VisitOutcome
from cti.domain.events import RulesChanged
from cti.domain.roles import Role
from cti.domain.rulebook import DeskRules, NotReadyRules
from cti.store.audit import list_audit
from cti.store.tables import AgentModeRow
from tests.floor_words import NOON, a_leg, a_visit
from tests.web.house import House
from tests.web.test_history import CALLER, recorded


def desk_change(**given: Any) -> dict[str, Any]:
    return {"value": msgspec.to_builtins(DeskRules(**given)), "version": 0}


async def test_a_supervisor_changes_a_rule_and_the_floor_hears_of_it(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR, "li")
    answer = await browser.ask("PUT", "/api/rules/desk", desk_change(wrap_up_s=30))
    assert (answer.status, answer.body["rules"]["desk"]["wrap_up_s"], answer.body["versions"]["desk"]) == (200, 30, 1)
    assert [event.rules.wrap_up_s for event in house.line.events if isinstance(event, RulesChanged)][-1] == 30
    async with house.database.look() as session:
        rows = [row for row in await list_audit(session) if row.action == "rules.change"]
    assert rows[0].details["before"]["wrap_up_s"] == 15
    assert rows[0].details["after"]["wrap_up_s"] == 30


@pytest.mark.parametrize("place", ["desk", "not-ready", "calling", "departments"])
async def test_an_agent_reads_the_rules_and_changes_none(house: House, place: str) -> None:
    browser = await house.signed_in(Role.AGENT, "wu", agent_number="1001")
    assert (await browser.ask("GET", "/api/rules")).status == 200
    refused = await browser.ask("PUT", f"/api/rules/{place}", desk_change())
    assert (refused.status, refused.code) == (403, "role")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (desk_change() | {"version": 7}, 409),
        ({"value": {"wrap_up_s": -1}, "version": 0}, 422),
        ({"value": {"wrap_up_s": 601}, "version": 0}, 422),
        ({"value": {"lost_browser": "shrug"}, "version": 0}, 422),
        ({"value": {"unheard_of": 1}, "version": 0}, 422),
        ({"version": 0}, 422),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused(house: House, body: dict[str, Any], status: int) -> None:
    browser = await house.signed_in(Role.ADMINISTRATOR, "li")
    assert (await browser.ask("PUT", "/api/rules/desk", body)).status == status


async def test_only_reasons_in_use_may_be_chosen(house: House) -> None:
    browser = await house.signed_in(Role.AGENT, "wu", agent_number="1001")
    path = "/api/agents/1001/mode"
    assert (await browser.ask("PUT", path, {"mode": "not_ready", "reason": "meal"})).status == 202
    refused = await browser.ask("PUT", path, {"mode": "not_ready", "reason": "missed_offer"})
    assert (refused.status, refused.code) == (422, "agent.reason")


async def test_used_time_stands_beside_what_is_planned(house: House) -> None:
    browser = await house.signed_in(Role.AGENT, "wu", agent_number="1001")
    now = house.clock()
    async with house.database.work() as work:
        for before_s, mode, reason in ((1000, "not_ready", "break"), (400, "ready", ""), (100, "not_ready", "meal")):
            begun_at = now - timedelta(seconds=before_s)
            work.session.add(AgentModeRow(agent_id="1001", begun_at=begun_at, mode=mode, reason=reason))
    answer = await browser.ask("GET", "/api/agents/1001/reasons")
    used = {one["code"]: (one["used_s"], one["allowance_min"]) for one in answer.body["reasons"]}
    assert used == {"break": (600, 60), "meal": (100, 60), "training": (0, 0), "back_office": (0, 0)}
    assert list(used) == [reason.code for reason in NotReadyRules().reasons]
    other = await browser.ask("GET", "/api/agents/1002/reasons")
    assert (other.status, other.code) == (403, "agent.not_you")


@pytest.mark.parametrize(("role", "shown"), [(Role.SUPERVISOR, CALLER), (Role.AGENT, "138****8000")])
async def test_missed_callers_are_listed_with_as_much_number_as_the_role_may_see(
    house: House, role: Role, shown: str
) -> None:
    lost = a_visit("x-1.0#1", outcome=VisitOutcome.ABANDONED, agent_id=None)
    await recorded(house, legs=(a_leg("x-1.0"),), visits=(lost,))
    house.clock.at = NOON + timedelta(hours=1)
    browser = await house.signed_in(role, agent_number="1001" if role is Role.AGENT else None)
    answer = await browser.ask("GET", "/api/missed-callers")
    (caller,) = answer.body["callers"]
    assert (caller["caller_number"], caller["outcome"], caller["times"]) == (shown, "abandoned", 1)


async def test_an_auditor_calls_nobody_back(house: House) -> None:
    browser = await house.signed_in(Role.AUDITOR, "li")
    assert (await browser.ask("GET", "/api/missed-callers")).status == 403
