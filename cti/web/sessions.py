"""Sessions: opened at sign-in, looked up at every request, ended here and nowhere else."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from cti.domain.errors import DatabaseAway
from cti.store import people, sessions
from cti.store.people import Account
from cti.store.sessions import NewSession, SignedIn
from cti.store.work import Database, Work

log = logging.getLogger(__name__)

_TOUCH_S = 60.0
"""`seen_at` is written this often at most: a click must not cost a write."""
_KEEP_OVER = timedelta(days=30)
"""Ended sessions and links stay this long in their tables; the audit keeps what they were used for."""


class SessionOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How long a session lasts."""

    absolute_s: float = 12 * 3600
    """One shift with overtime; then everybody signs in again."""
    idle_s: float = 2 * 3600
    """Without any request and without an open page. An open page counts as use: its feed answers every 15 s."""
    link_s: float = 30 * 60
    """Life of a one-time link and of the session it opens."""


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored of a token. It is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Sessions:
    """Finds, opens and ends sessions. `clock` gives aware UTC instants."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], options: SessionOptions | None = None
    ) -> None:
        self.options = options or SessionOptions()
        self._database = database
        self._clock = clock
        self._known: dict[str, SignedIn] = {}
        """What was last found: it serves while the database is away, and spares it nothing otherwise."""
        self._listeners: list[Callable[[str], None]] = []

    def on_end(self, listener: Callable[[str], None]) -> None:
        """Call `listener(token_hash)` when a session is ended here."""
        self._listeners.append(listener)

    async def find(self, token: str) -> SignedIn | None:
        """The session of a cookie; None when it never was, was ended, or is over.

        While the database is away, a session that was seen before stays good: the live page must not go dark then.
        """
        token_hash = hash_of(token)
        now = self._clock()
        try:
            async with self._database.look() as session:
                found = await sessions.find_session(session, token_hash)
        except DatabaseAway:
            found = self._known.get(token_hash)
            return found if found and not self._is_over(found, now, idle=False) else None
        if found is None or self._is_over(found, now):
            self._known.pop(token_hash, None)
            return None
        if (now - found.seen_at).total_seconds() >= _TOUCH_S:
            found = await self._touch(found, now)
        self._known[token_hash] = found
        return found

    async def find_over(self, token_hashes: Collection[str]) -> set[str]:
        """Those of these sessions that nobody can use any more. Asking is no use of a session. Raises: DatabaseAway."""
        now = self._clock()
        async with self._database.look() as session:
            open_ones = await sessions.list_sessions(session, token_hashes)
        return {*token_hashes} - {one.token_hash for one in open_ones if not self._is_over(one, now)}

    async def open(self, work: Work, account: Account, *, ip: str, user_agent: str, via_link: bool = False) -> str:
        """Open a session in the caller's transaction. Returns the cookie's value: a new one, whatever came before."""
        token, now = new_token(), self._clock()
        life_s = self.options.link_s if via_link else self.options.absolute_s
        await sessions.add_session(
            work.session,
            NewSession(
                token_hash=hash_of(token),
                account_id=account.account_id,
                csrf=new_token(),
                opened_at=now,
                expires_at=now + timedelta(seconds=life_s),
                ip=ip,
                user_agent=user_agent,
                via_link=via_link,
            ),
        )
        await people.record_seen(work.session, account.account_id, now)
        return token

    async def end(self, work: Work, token_hash: str) -> None:
        """End one session."""
        await sessions.end_session(work.session, token_hash, self._clock())
        work.after_commit(lambda: self._ended([token_hash]))

    async def end_all(self, work: Work, account_id: int) -> None:
        """End every session of a person."""
        hashes = await sessions.end_sessions_of(work.session, account_id, self._clock())
        work.after_commit(lambda: self._ended(hashes))

    async def run(self, every_s: float = 3600) -> None:
        """Drop what has been over for a month, once an hour."""
        while True:
            try:
                async with self._database.work() as work:
                    await sessions.drop_old(work.session, self._clock() - _KEEP_OVER)
            except DatabaseAway:
                log.warning("old sessions stay: the database is away")
            now = self._clock()
            self._known = {key: one for key, one in self._known.items() if not self._is_over(one, now)}
            await asyncio.sleep(every_s)

    def _is_over(self, one: SignedIn, now: datetime, *, idle: bool = True) -> bool:
        unused_s = (now - one.seen_at).total_seconds() if idle else 0.0
        return now >= one.expires_at or unused_s >= self.options.idle_s

    async def _touch(self, one: SignedIn, now: datetime) -> SignedIn:
        try:
            async with self._database.work() as work:
                await sessions.touch_session(work.session, one.token_hash, now)
                await people.record_seen(work.session, one.account.account_id, now)
        except DatabaseAway:
            return one
        return msgspec.structs.replace(one, seen_at=now)

    def _ended(self, hashes: Iterable[str]) -> None:
        for token_hash in hashes:
            self._known.pop(token_hash, None)
            for listener in self._listeners:
                listener(token_hash)
