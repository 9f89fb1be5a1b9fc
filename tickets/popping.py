"""Outlet: the screen pop of the agent whose telephone rings, and only of that one.

Level-triggered from `CallView.agent_ids`: queue offers, transfers, consults and calls out look the same. What the
database knows is read as soon as the caller's number is known, so that the pop is whole in the event that makes the
telephone ring. Pops are kept here and written behind: an agent may close one while the database is away. Several may
stand on one page, the newest first; one that nobody answered goes by itself, an answered one when the agent says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from cti.domain.changes import CallView, Change
from cti.domain.errors import DatabaseAway, DomainError
from cti.domain.events import Event
from cti.domain.ids import AgentId, CallId
from cti.domain.phone import number_key
from cti.domain.pop import PopView, TicketDraft
from cti.store.audit import record_audit
from cti.store.work import Database
from tickets.pop import Choice, Dossier, facts_of, has_customer, pop_view, same_caller, was_served
from tickets.procedure import Procedures
from tickets.store.dossier import read_dossier
from tickets.store.pops import StoredPop, list_closed_pops, list_open_pops, write_pop

log = logging.getLogger(__name__)

MOST_OPEN = 12
"""Pops of one agent; with one more the oldest whose call is over goes."""
RETRY_S = 1.0
RETRY_LIMIT_S = 10.0
AWAY = "database.away"

PopKey = tuple[AgentId, CallId]


class Feed(Protocol):
    """`cti.hub.Hub`, as far as pops know it."""

    def publish(self, changes: Iterable[Change]) -> None:
        """Send facts of our own."""
        ...


class Popping:
    """All pops that stand. `on_offered`: told once for each pop, in the event that opens it."""

    def __init__(
        self,
        *,
        database: Database,
        feed: Feed,
        procedures: Procedures,
        clock: Callable[[], datetime],
        on_offered: Callable[[AgentId, CallId], None] = lambda agent_id, call_id: None,
        retry_s: float = RETRY_S,
    ) -> None:
        self.refused_count = 0
        """Pops the database cannot keep, whatever the reason: shown all the same."""
        self._database = database
        self._feed = feed
        self._procedures = procedures
        self._clock = clock
        self._on_offered = on_offered
        self._retry_s = retry_s
        self._calls: dict[CallId, CallView] = {}
        """Calls with a customer that are going on."""
        self._dossiers: dict[CallId, Dossier] = {}
        self._choices: dict[CallId, Choice] = {}
        self._pops: dict[PopKey, StoredPop] = {}
        self._shown: dict[PopKey, PopView] = {}
        self._put_away: set[PopKey] = set()
        """Closed by the agent, who is still on the call: not opened again for the same ringing."""
        self._to_read: dict[CallId, None] = {}
        self._reading: CallId | None = None
        self._to_write: dict[PopKey, StoredPop] = {}
        self._to_audit: dict[PopKey, None] = {}
        self._is_away = False
        self._wakes = asyncio.Event()

    # --- what stands ------------------------------------------------------------------------------------------------

    def pop_of(self, agent_id: AgentId | None, call_id: str) -> PopView | None:
        """The pop of this agent and call, while it stands."""
        return None if agent_id is None else self._shown.get((agent_id, CallId(call_id)))

    def pops_of(self, agent_id: AgentId | None) -> list[PopView]:
        """All that stand on this agent's page."""
        return [view for (owner, _), view in self._shown.items() if owner == agent_id]

    def serves(self, agent_id: AgentId | None, *, customer_id: int | None = None, number: str = "") -> bool:
        """Whether this agent has that customer, or somebody with that number, before him or on the telephone."""
        if agent_id is None:
            return False
        for pop in self.pops_of(agent_id):
            if customer_id is not None and customer_id in {one.customer_id for one in pop.customers}:
                return True
            if same_caller(pop.caller_number, number):
                return True
        calls = (call for call in self._calls.values() if agent_id in call.agent_ids)
        return any(same_caller(call.caller_number, number) for call in calls)

    def shows_call(self, agent_id: AgentId | None, call_id: str) -> bool:
        """Whether a pop of this agent is of that call, or has it among the customer's earlier ones."""
        return any(
            pop.call_id == call_id or any(contact.call_id == call_id for contact in pop.contacts)
            for pop in self.pops_of(agent_id)
        )

    # --- outlet -----------------------------------------------------------------------------------------------------

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take an event and its changes. Quick, never waits, never raises."""
        for change in changes:
            if change.topic == "calls":
                if isinstance(change.value, CallView):
                    self._take(change.value, event.at)
                else:
                    self._call_over(CallId(change.key))

    def _take(self, call: CallView, at: datetime) -> None:
        known = self._calls.get(call.call_id)
        if call.ended_at is not None or not has_customer(call):
            self._follow(call)
            self._call_over(call.call_id)
            return
        self._calls[call.call_id] = call
        if known is None or known.caller_number != call.caller_number:
            self._identify(call)
        self._put_away -= {key for key in self._put_away if key[1] == call.call_id and key[0] not in call.agent_ids}
        for agent_id in call.agent_ids:
            if (agent_id, call.call_id) not in self._pops and (agent_id, call.call_id) not in self._put_away:
                self._open(call, agent_id, at)
        self._follow(call)

    def _identify(self, call: CallView) -> None:
        """Read what is known of the number before any telephone rings. A withheld one needs no reading."""
        if number_key(call.caller_number):
            self._dossiers.pop(call.call_id, None)
            self._read(call.call_id)
        else:
            self._dossiers.setdefault(call.call_id, Dossier())

    def _open(self, call: CallView, agent_id: AgentId, at: datetime) -> None:
        pop = StoredPop(
            facts=facts_of(call, agent_id, at),
            opened_at=at,
            closed_at=None,
            was_served=was_served(call, agent_id),
            choice=self._choices.get(call.call_id, Choice()),
        )
        self._pops[pop.key] = pop
        self._publish(pop.key)
        self._on_offered(agent_id, call.call_id)
        self._to_audit[pop.key] = None
        self._write(pop)
        self._make_room(agent_id)

    def _follow(self, call: CallView) -> None:
        """Menu steps, who passed the customer on, whether it was answered: as the call tells them now."""
        for key, pop in self._of_call(call.call_id):
            agent_id = key[0]
            served = pop.was_served or was_served(call, agent_id)
            is_here = agent_id in call.agent_ids and call.ended_at is None
            if not served and not is_here:
                self._close(key)
                continue
            facts = facts_of(call, agent_id, pop.opened_at) if has_customer(call) else pop.facts
            now = msgspec.structs.replace(pop, was_served=served, facts=facts)
            if now != pop:
                self._pops[key] = now
                self._publish(key)
                self._write(now)

    def _call_over(self, call_id: CallId) -> None:
        self._calls.pop(call_id, None)
        self._put_away -= {key for key in self._put_away if key[1] == call_id}
        self._forget_unused(call_id)

    def _make_room(self, agent_id: AgentId) -> None:
        mine = [key for key in self._pops if key[0] == agent_id]
        if len(mine) > MOST_OPEN:
            over = [key for key in mine if key[1] not in self._calls]
            if over:
                self._close(over[0])

    # --- what agents do ---------------------------------------------------------------------------------------------

    def close(self, agent_id: AgentId, call_id: CallId) -> bool:
        """Put a pop away because its agent says so; False when there is none (any more)."""
        key = (agent_id, call_id)
        if key not in self._pops:
            return False
        call = self._calls.get(call_id)
        if call is not None and agent_id in call.agent_ids:
            self._put_away.add(key)
        self._close(key)
        return True

    def has_pop(self, call_id: CallId) -> bool:
        """Tell whether anybody has this call before him."""
        return bool(self._of_call(call_id))

    def put_draft(self, call_id: CallId, draft: TicketDraft) -> None:
        """Show a draft that was just saved to all who have this call before them."""
        known = self._dossiers.get(call_id)
        if known is None or self._reading == call_id:
            self._read(call_id)
        if known is not None:
            self._dossiers[call_id] = msgspec.structs.replace(known, draft=draft)
            self._publish_call(call_id)

    def put_choice(self, call_id: CallId, choice: Choice) -> None:
        """Somebody said who is calling; every pop of the call has it, later ones too."""
        self._choices[call_id] = choice
        for key, pop in self._of_call(call_id):
            self._pops[key] = msgspec.structs.replace(pop, choice=choice)
            self._write(self._pops[key])
        self._publish_call(call_id)
        self._read(call_id)

    def refresh(
        self, *, call_id: str = "", customer_ids: Iterable[int | None] = (), numbers: Iterable[str] = ()
    ) -> None:
        """Tickets or customers changed: read again what live calls and standing pops show of them."""
        ids = {one for one in customer_ids if one is not None}
        digits = {key for number in numbers if (key := number_key(number))}
        for known_id, number in self._followed().items():
            dossier = self._dossiers.get(known_id)
            shown = {one.customer_id for one in dossier.customers} if dossier else set[int]()
            if known_id == call_id or not ids.isdisjoint(shown) or number_key(number) in digits:
                self._read(known_id)

    # --- starting and running ---------------------------------------------------------------------------------------

    async def restore(self, calls: Iterable[CallView]) -> None:
        """Put up again what stood when the service ended. `calls`: the floor as it begins. Raises: DatabaseAway."""
        live = {call.call_id: call for call in calls if call.ended_at is None and has_customer(call)}
        async with self._database.look() as session:
            standing = await list_open_pops(session)
            closed = await list_closed_pops(session, list(live))
        for pop in standing:
            self._pops[pop.key] = pop
            self._choices[pop.key[1]] = pop.choice
            self._read(pop.key[1])
        for pop in closed:
            self._choices.setdefault(pop.key[1], pop.choice)
            if pop.key[0] in live[pop.key[1]].agent_ids:
                self._put_away.add(pop.key)
        for key, pop in list(self._pops.items()):
            if not pop.was_served and key[1] not in live:
                self._close(key)
            else:
                self._publish(key)
        for call in live.values():
            self._take(call, self._clock())

    async def run(self) -> None:
        """Read and write until cancelled; wait longer and longer while the database is away."""
        pause_s = self._retry_s
        while True:
            await self._wakes.wait()
            self._wakes.clear()
            while self._to_read or self._to_write:
                try:
                    await self._step()
                except DatabaseAway:
                    self._away()
                    await asyncio.sleep(pause_s)
                    pause_s = min(pause_s * 2, RETRY_LIMIT_S)
                else:
                    pause_s, self._is_away = self._retry_s, False

    @property
    def is_idle(self) -> bool:
        """Whether everything is read and written."""
        return not self._to_read and not self._to_write and self._reading is None

    async def aclose(self) -> None:
        """Write what is left. What cannot be written is opened again by the calls that are still going on."""
        try:
            while self._to_write:
                await self._step()
        except DatabaseAway:
            log.error("%d pops are not written", len(self._to_write))

    async def _step(self) -> None:
        if self._to_read:
            await self._look_up(next(iter(self._to_read)))
            return
        key, pop = next(iter(self._to_write.items()))
        await self._keep(key, pop)
        if self._to_write.get(key) is pop:
            del self._to_write[key]

    async def _look_up(self, call_id: CallId) -> None:
        # Taken out before the reading: whoever asks for it meanwhile has it read once more.
        del self._to_read[call_id]
        self._reading = call_id
        try:
            dossier = await self._dossier(call_id)
        except (DatabaseAway, asyncio.CancelledError):
            self._read(call_id)
            raise
        finally:
            self._reading = None
        if dossier is not None and call_id in self._followed():
            self._dossiers[call_id] = dossier
            self._publish_call(call_id)

    async def _dossier(self, call_id: CallId) -> Dossier | None:
        number = self._followed().get(call_id)
        if number is None:
            return None
        chosen = self._choices.get(call_id, Choice()).customer_id
        try:
            async with self._database.look() as session:
                return await read_dossier(session, call_id, number, chosen)
        except DatabaseAway:
            raise
        except (SQLAlchemyError, DomainError):
            log.exception("what is known of a caller cannot be read", extra={"call": call_id})
            return Dossier()

    async def _keep(self, key: PopKey, pop: StoredPop) -> None:
        try:
            async with self._database.work() as work:
                await write_pop(work.session, pop)
                if key in self._to_audit:
                    shown = [one.customer_id for one in self._dossiers.get(key[1], Dossier()).customers]
                    await record_audit(
                        work.session,
                        None,
                        "pop.shown",
                        at=pop.opened_at,
                        about=f"call:{key[1]}",
                        details={"agent": key[0], "customers": shown},
                    )
        except SQLAlchemyError:
            self.refused_count += 1
            log.exception("the database refuses a pop", extra={"call": key[1]})
        self._to_audit.pop(key, None)

    # --- tools ------------------------------------------------------------------------------------------------------

    def _away(self) -> None:
        if not self._is_away:
            self._is_away = True
            for key in list(self._pops):
                self._publish(key)

    def _close(self, key: PopKey) -> None:
        pop = self._pops.pop(key)
        self._shown.pop(key, None)
        self._feed.publish([Change(f"agent.{key[0]}", f"pop:{key[1]}", None)])
        self._write(msgspec.structs.replace(pop, closed_at=self._clock()))
        self._forget_unused(key[1])

    def _publish_call(self, call_id: CallId) -> None:
        for key, _ in self._of_call(call_id):
            self._publish(key)

    def _publish(self, key: PopKey) -> None:
        pop = self._pops[key]
        view = pop_view(
            pop.facts,
            self._dossiers.get(key[1]),
            self._choices.get(key[1], Choice()),
            self._procedures,
            missing=AWAY if self._is_away else "",
        )
        if self._shown.get(key) != view:
            self._shown[key] = view
            self._feed.publish([Change(f"agent.{key[0]}", f"pop:{key[1]}", view)])

    def _followed(self) -> dict[CallId, str]:
        """Calls that are going on or stand on a page: call -> caller's number."""
        standing = {key[1]: pop.facts.caller_number for key, pop in self._pops.items()}
        return standing | {call_id: call.caller_number for call_id, call in self._calls.items()}

    def _of_call(self, call_id: CallId) -> list[tuple[PopKey, StoredPop]]:
        return [(key, pop) for key, pop in self._pops.items() if key[1] == call_id]

    def _forget_unused(self, call_id: CallId) -> None:
        if call_id not in self._calls and not self._of_call(call_id):
            self._dossiers.pop(call_id, None)
            self._choices.pop(call_id, None)
            self._to_read.pop(call_id, None)

    def _read(self, call_id: CallId) -> None:
        self._to_read[call_id] = None
        self._wakes.set()

    def _write(self, pop: StoredPop) -> None:
        self._to_write[pop.key] = pop
        self._wakes.set()
