"""The dead-man's switch of callers in the menu: one loop renews it for all of them (asterisk: fact 2).

The dialplan gives each caller a limit (`TIMEOUT(absolute)`); when nobody renews it he goes to the fallback queue.
A renewal must never reach a channel that has left the menu: it would cut the conversation there. Three rules:
1. `release` waits for a renewal under way, so none is sent after the BREAK that follows it.
2. A caller whose limit may have run out already (this process was frozen) is not renewed any more.
3. When a caller left the menu without us, the limit is switched off once, in case a renewal crossed his leaving.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from cti.domain.commands import KeepInMenu
from cti.domain.errors import DomainError, NotFound, SwitchError, SwitchRefused
from cti.domain.ids import ChannelId
from cti.domain.switch import Switch

log = logging.getLogger(__name__)

MARGIN_S = 0.35
"""A renewal is sent at least so long before the limit runs out: it must not overtake the caller's leaving."""
REPLY_LIMIT_S = 1.0
"""A renewal not answered in this time counts as not done; the next one may still be in time."""


@dataclass(slots=True)
class _Held:
    channel: str
    armed_at: float
    renewal: asyncio.Task[None] | None = None
    is_held: bool = True


class Lifeline:
    """Renews the limit of every held channel each `every_s`, to `limit_s` from then. Times are the event loop's."""

    def __init__(self, *, switch: Switch, limit_s: float = 2.0, every_s: float = 0.8) -> None:
        self._switch = switch
        self._limit_s = limit_s
        self._every_s = every_s
        self._margin_s = min(MARGIN_S, limit_s / 4)
        self._held: dict[ChannelId, _Held] = {}
        self._undoing: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()
        self.late_count = 0
        """Callers given up because their limit may have run out before we came back to them."""

    def hold(self, channel_id: ChannelId, channel: str, *, at_once: bool = False) -> None:
        """Begin to renew. `at_once`: now, not at the next turn, because nobody knows how much is left."""
        held = self._held[channel_id] = _Held(channel, asyncio.get_running_loop().time())
        if at_once:
            self._start_renewal(channel_id, held)

    async def release(self, channel_id: ChannelId) -> None:
        """Stop renewing and return when no renewal of this channel is under way."""
        held = self._let_go(channel_id)
        if held and held.renewal:
            await asyncio.wait([held.renewal])

    def drop(self, channel_id: ChannelId) -> None:
        """Stop renewing: the dialplan may have the caller."""
        self._let_go(channel_id)

    def undo(self, channel_id: ChannelId) -> None:
        """Stop renewing, and take back a renewal that may have come after the caller left the menu."""
        held = self._let_go(channel_id)
        if held:
            task = asyncio.create_task(self._switch_off(held), name=f"menu limit off {held.channel}")
            self._undoing.add(task)
            task.add_done_callback(self._undoing.discard)

    async def run(self) -> None:
        """Renew until `close`."""
        while not self._closing.is_set():
            self._renew_all()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._closing.wait()

    def close(self) -> None:
        """End `run`; callers still held go to the fallback queue when their limit runs out."""
        self._held.clear()
        self._closing.set()

    def _renew_all(self) -> None:
        now = asyncio.get_running_loop().time()
        for channel_id, held in list(self._held.items()):
            if self._is_late(held, now):
                self._give_up(channel_id, held)
            elif held.renewal is None or held.renewal.done():
                self._start_renewal(channel_id, held)

    def _is_late(self, held: _Held, now: float) -> bool:
        return now > held.armed_at + self._limit_s - self._margin_s

    def _give_up(self, channel_id: ChannelId, held: _Held) -> None:
        self.late_count += 1
        log.error("menu limit not renewed in time", extra={"channel": held.channel})
        self._let_go(channel_id)

    def _start_renewal(self, channel_id: ChannelId, held: _Held) -> None:
        held.renewal = asyncio.create_task(self._renew(channel_id, held), name=f"menu limit {held.channel}")

    async def _renew(self, channel_id: ChannelId, held: _Held) -> None:
        sent_at = asyncio.get_running_loop().time()
        if not held.is_held:
            return
        if self._is_late(held, sent_at):  # frozen between the turn of the loop and here
            self._give_up(channel_id, held)
            return
        try:
            await self._switch.send(KeepInMenu(channel=held.channel, limit_s=self._limit_s), limit_s=REPLY_LIMIT_S)
        except (SwitchRefused, NotFound):
            self._let_go(channel_id)  # the channel is no more
        except SwitchError:
            pass  # away or no answer: `armed_at` stays, and rule 2 decides when it is too late
        else:
            held.armed_at = sent_at

    async def _switch_off(self, held: _Held) -> None:
        if held.renewal:
            await asyncio.wait([held.renewal])
        with contextlib.suppress(DomainError):  # hung up meanwhile, or the link is away
            await self._switch.send(KeepInMenu(channel=held.channel, limit_s=0), limit_s=REPLY_LIMIT_S)

    def _let_go(self, channel_id: ChannelId) -> _Held | None:
        held = self._held.pop(channel_id, None)
        if held:
            held.is_held = False
        return held
