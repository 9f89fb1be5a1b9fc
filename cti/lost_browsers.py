"""Outlet: a browser that died in a call. Looks once a second, leads the customer on, ends the dead channel.

Level-triggered: while the channel is there and the page is not, it is looked at again. What was asked of Asterisk is
asked once: an outcome nobody knows is said, not repeated. Only what never left is asked again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from cti.domain.changes import Change, LegView
from cti.domain.commands import Command
from cti.domain.errors import DatabaseAway, DomainError, NotSent
from cti.domain.events import Event, Ticked
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, CallId
from cti.domain.lost import Absence, Loss, find_absent, find_browser_leg, find_losses, find_waiting, plan_loss
from cti.domain.rulebook import DeskRules
from cti.domain.switch import Switch
from cti.store.audit import record_audit
from cti.store.work import Database

log = logging.getLogger(__name__)


class LostBrowsers:
    """Watches calls on browser telephones. `absence_of`: since when an agent's page is gone, None while it is there."""

    def __init__(
        self,
        *,
        floor: Floor,
        switch: Switch,
        database: Database,
        rules: Callable[[], DeskRules],
        absence_of: Callable[[AgentId], Absence | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._floor = floor
        self._switch = switch
        self._database = database
        self._rules = rules
        self._absence_of = absence_of
        self._clock = clock
        self._asked: set[str] = set()
        """Dead channels that are being ended, as long as the floor has them."""
        self._waiting: asyncio.Queue[Loss] = asyncio.Queue()
        self.counts: Counter[str] = Counter()
        """`led_on`: customers; `ended`: calls without one; `failed`: not all of it was done, and why, by code."""

    # --- what others ask --------------------------------------------------------------------------------------------

    def is_on_phone(self, agent_id: AgentId) -> bool:
        """Tell whether a call is on the agent's browser telephone, ringing included."""
        return any(find_browser_leg(call, agent_id) for call in self._floor.calls.values())

    def waiting_for(self, agent_id: AgentId) -> CallId | None:
        """The call whose customer hears music until the agent takes him back."""
        return find_waiting(self._floor.calls.values(), agent_id)

    async def lose(self, agent_id: AgentId) -> CallId | None:
        """Treat what is on the agent's browser telephone as lost, now. Returns the call he may take back.

        None as well when Asterisk would not do it: then the customer is wherever Asterisk left him.
        """
        taken_back = None
        for loss in self._new_losses(agent_id):
            if await self._lead_on(loss) and loss.customer and self._rules().lost_browser == "wait":
                taken_back = loss.call_id
        return taken_back

    # --- looking ----------------------------------------------------------------------------------------------------

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Look whenever a second has passed."""
        if not isinstance(event, Ticked):
            return
        calls = list(self._floor.calls.values())
        if self._asked:
            self._asked &= {leg.channel for call in calls for leg in call.legs if leg.closed_at is None}
        for agent_id, absence in find_absent(calls, self._absence_of).items():
            for loss in self._new_losses(agent_id, partial(absence.is_loss, at=event.at)):
                self._waiting.put_nowait(loss)

    async def run(self) -> None:
        """Lead customers on, one after the other, for ever."""
        while True:
            await self._lead_on(await self._waiting.get())

    def _new_losses(self, agent_id: AgentId, is_lost: Callable[[LegView], bool] = lambda leg: True) -> list[Loss]:
        agent = self._floor.agent_view(agent_id)
        is_consulting = agent is not None and agent.consult is not None
        found = find_losses(self._floor.calls.values(), agent_id, is_consulting=is_consulting, is_lost=is_lost)
        losses = [loss for loss in found if loss.channel not in self._asked]
        self._asked.update(loss.channel for loss in losses)
        return losses

    async def _lead_on(self, loss: Loss) -> bool:
        """Audit, then ask Asterisk step by step. Returns False when it would not do all of it.

        After a step that failed the next is asked for all the same: a dead channel left alone would keep the customer
        in silence until Asterisk misses its audio (30 s). But what never left is begun anew at the next look.
        """
        log.warning("a browser died in a call", extra={"agent": loss.agent_id, "call": loss.call_id})
        await self._audit(loss, "asked")
        is_done = True
        for command in plan_loss(loss, self._rules()):
            try:
                await self._switch.send(command)
            except DomainError as failure:
                is_done, never_left = False, isinstance(failure, NotSent)
                if never_left:
                    self._asked.discard(loss.channel)
                await self._note(loss, command, failure)
                if never_left:
                    break
        self.counts[("led_on" if loss.customer else "ended") if is_done else "failed"] += 1
        return is_done

    async def _note(self, loss: Loss, command: Command, failure: DomainError) -> None:
        step = type(command).__name__
        self.counts[failure.code] += 1
        log.error("lost browser", extra={"command": step, "why": failure.message})
        await self._audit(loss, failure.code, step)

    async def _audit(self, loss: Loss, result: str, step: str = "") -> None:
        details = {"agent": loss.agent_id, "rule": self._rules().lost_browser if loss.customer else "end"}
        try:
            async with self._database.work() as work:
                await record_audit(
                    work.session,
                    None,
                    "telephone.lost",
                    at=self._clock(),
                    about=f"call:{loss.call_id}",
                    result=result,
                    details=details | ({"step": step} if step else {}),
                )
        except DatabaseAway:
            # Nobody chose this: it happened. The customer is not left in silence because it cannot be written down.
            log.error("not audited", extra={"action": "telephone.lost", "call": loss.call_id, "result": result})
