"""Outlet: calls back that were promised are placed in their queues, followed on the floor, and written down.

A promise is in the database before the caller hears of it, and `placed` there before Asterisk is asked, under an id
that Asterisk takes only once. What becomes of it is read off the floor, so a restart of either side loses nothing: what
nobody saw is `unknown`, and people decide. Who is on the line by himself is not called meanwhile; his place is kept by
the instant since when he waits, not by standing there. One task writes and places; the outlet only notes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from secrets import token_hex

import msgspec

from cti.domain.calling import Outward, lines_out
from cti.domain.changes import CallView, Change, LegKind
from cti.domain.commands import HangUp
from cti.domain.errors import (
    CallGone,
    Conflict,
    DatabaseAway,
    DomainError,
    NotFound,
    NotSent,
    OutcomeUnknown,
    SwitchRefused,
)
from cti.domain.events import Event, FloorListed, Ticked
from cti.domain.floor import Floor
from cti.domain.ids import CallId, ChannelId, QueueName
from cti.domain.leg import PROMISED
from cti.domain.phone import number_key
from cti.domain.rulebook import CallingRules
from cti.domain.switch import Switch
from cti.store.work import Database, Work
from ivr.promises import promise as p
from ivr.promises.promise import Promise
from ivr.promises.promise_list import PromiseList, changed
from ivr.store.callbacks import add_promise, count_asked, list_open, save_promises

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=15)
"""A promise that did not stay in its queue is placed anew after this."""
SHOWS_WITHIN = timedelta(seconds=10)
"""What Asterisk took shows on the floor after milliseconds; after this it never will."""
LIMIT_S = 5.0


class Callbacks:
    """All promises with something left to be done. `seats`: who could be rung in a queue; `line`: who stands there.

    `tell` is called when the list in the database is another one.
    """

    def __init__(
        self,
        *,
        database: Database,
        switch: Switch,
        floor: Floor,
        seats: Callable[[QueueName], int],
        line: Callable[[QueueName], Sequence[ChannelId]],
        rules: Callable[[], CallingRules],
        has_line: Callable[[], bool],
        clock: Callable[[], datetime],
        zone: tzinfo,
        tell: Callable[[], None],
    ) -> None:
        self._database = database
        self._switch = switch
        self._floor = floor
        self._seats = seats
        self._line = line
        self._rules = rules
        self._has_line = has_line
        self._clock = clock
        self._zone = zone
        self._tell = tell
        self._list = PromiseList()
        self._again_at: dict[int, datetime] = {}
        self._to_hang_up: set[CallId] = set()
        """Calls that stand in a queue for somebody who need not be called now."""
        self._writing = asyncio.Lock()
        """One at a time, or an older state could be written over a newer one."""
        self._wakes = asyncio.Event()

    def count(self, *states: str) -> int:
        """Promises in one of these states (of those with something left to be done)."""
        return len(self._list.in_state(*states))

    async def load(self) -> None:
        """Read what is open. Raises: DatabaseAway."""
        async with self._database.look() as session:
            for promise in await list_open(session):
                self._list.note(promise)

    # --- what callers and people ask --------------------------------------------------------------------------------

    async def take(
        self, *, channel_id: ChannelId, hotline: str, queue: QueueName, number: str, priority: int = 0
    ) -> Promise:
        """Write a promise down; who has one already keeps its place. The caller may hear of it when this returns.

        Raises: as `number_to_call`, `check_room`; DatabaseAway; CallGone, when the floor does not know the caller.
        """
        number = p.number_to_call(number, Outward(rules=self._rules(), has_line=self._has_line()))
        call = self._floor.call_of(channel_id)
        if call is None:
            raise CallGone("the caller has hung up", channel=channel_id)
        now = self._clock()
        wanted = Promise(
            id=0,
            call_id=call.call_id,
            hotline=hotline,
            number=number,
            queue=queue,
            priority=priority,
            waits_since=now,
            asked_at=now,
            changed_at=now,
        )
        async with self._writing:
            known = self._list.of_number(number)
            if known is not None and known.state in p.KEPT:
                return known
            promise = await self._write_down(wanted, call.caller_number)
            if known is not None:
                self._change(known, p.CANCELLED, "asked_again")
            self._list.note(promise)
        self._tell()
        return promise

    async def _write_down(self, wanted: Promise, caller_number: str) -> Promise:
        async with self._database.work() as work:
            asked = await count_asked(work.session, wanted, caller_number, wanted.asked_at - p.LONGEST)
            p.check_room(asked, self.count(*p.KEPT))
            return await add_promise(work.session, wanted)

    async def cancel(self, promise_id: int, by: str, audit: Callable[[Work], Awaitable[object]]) -> None:
        """Take a promise back. `audit` writes its row in the same transaction.

        Raises: NotFound `callback.unknown`; Conflict `callback.dialling`; DatabaseAway; NotSent, OutcomeUnknown, when
        it could not be taken out of its queue.
        """
        promise = self._list.get(promise_id)
        if promise is None:
            raise NotFound("There is no such call back, or it is over.", code="callback.unknown", id=promise_id)
        if promise.state == p.DIALLING:
            raise Conflict("The customer is being called just now.", code="callback.dialling", id=promise_id)
        await self._take_out(promise.made_call_id)
        async with self._writing:
            cancelled = changed(promise, p.CANCELLED, self._clock(), "by_person", by)
            async with self._database.work() as work:
                await save_promises(work.session, [cancelled])
                await audit(work)
            self._list.note(cancelled)
            self._list.unwritten.pop(promise_id, None)
        self._tell()

    async def _take_out(self, made: CallId | None) -> None:
        """Hang up what stands in the queue, if anything does. Raises: NotSent, OutcomeUnknown."""
        call = self._standing(made)
        leg = None if call is None else next((one for one in call.legs if one.closed_at is None), None)
        if leg is not None:
            try:
                await self._switch.send(HangUp(channel=leg.channel), limit_s=LIMIT_S)
            except SwitchRefused:
                log.info("a call back had left its queue already", extra={"call": made})

    def _standing(self, made: CallId | None) -> CallView | None:
        call = None if made is None else self._floor.call_view(made)
        return None if call is None or call.ended_at is not None else call

    # --- outlet -----------------------------------------------------------------------------------------------------

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take an event and its changes. Quick, never waits, never raises."""
        if not self._list:
            return
        for change in changes:
            if isinstance(change.value, CallView):
                self._take_call(change.value)
        if isinstance(event, FloorListed):
            self._look_for_absent(event)
        elif isinstance(event, Ticked):
            self._wakes.set()

    def _take_call(self, call: CallView) -> None:
        if call.call_id.startswith(PROMISED):
            promise = self._list.get(p.promise_of(call.call_id))
            if promise is not None and promise.made_call_id == call.call_id:
                self._follow(promise, *p.told_by(call))
        elif (promise := self._list.of_number(call.caller_number)) is not None:
            self._take_own_call(promise, call)

    def _take_own_call(self, promise: Promise, call: CallView) -> None:
        """The customer is on the line, by himself or called by somebody: served, he needs no call any more."""
        is_served = _is_talk(call)
        if promise.state == p.PLACED and call.ended_at is None and promise.made_call_id is not None:
            self._to_hang_up.add(promise.made_call_id)
            self._wakes.set()
        if is_served and promise.state != p.DIALLING:
            self._change(promise, p.CANCELLED, "served")

    def _follow(self, promise: Promise, state: str, why: str) -> None:
        if state == promise.state:
            return
        if state == p.WAITING:
            self._again_at[promise.id] = self._clock() + AGAIN_AFTER
        self._change(promise, state, why)

    def _look_for_absent(self, listed: FloorListed) -> None:
        for promise in self._list.in_state(p.PLACED, p.DIALLING):
            if self._standing(promise.made_call_id) is None:
                self._follow(promise, *p.told_by_absence(promise, listed.switch_started_at))

    def _change(self, promise: Promise, state: str, why: str = "") -> None:
        log.info("call back", extra={"promise": promise.id, "state": state, "why": why})
        self._list.change(changed(promise, state, self._clock(), why))
        self._wakes.set()

    # --- writing and placing ----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Write what has changed and place what is due, until cancelled."""
        while True:
            await self._wakes.wait()
            self._wakes.clear()
            try:
                await self._write()
                await self._take_out_served()
                for promise in self._due():
                    await self._place(promise)
            except DatabaseAway:
                log.warning("calls back wait for the database")

    async def _write(self) -> None:
        if not self._list.unwritten:
            return
        async with self._writing:
            unwritten = list(self._list.unwritten.values())
            async with self._database.work() as work:
                await save_promises(work.session, unwritten)
            for promise in unwritten:
                self._list.written(promise)
        self._tell()

    async def _take_out_served(self) -> None:
        for made in list(self._to_hang_up):
            try:
                await self._take_out(made)
            except NotSent:
                continue  # the next look is soon
            except DomainError as failed:
                log.warning("a call back may still stand in its queue", extra={"call": made, "why": failed.message})
            self._to_hang_up.discard(made)

    def _due(self) -> Iterator[Promise]:
        """Promises to be placed now, who has waited longest first, as far as there are lines."""
        if not (self._floor.link.is_valid and self._switch.is_up and self._has_line() and self._rules().is_on):
            return
        now = self._clock()
        self._judge_by_time(now)
        used_count = lines_out(self._floor.calls.values()) + self.count(p.PLACED)
        for promise in self._list.in_state(p.WAITING):
            if used_count < self._rules().concurrent and self._is_due(promise, now):
                used_count += 1
                yield promise

    def _is_due(self, promise: Promise, now: datetime) -> bool:
        return (
            now >= self._again_at.get(promise.id, now)
            and self._seats(promise.queue) > 0
            and p.may_call_at(promise, now.astimezone(self._zone))
            and not self._is_on_line(promise)
        )

    def _is_on_line(self, promise: Promise) -> bool:
        """The customer is on the telephone with us: he would be busy, or hears good-bye."""
        key = number_key(promise.number)
        open_calls = (call for call in self._floor.calls.values() if call.ended_at is None)
        return any(call.call_id == promise.call_id or number_key(call.caller_number) == key for call in open_calls)

    def _judge_by_time(self, now: datetime) -> None:
        for promise in self._list.in_state(p.WAITING, p.PLACED):
            is_unseen = promise.made_call_id is not None and self._floor.call_view(promise.made_call_id) is None
            was_watched = self._floor.link.since < promise.changed_at < now - SHOWS_WITHIN
            if promise.state == p.PLACED and is_unseen and was_watched:
                self._follow(promise, p.WAITING, "not_placed")
            elif promise.state == p.WAITING and now - promise.asked_at > p.LONGEST:
                self._change(promise, p.FAILED, "too_late")

    async def _place(self, promise: Promise) -> None:
        """Write down that it is placed, then place it. Raises: DatabaseAway, nothing is placed then."""
        made = CallId(f"{PROMISED}{promise.id}-{token_hex(6)}")
        placed = msgspec.structs.replace(changed(promise, p.PLACED, self._clock()), made_call_id=made)
        async with self._writing:
            if self._list.get(promise.id) is not promise:  # taken back meanwhile
                return
            async with self._database.work() as work:
                await save_promises(work.session, [placed])
            self._list.note(placed)
        self._tell()
        place = p.place_in(placed, self._since(placed.queue))
        try:
            await self._switch.send(p.plan_place(placed, place), limit_s=LIMIT_S)
        except DomainError as failed:
            log.warning("a call back could not be placed", extra={"promise": promise.id, "why": failed.message})
            is_unknown = isinstance(failed, OutcomeUnknown)
            if self._list.get(promise.id) is placed:
                self._follow(placed, *((p.UNKNOWN, "out_of_sight") if is_unknown else (p.WAITING, failed.code)))

    def _since(self, queue: QueueName) -> list[datetime]:
        """Since when those wait who stand in a queue, in order; promises since they were asked for."""
        entered = {visit.channel_id: visit.entered_at for call in self._floor.calls.values() for visit in call.visits}
        kept = {f"{one.made_call_id}-place": one.waits_since for one in self._list}
        now = self._clock()
        return [kept.get(channel_id) or entered.get(channel_id, now) for channel_id in self._line(queue)]


def _is_talk(call: CallView) -> bool:
    """An agent and somebody from outside are in one bridge."""
    agents = {leg.bridge_id for leg in call.legs if leg.kind is LegKind.AGENT and leg.bridge_id is not None}
    outside = (LegKind.CALLER, LegKind.OUTSIDE)
    return any(leg.kind in outside and leg.bridge_id in agents for leg in call.legs)
