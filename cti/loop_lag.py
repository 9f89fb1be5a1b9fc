"""How long the event loop is kept from its work: by how much a short sleep overran."""

from __future__ import annotations

import asyncio
from collections import deque

_EVERY_S = 0.05
_WINDOW_S = 60


class LoopLag:
    """Gauge of the event loop, sampled 20 times a second."""

    def __init__(self) -> None:
        self._worst_of_second: deque[float] = deque([0.0], maxlen=_WINDOW_S)
        self.worst_ever_s = 0.0

    @property
    def worst_s(self) -> float:
        """The worst of the last minute."""
        return max(self._worst_of_second)

    async def run(self) -> None:
        """Sample for ever."""
        loop = asyncio.get_running_loop()
        second = loop.time()
        while True:
            before = loop.time()
            await asyncio.sleep(_EVERY_S)
            lag_s = max(0.0, loop.time() - before - _EVERY_S)
            if loop.time() - second >= 1:
                second = loop.time()
                self._worst_of_second.append(0.0)
            self._worst_of_second[-1] = max(self._worst_of_second[-1], lag_s)
            self.worst_ever_s = max(self.worst_ever_s, lag_s)
