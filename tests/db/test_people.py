"""Accounts, sessions and one-time links."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from cti.domain.errors import Conflict, NotFound
from cti.domain.ids import AccountId
from cti.domain.roles import Role
from cti.store import people, sessions
from cti.store.people import Account, NewAccount
from cti.store.sessions import NewSession
from cti.store.work import Database
from tests.floor_words import NOON, at


async def add(database: Database, login: str = "wang", **given: Any) -> Account:
    known: dict[str, Any] = {"login": login, "name": "王芳", "role": Role.AGENT, "queues": ("consult",)}
    async with database.work() as work:
        return await people.add_account(work.session, NewAccount(**known | given), NOON)


async def open_session(database: Database, account: Account, token: str = "t") -> None:
    async with database.work() as work:
        await sessions.add_session(
            work.session,
            NewSession(
                token_hash=token,
                account_id=account.account_id,
                csrf="c",
                opened_at=NOON,
                expires_at=at(3600),
                ip="x" * 99,
            ),
        )


async def is_open(database: Database, token: str = "t") -> bool:
    async with database.look() as session:
        return await sessions.find_session(session, token) is not None


async def test_an_account_comes_back_as_it_was_made(database: Database) -> None:
    made = await add(database, "Wang", agent_number="1001")
    async with database.look() as session:
        assert await people.get_account(session, made.account_id) == made
        assert await people.find_login(session, "WANG") == made
        assert await people.list_accounts(session) == [made]
    assert (made.login, made.agent_id, made.queues, made.has_password) == ("wang", "1001", ("consult",), False)


async def test_a_login_and_a_number_belong_to_one_person(database: Database) -> None:
    await add(database, agent_number="1001")
    with pytest.raises(Conflict) as login:
        await add(database, "WANG")
    with pytest.raises(Conflict) as number:
        await add(database, "li", agent_number="1001")
    assert (login.value.code, number.value.code) == ("person.login_taken", "person.number_taken")


async def test_two_requests_at_once_make_one_person(database: Database) -> None:
    made = await asyncio.gather(*(add(database) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Account) for one in made) == 1
    assert sum(isinstance(one, Conflict) for one in made) == 3


async def test_an_edit_sets_what_is_given_and_nothing_else(database: Database) -> None:
    made = await add(database, agent_number="1001")
    async with database.work() as work:
        edited = await people.edit_account(
            work.session, made.account_id, {"queues": ["complaints"], "agent_number": None}
        )
    assert (edited.name, edited.queues, edited.agent_id) == ("王芳", ("complaints",), None)
    async with database.work() as work:
        with pytest.raises(NotFound):
            await people.edit_account(work.session, 4711, {"name": "x"})


async def test_keeping_the_own_number_is_no_conflict(database: Database) -> None:
    made = await add(database, agent_number="1001")
    async with database.work() as work:
        await people.edit_account(work.session, made.account_id, {"agent_number": "1001"})


async def test_who_has_a_password_and_who_administers_is_counted_among_the_active(database: Database) -> None:
    chief = await add(database, "chief", role=Role.ADMINISTRATOR)
    await add(database, "second", role=Role.ADMINISTRATOR)
    async with database.work() as work:
        await people.set_password_hash(work.session, chief.account_id, "$argon2id$")
        assert await people.count_with_password(work.session) == 1
        assert await people.count_administrators(work.session) == 2
        await people.edit_account(work.session, chief.account_id, {"is_active": False})
        assert await people.count_with_password(work.session) == 0
        assert await people.count_administrators(work.session) == 1
        found, stored = await people.find_credentials(work.session, "CHIEF")
        assert found is not None
        assert (found.has_password, stored) == (True, "$argon2id$")
        assert await people.find_credentials(work.session, "nobody") == (None, None)


async def test_a_session_is_found_until_it_is_ended_or_its_person_is(database: Database) -> None:
    account = await add(database)
    await open_session(database, account, "one")
    await open_session(database, account, "two")
    async with database.work() as work:
        await sessions.end_session(work.session, "one", at(1))
    assert [await is_open(database, token) for token in ("one", "two", "three")] == [False, True, False]
    async with database.work() as work:
        await people.edit_account(work.session, account.account_id, {"is_active": False})
    assert not await is_open(database, "two")


async def test_ending_all_sessions_names_those_that_were_open(database: Database) -> None:
    account, other = await add(database), await add(database, "li")
    for token in ("one", "two"):
        await open_session(database, account, token)
    await open_session(database, other, "three")
    async with database.work() as work:
        await sessions.end_session(work.session, "one", at(1))
        assert await sessions.end_sessions_of(work.session, account.account_id, at(2)) == ["two"]
    assert await is_open(database, "three")


async def test_of_many_browsers_with_one_link_one_gets_in(database: Database) -> None:
    account = await add(database)
    async with database.work() as work:
        await sessions.add_link(
            work.session, token_hash="l", account_id=account.account_id, purpose="first", expires_at=at(1800)
        )

    async def take() -> AccountId | None:
        async with database.work() as work:
            return await sessions.take_link(work.session, "l", at(1))

    taken = await asyncio.gather(*(take() for _ in range(6)))
    assert sorted(map(str, taken)) == sorted([str(account.account_id)] + ["None"] * 5)


async def test_a_link_is_good_until_the_very_instant_it_expires(database: Database) -> None:
    account = await add(database)
    for instant, expected in ((at(1800), None), (at(1799.999), account.account_id)):
        async with database.work() as work:
            await sessions.add_link(
                work.session, token_hash="l", account_id=account.account_id, purpose="x", expires_at=at(1800)
            )
            assert await sessions.take_link(work.session, "l", instant) == expected


async def test_old_sessions_and_links_are_dropped_and_live_ones_stay(database: Database) -> None:
    account = await add(database)
    await open_session(database, account, "old")
    async with database.work() as work:
        await sessions.touch_session(work.session, "old", at(60))
        await sessions.drop_old(work.session, at(3599))
    assert await is_open(database, "old")
    async with database.work() as work:
        await sessions.drop_old(work.session, NOON + timedelta(days=1))
    assert not await is_open(database, "old")
