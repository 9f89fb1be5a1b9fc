"""What an agent does with a pop that stands on his page. Nobody else's: not even a supervisor's."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

import msgspec

from cti.domain.errors import DatabaseAway, NotFound
from cti.domain.ids import AgentId, CallId
from cti.domain.pop import PopView
from cti.store.audit import record_audit
from cti.store.work import Database
from tickets.customer import clean
from tickets.pop import Choice
from tickets.popping import Popping
from tickets.service.who import Who
from tickets.store.pops import choose_customer, drop_draft, had_pop, save_draft
from tickets.wire import DraftChange


class PopDesk:
    """Use cases of pops."""

    def __init__(self, *, database: Database, pops: Popping, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._pops = pops
        self._clock = clock

    async def close(self, who: Who, call_id: str, *, drops_draft: bool = False) -> None:
        """Put it away; once more changes nothing. Works while the database is away. Raises: NotFound.

        `drops_draft`: what was typed goes as well, unless a colleague has the call before him.
        """
        agent_id = who.actor.agent_id
        if agent_id is not None and self._pops.close(agent_id, CallId(call_id)):
            if drops_draft and not self._pops.has_pop(CallId(call_id)):
                await self._drop_draft(call_id)
            return
        async with self._database.look() as session:
            if agent_id is None or not await had_pop(session, agent_id, call_id):
                raise _unknown(call_id)

    async def save_draft(self, who: Who, call_id: str, change: DraftChange) -> None:
        """Keep what is typed. Raises: NotFound, Conflict `draft.changed`."""
        self._own(who, call_id)
        fields = {name: clean(value) for name, value in msgspec.structs.asdict(change).items() if name != "version"}
        async with self._database.work() as work:
            draft = await save_draft(work.session, call_id, change.version, fields, at=self._clock(), by=who.name)
            work.after_commit(lambda: self._pops.put_draft(CallId(call_id), draft))

    async def choose(self, who: Who, call_id: str, customer_id: int | None) -> None:
        """Say who of those that the pop shows is calling. Raises: NotFound `pop.unknown`, `pop.customer`."""
        pop = self._own(who, call_id)
        # Any other customer would be shown with whole numbers to somebody who does not serve him.
        if customer_id is not None and customer_id not in {one.customer_id for one in pop.customers}:
            raise NotFound("This customer does not have the caller's number.", code="pop.customer", call_id=call_id)
        async with self._database.work() as work:
            await choose_customer(work.session, call_id, customer_id)
            details = {"customer": customer_id}
            await record_audit(
                work.session, who.actor, "pop.customer", at=self._clock(), about=f"call:{call_id}", details=details
            )
            work.after_commit(lambda: self._pops.put_choice(CallId(call_id), Choice(True, customer_id)))

    async def _drop_draft(self, call_id: str) -> None:
        # The pop is gone from the page; a draft that a database which is away keeps is shown to nobody.
        with contextlib.suppress(DatabaseAway):
            async with self._database.work() as work:
                await drop_draft(work.session, call_id)
                work.after_commit(lambda: self._pops.refresh(call_id=call_id))

    def _own(self, who: Who, call_id: str) -> PopView:
        agent_id: AgentId | None = who.actor.agent_id
        pop = self._pops.pop_of(agent_id, call_id)
        if pop is None:
            raise _unknown(call_id)
        return pop


def _unknown(call_id: str) -> NotFound:
    return NotFound("This call is not before you.", code="pop.unknown", call_id=call_id)
