"""Customers and pops over the web: whose numbers are whole, what is audited, who may do what (P-60, P-61)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from cti.domain.changes import Change, LegKind
from cti.domain.commands import Originate
from cti.domain.events import AgentModeSet, Ticked
from cti.domain.ids import AgentId
from cti.domain.roles import Role
from tests.floor_words import a_call, a_leg, a_whole_call, at
from tests.waiting import until
from tests.web.house import Browser, House
from tests.web.test_desk import may_call
from tickets.tables import DraftRow

NUMBER = "13800138000"


async def agent(house: House, number: str = "1001") -> Browser:
    return await house.signed_in(Role.AGENT, agent_number=number)


async def open_file(browser: Browser, **given: Any) -> dict[str, Any]:
    body = {"name": "王芳", "company": "宁波机械", "numbers": [NUMBER, "0574-8888 1234"], **given}
    answer = await browser.ask("POST", "/api/customers", body)
    assert answer.status == 201, answer.body
    return dict(answer.body)


async def ring(house: House, agent_id: str = "1001", call_id: str = "c-1", number: str = NUMBER) -> None:
    """A caller's call rings at an agent's telephone, and all is read."""
    legs = (
        a_leg(f"{call_id}.1", number=number),
        a_leg(f"{call_id}.2", kind=LegKind.AGENT, agent_id=AgentId(agent_id), number=agent_id, answered_at=at(5)),
    )
    call = a_call(call_id, caller_number=number, legs=legs, agent_ids=(AgentId(agent_id),))
    house.pops.offer(Ticked(at=at(3)), [Change("calls", call_id, call)])
    await until(lambda: house.pops.is_idle)


async def test_numbers_are_whole_only_while_the_customer_is_served(house: House) -> None:
    browser, colleague = await agent(house), await agent(house, "1002")
    customer = await open_file(browser)
    path = f"/api/customers/{customer['customer_id']}"
    assert customer["numbers"] == ["138****8000", "057*******1234"]
    assert not customer["are_numbers_whole"]
    await ring(house)
    assert (await browser.ask("GET", path)).body["numbers"] == [NUMBER, "0574-8888 1234"]
    assert (await colleague.ask("GET", path)).body["numbers"] == ["138****8000", "057*******1234"]
    listed = (await browser.ask("GET", "/api/customers?q=宁波")).body["customers"]
    assert listed[0]["numbers"] == [NUMBER, "0574-8888 1234"]
    closed = await browser.ask("DELETE", "/api/pops/c-1")
    assert closed.status == 204
    ended = a_call("c-1", ended_at=at(9), legs=(a_leg("c-1.1"),))
    house.pops.offer(Ticked(at=at(9)), [Change("calls", "c-1", ended)])
    assert not (await browser.ask("GET", path)).body["are_numbers_whole"]


async def test_every_look_at_a_file_is_audited(house: House) -> None:
    browser = await agent(house)
    customer = await open_file(browser)
    await browser.ask("GET", f"/api/customers/{customer['customer_id']}")
    await browser.ask("GET", "/api/customers/999")
    assert [row for row in await house.audit() if row[0].startswith("customer")] == [
        ("customer.add", "ok"),
        ("customer.shown", "ok"),
    ]


async def test_one_of_two_numbers_that_look_alike_is_taken_out_only_by_who_sees_them(house: House) -> None:
    browser, supervisor = await agent(house), await house.signed_in(Role.SUPERVISOR)
    customer = await open_file(browser, numbers=[NUMBER, "13811118000", "02155667788"])
    path = f"/api/customers/{customer['customer_id']}"
    refused = await browser.ask("PATCH", path, {"version": 1, "numbers": ["138****8000", "021****7788"]})
    assert (refused.status, refused.code) == (409, "customer.numbers_alike")
    kept = await browser.ask("PATCH", path, {"version": 1, "numbers": ["138****8000", "138****8000"]})
    assert kept.status == 200
    gone = await supervisor.ask("PATCH", path, {"version": 2, "numbers": ["13811118000"]})
    assert gone.body["numbers"] == ["13811118000"]


async def test_a_masked_number_sent_back_stays_and_a_foreign_one_is_refused(house: House) -> None:
    browser, supervisor = await agent(house), await house.signed_in(Role.SUPERVISOR)
    customer = await open_file(browser)
    path = f"/api/customers/{customer['customer_id']}"
    body = {"version": 1, "numbers": ["138****8000", "057*******1234", "+86 139 0013 9000", "139-0013-9000"]}
    assert (await browser.ask("PATCH", path, body)).status == 200
    seen = (await supervisor.ask("GET", path)).body
    assert seen["numbers"] == [NUMBER, "0574-8888 1234", "+86 139 0013 9000"]
    for numbers in (["137****0000"], ["<b>"], [""], ["12"]):
        refused = await browser.ask("PATCH", path, {"version": 2, "numbers": numbers})
        assert (refused.status, refused.code) == (422, "customer.number")
    late = await browser.ask("PATCH", path, {"version": 1, "name": "王"})
    assert (late.status, late.code) == (409, "customer.changed")


async def test_customers_are_found_by_two_characters_company_and_for_some_by_number(house: House) -> None:
    browser, supervisor = await agent(house), await house.signed_in(Role.SUPERVISOR)
    await open_file(browser)
    await open_file(browser, name="李雷", company="Ａcme 水泵厂", numbers=["13900139000"])

    async def found(query: str, who: Browser = browser) -> list[str]:
        return [one["name"] for one in (await who.ask("GET", f"/api/customers?q={query}")).body["customers"]]

    assert await found("王芳") == ["王芳"]
    assert await found("acme 水泵") == ["李雷"]
    assert await found("%25") == []
    assert await found("1380013") == []
    assert await found("1380013", supervisor) == ["王芳"]
    assert await found("0574-8888", supervisor) == ["王芳"]
    assert sorted(await found("")) == sorted(["李雷", "王芳"])


async def test_a_department_has_no_business_with_customers(house: House) -> None:
    browser = await house.signed_in(Role.DEPARTMENT, department="quality")
    assert (await browser.ask("GET", "/api/customers")).status == 403
    assert (await browser.ask("GET", "/api/customers/1")).status == 403


async def test_calling_a_customer_needs_no_shown_number(house: House) -> None:
    may_call(house)
    browser = await agent(house)
    house.line.submit(AgentModeSet(at=house.clock(), agent_id=AgentId("1001"), mode="ready"))
    customer = await open_file(browser, numbers=["0574-8888 1234", NUMBER])
    path = f"/api/customers/{customer['customer_id']}/call"
    assert (await browser.ask("POST", path, {"index": 0})).code == "dial.prefix"
    called = await browser.ask("POST", path, {"index": 1})
    assert called.status == 202, called.body
    (sent,) = house.switch.sent
    assert isinstance(sent, Originate)
    assert sent.exten == NUMBER
    assert (await browser.ask("POST", path, {"index": 2})).code == "customer.no_number"


# --- pops -----------------------------------------------------------------------------------------


async def test_a_caller_nobody_knows_is_registered_and_the_pop_takes_him_over(house: House) -> None:
    browser = await agent(house)
    await ring(house)
    pop = house.pops.pop_of(AgentId("1001"), "c-1")
    assert pop is not None
    assert pop.customers == ()
    customer = await open_file(browser, call_id="c-1")
    await until(lambda: house.pops.is_idle)
    pop = house.pops.pop_of(AgentId("1001"), "c-1")
    assert pop is not None
    assert (pop.customer_id, pop.customers[0].name) == (customer["customer_id"], "王芳")
    assert pop.customers[0].numbers == (NUMBER, "0574-8888 1234")


async def test_of_those_who_share_a_number_one_is_chosen_and_nobody_else(house: House) -> None:
    browser = await agent(house)
    first, second = await open_file(browser), await open_file(browser, name="赵强")
    stranger = await open_file(browser, name="孙丽", numbers=["13700137000"])
    await ring(house)
    pop = house.pops.pop_of(AgentId("1001"), "c-1")
    assert pop is not None
    assert pop.customer_id is None
    assert {one.customer_id for one in pop.customers} == {first["customer_id"], second["customer_id"]}
    chosen = await browser.ask("POST", "/api/pops/c-1/customer", {"customer_id": second["customer_id"]})
    assert chosen.status == 204
    await until(lambda: house.pops.is_idle)
    pop = house.pops.pop_of(AgentId("1001"), "c-1")
    assert pop is not None
    assert pop.customer_id == second["customer_id"]
    refused = await browser.ask("POST", "/api/pops/c-1/customer", {"customer_id": stranger["customer_id"]})
    assert (refused.status, refused.code) == (404, "pop.customer")
    assert ("pop.customer", "ok") in await house.audit()


async def test_a_pop_is_its_agents_and_nobody_elses(house: House) -> None:
    colleague, supervisor = await agent(house, "1002"), await house.signed_in(Role.SUPERVISOR)
    await ring(house)
    for browser in (colleague, supervisor):
        for method, path, body in (
            ("DELETE", "/api/pops/c-1", None),
            ("PUT", "/api/pops/c-1/draft", {"version": 0, "text": "x"}),
            ("POST", "/api/pops/c-1/customer", {"customer_id": None}),
        ):
            answer = await browser.ask(method, path, body)
            assert (answer.status, answer.code) == (404, "pop.unknown"), path
    body = {"procedure": "complaint", "text": "x", "call_id": "c-1"}
    stolen = await colleague.ask("POST", "/api/tickets", body)
    assert (stolen.status, stolen.code) == (403, "call.not_yours")


async def test_a_draft_is_kept_by_version_and_becomes_a_ticket(house: House) -> None:
    browser = await agent(house)
    await ring(house)
    saved = await browser.ask(
        "PUT", "/api/pops/c-1/draft", {"version": 0, "text": "漏\u0000水", "procedure": "complaint"}
    )
    assert saved.status == 204
    pop = house.pops.pop_of(AgentId("1001"), "c-1")
    assert pop is not None
    assert pop.draft is not None
    assert (pop.draft.text, pop.draft.version, pop.draft.changed_by) == ("漏水", 1, "Agent1")
    stale = await browser.ask("PUT", "/api/pops/c-1/draft", {"version": 0, "text": "旧"})
    assert (stale.status, stale.code) == (409, "draft.changed")
    body = {"procedure": "complaint", "text": "漏水", "call_id": "c-1"}
    ticket = (await browser.ask("POST", "/api/tickets", body)).body
    assert ticket["contact_number"] == NUMBER
    await until(lambda: house.pops.is_idle)
    pop = house.pops.pop_of(AgentId("1001"), "c-1")
    assert pop is not None
    assert pop.draft is None
    assert [one.number for one in pop.saved] == [ticket["number"]]


async def test_closing_twice_is_no_fault_and_an_unknown_call_is_one(house: House) -> None:
    browser = await agent(house)
    await ring(house)
    assert (await browser.ask("DELETE", "/api/pops/c-1")).status == 204
    await until(lambda: house.pops.is_idle)
    assert (await browser.ask("DELETE", "/api/pops/c-1")).status == 204
    assert (await browser.ask("DELETE", "/api/pops/nothing")).status == 404


async def test_a_draft_stays_with_the_call_unless_its_last_agent_drops_it(house: House) -> None:
    first, second = await agent(house), await agent(house, "1002")
    call = a_whole_call("c-1", ended_at=None, agent_ids=(AgentId("1001"), AgentId("1002")), caller_number=NUMBER)
    house.pops.offer(Ticked(at=at(3)), [Change("calls", "c-1", call)])
    await until(lambda: house.pops.is_idle)
    await first.ask("PUT", "/api/pops/c-1/draft", {"version": 0, "text": "x"})
    await first.ask("DELETE", "/api/pops/c-1?drop=draft")
    pop = house.pops.pop_of(AgentId("1002"), "c-1")
    assert pop is not None
    assert pop.draft is not None, "a colleague still has it before him"
    assert (await second.ask("DELETE", "/api/pops/c-1?drop=draft")).status == 204
    async with house.database.look() as session:
        assert (await session.execute(select(DraftRow))).first() is None
    assert (await first.ask("DELETE", "/api/pops/c-1?drop=everything")).status == 422


async def test_the_pop_reaches_only_its_agents_topic(house: House) -> None:
    await ring(house)
    assert b'"pop:c-1"' in house.hub.snapshot("agent.1001", "masked")
    assert NUMBER.encode() in house.hub.snapshot("agent.1001", "masked")
    assert b"pop:c-1" not in house.hub.snapshot("agent.1002")
    assert b"pop:c-1" not in house.hub.snapshot("calls")


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "'; drop table customers; --", "\u202e\u0000名"])
async def test_hostile_names_are_text(house: House, name: str) -> None:
    call = a_whole_call("c-9", caller_name=name, ended_at=None, agent_ids=(AgentId("1001"),))
    house.pops.offer(Ticked(at=at(3)), [Change("calls", "c-9", call)])
    await until(lambda: house.pops.is_idle)
    pop = house.pops.pop_of(AgentId("1001"), "c-9")
    assert pop is not None
    assert pop.caller_name == name.replace("\u0000", "")
    assert house.pops.refused_count == 0
