"""Accounts: the people who may sign in, and those of them who are agents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict, NotFound
from cti.domain.ids import AccountId, AgentId
from cti.domain.roles import Actor, Role
from cti.store.people_tables import AccountRow


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person. The password's hash is not part of it."""

    account_id: AccountId
    login: str
    name: str
    role: Role
    agent_number: str | None
    queues: tuple[str, ...]
    department: str | None
    phone: str
    is_active: bool
    has_password: bool
    language: str
    created_at: datetime
    last_seen_at: datetime | None

    @property
    def agent_id(self) -> AgentId | None:
        """The agent this person is."""
        return AgentId(self.agent_number) if self.agent_number else None

    def actor(self, ip: str = "") -> Actor:
        """This person as the one who asks."""
        return Actor(
            account_id=self.account_id,
            login=self.login,
            role=self.role,
            agent_id=self.agent_id,
            department=self.department or "",
            ip=ip,
        )


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What an account begins with. It has no password: a one-time link leads to the first one."""

    login: str
    name: str
    role: Role
    agent_number: str | None = None
    queues: tuple[str, ...] = ()
    department: str | None = None


async def list_accounts(session: AsyncSession) -> list[Account]:
    """All accounts, active ones first, by login."""
    rows = await session.scalars(select(AccountRow).order_by(AccountRow.is_active.desc(), AccountRow.login))
    return [account_of(row) for row in rows]


async def find_account(session: AsyncSession, account_id: int) -> Account | None:
    """The account, or None."""
    row = await session.get(AccountRow, account_id)
    return account_of(row) if row else None


async def get_account(session: AsyncSession, account_id: int) -> Account:
    """The account. Raises: NotFound `person.unknown`."""
    return account_of(await _row(session, account_id))


async def find_login(session: AsyncSession, login: str) -> Account | None:
    """The account with this login; upper and lower case are the same."""
    row = await session.scalar(select(AccountRow).where(AccountRow.login == login.lower()))
    return account_of(row) if row else None


async def find_credentials(session: AsyncSession, login: str) -> tuple[Account | None, str | None]:
    """The account with this login and its argon2 hash. One query, so that a known login costs what an unknown does."""
    row = await session.scalar(select(AccountRow).where(AccountRow.login == login.lower()))
    return (account_of(row), row.password_hash) if row else (None, None)


async def find_password_hash(session: AsyncSession, account_id: int) -> str | None:
    """The argon2 hash, or None while the person has set no password."""
    return await session.scalar(select(AccountRow.password_hash).where(AccountRow.id == account_id))


async def count_with_password(session: AsyncSession) -> int:
    """How many accounts can sign in by themselves."""
    wanted = AccountRow.password_hash.is_not(None) & AccountRow.is_active
    return await session.scalar(select(func.count()).select_from(AccountRow).where(wanted)) or 0


async def count_administrators(session: AsyncSession) -> int:
    """How many active administrators there are."""
    wanted = (AccountRow.role == Role.ADMINISTRATOR) & AccountRow.is_active
    return await session.scalar(select(func.count()).select_from(AccountRow).where(wanted)) or 0


async def lock_administrators(session: AsyncSession) -> None:
    """Let nobody else change an administrator until this transaction ends.

    PostgreSQL: two who take each other's role away at once would each still count the other.
    """
    wanted = (AccountRow.role == Role.ADMINISTRATOR) & AccountRow.is_active
    await session.execute(select(AccountRow.id).where(wanted).order_by(AccountRow.id).with_for_update())


async def add_account(session: AsyncSession, new: NewAccount, at: datetime) -> Account:
    """Add a person. Raises: Conflict `person.login_taken`, `person.number_taken`."""
    if await find_login(session, new.login):
        raise Conflict(f"the login {new.login} is taken", code="person.login_taken", login=new.login)
    row = AccountRow(
        login=new.login.lower(),
        name=new.name,
        role=new.role,
        agent_number=new.agent_number,
        queues=list(new.queues),
        department=new.department,
        phone="desk",
        is_active=True,
        password_hash=None,
        language="zh",
        created_at=at,
        last_seen_at=None,
    )
    await _check_number(session, new.agent_number, 0)
    session.add(row)
    await _flush(session, new.login)
    return account_of(row)


async def edit_account(session: AsyncSession, account_id: int, fields: Mapping[str, Any]) -> Account:
    """Set some of name, role, agent_number, queues, department, phone, is_active, language.

    Raises: NotFound, Conflict.
    """
    row = await _row(session, account_id)
    if "agent_number" in fields:
        await _check_number(session, fields["agent_number"], account_id)
    for name, value in fields.items():
        setattr(row, name, list(value) if name == "queues" else value)
    await _flush(session, row.login)
    return account_of(row)


async def set_password_hash(session: AsyncSession, account_id: int, password_hash: str) -> None:
    """Store a new hash. Raises: NotFound."""
    (await _row(session, account_id)).password_hash = password_hash


async def record_seen(session: AsyncSession, account_id: int, at: datetime) -> None:
    """Note that the person was here. Raises: NotFound."""
    (await _row(session, account_id)).last_seen_at = at


async def _row(session: AsyncSession, account_id: int) -> AccountRow:
    row = await session.get(AccountRow, account_id)
    if row is None:
        raise NotFound("there is no such person", code="person.unknown", account_id=account_id)
    return row


async def _check_number(session: AsyncSession, number: str | None, account_id: int) -> None:
    if number is None:
        return
    holder = await session.scalar(
        select(AccountRow.login).where(AccountRow.agent_number == number, AccountRow.id != account_id)
    )
    if holder is not None:
        raise Conflict(f"{holder} has agent number {number}", code="person.number_taken", number=number, login=holder)


async def _flush(session: AsyncSession, login: str) -> None:
    # Two requests at once pass the checks above on PostgreSQL; the unique constraints have the last word.
    try:
        await session.flush()
    except IntegrityError as error:
        raise Conflict("the login or the agent number is taken", code="person.taken", login=login) from error


def account_of(row: AccountRow) -> Account:
    """The frozen form of a row."""
    return Account(
        account_id=AccountId(row.id),
        login=row.login,
        name=row.name,
        role=Role(row.role),
        agent_number=row.agent_number,
        queues=tuple(row.queues),
        department=row.department,
        phone=row.phone,
        is_active=row.is_active,
        has_password=row.password_hash is not None,
        language=row.language,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )
