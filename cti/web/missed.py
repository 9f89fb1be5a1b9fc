"""The call-back list. What has changed shows at the next look: pages ask again when a call ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cti.domain.missed import Missed, missed_callers
from cti.domain.phone import masked
from cti.domain.roles import Right, may
from cti.store.missed import list_contacts, list_lost
from cti.store.work import Database
from cti.web.routes import Ask, route
from cti.web.wire import MissedCaller, MissedCallers

KEPT = timedelta(hours=24)
"""Who was lost longer ago has been answered otherwise, or must be answered in writing (P-22)."""


class MissedRoutes:
    """/api/missed-callers"""

    def __init__(self, *, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @route("GET", "/api/missed-callers", Right.CALL_OUT)
    async def list(self, ask: Ask) -> MissedCallers:
        """Whom to call back, who has waited longest first. Numbers are masked for who may not see them."""
        since = self._clock() - KEPT
        async with self._database.look() as session:
            lost = await list_lost(session, since)
            contacts = await list_contacts(session, sorted({one.number for one in lost}), since)
        is_whole = may(ask.actor.role, Right.SEE_NUMBERS)
        return MissedCallers(callers=[_shown(one, is_whole) for one in missed_callers(lost, contacts)])


def _shown(one: Missed, is_whole: bool) -> MissedCaller:
    newest = one.newest
    return MissedCaller(
        call_id=newest.call_id,
        caller_number=newest.number if is_whole else masked(newest.number),
        hotline=newest.hotline,
        queue=newest.queue,
        outcome=newest.outcome,
        lost_at=newest.lost_at,
        waited_s=newest.waited_s,
        times=one.times,
        tried_at=one.tried_at,
    )
