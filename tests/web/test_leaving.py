"""People who leave: the telephone is given back, and somebody is always left to let others in."""

from __future__ import annotations

import asyncio
from typing import Any

from cti.domain.events import AgentForgotten, AgentKnown
from cti.domain.roles import Role
from tests.web.house import Browser, House

WANG: dict[str, Any] = {"login": "wang", "name": "王芳", "role": "agent", "agent_number": "1001", "queues": ["consult"]}
LI: dict[str, Any] = WANG | {"login": "li", "name": "李强"}


async def account_id(browser: Browser) -> int:
    return int((await browser.ask("GET", "/api/session")).body["account_id"])


async def test_the_telephone_of_who_left_is_given_to_another(house: House) -> None:
    admin = await house.signed_in(Role.ADMINISTRATOR)
    wang = (await admin.ask("POST", "/api/people", WANG)).body["person"]["account_id"]
    left = await admin.ask("PATCH", f"/api/people/{wang}", {"is_active": False, "agent_number": None, "queues": []})
    assert left.status == 200, left.body
    assert isinstance(house.line.events[-1], AgentForgotten)
    assert (await admin.ask("GET", "/api/people")).body["free_numbers"][0] == "1001"
    assert (await admin.ask("POST", "/api/people", LI)).status == 201
    known = house.line.events[-1]
    assert isinstance(known, AgentKnown)
    assert (known.agent_id, known.name) == ("1001", "李强")


async def test_who_comes_back_needs_a_telephone_again(house: House) -> None:
    admin = await house.signed_in(Role.ADMINISTRATOR)
    wang = (await admin.ask("POST", "/api/people", WANG)).body["person"]["account_id"]
    path = f"/api/people/{wang}"
    await admin.ask("PATCH", path, {"is_active": False, "agent_number": None, "queues": []})
    assert (await admin.ask("PATCH", path, {"is_active": True})).code == "person.number_needed"
    assert (await admin.ask("PATCH", path, {"is_active": True, "agent_number": "1002"})).status == 200
    known = house.line.events[-1]
    assert isinstance(known, AgentKnown)
    assert known.agent_id == "1002"


async def test_an_active_agent_keeps_a_telephone(house: House) -> None:
    admin = await house.signed_in(Role.ADMINISTRATOR)
    wang = (await admin.ask("POST", "/api/people", WANG)).body["person"]["account_id"]
    answer = await admin.ask("PATCH", f"/api/people/{wang}", {"agent_number": None, "queues": []})
    assert (answer.status, answer.code) == (422, "person.number_needed")


async def test_two_administrators_who_take_each_other_away_at_once_leave_one(house: House) -> None:
    first, second = await house.signed_in(Role.ADMINISTRATOR), await house.signed_in(Role.ADMINISTRATOR)
    ids = await account_id(first), await account_id(second)
    answers = await asyncio.gather(
        first.ask("PATCH", f"/api/people/{ids[1]}", {"is_active": False}),
        second.ask("PATCH", f"/api/people/{ids[0]}", {"is_active": False}),
    )
    good = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status != 200]
    assert (len(good), len(refused)) == (1, 1)
    # Which of the two depends on whether the second was let in before the first was done.
    assert refused[0].code in {"person.last_administrator", "session.none"}


async def test_a_queue_named_twice_is_served_once(house: House) -> None:
    admin = await house.signed_in(Role.ADMINISTRATOR)
    twice = {"queues": ["consult", "complaints", "consult"]}
    person = (await admin.ask("POST", "/api/people", WANG | twice)).body["person"]
    assert person["queues"] == ["consult", "complaints"]
    edited = await admin.ask("PATCH", f"/api/people/{person['account_id']}", twice)
    assert edited.body["queues"] == ["consult", "complaints"]
    known = house.line.events[-1]
    assert isinstance(known, AgentKnown)
    assert known.queues == ("consult", "complaints")
