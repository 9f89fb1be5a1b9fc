"""panoramisk 1.4 behind one adapter: its transport and class names stay, what it does wrong is replaced.

Replaced, because of what was seen on Asterisk 22: blocks decoded one by one with letters lost at their borders; no
frame limit; one exception in a callback ends the connection; line breaks let through; actions sent again after a
reconnect, AGI twice; AGI and QueueAdd that never answer; Originate that breaks the parser; no deadlines, unchecked
pings, dropped futures; reconnect without end after a refused login, and after close; socket closed at Shutdown with
frames behind it unread; whole actions in the log.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from cti.asterisk.frames import MalformedFrame
from cti.domain.errors import NotSent

log = logging.getLogger(__name__)

_UNSENT_LIMIT_BYTES = 256 * 1024
"""A switch that leaves so much unread is frozen: nothing more is put behind it."""


class AmiProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """One socket. Bytes go to `feed` as they come; nothing is decoded, dispatched or sent by panoramisk."""

    transport: asyncio.Transport
    closed: bool = True

    def __init__(self, feed: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        self._feed = feed
        self._lost = lost

    def data_received(self, data: bytes) -> None:
        """Pass bytes on. A stream that cannot be trusted any more is cut at once."""
        try:
            self._feed(data)
        except MalformedFrame as reason:
            self.abort(str(reason))

    def write(self, data: bytes) -> None:
        """Send bytes. Raises: NotSent."""
        if self.closed or self.transport.is_closing():
            raise NotSent("the connection is closed")
        if self.transport.get_write_buffer_size() > _UNSENT_LIMIT_BYTES:
            raise NotSent("the switch does not read")
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone; everything that came before has been passed on."""
        self.abort(f"connection lost: {exc}" if exc else "the switch closed the connection")

    def abort(self, reason: str) -> None:
        """Cut the socket without waiting for the other side, which may be frozen."""
        if not self.closed:
            self.closed = True
            self.transport.abort()
            self._lost(reason)

    def send(self, data: object, as_list: object = False) -> None:
        """Not this way: an action has to pass `encode` and the action table."""
        raise NotImplementedError("actions go through ActionTable")

    handle_message = send
    close = abort


class AmiConnection(Manager):  # type: ignore[misc]  # panoramisk has no types
    """One connection to one Asterisk. It never comes back by itself: the link opens a new one."""

    def __init__(
        self, *, feed: Callable[[bytes], None], host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(host=host, port=port, ssl=tls, protocol_factory=self._make_protocol)
        self._feed = feed
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Why it ended, once it has."""

    def _make_protocol(self) -> AmiProtocol:
        return AmiProtocol(self._feed, self._end)

    def _end(self, reason: str) -> None:
        if not self.lost.done():
            self.lost.set_result(reason)

    async def open(self, *, limit_s: float) -> None:
        """Connect. Raises: OSError, TimeoutError."""
        config = self.config
        async with asyncio.timeout(limit_s):
            _, self.protocol = await asyncio.get_running_loop().create_connection(
                self._make_protocol, config["host"], config["port"], ssl=config["ssl"]
            )

    def write(self, data: bytes) -> None:
        """Send bytes. Raises: NotSent."""
        if self.protocol is None:
            raise NotSent("not connected")
        self.protocol.write(data)

    def abort(self, reason: str) -> None:
        """End the connection at once."""
        if self.protocol is not None:
            self.protocol.abort(reason)
        self._end(reason)

    def close(self) -> None:
        """End the connection."""
        self.abort("closed")

    def register_event(self, pattern: str, callback: object = None) -> None:
        """Nothing: panoramisk would register its re-sending of old actions here."""

    def _not_this_way(self, *_: object, **__: object) -> None:
        raise NotImplementedError("AmiLink does this")

    connect = connection_made = connection_lost = login = ping = dispatch = _not_this_way
    send_action = send_command = send_agi_command = send_awaiting_actions = _not_this_way
