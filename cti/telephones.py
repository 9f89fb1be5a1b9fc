"""Who holds which telephone: an agent chooses his at sign-in, and one page at a time may be the one in the browser.

Whoever holds it is a row in the database, so a restart of the service takes nothing away: the page comes back with the
secret it has. The row ends with the session it was granted to; Asterisk then forgets the secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

import msgspec

from cti.domain.commands import DropSecret, GiveSecret
from cti.domain.errors import Conflict, DatabaseAway, DomainError, NotAllowed, NotSent, OutcomeUnknown
from cti.domain.ids import AgentId, CallId
from cti.domain.roles import Actor
from cti.domain.switch import Hands
from cti.domain.telephones import BROWSER, devices_of, endpoint_of
from cti.presence import Presence
from cti.store import people
from cti.store.audit import record_audit
from cti.store.people import Account
from cti.store.sessions import SignedIn, list_sessions
from cti.store.telephones import Holding, drop_holding, list_holdings, put_holding
from cti.store.work import Database, Work

log = logging.getLogger(__name__)

REALM = "hotline"
ELSEWHERE = (4001, "telephone.elsewhere")
"""Close codes of our own begin at 4000 (RFC 6455, 7.4.2)."""
SESSION_OVER = (1008, "session.over")
GIVEN_BACK = (1000, "telephone.given_back")
RETRY_S = 2.0


class CallsInBrowser(Protocol):
    """`cti.lost_browsers.LostBrowsers`, as far as we know it."""

    def is_on_phone(self, agent_id: AgentId) -> bool:
        """Tell whether a call is on the agent's browser telephone."""
        ...

    def waiting_for(self, agent_id: AgentId) -> CallId | None:
        """The call whose customer hears music until the agent takes him back."""
        ...

    async def lose(self, agent_id: AgentId) -> CallId | None:
        """Treat what is on the agent's browser telephone as lost. Returns the call he may take back."""
        ...


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a page may do now. `digest` is empty for a desk telephone."""

    kind: str
    endpoint: str
    digest: str
    call_in_progress: CallId | None


def digest_of(endpoint: str, password: str) -> str:
    """HA1 of RFC 2617: MD5(user:realm:password) in hex. MD5 is SIP's choice; the password is 256 random bits."""
    return hashlib.md5(f"{endpoint}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


class Telephones:
    """All telephones in browsers, and whose page is there. `tell(account)` lets the floor know what queues ring."""

    def __init__(
        self,
        *,
        database: Database,
        hands: Hands,
        presence: Presence,
        calls: CallsInBrowser,
        tell: Callable[[Account], None],
        clock: Callable[[], datetime],
        new_password: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._database = database
        self._hands = hands
        self._presence = presence
        self._calls = calls
        self._tell = tell
        self._clock = clock
        self._new_password = new_password
        self._held: dict[AgentId, Holding] = {}
        self._turns: defaultdict[AgentId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._dropping: set[AgentId] = set()
        """Agents whose secret Asterisk still has to forget."""
        self._wakes = asyncio.Event()

    async def load(self) -> None:
        """Take over who holds what from the database; what a session that was ended meanwhile held is dropped."""
        async with self._database.look() as session:
            holdings = await list_holdings(session)
            found = await list_sessions(session, [one.token_hash for one in holdings])
        alive = {one.token_hash for one in found if one.account.phone == BROWSER}
        self._held = {one.agent_id: one for one in holdings if one.token_hash in alive}
        self._drop_soon(one.agent_id for one in holdings if one.token_hash not in alive)

    # --- choosing ---------------------------------------------------------------------------------------------------

    async def choose(self, actor: Actor, signed_in: SignedIn, kind: str, page: str, *, take: bool) -> Grant:
        """Let the agent have the telephone `kind`, the one in the browser for this page only.

        Another page's call goes on without it: that customer is led on as after a crash. The same page may ask again:
        it gets a new secret and keeps its call.
        Raises: NotAllowed `telephone.no_agent`, Conflict `telephone.elsewhere`, DatabaseAway, SwitchError.
        """
        agent_id = agent_of(actor)
        async with self._turns[agent_id]:
            held = self._held.get(agent_id)
            socket = self._presence.socket_of(agent_id)
            if kind == BROWSER and not take and socket is not None and socket.page != page:
                raise Conflict("Another page has your telephone.", code="telephone.elsewhere", agent_id=agent_id)
            is_same = kind == BROWSER and held is not None and held.page == page
            lost = None if is_same else await self._calls.lose(agent_id)
            await self._keep(actor, signed_in, kind, page)
            digest = await self._change_secret(actor, agent_id, kind)
            device, _ = devices_of(agent_id, kind)
            waiting = lost or self._calls.waiting_for(agent_id)
            return Grant(kind=kind, endpoint=endpoint_of(device), digest=digest, call_in_progress=waiting)

    async def give_back(self, actor: Actor, page: str) -> None:
        """The page needs no telephone any more. Of a page that has none: nothing to do. Raises: NotAllowed."""
        agent_id = agent_of(actor)
        async with self._turns[agent_id]:
            held = self._held.get(agent_id)
            if held is None or held.page != page:
                return
            self._release(agent_id, GIVEN_BACK)

    def is_holder(self, agent_id: AgentId, account_id: int, page: str) -> bool:
        """Tell whether this page may register."""
        held = self._held.get(agent_id)
        return held is not None and (held.page, held.account_id) == (page, account_id)

    async def _keep(self, actor: Actor, signed_in: SignedIn, kind: str, page: str) -> None:
        agent_id, now = agent_of(actor), self._clock()
        account_id = signed_in.account.account_id
        holding = Holding(
            agent_id=agent_id, account_id=account_id, page=page, token_hash=signed_in.token_hash, granted_at=now
        )
        async with self._database.work() as work:
            account = await people.edit_account(work.session, account_id, {"phone": kind})
            if kind == BROWSER:
                await put_holding(work.session, holding)
            await self._audit(work, actor, "telephone.choose", "ok", kind)
            work.after_commit(lambda: self._tell(account))
        if kind != BROWSER:
            socket = self._presence.socket_of(agent_id)
            self._release(agent_id, GIVEN_BACK if socket is None or socket.page == page else ELSEWHERE)
            return
        self._held[agent_id] = holding
        self._dropping.discard(agent_id)
        self._hand_over(agent_id, page)

    def _hand_over(self, agent_id: AgentId, page: str) -> None:
        """Close another page's socket; let the page's own go on under its new session."""
        socket = self._presence.socket_of(agent_id)
        if socket is not None and socket.page != page:
            socket.end(*ELSEWHERE)
        elif socket is not None:
            socket.wind_down(is_over=False)

    async def _change_secret(self, actor: Actor, agent_id: AgentId, kind: str) -> str:
        """Give Asterisk a new digest. One for a desk telephone is empty: that secret was set when it was installed."""
        if kind != BROWSER:
            return ""
        endpoint = browser_endpoint(agent_id)
        digest = digest_of(endpoint, self._new_password())
        try:
            await self._hands.send(GiveSecret(endpoint=endpoint, digest=digest))
        except DomainError as failure:
            with contextlib.suppress(DatabaseAway):
                async with self._database.work() as work:
                    await self._audit(work, actor, "telephone.choose", failure.code, kind)
            raise
        return digest

    async def _audit(self, work: Work, actor: Actor, action: str, result: str, kind: str) -> None:
        about = f"agent:{actor.agent_id}"
        details = {"kind": kind}
        await record_audit(work.session, actor, action, at=self._clock(), about=about, result=result, details=details)

    # --- sessions ---------------------------------------------------------------------------------------------------

    @property
    def token_hashes(self) -> set[str]:
        """Sessions that hold a telephone."""
        return {one.token_hash for one in self._held.values()}

    def session_ended(self, token_hash: str) -> None:
        """A session was ended: its telephone is cut off at once, its secret forgotten as soon as Asterisk answers."""
        for agent_id, held in list(self._held.items()):
            if held.token_hash == token_hash:
                self._release(agent_id, SESSION_OVER)

    def session_expired(self, token_hash: str) -> None:
        """A session is over by time. A call goes on, and the page keeps what the call needs; nothing new begins."""
        for agent_id, held in list(self._held.items()):
            if held.token_hash != token_hash:
                continue
            if not self._calls.is_on_phone(agent_id):
                self._release(agent_id, SESSION_OVER)
            elif (socket := self._presence.socket_of(agent_id)) is not None:
                socket.wind_down(is_over=True)

    def _release(self, agent_id: AgentId, why: tuple[int, str]) -> None:
        if self._held.pop(agent_id, None) is not None:
            self._drop_soon([agent_id])
        if (socket := self._presence.socket_of(agent_id)) is not None:
            socket.end(*why)

    def _drop_soon(self, agents: Iterable[AgentId]) -> None:
        self._dropping.update(agents)
        self._wakes.set()

    async def run(self) -> None:
        """Let Asterisk forget secrets that are over, for ever. Dropping twice is harmless, so this one is repeated."""
        while True:
            await self._wakes.wait()
            self._wakes.clear()
            for agent_id in list(self._dropping):
                async with self._turns[agent_id]:
                    await self._drop(agent_id)
            if self._dropping:
                await asyncio.sleep(RETRY_S)
                self._wakes.set()

    async def _drop(self, agent_id: AgentId) -> None:
        if agent_id not in self._dropping:  # granted anew while we waited for the turn: there is a new secret
            return
        try:
            await self._hands.send(DropSecret(endpoint=browser_endpoint(agent_id)))
        except (NotSent, OutcomeUnknown):
            return
        except DomainError as refused:
            log.warning("secret not dropped", extra={"agent": agent_id, "why": refused.message})
        with contextlib.suppress(DatabaseAway):
            async with self._database.work() as work:
                await drop_holding(work.session, agent_id)
            self._dropping.discard(agent_id)


def browser_endpoint(agent_id: AgentId) -> str:
    """The endpoint of the agent's browser telephone."""
    device, _ = devices_of(agent_id, BROWSER)
    return endpoint_of(device)


def agent_of(actor: Actor) -> AgentId:
    """The agent who asks. Raises: NotAllowed `telephone.no_agent`."""
    if actor.agent_id is None:
        raise NotAllowed("You have no agent number, so there is no telephone.", code="telephone.no_agent")
    return actor.agent_id
