"""The list an agent sees when he looks for somebody to pass his customer on to."""

from __future__ import annotations

from cti.domain import events as e
from cti.domain.ids import AgentId
from cti.domain.roles import Role
from tests.web.house import House


async def test_an_agent_sees_his_colleagues_and_queues_and_nobody_s_customers(house: House) -> None:
    house.know("1002", "complaints")
    browser = await house.signed_in(Role.AGENT, "li", agent_number="1001", queues=("complaints",))
    house.line.submit(e.AgentModeSet(at=house.clock(), agent_id=AgentId("1002"), mode="not_ready", reason="meal"))
    house.talking()
    answer = await browser.ask("GET", "/api/colleagues")
    assert answer.status == 200, answer.body
    other = next(one for one in answer.body["colleagues"] if one["agent_id"] == "1002")
    assert (other["mode"], other["reason"], other["queues"]) == ("not_ready", "meal", ["complaints"])
    assert "1001" not in [one["agent_id"] for one in answer.body["colleagues"]]
    assert "selftest" not in [queue["name"] for queue in answer.body["queues"]]
    assert "138" not in str(answer.body)


async def test_who_serves_no_customers_sees_no_list(house: House) -> None:
    browser = await house.signed_in(Role.DEPARTMENT, "qi", department="quality")
    assert (await browser.ask("GET", "/api/colleagues")).status == 403
