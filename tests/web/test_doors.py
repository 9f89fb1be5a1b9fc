"""Every route of the registry: not signed in, wrong role, password to be set, foreign page, no token."""

from __future__ import annotations

import re

import pytest

from cti.domain.roles import Right, Role, may
from cti.seams import OWNERS
from cti.web.routes import Route, routes_of
from tests.web.house import Browser, House

ROUTES = routes_of(*OWNERS)
CLOSED = [route for route in ROUTES if not route.mark.is_open]
UNSAFE = [route for route in ROUTES if route.is_unsafe]


def name_of(route: Route) -> str:
    return f"{route.mark.method} {route.mark.path}"


def wrong_roles(route: Route) -> list[Role]:
    return [role for role in Role if not any(may(role, right) for right in route.mark.rights)]


async def knock(browser: Browser, route: Route, **headers: str) -> tuple[int, str]:
    path = re.sub(r"\{[^}]*\}", "1", route.mark.path)
    answer = await browser.ask(route.mark.method, path, {} if route.is_unsafe else None, **headers)
    return answer.status, answer.code if isinstance(answer.body, dict) and "code" in answer.body else ""


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
async def test_who_is_not_signed_in_stays_outside(house: House, route: Route) -> None:
    assert await knock(house.browser(), route) == (401, "session.none")


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
async def test_an_invented_cookie_is_no_session(house: House, route: Route) -> None:
    browser = house.browser()
    browser.cookie, browser.csrf = "A" * 43, "B" * 43
    assert await knock(browser, route) == (401, "session.none")


@pytest.mark.parametrize("route", [one for one in CLOSED if one.mark.rights], ids=name_of)
async def test_the_wrong_role_is_turned_away(house: House, route: Route) -> None:
    roles = wrong_roles(route)
    assert roles
    for role in roles:
        browser = await house.signed_in(role)
        assert await knock(browser, route) == (403, "role"), role


@pytest.mark.parametrize("route", [one for one in CLOSED if not one.mark.before_password], ids=name_of)
async def test_a_session_of_a_link_is_only_for_setting_a_password(house: House, route: Route) -> None:
    account = await house.add("new", Role.SUPERVISOR)
    browser = house.browser()
    async with house.database.work() as work:
        browser.cookie = await house.web.sessions.open(work, account, ip="", user_agent="", via_link=True)
    browser.csrf = (await browser.ask("GET", "/api/session")).body["csrf"]
    assert await knock(browser, route) == (403, "session.password")


@pytest.mark.parametrize("route", UNSAFE, ids=name_of)
async def test_a_foreign_page_changes_nothing(house: House, route: Route) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    for origin in ("http://evil.example", "null", "", "http://127.0.0.1:1", browser.address.replace("http", "https")):
        browser.origin = origin
        assert await knock(browser, route) == (403, "origin.foreign"), origin


@pytest.mark.parametrize("route", [one for one in UNSAFE if not one.mark.is_open], ids=name_of)
async def test_without_its_token_a_session_changes_nothing(house: House, route: Route) -> None:
    browser = await house.signed_in(Role.ADMINISTRATOR)
    for token in ("", "wrong", "ü", browser.csrf[:-1]):
        browser.csrf = token
        assert await knock(browser, route) == (403, "csrf"), token


async def test_the_token_of_another_session_is_refused(house: House) -> None:
    first, second = await house.signed_in(Role.SUPERVISOR), await house.signed_in(Role.SUPERVISOR)
    first.csrf = second.csrf
    assert (await first.ask("DELETE", "/api/session")).code == "csrf"


async def test_a_referer_serves_when_there_is_no_origin(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    browser.origin = ""
    answer = await browser.ask("DELETE", "/api/session", Referer=f"{browser.address}/floor")
    assert answer.status == 204


async def test_a_name_pointed_at_us_from_outside_is_not_ours(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    port = browser.address.rsplit(":", 1)[1]
    browser.origin = f"http://evil.example:{port}"
    answer = await browser.ask("DELETE", "/api/session", Host=f"evil.example:{port}")
    assert answer.code == "origin.foreign"


def test_only_these_routes_are_open() -> None:
    assert {name_of(route) for route in ROUTES if route.mark.is_open} == {
        "POST /api/session",
        "POST /api/session/link",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /api/openapi.json",
    }


def test_every_right_in_use_is_one_of_the_table() -> None:
    used = {right for route in ROUTES for right in route.mark.rights}
    assert used <= set(Right)
    assert all(any(may(role, right) for role in Role) for right in used)
