"""One browser on the live feed: reads its wishes, writes what it follows, watches over its life."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cti.domain.ids import AccountId, AgentId, CallId
from cti.hub import Subscription
from cti.store.sessions import SignedIn
from cti.web.pace import Pace
from cti.web.sessions import Sessions
from cti.web.topics import may_follow
from cti.web.wire import Bye, FromBrowser, Ping, PopShown, Refused, Subscribe, Unsubscribe

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(FromBrowser)


class LiveOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Patience and limits of the live feed."""

    ping_s: float = 15.0
    recheck_s: float = 60.0
    """A session that was ended elsewhere loses its socket within this time; one ended here at once."""
    silence_s: float = 50.0
    """Without a word from the browser for three pings, nobody is there."""
    send_limit_s: float = 10.0
    """A browser that takes nothing for so long is not reading."""
    close_limit_s: float = 2.0
    messages_per_s: float = 10.0
    messages_burst: float = 40.0
    refusals_limit: int = 50
    """More than this in one socket is no mistake."""
    sockets_per_account: int = 20
    sockets_limit: int = 1_000
    back_after_s: float = 3.0
    """After a restart: browsers come back spread over as long again."""


class LiveSocket:
    """Three loops: reader, writer, minder. The first that ends, ends the socket."""

    def __init__(
        self,
        *,
        response: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        signed_in: SignedIn,
        token: str,
        sessions: Sessions,
        subscription: Subscription,
        as_of: Callable[[], datetime],
        on_shown: Callable[[AgentId, CallId], None],
        options: LiveOptions,
        counts: Counter[str],
    ) -> None:
        self.account_id: AccountId = signed_in.account.account_id
        self.token_hash = signed_in.token_hash
        self._sessions = sessions
        self._as_of = as_of
        self._on_shown = on_shown
        self._options = options
        self._counts = counts
        self._response = response
        self._transport = transport
        self._actor = signed_in.account.actor()
        self._token = token
        self._subscription = subscription
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._pace = Pace(per_s=options.messages_per_s, burst=options.messages_burst, now=self._loop.time)
        self._refusals = 0
        self._is_slow = False
        self._ending: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Live until the browser, the session or the service ends it."""
        loops: list[Coroutine[Any, Any, None]] = [self._read(), self._write(), self._mind()]
        tasks = [asyncio.create_task(one) for one in loops]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if error := task.exception():
                    log.error("live socket failed", exc_info=error)
        finally:
            self._subscription.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.end(WSCloseCode.OK, "")

    def end(self, close_code: int, reason: str, *, after_s: float | None = None) -> asyncio.Task[None]:
        """Close the socket; with `after_s` the browser is told when to come back. The first reason stands."""
        if self._ending is None:
            # A task of its own: it must outlive the loop that found the reason.
            self._ending = asyncio.create_task(self._finish(close_code, reason, after_s))
        return self._ending

    def session_over(self) -> None:
        """The session has ended: say so and go."""
        self.end(WSCloseCode.POLICY_VIOLATION, "session.over", after_s=0)

    async def _finish(self, close_code: int, reason: str, after_s: float | None) -> None:
        """What a browser that does not read has not taken within the limit is thrown away."""
        with contextlib.suppress(TimeoutError, ConnectionError, RuntimeError):
            async with asyncio.timeout(self._options.close_limit_s):
                if after_s is not None:
                    await self._send(_encode(Bye(code=reason, after_s=round(after_s, 1))))
                await self._response.close(code=close_code, message=reason.encode())
        if self._transport is not None and self._transport.get_write_buffer_size() > 0:
            self._transport.abort()

    # --- from the browser -------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        async for message in self._response:
            self._heard_at = self._loop.time()
            if message.type is WSMsgType.ERROR:
                # aiohttp has closed it: a message above the limit, text that is no UTF-8, a frame against the rules.
                is_big = getattr(message.data, "code", None) == WSCloseCode.MESSAGE_TOO_BIG
                self._counts["too_big" if is_big else "broken"] += 1
                return
            if not self._pace.take():
                refused = "rate"
            elif message.type is not WSMsgType.TEXT:
                refused = "not_understood"
            else:
                refused = self._take(message.data)
            if refused and not await self._refuse(refused):
                self.end(WSCloseCode.POLICY_VIOLATION, "live.garbage", after_s=60)
                return

    def _take(self, text: str) -> str:
        """Do what the browser wishes. Returns the code of a refusal, or nothing."""
        try:
            wish = _decoder.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            return "not_understood"
        if isinstance(wish, Unsubscribe):
            self._subscription.remove(wish.topics)
        elif isinstance(wish, PopShown):
            if self._actor.agent_id is not None:
                self._on_shown(self._actor.agent_id, CallId(wish.call_id))
        elif isinstance(wish, Subscribe):
            allowed = [topic for topic in wish.topics if may_follow(self._actor, topic)]
            self._subscription.add(allowed)
            if len(allowed) < len(wish.topics):
                return "topic"
        return ""

    async def _refuse(self, code: str) -> bool:
        """Say no. Returns False when it has been said often enough."""
        self._counts[code] += 1
        self._refusals += 1
        if self._refusals == 1:
            log.warning("live message refused", extra={"refusal": code, "login": self._actor.login})
        is_heard = await self._deliver(_encode(Refused(code=f"live.{code}", message=_WORDS[code])))
        return is_heard and self._refusals < self._options.refusals_limit

    # --- to the browser ---------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        while True:
            for frame in await self._subscription.next():
                if not await self._deliver(frame):
                    return

    async def _mind(self) -> None:
        checked_at = self._loop.time()
        while True:
            await asyncio.sleep(self._options.ping_s)
            now = self._loop.time()
            if now - self._heard_at > self._options.silence_s:
                self._counts["silent"] += 1
                return
            if now - checked_at >= self._options.recheck_s:
                checked_at = now
                if await self._sessions.find(self._token) is None:
                    self.session_over()
                    return
            if not await self._deliver(_encode(Ping(at=self._as_of()))):
                return

    async def _deliver(self, frame: bytes) -> bool:
        """Send, with a limit: nobody is buffered for. Returns False when the browser is gone or does not read."""
        try:
            async with asyncio.timeout(self._options.send_limit_s):
                await self._send(frame)
        except TimeoutError:
            if not self._is_slow:
                self._is_slow = True
                self._counts["slow"] += 1
                log.warning("live socket does not read", extra={"login": self._actor.login})
                self.end(WSCloseCode.TRY_AGAIN_LATER, "slow")
            return False
        except ConnectionError:
            return False
        return True

    async def _send(self, frame: bytes) -> None:
        if not self._response.closed:
            await self._response.send_frame(frame, WSMsgType.TEXT)


_WORDS = {
    "not_understood": "This message was not understood.",
    "topic": "This topic does not exist or is not yours.",
    "rate": "Too many messages.",
}
