"""Signing in and out: password, one-time link, and what belongs to one's own session."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, cast

from cti.domain.errors import DomainError, Invalid
from cti.domain.roles import RIGHTS, Actor
from cti.store import people
from cti.store import sessions as session_store
from cti.store.audit import record_audit
from cti.store.people import Account
from cti.store.sessions import SignedIn
from cti.store.work import Database, Work
from cti.web.attempts import AttemptLimit, Verdict
from cti.web.passwords import Passwords, check_choice
from cti.web.problem import NotSignedIn, TooMany, sendable
from cti.web.routes import Ask, route
from cti.web.sessions import Sessions, hash_of
from cti.web.wire import LanguageChange, LinkSignIn, PasswordChange, Session, SignIn

log = logging.getLogger(__name__)


class SessionRoutes:
    """GET, POST, DELETE /api/session and what is below it."""

    def __init__(
        self,
        *,
        database: Database,
        sessions: Sessions,
        passwords: Passwords,
        clock: Callable[[], datetime],
        by_account: AttemptLimit,
        by_address: AttemptLimit,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock
        self._by_account = by_account
        self._by_address = by_address
        self.failures_count = 0

    @route("GET", "/api/session", before_password=True)
    async def show(self, ask: Ask) -> Session:
        """Who is signed in here, and the token that unsafe requests carry."""
        return session_answer(ask.signed_in)

    @route("POST", "/api/session", is_open=True)
    async def sign_in(self, ask: Ask, body: SignIn) -> Session:
        """Sign in by password. A wrong password and an unknown login are answered alike and in the same time."""
        await self._limit(ask, body.login)
        async with self._database.look() as session:
            account, stored = await people.find_credentials(session, body.login)
        usable = stored if account and account.is_active else None
        fits, stronger = await self._passwords.check(body.password, usable)
        if account is None or not fits:
            await self._failed(ask, "sign_in", "sign_in.wrong", {"login": body.login})
            raise NotSignedIn("Login or password is wrong.", code="sign_in.wrong")
        self._by_account.forget(body.login.lower())
        async with self._database.work() as work:
            if stronger:
                await people.set_password_hash(work.session, account.account_id, stronger)
            return await self._enter(work, ask, account.account_id, "sign_in")

    @route("POST", "/api/session/link", is_open=True)
    async def sign_in_by_link(self, ask: Ask, body: LinkSignIn) -> Session:
        """Sign in by a one-time link. The session is good for setting a password only."""
        await self._limit(ask, None)
        async with self._database.work() as work:
            account_id = await session_store.take_link(work.session, hash_of(body.token), self._clock())
            account = await people.find_account(work.session, account_id) if account_id is not None else None
            if account is not None and account.is_active:
                return await self._enter(work, ask, account.account_id, "sign_in.link", via_link=True)
        await self._failed(ask, "sign_in.link", "link.over", {})
        raise NotSignedIn("This link was used or has expired. Ask for a new one.", code="link.over")

    @route("DELETE", "/api/session", before_password=True, status=204)
    async def sign_out(self, ask: Ask) -> None:
        """Sign out: the session ends on the server, not only in the browser."""
        async with self._database.work() as work:
            await self._sessions.end(work, ask.signed_in.token_hash)
            await record_audit(work.session, ask.actor, "sign_out", at=self._clock())
        ask.new_token = ""

    @route("POST", "/api/session/password", before_password=True)
    async def set_password(self, ask: Ask, body: PasswordChange) -> Session:
        """Set one's own password. All of one's sessions end; a new one begins here."""
        account = ask.signed_in.account
        check_choice(body.password, login=account.login, name=account.name)
        if not ask.signed_in.via_link:
            await self._check_current(ask, account, body.current)
        new_hash = await self._passwords.hash(body.password)
        async with self._database.work() as work:
            await people.set_password_hash(work.session, account.account_id, new_hash)
            await session_store.drop_links_of(work.session, account.account_id)
            await self._sessions.end_all(work, account.account_id)
            return await self._enter(work, ask, account.account_id, "password.set")

    @route("POST", "/api/session/language")
    async def set_language(self, ask: Ask, body: LanguageChange) -> Session:
        """Choose the language of one's pages."""
        signed_in = ask.signed_in
        async with self._database.work() as work:
            await people.edit_account(work.session, signed_in.account.account_id, {"language": body.language})
            return session_answer(await _get(work, signed_in.token_hash))

    async def _check_current(self, ask: Ask, account: Account, current: str) -> None:
        await self._limit(ask, account.login)
        async with self._database.look() as session:
            stored = await people.find_password_hash(session, account.account_id)
        fits, _ = await self._passwords.check(current, stored)
        if not fits:
            await self._failed(ask, "password.set", "password.current", {"login": account.login}, ask.actor)
            raise Invalid("The present password is wrong.", code="password.current", field="current")
        self._by_account.forget(account.login)

    async def _enter(self, work: Work, ask: Ask, account_id: int, action: str, *, via_link: bool = False) -> Session:
        """Open a new session. The one this browser had before ends: a planted cookie is worth nothing afterwards."""
        if ask.session is not None:
            await self._sessions.end(work, ask.session.token_hash)
        account = await people.get_account(work.session, account_id)
        if not account.is_active:
            raise NotSignedIn("Login or password is wrong.", code="sign_in.wrong")
        agent = sendable(ask.request.headers.get("User-Agent", ""))
        token = await self._sessions.open(work, account, ip=ask.ip, user_agent=agent, via_link=via_link)
        await record_audit(work.session, account.actor(ask.ip), action, at=self._clock())
        ask.new_token = token
        return session_answer(await _get(work, hash_of(token)))

    async def _limit(self, ask: Ask, login: str | None) -> None:
        checks = [(self._by_address, ask.ip)]
        if login is not None:
            checks.append((self._by_account, login.lower()))
        for limit, key in checks:
            verdict = limit.attempt(key)
            if verdict is Verdict.ALLOWED:
                continue
            refusal = TooMany("Too many attempts. Wait a minute.", after_s=limit.wait_s(key), code="sign_in.too_many")
            if verdict is Verdict.FIRST_REFUSAL:
                await self._failed(ask, "sign_in", refusal.code, {"login": login or ""})
            raise refusal

    async def _failed(
        self, ask: Ask, action: str, result: str, details: Mapping[str, Any], actor: Actor | None = None
    ) -> None:
        self.failures_count += 1
        log.warning("sign-in refused", extra={"action": action, "result": result, "ip": ask.ip})
        try:
            async with self._database.work() as work:
                await record_audit(
                    work.session, actor, action, at=self._clock(), result=result, details=details, ip=ask.ip
                )
        except DomainError:
            log.exception("a refused sign-in could not be audited")


async def _get(work: Work, token_hash: str) -> SignedIn:
    work.session.expire_all()
    found = await session_store.find_session(work.session, token_hash)
    if found is None:
        raise NotSignedIn("Sign in first.")
    return found


def session_answer(signed_in: SignedIn) -> Session:
    """The session as the browser sees it."""
    account = signed_in.account
    return Session(
        account_id=account.account_id,
        login=account.login,
        name=account.name,
        role=account.role,
        rights=[] if signed_in.via_link else sorted(RIGHTS[account.role]),
        agent_id=account.agent_id,
        department=account.department,
        language=cast(Literal["zh", "en"], account.language),
        csrf=signed_in.csrf,
        must_set_password=signed_in.via_link,
        expires_at=signed_in.expires_at,
    )
