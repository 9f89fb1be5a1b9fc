"""The other end of a telephone in a browser: a WebSocket server that keeps what it is told, and SIP to tell it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

PAGE, OTHER_PAGE = "p" * 16, "q" * 16


def sip(
    method: str = "REGISTER", *, user: str = "web1001", target: str = "<sip:web1001@hotline>", body: str = ""
) -> str:
    """One request of `user`, as a page writes it."""
    lines = [
        f"{method} sip:hotline SIP/2.0",
        "Via: SIP/2.0/WS 4gfg.invalid;branch=z9hG4bK1",
        f"To: {target}",
        f"From: <sip:{user}@hotline>;tag=abc",
        "Call-ID: q1w2e3",
        f"CSeq: 1 {method}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines) + "\r\n\r\n" + body


INSIDE = "<sip:1002@hotline>;tag=as-1"
"""The To of a dialog that is up."""
OK = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"


class SipSwitch:
    """Asterisk's WebSocket, as far as the proxy sees it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.lines: list[web.WebSocketResponse] = []
        """Open sockets, oldest first."""
        self.protocols: list[str | None] = []
        self._server = TestServer(self._app())

    @property
    def url(self) -> str:
        return str(self._server.make_url("/ws")).replace("http", "ws", 1)

    async def say(self, text: str) -> None:
        """Send to the newest socket."""
        await self.lines[-1].send_str(text)

    async def hang_up_all(self) -> None:
        """Asterisk restarts."""
        await asyncio.gather(*[line.close(code=1001) for line in list(self.lines)])

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/ws", self._take)
        return app

    async def _take(self, request: web.Request) -> web.WebSocketResponse:
        line = web.WebSocketResponse(protocols=("sip",))
        await line.prepare(request)
        self.protocols.append(line.ws_protocol)
        self.lines.append(line)
        try:
            async for message in line:
                if message.type is WSMsgType.TEXT:
                    self.heard.append(message.data)
        finally:
            self.lines.remove(line)
        return line

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls) -> AsyncIterator[SipSwitch]:
        """A switch that listens."""
        switch = cls()
        await switch._server.start_server()
        try:
            yield switch
        finally:
            await switch.hang_up_all()
            await switch._server.close()
