"""One-time sign-in links. The link is shown once; only the hash of its token is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cti.domain.roles import Role
from cti.store import people, sessions
from cti.store.audit import record_audit
from cti.store.people import Account, NewAccount
from cti.store.work import Database, Work
from cti.web.sessions import SessionOptions, hash_of, new_token

FIRST_LOGIN = "admin"


async def make_link(
    work: Work, account: Account, *, address: str, at: datetime, purpose: str = "password", life_s: float | None = None
) -> tuple[str, datetime]:
    """Make a link in the caller's transaction; the person's older links stop working. Returns (url, expires_at)."""
    token = new_token()
    expires_at = at + timedelta(seconds=life_s or SessionOptions().link_s)
    await sessions.add_link(
        work.session,
        token_hash=hash_of(token),
        account_id=account.account_id,
        purpose=purpose,
        expires_at=expires_at,
    )
    return f"{address.rstrip('/')}/sign-in#{token}", expires_at


async def make_first_link(database: Database, *, address: str, clock: Callable[[], datetime]) -> str | None:
    """Return a link for the first administrator while nobody has a password yet, else None.

    Makes the account `admin` when there is none. A first link that expired unused is thus replaced at the next start.
    """
    async with database.work() as work:
        if await people.count_with_password(work.session):
            return None
        now = clock()
        account = await people.find_login(work.session, FIRST_LOGIN)
        if account is None:
            new = NewAccount(login=FIRST_LOGIN, name="Administrator", role=Role.ADMINISTRATOR)
            account = await people.add_account(work.session, new, now)
        url, _ = await make_link(work, account, address=address, at=now, purpose="first")
        await record_audit(work.session, None, "link.first", at=now, about=f"account:{account.account_id}")
    return url


async def make_link_for(database: Database, login: str, *, address: str, clock: Callable[[], datetime]) -> str | None:
    """Return a new link for an account, asked for on the machine itself; None when there is no such login."""
    async with database.work() as work:
        account = await people.find_login(work.session, login)
        if account is None:
            return None
        url, _ = await make_link(work, account, address=address, at=clock())
        await record_audit(work.session, None, "link.made", at=clock(), about=f"account:{account.account_id}")
    return url
