"""How much is being called outwards, and by whom: what the limits of the calling rules are compared with.

Counted as late as possible, and an attempt counts from the moment it is planned, so that two clicks at once are two.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

import msgspec

from cti.domain.calling import Outward, Usage, lines_out, talked_out
from cti.domain.duty import duty_day_start
from cti.domain.floor import Floor
from cti.domain.ids import AccountId, CallId
from cti.domain.roles import Actor
from cti.domain.rulebook import CallingRules
from cti.store.outward import sum_talk_outwards
from cti.store.work import Database

MINUTE = timedelta(minutes=1)
UNSEEN = timedelta(seconds=5)
"""A call that the switch took shows on the floor after some milliseconds; it counts as a line until then."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody called out."""

    at: datetime
    account_id: AccountId | None
    call_id: CallId


class Dialling:
    """Says what the way out looks like for one person now. `has_line`: there is a carrier to send calls to."""

    def __init__(
        self,
        *,
        database: Database,
        rules: Callable[[], CallingRules],
        has_line: Callable[[], bool],
        clock: Callable[[], datetime],
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._rules = rules
        self._has_line = has_line
        self._clock = clock
        self._zone = zone
        self._attempts: list[Attempt] = []
        """Of the last minute, oldest first."""

    async def outward(self, floor: Floor, actor: Actor) -> Outward:
        """Return rules, line and usage. Asks the database only when somebody could call. Raises: DatabaseAway."""
        rules, has_line = self._rules(), self._has_line()
        recorded_s = await self._recorded_s(floor, actor) if rules.is_on and has_line else 0.0
        now = self._clock()
        self._attempts = [one for one in self._attempts if now - one.at < MINUTE]
        mine = [one for one in self._attempts if one.account_id == actor.account_id]
        unseen = [one for one in self._attempts if one.call_id not in floor.calls and now - one.at < UNSEEN]
        usage = Usage(
            attempts_count=len(mine),
            is_dialling=any(one in mine for one in unseen),
            lines_count=lines_out(floor.calls.values()) + len(unseen),
            talk_s=recorded_s + talked_out(floor.calls.values(), actor.agent_id),
        )
        return Outward(rules=rules, has_line=has_line, usage=usage)

    def note(self, actor: Actor, call_id: CallId) -> None:
        """Count an attempt."""
        self._attempts.append(Attempt(at=self._clock(), account_id=actor.account_id, call_id=call_id))

    async def _recorded_s(self, floor: Floor, actor: Actor) -> float:
        if actor.agent_id is None:
            return 0.0
        since = duty_day_start(self._clock(), self._zone)
        async with self._database.look() as session:
            return await sum_talk_outwards(session, actor.agent_id, since, without=tuple(floor.calls))
