"""How an agent's day of duty went so far: time not ready for each reason, beside what is planned for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from cti.domain.duty import duty_day_start, seconds_by_reason
from cti.domain.errors import NotAllowed
from cti.domain.roles import Right, may
from cti.domain.rulebook import Rulebook
from cti.store.reads import list_modes
from cti.store.work import Database
from cti.web.routes import Ask, route
from cti.web.wire import ReasonUse, ReasonUses


class ReasonRoutes:
    """/api/agents/{agent_id}/reasons"""

    def __init__(
        self, *, database: Database, book: Callable[[], Rulebook], zone: tzinfo, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._book = book
        self._zone = zone
        self._clock = clock

    @route("GET", "/api/agents/{agent_id}/reasons", Right.SET_OWN_MODE, Right.SET_OTHERS_MODE)
    async def list(self, ask: Ask, agent_id: str) -> ReasonUses:
        """Active reasons in their order, with the seconds used since 08:00 of the day on which the shift began."""
        if ask.actor.agent_id != agent_id and not may(ask.actor.role, Right.SET_OTHERS_MODE):
            raise NotAllowed("This is not your day.", code="agent.not_you", agent_id=agent_id)
        now = self._clock()
        since = duty_day_start(now, self._zone)
        async with self._database.look() as session:
            modes = await list_modes(session, agent_id, since, with_before=True)
        used = seconds_by_reason(modes, since, now)
        reasons = [reason for reason in self._book().not_ready.reasons if reason.is_active]
        return ReasonUses(
            reasons=[
                ReasonUse(
                    code=reason.code,
                    zh=reason.zh,
                    en=reason.en,
                    allowance_min=reason.allowance_min,
                    used_s=round(used.get(reason.code, 0.0), 1),
                )
                for reason in reasons
            ]
        )
