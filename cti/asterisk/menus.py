"""Channels in the menu (AsyncAGI) and the one command that each may have on its way.

Asterisk: commands left in the queue of a channel run at its next `AGI(agi:async)` (res_agi.c), and AGI is accepted
after the menu has ended: so one command at a time, and none for a channel that has left.
"""

from __future__ import annotations

import asyncio
import secrets

from cti.asterisk.agi import read_result
from cti.asterisk.frames import Fields
from cti.domain.errors import CallGone, Conflict, OutcomeUnknown
from cti.domain.events import ChannelClosed, Event, MenuEntered, MenuLeft
from cti.domain.switch import MenuResult

Waiter = asyncio.Future[MenuResult]


class MenuTable:
    """Who is in the menu, as far as this connection has seen."""

    def __init__(self) -> None:
        self._prefix = secrets.token_hex(6)
        self._count = 0
        self._inside: set[str] = set()
        self._running: dict[str, tuple[str, Waiter]] = {}
        """channel -> (CommandID, waiter). Kept until the result or the end comes, however late."""
        self.foreign_count = 0

    def __len__(self) -> int:
        return len(self._running)

    def begin(self, channel: str) -> tuple[str, Waiter]:
        """Take the channel's one place; return the CommandID to send and what to wait for.

        Raises: CallGone, Conflict.
        """
        if channel not in self._inside:
            raise _gone(channel)
        if channel in self._running:
            raise Conflict("a menu command of this caller is still running", code="switch.menu_busy", channel=channel)
        self._count += 1
        command_id = f"{self._prefix}-{self._count}"
        waiter: Waiter = asyncio.get_running_loop().create_future()
        # Nobody may be waiting any more when a late end fails it: that is no error.
        waiter.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._running[channel] = (command_id, waiter)
        return command_id, waiter

    def give_up(self, channel: str) -> None:
        """The command never ran: the place is free."""
        self._running.pop(channel, None)

    def take_result(self, fields: Fields) -> None:
        """Take an AsyncAGIExec frame. A CommandID that is not ours belongs to another client: counted, ignored."""
        command_id, waiter = self._running.get(fields.get("Channel", ""), ("", None))
        if waiter is None or command_id != (fields.get("CommandID") or fields.get("CommandId")):
            self.foreign_count += 1
            return
        del self._running[fields["Channel"]]
        if not waiter.done():
            waiter.set_result(read_result(fields.get("Result", "")))

    def see(self, event: Event) -> None:
        """Take notice of a channel that enters or leaves."""
        if isinstance(event, MenuEntered):
            self._inside.add(event.channel)
        elif isinstance(event, MenuLeft | ChannelClosed):
            self.leave(event.channel)

    def leave(self, channel: str) -> None:
        """The channel is out of the menu; who waits for it learns that now."""
        self._inside.discard(channel)
        _, waiter = self._running.pop(channel, ("", None))
        if waiter is not None and not waiter.done():
            waiter.set_exception(_gone(channel))

    def inside(self) -> frozenset[str]:
        """Channels in the menu now."""
        return frozenset(self._inside)

    def found(self, channel: str) -> None:
        """A list shows the channel in the menu: it entered while nobody looked."""
        self._inside.add(channel)

    def lose(self, reason: str) -> None:
        """The connection is gone: outcomes are unknown, and who is inside must be listed anew."""
        for channel, (_, waiter) in self._running.items():
            if not waiter.done():
                waiter.set_exception(OutcomeUnknown(f"menu: {reason} before a result came", channel=channel))
        self._running.clear()
        self._inside.clear()


def _gone(channel: str) -> CallGone:
    return CallGone("the caller is not in the menu any more", channel=channel)
