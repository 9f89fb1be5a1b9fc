"""Who holds an agent's telephone, as rows; and which sessions are still open, asked without using them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cti.domain.ids import AccountId, AgentId
from cti.domain.roles import Role
from cti.store import people, sessions
from cti.store.people import NewAccount
from cti.store.sessions import NewSession
from cti.store.telephones import Holding, drop_holding, list_holdings, put_holding
from cti.store.work import Database

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WANG = AgentId("1001")


async def add_agent(database: Database, *tokens: str) -> AccountId:
    """An agent with these sessions."""
    async with database.work() as work:
        new = NewAccount(login="wang", name="王芳", role=Role.AGENT, agent_number=WANG)
        account = await people.add_account(work.session, new, NOW)
        for token in tokens:
            session = NewSession(
                token_hash=token,
                account_id=account.account_id,
                csrf="c",
                opened_at=NOW,
                expires_at=NOW + timedelta(hours=1),
            )
            await sessions.add_session(work.session, session)
    return account.account_id


async def test_the_newest_page_replaces_the_one_before(database: Database) -> None:
    account_id = await add_agent(database)
    for page in ("first", "second"):
        holding = Holding(agent_id=WANG, account_id=account_id, page=page, token_hash="t", granted_at=NOW)
        async with database.work() as work:
            await put_holding(work.session, holding)
    async with database.look() as session:
        assert await list_holdings(session) == [holding]


async def test_what_was_given_back_is_gone_and_twice_is_harmless(database: Database) -> None:
    account_id = await add_agent(database)
    async with database.work() as work:
        holding = Holding(agent_id=WANG, account_id=account_id, page="p", token_hash="t", granted_at=NOW)
        await put_holding(work.session, holding)
    for _ in range(2):
        async with database.work() as work:
            await drop_holding(work.session, WANG)
    async with database.look() as session:
        assert await list_holdings(session) == []


async def test_ended_sessions_and_those_of_people_who_left_are_not_open(database: Database) -> None:
    account_id = await add_agent(database, "a", "b")
    asked = ["a", "b", "unknown"]
    async with database.look() as session:
        found = await sessions.list_sessions(session, asked)
    assert {one.token_hash for one in found} == {"a", "b"}
    async with database.work() as work:
        await sessions.end_session(work.session, "a", NOW)
    async with database.look() as session:
        assert [one.token_hash for one in await sessions.list_sessions(session, asked)] == ["b"]
    async with database.work() as work:
        await people.edit_account(work.session, account_id, {"is_active": False})
    async with database.look() as session:
        assert await sessions.list_sessions(session, asked) == []
