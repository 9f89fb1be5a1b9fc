"""SIP over WebSocket (`/api/sip`), passed through to Asterisk after the session check: one address serves everything.

Only the page that holds the agent's telephone gets through, and only as the agent's own endpoint (`sip_guard`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import aiohttp
from aiohttp import WSCloseCode, web

from cti.domain.errors import DatabaseAway
from cti.domain.ids import AgentId
from cti.domain.roles import Actor, Right
from cti.presence import Presence
from cti.store.audit import record_audit
from cti.store.work import Database
from cti.telephones import ELSEWHERE, Telephones, agent_of, browser_endpoint
from cti.web.attempts import AttemptLimit, Verdict
from cti.web.problem import BadRequest, TooMany
from cti.web.routes import Ask, route
from cti.web.sessions import Sessions
from cti.web.sip_socket import MESSAGE_LIMIT_BYTES, SWITCH_AWAY, SipOptions, SipSocket
from cti.web.wire import PageQuery

log = logging.getLogger(__name__)

PROTOCOL = "sip"
_WRITE_LIMIT_BYTES = 64 * 1024
_AUDITED_LIMIT = 1_000


class SipRoutes:
    """All telephones in browsers. `switch_url()`: Asterisk's own SIP WebSocket, empty while it has none.

    `now`: monotonic seconds.
    """

    def __init__(
        self,
        *,
        telephones: Telephones,
        presence: Presence,
        sessions: Sessions,
        database: Database,
        clock: Callable[[], datetime],
        switch_url: Callable[[], str],
        now: Callable[[], float],
        options: SipOptions | None = None,
    ) -> None:
        self._telephones = telephones
        self._presence = presence
        self._sessions = sessions
        self._database = database
        self._clock = clock
        self._switch_url = switch_url
        self.options = options or SipOptions()
        self.sockets: set[SipSocket] = set()
        self.counts: Counter[str] = Counter()
        """Messages refused, by code of `sip_guard`; `elsewhere`, `away`, `openings`: sockets that came in vain."""
        # Each is one of Asterisk's few sessions (http.conf, sessionlimit) for a moment.
        self._openings = AttemptLimit(self.options.sockets_a_minute, 60, now)
        self._audited: set[tuple[str, str]] = set()
        self._http: aiohttp.ClientSession | None = None
        self._is_closing = False
        sessions.on_end(telephones.session_ended)

    @route("GET", "/api/sip", Right.SET_OWN_MODE, status=101, is_socket=True)
    async def connect(self, ask: Ask, query: PageQuery) -> web.WebSocketResponse:
        """The telephone of one page: SIP over WebSocket (RFC 7118), one message a text frame, 16 KiB at most.

        Closes with 4001 when another page has the telephone, 1008 when the session ended or a message was refused,
        1013 when Asterisk is away: try again.
        """
        agent_id = agent_of(ask.actor)
        if self._openings.attempt(agent_id) is not Verdict.ALLOWED:
            self.counts["openings"] += 1
            wait_s = self._openings.wait_s(agent_id)
            raise TooMany("Your telephone connects too often. Wait a little.", after_s=wait_s, code="sip.openings")
        browser = web.WebSocketResponse(
            protocols=(PROTOCOL,),
            timeout=self.options.close_limit_s,
            heartbeat=self.options.heartbeat_s,
            max_msg_size=MESSAGE_LIMIT_BYTES,
            writer_limit=_WRITE_LIMIT_BYTES,
            compress=False,
        )
        if browser.can_prepare(ask.request).protocol != PROTOCOL:
            raise BadRequest("This socket speaks the protocol `sip`.", code="sip.protocol")
        await browser.prepare(ask.request)
        # A browser's page learns nothing of a refused handshake, so the reason comes as a close code.
        if not self._telephones.is_holder(agent_id, ask.signed_in.account.account_id, query.page):
            self.counts["elsewhere"] += 1
            await browser.close(code=ELSEWHERE[0], message=ELSEWHERE[1].encode())
            return browser
        await self._serve(browser, ask, agent_id, query.page)
        return browser

    async def _serve(self, browser: web.WebSocketResponse, ask: Ask, agent_id: AgentId, page: str) -> None:
        actor, token_hash = ask.actor, ask.signed_in.token_hash

        async def refused(code: str) -> None:
            await self._refused(actor, token_hash, code)

        socket = SipSocket(
            browser=browser,
            page=page,
            endpoint=browser_endpoint(agent_id),
            options=self.options,
            on_refused=refused,
        )
        self.sockets.add(socket)
        try:
            async with self._presence.present(agent_id, socket):
                await self._join(socket)
        finally:
            self.sockets.discard(socket)

    async def _join(self, socket: SipSocket) -> None:
        """Connect to Asterisk and pass messages until one side goes."""
        url = self._switch_url()
        try:
            if not url or self._is_closing:
                raise ConnectionError("Asterisk has no SIP WebSocket, or the service goes")
            async with asyncio.timeout(self.options.connect_limit_s):
                switch = await self._client().ws_connect(
                    url, protocols=(PROTOCOL,), compress=0, max_msg_size=MESSAGE_LIMIT_BYTES
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as away:
            self.counts["away"] += 1
            log.warning("no telephone for a page", extra={"why": str(away)})
            await socket.end(*SWITCH_AWAY)
            return
        try:
            await socket.run(switch)
        finally:
            await switch.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        return self._http

    async def _refused(self, actor: Actor, token_hash: str, code: str) -> None:
        """Count a message that was refused; the first of a kind in a session goes into the audit."""
        self.counts[code] += 1
        log.warning("SIP message refused", extra={"refusal": code, "login": actor.login})
        key = (token_hash, code)
        if key in self._audited or len(self._audited) >= _AUDITED_LIMIT:
            return
        self._audited.add(key)
        try:
            async with self._database.work() as work:
                about = f"agent:{actor.agent_id}"
                await record_audit(
                    work.session, actor, "telephone.message", at=self._clock(), about=about, result=f"sip.{code}"
                )
        except DatabaseAway:
            log.error("not audited", extra={"action": "telephone.message", "login": actor.login, "result": code})

    # --- life -------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Look for sessions that hold a telephone and are over by time, for ever."""
        while True:
            await asyncio.sleep(self.options.sweep_s)
            await self.sweep()

    async def sweep(self) -> None:
        """Tell the telephones which of their sessions are over."""
        held = self._telephones.token_hashes
        if not held:
            return
        try:
            over = await self._sessions.find_over(held)
        except DatabaseAway:
            return
        for token_hash in over:
            self._telephones.session_expired(token_hash)

    async def close(self) -> None:
        """The service goes: pages come back with what they have, their calls go on meanwhile."""
        self._is_closing = True
        farewells = [socket.end(WSCloseCode.GOING_AWAY, "shutdown") for socket in self.sockets]
        await asyncio.gather(*farewells, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
