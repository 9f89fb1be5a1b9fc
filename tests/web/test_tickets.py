"""Tickets over the web: a whole life, whose they are, what is refused, lists, the sheet."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest

from cti.domain.commands import Originate
from cti.domain.events import AgentModeSet
from cti.domain.ids import AgentId
from cti.domain.roles import Role
from tests.web.house import Browser, House
from tests.web.test_desk import may_call

HOSTILE = "=cmd|'/C calc'!A0 <script>alert(1)</script>\u0000 水泵"


async def agent(house: House, number: str = "1001") -> Browser:
    return await house.signed_in(Role.AGENT, agent_number=number)


async def department(house: House, code: str) -> Browser:
    return await house.signed_in(Role.DEPARTMENT, department=code)


async def open_ticket(browser: Browser, **given: Any) -> dict[str, Any]:
    body = {"procedure": "complaint", "text": "水泵漏水\n第三次了", **given}
    answer = await browser.ask("POST", "/api/tickets", body)
    assert answer.status == 201, answer.body
    return dict(answer.body)


async def move(browser: Browser, ticket: dict[str, Any], state: str, text: str = "") -> Any:
    body = {"version": ticket["version"], "state": state, "text": text}
    return await browser.ask("POST", f"/api/tickets/{ticket['ticket_id']}/state", body)


async def test_a_call_whose_name_no_database_can_hold_is_refused(house: House) -> None:
    browser = await agent(house)
    ticket = await open_ticket(browser)
    for path, body in (
        ("/api/tickets", {"procedure": "complaint", "text": "x", "call_id": "c\0"}),
        (f"/api/tickets/{ticket['ticket_id']}/notes", {"text": "x", "call_id": "c\0"}),
        ("/api/customers", {"name": "x", "call_id": "c\0"}),
        ("/api/calls", {"call_id": "c\0"}),
    ):
        assert (await browser.ask("POST", path, body)).status == 422


async def test_a_complaint_lives_from_receipt_to_the_customers_word(house: House) -> None:
    owner, quality = await agent(house), await department(house, "quality")
    ticket = await open_ticket(owner, category="product_quality", contact_name="王女士", contact_number="13800138000")
    assert ticket["number"] == "T20261124-0001"
    assert ticket["due_at"] == "2026-11-24T20:00:00Z"
    assert (ticket["department"], ticket["state"], ticket["received_by"]) == ("quality", "new", "Agent1")

    ticket = (await move(quality, ticket, "working")).body
    refused = await move(quality, ticket, "closed", "done")
    assert (refused.status, refused.code) == (403, "ticket.close")
    ticket = (await move(quality, ticket, "resolved", "更换密封圈")).body
    assert ticket["moves"] == ["working"]
    closed = (await move(owner, ticket, "closed", "客户满意")).body
    assert (closed["state"], closed["answer"]) == ("closed", "更换密封圈\n客户满意")
    assert [(line["kind"], line["by"]) for line in closed["timeline"]] == [
        ("received", "Agent1"),
        ("moved", "Department2"),
        ("moved", "Department2"),
        ("moved", "Agent1"),
    ]
    assert closed["timeline"][1]["changes"] == {"state": ["new", "working"]}
    assert closed["moves"] == ["working"]
    assert not closed["may_edit"]


async def test_a_number_belongs_to_the_hotlines_own_day(house: House) -> None:
    house.clock.advance(4 * 3600 + 1)  # midnight in Shanghai is 16:00 UTC
    browser = await agent(house)
    assert (await open_ticket(browser))["number"] == "T20261125-0001"


async def test_an_answer_given_at_once_closes_and_says_how(house: House) -> None:
    browser = await agent(house)
    refused = await browser.ask(
        "POST", "/api/tickets", {"procedure": "consultation", "text": "几点开门", "state": "closed", "answer": " "}
    )
    assert (refused.status, refused.code) == (422, "ticket.words")
    ticket = await open_ticket(browser, procedure="consultation", state="closed", answer="八点")
    assert (ticket["state"], ticket["answer"], len(ticket["timeline"])) == ("closed", "八点", 2)


async def test_of_two_who_edit_at_once_one_is_told(house: House) -> None:
    first, second = await agent(house), await agent(house, "1002")
    ticket = await open_ticket(first)
    path = f"/api/tickets/{ticket['ticket_id']}"
    edited = await first.ask("PATCH", path, {"version": 1, "priority": "urgent", "product": "P-100"})
    assert edited.body["timeline"][-1]["changes"] == {"priority": ["normal", "urgent"], "product": ["", "P-100"]}
    late = await second.ask("PATCH", path, {"version": 1, "priority": "low"})
    assert (late.status, late.code) == (409, "ticket.changed")
    assert (await first.ask("GET", path)).body["priority"] == "urgent"


async def test_another_procedure_brings_its_own_due_time_and_categories(house: House) -> None:
    browser = await agent(house)
    ticket = await open_ticket(browser, category="product_quality")
    path = f"/api/tickets/{ticket['ticket_id']}"
    order = (await browser.ask("PATCH", path, {"version": 1, "procedure": "order"})).body
    assert (order["category"], order["due_at"]) == ("", "2026-11-25T12:00:00Z")
    wrong = await browser.ask("PATCH", path, {"version": 2, "category": "product_quality"})
    assert (wrong.status, wrong.code) == (422, "ticket.category")


async def test_a_closed_ticket_is_noted_and_reopened_but_not_edited(house: House) -> None:
    browser = await agent(house)
    ticket = await open_ticket(browser, state="closed", answer="已解释")
    path = f"/api/tickets/{ticket['ticket_id']}"
    assert (await browser.ask("PATCH", path, {"version": 1, "priority": "low"})).code == "ticket.closed"
    assert (await browser.ask("POST", f"{path}/notes", {"text": "又来电"})).body["timeline"][-1]["text"] == "又来电"
    reopened = (await move(browser, ticket, "working", "没有解决")).body
    assert (reopened["closed_at"], reopened["resolved_at"], reopened["answer"]) == (None, None, "")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"procedure": "nothing"}, 422, "ticket.procedure"),
        ({"category": "charges"}, 422, "ticket.category"),
        ({"department": "moon"}, 422, "ticket.department"),
        ({"text": " \n "}, 422, "ticket.words"),
        ({"text": "x" * 8001}, 422, "request.too_long"),
        ({"customer_id": 77}, 404, "customer.unknown"),
        ({"customer_id": 2**63}, 404, "customer.unknown"),
        ({"customer_id": -1}, 404, "customer.unknown"),
        ({"call_id": "hx-1.1"}, 403, "call.not_yours"),
        ({"state": "resolved"}, 422, "request.choice"),
        ({"urgency": 1}, 422, "request.unknown_field"),
    ],
)
async def test_what_makes_no_sense_is_refused(house: House, given: dict[str, Any], status: int, code: str) -> None:
    browser = await agent(house)
    answer = await browser.ask("POST", "/api/tickets", {"procedure": "complaint", "text": "x", **given})
    assert (answer.status, answer.code) == (status, code)
    assert (await browser.ask("GET", "/api/tickets")).body["tickets"] == []


async def test_a_department_finds_only_its_own(house: House) -> None:
    owner, quality, sales = await agent(house), await department(house, "quality"), await department(house, "sales")
    theirs = await open_ticket(owner)
    await open_ticket(owner, category="delivery")
    path = f"/api/tickets/{theirs['ticket_id']}"
    listed = (await quality.ask("GET", "/api/tickets")).body
    assert [one["number"] for one in listed["tickets"]] == [theirs["number"]]
    assert listed["counts"]["new"] == 1
    for method, where, body in (
        ("GET", path, None),
        ("PATCH", path, {"version": 1, "priority": "low"}),
        ("POST", f"{path}/state", {"version": 1, "state": "working"}),
        ("POST", f"{path}/notes", {"text": "x"}),
    ):
        answer = await sales.ask(method, where, body)
        assert (answer.status, answer.code) == (404, "ticket.unknown"), where
    assert (await sales.ask("GET", "/api/tickets?department=quality")).body["tickets"] == []
    assert (await sales.ask("GET", f"/api/tickets?q={theirs['number']}")).body["tickets"] == []
    moved = await quality.ask("PATCH", path, {"version": 1, "department": "sales"})
    assert (moved.status, moved.code) == (403, "ticket.other_department")
    linked = await quality.ask("PATCH", path, {"version": 1, "customer_id": 1})
    assert (linked.status, linked.code) == (403, "role")
    foreign = await quality.ask("POST", "/api/tickets", {"procedure": "order", "text": "x"})
    assert (foreign.status, foreign.code) == (403, "ticket.other_department")


async def test_the_auditor_reads_and_changes_nothing(house: House) -> None:
    ticket = await open_ticket(await agent(house), contact_number="13800138000")
    auditor = await house.signed_in(Role.AUDITOR)
    path = f"/api/tickets/{ticket['ticket_id']}"
    shown = (await auditor.ask("GET", path)).body
    assert (shown["moves"], shown["may_edit"], shown["may_call"]) == ([], False, False)
    assert shown["contact_number"] == "138****8000"
    assert (await auditor.ask("POST", f"{path}/notes", {"text": "x"})).status == 403


async def test_numbers_are_masked_in_the_ticket_and_its_timeline(house: House) -> None:
    browser, supervisor = await agent(house), await house.signed_in(Role.SUPERVISOR)
    ticket = await open_ticket(browser, contact_number="13800138000")
    path = f"/api/tickets/{ticket['ticket_id']}"
    assert ticket["contact_number"] == "138****8000"
    same = (await browser.ask("PATCH", path, {"version": 1, "contact_number": "138****8000"})).body
    assert len(same["timeline"]) == 1
    edited = (await browser.ask("PATCH", path, {"version": 2, "contact_number": "13900139000"})).body
    assert edited["timeline"][-1]["changes"] == {"contact_number": ["138****8000", "139****9000"]}
    seen = (await supervisor.ask("GET", path)).body
    assert seen["contact_number"] == "13900139000"
    assert seen["timeline"][-1]["changes"]["contact_number"] == ["13800138000", "13900139000"]


async def test_the_list_is_narrowed_searched_and_paged(house: House) -> None:
    late = await open_ticket(await agent(house, "1002"), text="电机异响", contact_number="02161001234")
    house.clock.advance(9 * 3600)  # their sessions are over by then
    browser, supervisor = await agent(house), await house.signed_in(Role.SUPERVISOR)
    for count in range(60):
        await open_ticket(browser, text=f"第{count}件 100%_好", priority="high" if count == 30 else "normal")

    async def found(query: str, who: Browser = browser) -> list[str]:
        answer = await who.ask("GET", f"/api/tickets?{query}")
        assert answer.status == 200, answer.body
        return [one["title"] for one in answer.body["tickets"]]

    first = (await browser.ask("GET", "/api/tickets?state=open")).body
    assert first["tickets"][0]["title"] == "第30件 100%_好"
    assert first["tickets"][1]["number"] == late["number"]
    assert first["counts"] == {"new": 61, "working": 0, "waiting": 0, "resolved": 0, "closed": 0, "overdue": 1}
    second = (await browser.ask("GET", f"/api/tickets?state=open&before={quote(first['next'])}")).body
    numbers = [one["number"] for one in first["tickets"] + second["tickets"]]
    assert len(numbers) == len(set(numbers)) == 61
    assert second["next"] is None
    assert (await found(""))[0] == "第59件 100%_好"
    assert await found("overdue=1") == ["电机异响"]
    assert await found("q=异响") == ["电机异响"]
    assert await found("q=电机 异响") == ["电机异响"]
    assert await found(f"q={late['number'].lower()}") == ["电机异响"]
    assert await found("q=%25") == (await found(""))[:50]
    assert await found("q=第7件") == ["第7件 100%_好"]
    assert await found("q=0216100") == []
    assert await found("q=0216100", supervisor) == ["电机异响"]
    assert await found("priority=high") == ["第30件 100%_好"]
    assert await found("by=me", supervisor) == []
    assert len(await found("by=me")) == 50
    assert await found("procedure=order") == []


CURSORS = [
    "x",
    "u~1",
    "u~9~2026-11-24T12:00:00+00:00~1",
    "n~0~2026-11-24T12:00:00~1",
    "n~0~x~1",
    "u~0~2026-11-24T12:00:00+00:00~99999999999",
]


@pytest.mark.parametrize("cursor", CURSORS)
async def test_a_foreign_cursor_is_refused(house: House, cursor: str) -> None:
    answer = await (await agent(house)).ask("GET", f"/api/tickets?before={quote(cursor)}")
    assert (answer.status, answer.code) == (422, "cursor.broken")


@pytest.mark.parametrize("query", ["state=gone", "by=you", "overdue=2", "priority=1", "sort=x", "q=" + "x" * 201])
async def test_a_filter_nobody_knows_is_refused(house: House, query: str) -> None:
    assert (await (await agent(house)).ask("GET", f"/api/tickets?{query}")).status == 422


async def test_the_sheet_holds_no_formula_and_is_audited(house: House) -> None:
    browser, leader = await agent(house), await house.signed_in(Role.TEAM_LEADER)
    await open_ticket(browser, text=HOSTILE, contact_name="+1+1", contact_number="+8613800138000", product='a"b,c')
    await open_ticket(browser, text="另一件", procedure="order")
    answer = await leader.ask("GET", "/api/tickets.csv?procedure=complaint")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.body.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(answer.body[1:])))
    assert len(rows) == 2
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["内容"] == "'=cmd|'/C calc'!A0 <script>alert(1)</script> 水泵"
    assert (row["联系人"], row["联系电话"], row["产品"]) == ("'+1+1", "'+8613800138000", 'a"b,c')
    assert (row["类型"], row["责任部门"], row["接收时间"]) == ("投诉", "质量部", "2026-11-24 20:00:00")
    assert not [cell for cell in rows[1] if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert ("tickets.export", "ok") in await house.audit()
    refused = await browser.ask("GET", "/api/tickets.csv")
    assert (refused.status, refused.code) == (403, "role")


async def test_hostile_text_comes_back_as_it_was_but_for_control_characters(house: House) -> None:
    ticket = await open_ticket(await agent(house), text=HOSTILE, contact_name="\u202e<b>\u0007")
    assert ticket["text"] == HOSTILE.replace("\u0000", "")
    assert ticket["contact_name"] == "\u202e<b>"


async def test_calling_the_contact_goes_through_the_desk_and_stays_in_the_timeline(house: House) -> None:
    may_call(house)
    browser = await agent(house)
    house.line.submit(AgentModeSet(at=house.clock(), agent_id=AgentId("1001"), mode="ready"))
    ticket = await open_ticket(browser, contact_number="138 0013 8000")
    path = f"/api/tickets/{ticket['ticket_id']}"
    called = await browser.ask("POST", f"{path}/call", {})
    assert called.status == 202, called.body
    (sent,) = house.switch.sent
    assert isinstance(sent, Originate)
    assert (sent.exten, sent.channel_id) == ("13800138000", called.body["call_id"])
    shown = (await browser.ask("GET", path)).body
    assert (shown["timeline"][-1]["kind"], shown["call_ids"]) == ("called", [called.body["call_id"]])
    without = await open_ticket(browser)
    refused = await browser.ask("POST", f"/api/tickets/{without['ticket_id']}/call", {})
    assert (refused.status, refused.code) == (404, "ticket.no_number")
    assert not without["may_call"]


async def test_what_the_desk_refuses_leaves_no_line_in_the_timeline(house: House) -> None:
    browser = await agent(house)
    ticket = await open_ticket(browser, contact_number="13800138000")
    path = f"/api/tickets/{ticket['ticket_id']}"
    assert (await browser.ask("POST", f"{path}/call", {})).code == "dial.signed_out"
    assert [line["kind"] for line in (await browser.ask("GET", path)).body["timeline"]] == ["received"]


async def test_the_procedures_are_listed_in_the_order_of_the_form(house: House) -> None:
    listed = (await (await department(house, "sales")).ask("GET", "/api/procedures")).body["procedures"]
    assert [one["code"] for one in listed][:2] == ["complaint", "service_complaint"]
    assert listed[0]["due_h"] == 8
    assert listed[1]["categories"][1] == {
        "code": "staff_conduct", "zh": "员工言行", "en": "Conduct of staff", "department": "personnel",
    }  # fmt: skip
