"""Whose page is there: the SIP sockets that are up, one an agent, and since when an agent has none."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Protocol

from cti.domain.ids import AgentId
from cti.domain.lost import CLOSED_S, RESTART_S, SILENT_S, Absence

REPLACED = (1000, "replaced")


class PageSocket(Protocol):
    """The SIP socket of a page."""

    page: str
    is_silent: bool
    """It went dead without a word."""

    def end(self, close_code: int, reason: str) -> object:
        """Close it."""
        ...

    def wind_down(self, *, is_over: bool) -> None:
        """Its session is over while a call goes on: let nothing new begin; or, signed in anew, let it again."""
        ...


class Presence:
    """Kept by the sockets themselves, asked by everybody else."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._started_at = clock()
        self._sockets: dict[AgentId, PageSocket] = {}
        self._absences: dict[AgentId, Absence] = {}

    def socket_of(self, agent_id: AgentId) -> PageSocket | None:
        """The socket of the agent's page."""
        return self._sockets.get(agent_id)

    def absence_of(self, agent_id: AgentId) -> Absence | None:
        """Since when no page of the agent is there; None while one is."""
        if agent_id in self._sockets:
            return None
        return self._absences.get(agent_id) or Absence(self._started_at, RESTART_S, RESTART_S)

    @contextlib.asynccontextmanager
    async def present(self, agent_id: AgentId, socket: PageSocket) -> AsyncIterator[None]:
        """The socket is up for as long as the block runs. One that was there before is replaced."""
        before = self._sockets.get(agent_id)
        self._sockets[agent_id] = socket
        if before is not None:
            before.end(*REPLACED)
        try:
            yield
        finally:
            if self._sockets.get(agent_id) is socket:
                del self._sockets[agent_id]
                self._absences[agent_id] = Absence(self._clock(), SILENT_S if socket.is_silent else CLOSED_S)
