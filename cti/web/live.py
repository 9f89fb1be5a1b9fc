"""The live feed (WebSocket /api/live): who may follow what, and the life of all sockets together."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections import Counter
from collections.abc import Callable

from aiohttp import WSCloseCode, web

from cti.domain.ids import AgentId, CallId
from cti.hub import Hub
from cti.web.live_socket import LiveOptions, LiveSocket
from cti.web.masking import audience_of
from cti.web.problem import TooMany
from cti.web.routes import Ask, route
from cti.web.sessions import Sessions

log = logging.getLogger(__name__)

MESSAGE_LIMIT_BYTES = 64 * 1024
_WRITE_LIMIT_BYTES = 64 * 1024
"""Above this a send waits for the browser to read."""
_KERNEL_BUFFER_BYTES = 256 * 1024
"""Left to itself the kernel keeps up to 4 MiB for a browser that does not read: minutes of changes nobody will see."""


class LiveFeed:
    """All open sockets."""

    def __init__(
        self,
        *,
        hub: Hub,
        sessions: Sessions,
        on_shown: Callable[[AgentId, CallId], None] = lambda agent_id, call_id: None,
        options: LiveOptions | None = None,
    ) -> None:
        """`on_shown`: an agent's page says that a call's pop stands in its document."""
        self._hub = hub
        self._sessions = sessions
        self._on_shown = on_shown
        self.options = options or LiveOptions()
        self.sockets: set[LiveSocket] = set()
        self.counts: Counter[str] = Counter()
        """What was refused or ended, by code: `not_understood`, `topic`, `rate`, `slow`, `silent`, ..."""
        self._is_closing = False
        sessions.on_end(self._session_ended)

    @route("GET", "/api/live", status=101, is_socket=True)
    async def connect(self, ask: Ask) -> web.WebSocketResponse:
        """The live feed. Messages are the structs `FromBrowser` and `ToBrowser`, as JSON text."""
        signed_in = ask.signed_in
        own = sum(1 for one in self.sockets if one.account_id == signed_in.account.account_id)
        if (
            self._is_closing
            or own >= self.options.sockets_per_account
            or len(self.sockets) >= self.options.sockets_limit
        ):
            raise TooMany("Too many pages are open at once.", after_s=10, code="live.too_many")
        # Compression would cost more time for each of many small frames than it saves on a local network.
        response = web.WebSocketResponse(
            timeout=self.options.close_limit_s,
            max_msg_size=MESSAGE_LIMIT_BYTES,
            writer_limit=_WRITE_LIMIT_BYTES,
            compress=False,
        )
        await response.prepare(ask.request)
        _limit_kernel_buffer(ask.request.transport)
        browser = LiveSocket(
            response=response,
            transport=ask.request.transport,
            signed_in=signed_in,
            token=ask.token,
            sessions=self._sessions,
            subscription=self._hub.subscribe(audience=audience_of(signed_in.account.role)),
            as_of=lambda: self._hub.as_of,
            on_shown=self._on_shown,
            options=self.options,
            counts=self.counts,
        )
        self.sockets.add(browser)
        try:
            await browser.run()
        finally:
            self.sockets.discard(browser)
        return response

    async def close(self) -> None:
        """Tell every browser that we go, and when to come back; each has the same short time to hear it."""
        self._is_closing = True
        spread_s = self.options.back_after_s
        farewells = [
            browser.end(WSCloseCode.GOING_AWAY, "shutdown", after_s=spread_s + random.uniform(0, spread_s))
            for browser in self.sockets
        ]
        await asyncio.gather(*farewells, return_exceptions=True)

    def _session_ended(self, token_hash: str) -> None:
        for browser in self.sockets:
            if browser.token_hash == token_hash:
                browser.session_over()


def _limit_kernel_buffer(transport: asyncio.Transport | None) -> None:
    connection = transport.get_extra_info("socket") if transport is not None else None
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BUFFER_BYTES)
