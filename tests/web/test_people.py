"""People: added, edited, taken away; what the floor and the audit learn of it."""

from __future__ import annotations

from typing import Any

import pytest

from cti.domain.events import AgentForgotten, AgentKnown
from cti.domain.roles import Role
from cti.store.audit import list_audit
from cti.web.people import list_agents
from tests.web.house import PASSWORD, Browser, House

WANG: dict[str, Any] = {
    "login": "wang",
    "name": "王芳",
    "role": "agent",
    "agent_number": "1001",
    "queues": ["consult"],
}


async def added(browser: Browser, **given: Any) -> dict[str, Any]:
    answer = await browser.ask("POST", "/api/people", WANG | given)
    assert answer.status == 201, answer.body
    return dict(answer.body["person"], url=answer.body["url"])


@pytest.fixture
async def admin(house: House) -> Browser:
    return await house.signed_in(Role.ADMINISTRATOR, "chief")


async def test_a_new_person_comes_with_a_link_that_works_once(house: House, admin: Browser) -> None:
    answer = await admin.ask("POST", "/api/people", WANG)
    assert answer.status == 201
    assert answer.body["person"]["has_password"] is False
    assert answer.body["url"].startswith("http://hotline.example:8900/sign-in#")
    token = answer.body["url"].split("#")[1]
    browser = house.browser()
    assert (await browser.ask("POST", "/api/session/link", {"token": token})).body["login"] == "wang"
    assert (await house.browser().ask("POST", "/api/session/link", {"token": token})).status == 401
    assert token not in str(await audit_text(house))


async def audit_text(house: House) -> str:
    async with house.database.look() as session:
        return str(await list_audit(session))


async def test_the_floor_learns_of_a_new_agent_after_the_commit(house: House, admin: Browser) -> None:
    await added(admin)
    known = house.line.events[-1]
    assert isinstance(known, AgentKnown)
    assert (known.agent_id, known.device, known.name, known.queues) == ("1001", "PJSIP/1001", "王芳", ("consult",))
    assert [event.agent_id for event in await list_agents(house.database, house.clock())] == ["1001"]


async def test_the_floor_learns_nothing_of_a_person_who_was_refused(house: House, admin: Browser) -> None:
    await added(admin)
    told = len(house.line.events)
    assert (await admin.ask("POST", "/api/people", WANG | {"agent_number": "1002"})).code == "person.login_taken"
    assert (await admin.ask("POST", "/api/people", WANG | {"login": "li"})).code == "person.number_taken"
    assert len(house.line.events) == told


async def test_the_list_says_which_numbers_are_free(house: House, admin: Browser) -> None:
    await added(admin)
    page = (await admin.ask("GET", "/api/people")).body
    assert page["free_numbers"] == ["1002", "1003", "1004"]
    assert page["queues"] == ["consult", "complaints"]
    assert [person["login"] for person in page["people"]] == ["chief", "wang"]
    assert "password_hash" not in str(page)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"login": "a b"}, "request.format"),
        ({"name": ""}, "request.too_short"),
        ({"role": "king"}, "request.choice"),
        ({"agent_number": "9999"}, "person.number"),
        ({"agent_number": None, "queues": []}, "person.number_needed"),
        ({"agent_number": None, "role": "auditor"}, "person.number_needed"),
        ({"role": "auditor"}, "person.no_agent"),
        ({"queues": ["fallback"]}, "person.queue"),
        ({"is_admin": True}, "request.unknown_field"),
    ],
)
async def test_what_makes_no_sense_is_refused(house: House, admin: Browser, change: dict[str, Any], code: str) -> None:
    answer = await admin.ask("POST", "/api/people", WANG | change)
    assert (answer.status, answer.code) == (422, code)


async def test_an_agent_who_gets_another_number_is_forgotten_under_the_old_one(house: House, admin: Browser) -> None:
    person = await added(admin)
    await admin.ask("PATCH", f"/api/people/{person['account_id']}", {"agent_number": "1002", "queues": ["complaints"]})
    gone, known = house.line.events[-2:]
    assert isinstance(gone, AgentForgotten)
    assert isinstance(known, AgentKnown)
    assert (gone.agent_id, known.agent_id, known.queues) == ("1001", "1002", ("complaints",))


async def test_a_person_taken_away_is_signed_out_at_once_everywhere(house: House, admin: Browser) -> None:
    agent = await house.signed_in(Role.AGENT, "wang", agent_number="1001")
    account = (await agent.ask("GET", "/api/session")).body["account_id"]
    async with agent.live() as socket:
        edited = await admin.ask("PATCH", f"/api/people/{account}", {"is_active": False})
        assert edited.body["is_active"] is False
        assert (await socket.receive_json())["code"] == "session.over"
    assert (await agent.ask("GET", "/api/session")).status == 401
    assert (await house.browser().sign_in("wang", PASSWORD)).status == 401
    assert isinstance(house.line.events[-1], AgentForgotten)
    assert (await admin.ask("POST", f"/api/people/{account}/link", {})).code == "person.inactive"


async def test_another_role_means_signing_in_again(house: House, admin: Browser) -> None:
    browser = await house.signed_in(Role.SUPERVISOR, "li")
    account = (await browser.ask("GET", "/api/session")).body["account_id"]
    await admin.ask("PATCH", f"/api/people/{account}", {"name": "Li"})
    assert (await browser.ask("GET", "/api/session")).body["name"] == "Li"
    await admin.ask("PATCH", f"/api/people/{account}", {"role": "auditor"})
    assert (await browser.ask("GET", "/api/session")).status == 401


async def test_nobody_takes_away_the_own_account_or_the_last_administrator(house: House, admin: Browser) -> None:
    own = (await admin.ask("GET", "/api/session")).body["account_id"]
    assert (await admin.ask("PATCH", f"/api/people/{own}", {"is_active": False})).code == "person.self"
    assert (await admin.ask("PATCH", f"/api/people/{own}", {"role": "auditor"})).code == "person.self"
    other = await house.signed_in(Role.ADMINISTRATOR, "second")
    second = (await other.ask("GET", "/api/session")).body["account_id"]
    assert (await admin.ask("PATCH", f"/api/people/{second}", {"is_active": False})).status == 200
    assert (await admin.ask("GET", "/api/session")).status == 200


async def test_a_new_link_replaces_the_older_ones(house: House, admin: Browser) -> None:
    person = await added(admin)
    again = await admin.ask("POST", f"/api/people/{person['account_id']}/link", {})
    assert again.status == 200
    for url, status in ((person["url"], 401), (again.body["url"], 200)):
        answer = await house.browser().ask("POST", "/api/session/link", {"token": url.split("#")[1]})
        assert answer.status == status


async def test_looking_at_a_telephone_leaves_a_trace_without_the_secret(house: House, admin: Browser) -> None:
    person = await added(admin)
    answer = await admin.ask("POST", f"/api/people/{person['account_id']}/telephone", {})
    assert answer.body == {"user": "1001", "secret": "s3cret", "server": "127.0.0.1:5060"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await house.audit())[-1] == ("telephone.shown", "ok")
    assert "s3cret" not in await audit_text(house)


async def test_who_has_no_number_has_no_telephone(house: House, admin: Browser) -> None:
    person = await added(admin, role="auditor", agent_number=None, queues=[])
    answer = await admin.ask("POST", f"/api/people/{person['account_id']}/telephone", {})
    assert (answer.status, answer.code) == (404, "person.no_telephone")


async def test_somebody_who_is_not_there_is_not_found(admin: Browser) -> None:
    assert (await admin.ask("PATCH", "/api/people/4711", {"name": "x"})).code == "person.unknown"
    assert (await admin.ask("PATCH", "/api/people/abc", {"name": "x"})).status == 404
    assert (await admin.ask("PATCH", "/api/people/99999999999999999999", {"name": "x"})).status == 404


async def test_every_change_is_audited_with_who_did_it(house: House, admin: Browser) -> None:
    person = await added(admin)
    await admin.ask("PATCH", f"/api/people/{person['account_id']}", {"name": "王方"})
    async with house.database.look() as session:
        newest, before, *_ = await list_audit(session)
    assert (newest.action, newest.login, newest.about, newest.ip) == (
        "person.edit",
        "chief",
        f"account:{person['account_id']}",
        "127.0.0.1",
    )
    assert newest.details == {"name": "王方"}
    assert before.action == "person.add"
