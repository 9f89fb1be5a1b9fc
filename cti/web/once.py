"""The same press twice has one effect: requests with the same key share the first one's outcome."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any


class Once:
    """Remembers outcomes for `keep_s`, at most `capacity` of them. `now` gives monotonic seconds.

    A refusal is remembered as well: the second half of a double click gets the words the first one got.
    """

    def __init__(self, now: Callable[[], float], *, keep_s: float = 600.0, capacity: int = 5_000) -> None:
        self._now = now
        self._keep_s = keep_s
        self._capacity = capacity
        self._outcomes: OrderedDict[str, tuple[float, asyncio.Task[Any]]] = OrderedDict()

    async def run(self, key: str, act: Callable[[], Awaitable[Any]]) -> Any:
        """Return what `act()` returned, or raise what it raised, running it only for the first caller of `key`.

        `act` goes on when the browser that asked goes away: whether a command was carried out must not depend on it.
        """
        self._drop_old()
        known = self._outcomes.get(key)
        if known is None:
            task: asyncio.Task[Any] = asyncio.ensure_future(_call(act))
            task.add_done_callback(_look_at)
            known = self._outcomes[key] = (self._now(), task)
        return await asyncio.shield(known[1])

    async def aclose(self) -> None:
        """Let what is still running come to its end."""
        running = [task for _, task in self._outcomes.values() if not task.done()]
        if running:
            await asyncio.wait(running, timeout=10)

    def _drop_old(self) -> None:
        while self._outcomes:
            began, task = next(iter(self._outcomes.values()))
            is_old = began <= self._now() - self._keep_s or len(self._outcomes) > self._capacity
            if not (is_old and task.done()):
                return
            self._outcomes.popitem(last=False)


async def _call(act: Callable[[], Awaitable[Any]]) -> Any:
    return await act()


def _look_at(task: asyncio.Task[Any]) -> None:
    # Whoever asked may be gone; asyncio would complain about an error nobody looked at.
    if not task.cancelled():
        task.exception()
