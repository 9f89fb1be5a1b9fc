"""One page's telephone: SIP passed through between its WebSocket and Asterisk's, message by message, never kept.

What a message says is nobody's business here: bodies and secrets are never logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMessage, WSMsgType, web

from cti.web.pace import Pace
from cti.web.sip_guard import judge

log = logging.getLogger(__name__)

MESSAGE_LIMIT_BYTES = 16 * 1024
SWITCH_AWAY = (WSCloseCode.TRY_AGAIN_LATER, "switch.away")


class SipOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Patience and limits of the telephones in browsers."""

    heartbeat_s: float = 6.0
    """A browser that does not answer a ping within half of it is gone: noticed within 9 s."""
    connect_limit_s: float = 3.0
    send_limit_s: float = 5.0
    """A side that takes nothing for so long is not reading; messages are not kept for it."""
    close_limit_s: float = 2.0
    messages_per_s: float = 20.0
    messages_burst: float = 100.0
    sockets_a_minute: int = 40
    """Of one agent. A page tries again every 2 to 30 s; two pages that fight for a telephone do so by hand."""
    sweep_s: float = 10.0
    """How often it is looked whether the sessions that hold telephones are over by time."""


class SipSocket:
    """Two pumps. The first that ends, ends the socket."""

    def __init__(
        self,
        *,
        browser: web.WebSocketResponse,
        page: str,
        endpoint: str,
        options: SipOptions,
        on_refused: Callable[[str], Awaitable[None]],
    ) -> None:
        self.page = page
        self.is_silent = False
        self._browser = browser
        self._endpoint = endpoint
        self._options = options
        self._on_refused = on_refused
        self._pace = Pace(
            per_s=options.messages_per_s, burst=options.messages_burst, now=asyncio.get_running_loop().time
        )
        self._is_over = False
        self._ending: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    async def run(self, switch: ClientWebSocketResponse) -> None:
        """Pass messages until one side goes, or somebody calls `end`."""
        pumps = [
            asyncio.create_task(self._from_browser(switch)),
            asyncio.create_task(self._from_switch(switch)),
            asyncio.create_task(self._wait_for_end()),
        ]
        try:
            done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if error := task.exception():
                    log.error("telephone of a page failed", exc_info=error)
        finally:
            for task in pumps:
                task.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            await self.end(WSCloseCode.OK, "")

    def end(self, close_code: int, reason: str) -> asyncio.Task[None]:
        """Close the page's socket. The first reason stands."""
        if self._ending is None:
            self._ended.set()
            self._ending = asyncio.create_task(self._finish(close_code, reason))
        return self._ending

    def wind_down(self, *, is_over: bool) -> None:
        """Let nothing new begin, because the session is over while a call goes on; or let it again."""
        self._is_over = is_over

    async def _finish(self, close_code: int, reason: str) -> None:
        with contextlib.suppress(TimeoutError, ConnectionError, RuntimeError):
            async with asyncio.timeout(self._options.close_limit_s):
                await self._browser.close(code=close_code, message=reason.encode())

    async def _wait_for_end(self) -> None:
        await self._ended.wait()

    # --- the two directions -----------------------------------------------------------------------------------------

    async def _from_browser(self, switch: ClientWebSocketResponse) -> None:
        async for message in self._browser:
            if message.type is WSMsgType.ERROR:
                # aiohttp: no answer to a ping, or a frame against the rules; it has closed the socket.
                self.is_silent = isinstance(message.data, TimeoutError)
                return
            if refusal := self._refusal(message):
                await self._on_refused(refusal)
                self.end(WSCloseCode.POLICY_VIOLATION, f"sip.{refusal}")
                return
            if not await self._passed(switch.send_str(message.data)):
                self.end(*SWITCH_AWAY)
                return

    async def _from_switch(self, switch: ClientWebSocketResponse) -> None:
        async for message in switch:
            if message.type is not WSMsgType.TEXT or not await self._passed(self._browser.send_str(message.data)):
                break
        self.end(*SWITCH_AWAY)

    def _refusal(self, message: WSMessage) -> str:
        if not self._pace.take():
            return "rate"
        verdict = judge(message.data, self._endpoint)
        return verdict.refusal or ("session" if self._is_over and verdict.begins_call else "")

    async def _passed(self, sending: Awaitable[None]) -> bool:
        try:
            async with asyncio.timeout(self._options.send_limit_s):
                await sending
        except (TimeoutError, ConnectionError, RuntimeError):
            return False
        return True
