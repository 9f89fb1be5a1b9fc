"""Sessions and one-time sign-in links. Of cookies and tokens only hashes are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.ids import AccountId
from cti.store.people import Account, account_of
from cti.store.people_tables import AccountRow, SessionRow, SignInLinkRow


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in, and who sits there. `expires_at` is the absolute end."""

    token_hash: str
    account: Account
    csrf: str
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    via_link: bool
    """Opened by a one-time link: good for setting a password and nothing else."""


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """What a session begins with."""

    token_hash: str
    account_id: AccountId
    csrf: str
    opened_at: datetime
    expires_at: datetime
    ip: str = ""
    user_agent: str = ""
    via_link: bool = False


async def add_session(session: AsyncSession, new: NewSession) -> None:
    """Store a session."""
    session.add(
        SessionRow(
            token_hash=new.token_hash,
            account_id=new.account_id,
            csrf=new.csrf,
            opened_at=new.opened_at,
            seen_at=new.opened_at,
            expires_at=new.expires_at,
            ip=new.ip[:60],
            user_agent=new.user_agent[:300],
            ended_at=None,
            via_link=new.via_link,
        )
    )
    await session.flush()


async def find_session(session: AsyncSession, token_hash: str) -> SignedIn | None:
    """The session if it was not ended and its person is active. Whether it expired is for the caller to compare."""
    found = (
        await session.execute(
            select(SessionRow, AccountRow)
            .join(AccountRow, AccountRow.id == SessionRow.account_id)
            .where(SessionRow.token_hash == token_hash, SessionRow.ended_at.is_(None), AccountRow.is_active)
        )
    ).first()
    if found is None:
        return None
    return _signed_in(*found)


async def list_sessions(session: AsyncSession, token_hashes: Collection[str]) -> list[SignedIn]:
    """Those of these sessions that were not ended, and whose person is active; expired ones too."""
    rows = await session.execute(
        select(SessionRow, AccountRow)
        .join(AccountRow, AccountRow.id == SessionRow.account_id)
        .where(SessionRow.token_hash.in_(token_hashes), SessionRow.ended_at.is_(None), AccountRow.is_active)
    )
    return [_signed_in(row, account) for row, account in rows]


async def touch_session(session: AsyncSession, token_hash: str, at: datetime) -> None:
    """Note that the session was used."""
    await session.execute(update(SessionRow).where(SessionRow.token_hash == token_hash).values(seen_at=at))


async def end_session(session: AsyncSession, token_hash: str, at: datetime) -> None:
    """End one session. Ending it twice changes nothing."""
    open_one = (SessionRow.token_hash == token_hash) & SessionRow.ended_at.is_(None)
    await session.execute(update(SessionRow).where(open_one).values(ended_at=at))


async def end_sessions_of(session: AsyncSession, account_id: int, at: datetime) -> list[str]:
    """End all sessions of a person. Returns the hashes of those that were open."""
    open_ones = (SessionRow.account_id == account_id) & SessionRow.ended_at.is_(None)
    hashes = list(await session.scalars(select(SessionRow.token_hash).where(open_ones)))
    await session.execute(update(SessionRow).where(open_ones).values(ended_at=at))
    return hashes


async def add_link(
    session: AsyncSession, *, token_hash: str, account_id: int, purpose: str, expires_at: datetime
) -> None:
    """Store a link; the person's older unused links stop working."""
    unused = (SignInLinkRow.account_id == account_id) & SignInLinkRow.used_at.is_(None)
    await session.execute(delete(SignInLinkRow).where(unused))
    session.add(
        SignInLinkRow(
            token_hash=token_hash, account_id=account_id, purpose=purpose, expires_at=expires_at, used_at=None
        )
    )
    await session.flush()


async def take_link(session: AsyncSession, token_hash: str, at: datetime) -> AccountId | None:
    """Use a link up. Returns whose it was; None when it is unknown, used or expired.

    One statement decides: of two browsers with the same link one gets in.
    """
    good = (SignInLinkRow.token_hash == token_hash) & SignInLinkRow.used_at.is_(None) & (SignInLinkRow.expires_at > at)
    taken = await session.execute(update(SignInLinkRow).where(good).values(used_at=at))
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        return None
    account_id = await session.scalar(select(SignInLinkRow.account_id).where(SignInLinkRow.token_hash == token_hash))
    return None if account_id is None else AccountId(account_id)


async def drop_links_of(session: AsyncSession, account_id: int) -> None:
    """Make a person's unused links worthless."""
    unused = (SignInLinkRow.account_id == account_id) & SignInLinkRow.used_at.is_(None)
    await session.execute(delete(SignInLinkRow).where(unused))


async def drop_old(session: AsyncSession, before: datetime) -> None:
    """Delete sessions and links that were over before `before`; the audit keeps what they were used for."""
    over = or_(SessionRow.expires_at < before, SessionRow.ended_at < before)
    await session.execute(delete(SessionRow).where(over))
    await session.execute(delete(SignInLinkRow).where(SignInLinkRow.expires_at < before))


def _signed_in(row: SessionRow, account: AccountRow) -> SignedIn:
    return SignedIn(
        token_hash=row.token_hash,
        account=account_of(account),
        csrf=row.csrf,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        via_link=row.via_link,
    )
