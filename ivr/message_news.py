"""Tells pages that the list of messages has changed: how often and when, never what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from cti.domain.changes import Change, ListView
from cti.domain.errors import DatabaseAway
from cti.domain.events import Event, MessageLeft

TOPIC, KEY = "messages", "list"
RETRY_S = 2.0


class MessageNews:
    """Outlet: after a caller has left a message, and after somebody has worked one. `written`: see that it is in the
    database, where the pages will look for it; raises DatabaseAway.
    """

    def __init__(
        self,
        *,
        publish: Callable[[Sequence[Change]], None],
        written: Callable[[], Awaitable[object]],
        clock: Callable[[], datetime],
        retry_s: float = RETRY_S,
    ) -> None:
        self._publish = publish
        self._written = written
        self._clock = clock
        self._retry_s = retry_s
        self._count = 0
        self._left = asyncio.Event()

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take an event. Quick, never waits, never raises."""
        if isinstance(event, MessageLeft):
            self._left.set()

    def tell(self) -> None:
        """The list in the database is another one now."""
        self._count += 1
        view = ListView(changes_count=self._count, changed_at=self._clock())
        self._publish([Change(TOPIC, KEY, view)])

    async def run(self) -> None:
        """Tell of new messages until cancelled."""
        while True:
            await self._left.wait()
            self._left.clear()
            try:
                await self._written()
            except DatabaseAway:
                self._left.set()
                await asyncio.sleep(self._retry_s)
            else:
                self.tell()
