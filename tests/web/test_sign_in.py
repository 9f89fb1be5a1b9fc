"""Signing in and out: passwords, brute force, fixation, links, expiry, revocation, cookies."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cti.domain.roles import RIGHTS, Role
from cti.store.audit import check_chain
from cti.store.work import Database
from cti.web.links import make_first_link, make_link_for
from cti.web.sessions import hash_of
from tests.web.house import PASSWORD, Browser, House, opened


async def link_of(house: House, login: str) -> str:
    url = await make_link_for(house.database, login, address="http://x", clock=house.clock)
    assert url is not None
    return url.split("#")[1]


async def by_link(browser: Browser, token: str) -> int:
    return (await browser.ask("POST", "/api/session/link", {"token": token})).status


async def test_a_password_opens_a_session(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    browser = house.browser()
    answer = await browser.sign_in("LI")
    assert answer.status == 200
    assert answer.body["login"] == "li"
    assert answer.body["must_set_password"] is False
    assert set(answer.body["rights"]) == RIGHTS[Role.SUPERVISOR]
    assert (await browser.ask("GET", "/api/session")).body == answer.body
    assert await house.audit() == [("sign_in", "ok")]


async def test_the_cookie_is_for_the_server_only(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    cookie = (await house.browser().sign_in("li")).headers["Set-Cookie"]
    assert cookie.startswith("hotline=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_behind_https_the_cookie_is_bound_to_the_host(database: Database, tmp_path: Path) -> None:
    async with opened(database, tmp_path, public_url="https://hotline.example") as house:
        await house.add("li", Role.SUPERVISOR)
        browser = house.browser()
        browser.origin = "https://hotline.example"
        answer = await browser.sign_in("li")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-hotline=")
        assert "Secure" in cookie.split("; ")
        assert "Strict-Transport-Security" in answer.headers


async def test_the_database_holds_no_cookie_and_no_password(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    browser = house.browser()
    await browser.sign_in("li")
    async with house.database.look() as session:
        stored = str((await session.execute(text("select * from sessions"))).all())
        stored += str((await session.execute(text("select * from accounts"))).all())
    assert browser.cookie not in stored
    assert hash_of(browser.cookie) in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


async def test_an_unknown_login_is_answered_like_a_wrong_password(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    wrong = await house.browser().sign_in("li", "wrong")
    unknown = await house.browser().sign_in("nobody", "wrong")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body
    assert "Set-Cookie" not in wrong.headers


async def test_an_inactive_person_is_answered_like_a_wrong_password(house: House) -> None:
    account = await house.add("li", Role.SUPERVISOR)
    async with house.database.work() as work:
        await work.session.execute(text(f"update accounts set is_active = 0 where id = {account.account_id}"))
    assert (await house.browser().sign_in("li")).code == "sign_in.wrong"


async def test_the_sixth_attempt_in_a_minute_is_refused_even_with_the_right_password(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    browser = house.browser()
    for _ in range(5):
        assert (await browser.sign_in("li", "wrong")).status == 401
    refused = await browser.sign_in("li")
    assert (refused.status, refused.code) == (429, "sign_in.too_many")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert (await browser.sign_in("li")).status == 429
    assert await house.audit() == [("sign_in", "sign_in.wrong")] * 5 + [("sign_in", "sign_in.too_many")]
    house.clock.advance(61)
    assert (await browser.sign_in("li")).status == 200


async def test_the_twenty_first_attempt_from_an_address_is_refused_whatever_the_login(house: House) -> None:
    browser = house.browser()
    for number in range(20):
        assert (await browser.sign_in(f"name{number}", "wrong")).status == 401
    assert (await browser.sign_in("another", "wrong")).status == 429


async def test_a_forged_forwarded_address_is_not_believed(house: House) -> None:
    statuses = [
        (
            await house.browser().ask(
                "POST", "/api/session", {"login": f"n{number}", "password": "x"}, X_Forwarded_For=f"10.0.0.{number}"
            )
        ).status
        for number in range(21)
    ]
    assert statuses == [401] * 20 + [429]


async def test_behind_a_proxy_the_address_it_saw_counts(database: Database, tmp_path: Path) -> None:
    async with opened(database, tmp_path, proxies=1) as house:
        for number in range(21):
            body = {"login": f"n{number}", "password": "x"}
            forwarded = f"6.6.6.6, 10.0.0.{number}"
            answer = await house.browser().ask("POST", "/api/session", body, X_Forwarded_For=forwarded)
            assert answer.status == 401
        for number in range(20):
            body = {"login": f"m{number}", "password": "x"}
            answer = await house.browser().ask(
                "POST", "/api/session", body, X_Forwarded_For=f"6.6.6.{number}, 10.1.1.1"
            )
        last = await house.browser().ask("POST", "/api/session", body, X_Forwarded_For="10.1.1.1")
        assert last.status == 429


async def test_a_planted_cookie_is_worth_nothing_after_signing_in(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    attacker = await house.signed_in(Role.AGENT, agent_number="1001")
    victim = house.browser()
    victim.cookie = planted = attacker.cookie
    await victim.sign_in("li")
    assert victim.cookie != planted
    attacker.cookie = planted
    assert (await attacker.ask("GET", "/api/session")).status == 401


async def test_an_invented_cookie_is_never_taken_over(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    browser = house.browser()
    browser.cookie = "chosen-by-somebody-else"
    await browser.sign_in("li")
    assert browser.cookie != "chosen-by-somebody-else"
    assert len(browser.cookie) >= 43


async def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    kept = browser.cookie
    answer = await browser.ask("DELETE", "/api/session")
    assert answer.status == 204
    assert browser.cookie == ""
    browser.cookie = kept
    assert (await browser.ask("GET", "/api/session")).status == 401


async def test_two_sessions_of_one_person_live_side_by_side(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    first, second = house.browser(), house.browser()
    await first.sign_in("li")
    await second.sign_in("li")
    assert first.cookie != second.cookie
    await first.ask("DELETE", "/api/session")
    assert (await second.ask("GET", "/api/session")).status == 200


async def test_a_session_ends_after_twelve_hours_whatever_happens(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    for _ in range(11):
        house.clock.advance(3600)
        assert (await browser.ask("GET", "/api/session")).status == 200
    house.clock.advance(3600)
    assert (await browser.ask("GET", "/api/session")).status == 401


async def test_a_session_nobody_uses_ends_after_two_hours(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    house.clock.advance(7199)
    assert (await browser.ask("GET", "/api/session")).status == 200
    house.clock.advance(7200)
    assert (await browser.ask("GET", "/api/session")).status == 401


async def test_while_the_database_is_away_a_known_session_stays_good(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    engine, house.database._engine = house.database._engine, None
    assert (await browser.ask("GET", "/api/session")).status == 200
    stranger = house.browser()
    stranger.cookie = "A" * 43
    assert (await stranger.ask("GET", "/api/session")).status == 401
    assert (await stranger.sign_in("li")).code == "database.away"
    house.database._engine = engine


# --- links ----------------------------------------------------------------------------------------------------------


async def test_a_link_leads_to_a_password_and_to_nothing_else(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    browser = house.browser()
    answer = await browser.ask("POST", "/api/session/link", {"token": await link_of(house, "li")})
    assert answer.body["must_set_password"] is True
    assert answer.body["rights"] == []
    assert (await browser.ask("GET", "/api/calls")).code == "session.password"
    before = browser.cookie
    answer = await browser.ask("POST", "/api/session/password", {"password": "one red boat"})
    assert answer.body["must_set_password"] is False
    assert browser.cookie != before
    assert (await browser.ask("GET", "/api/calls")).status == 200
    assert (await house.browser().sign_in("li", "one red boat")).status == 200


async def test_a_link_works_once(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    token = await link_of(house, "li")
    assert await by_link(house.browser(), token) == 200
    second = await house.browser().ask("POST", "/api/session/link", {"token": token})
    assert (second.status, second.code) == (401, "link.over")


async def test_a_link_expires_after_half_an_hour(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    token = await link_of(house, "li")
    house.clock.advance(1801)
    assert await by_link(house.browser(), token) == 401


async def test_a_newer_link_replaces_the_older(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    older, newer = await link_of(house, "li"), await link_of(house, "li")
    assert await by_link(house.browser(), older) == 401
    assert await by_link(house.browser(), newer) == 200


async def test_guessing_links_is_slowed_down(house: House) -> None:
    for _ in range(20):
        assert await by_link(house.browser(), "x" * 43) == 401
    assert await by_link(house.browser(), "x" * 43) == 429


async def test_the_first_start_makes_an_administrator_and_a_link(house: House) -> None:
    url = await make_first_link(house.database, address="http://127.0.0.1:8900/", clock=house.clock)
    assert url is not None
    address, _, token = url.partition("#")
    assert address == "http://127.0.0.1:8900/sign-in"
    browser = house.browser()
    assert await by_link(browser, token) == 200
    assert (await browser.ask("POST", "/api/session/password", {"password": "one red boat"})).status == 200
    assert (await browser.ask("GET", "/api/session")).body["role"] == "administrator"


async def test_a_first_link_nobody_used_is_replaced_at_the_next_start(house: House) -> None:
    first = await make_first_link(house.database, address="http://x", clock=house.clock)
    second = await make_first_link(house.database, address="http://x", clock=house.clock)
    assert first is not None
    assert second is not None
    assert await by_link(house.browser(), first.split("#")[1]) == 401
    assert await by_link(house.browser(), second.split("#")[1]) == 200


async def test_once_somebody_has_a_password_a_start_makes_no_link(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    assert await make_first_link(house.database, address="http://x", clock=house.clock) is None
    assert await make_link_for(house.database, "nobody", address="http://x", clock=house.clock) is None


# --- one's own password and language --------------------------------------------------------------------------------


async def test_a_new_password_needs_the_present_one_and_ends_all_other_sessions(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    here, there = house.browser(), house.browser()
    await here.sign_in("li")
    await there.sign_in("li")
    refused = await here.ask("POST", "/api/session/password", {"password": "one red boat", "current": "wrong"})
    assert (refused.status, refused.code) == (422, "password.current")
    old = here.cookie
    changed = await here.ask("POST", "/api/session/password", {"password": "one red boat", "current": PASSWORD})
    assert changed.status == 200
    assert here.cookie != old
    assert (await there.ask("GET", "/api/session")).status == 401
    assert (await here.ask("GET", "/api/session")).status == 200


async def test_guessing_the_present_password_is_slowed_down(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    body = {"password": "one red boat", "current": "wrong"}
    answers = [(await browser.ask("POST", "/api/session/password", body)).status for _ in range(6)]
    assert answers == [422] * 5 + [429]


@pytest.mark.parametrize("password", ["supervisor1", "Supervisor!99", "1111111111", "Password2026", "2026-11-24-1"])
async def test_a_password_that_is_guessed_first_is_refused(house: House, password: str) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    answer = await browser.ask("POST", "/api/session/password", {"password": password, "current": PASSWORD})
    assert (answer.status, answer.body.get("code")) == (422, "password.obvious")


async def test_a_short_password_is_refused_in_words(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    answer = await browser.ask("POST", "/api/session/password", {"password": "short", "current": PASSWORD})
    assert (answer.status, answer.code) == (422, "request.too_short")
    assert answer.body["detail"] == "Password is too short: at least 10."
    assert answer.body["ids"] == {"field": "password"}


async def test_the_language_stays_chosen(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    assert (await browser.ask("POST", "/api/session/language", {"language": "en"})).body["language"] == "en"
    assert (await browser.ask("GET", "/api/session")).body["language"] == "en"
    assert (await browser.ask("POST", "/api/session/language", {"language": "xx"})).code == "request.choice"


async def test_old_sessions_and_links_are_dropped_and_the_audit_stays(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    await house.browser().sign_in("li")
    await link_of(house, "li")
    house.clock.at += timedelta(days=60)
    task = asyncio.ensure_future(house.web.run())

    async def left() -> int:
        async with house.database.look() as session:
            rows = "select (select count(*) from sessions) + (select count(*) from sign_in_links)"
            return int(await session.scalar(text(rows)) or 0)

    for _ in range(100):
        if await left() == 0:
            break
        await asyncio.sleep(0.01)
    task.cancel()
    assert await left() == 0
    async with house.database.look() as session:
        assert (await check_chain(session)).broken_at is None
    assert await house.audit() == [("sign_in", "ok"), ("link.made", "ok")]
