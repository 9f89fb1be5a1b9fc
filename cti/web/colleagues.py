"""Whom to pass a customer on to. An agent's live feed is his own only, so the page asks while its list is open."""

from __future__ import annotations

from cti.desk import Line
from cti.domain.colleagues import Colleagues, list_colleagues, list_queues
from cti.domain.roles import Right
from cti.web.routes import Ask, route


class ColleagueRoutes:
    """/api/colleagues"""

    def __init__(self, *, line: Line) -> None:
        self._line = line

    @route("GET", "/api/colleagues", Right.SET_OWN_MODE, Right.CALL_OUT)
    async def list(self, ask: Ask) -> Colleagues:
        """Colleagues and queues as they are now, without a word about anybody's customers."""
        floor = self._line.floor
        return Colleagues(
            colleagues=list_colleagues(floor.agents.values(), ask.actor.agent_id),
            queues=list_queues(floor.queues.values(), floor.options.test_queue),
        )
