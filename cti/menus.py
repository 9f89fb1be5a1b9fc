"""What conversations in the menu ask of the rest of the service, put together."""

from __future__ import annotations

import msgspec

from cti.dialling import Dialling
from cti.domain.calling import check_number, check_usage
from cti.domain.changes import LegKind
from cti.domain.floor import Floor
from cti.domain.ids import ChannelId, QueueName
from cti.domain.roles import Actor, Role
from ivr.driving.outside import Caller
from ivr.driving.session import Place
from ivr.driving.world import World
from ivr.language.actions import Found, LookUp, NotFound, TakeCallback
from ivr.language.edition import Edition
from ivr.language.facts import Facts
from ivr.looking import Asking, LookUps
from ivr.promises.callbacks import Callbacks

MENU = Actor(account_id=None, login="menu", role=Role.SUPERVISOR)
"""Who calls when a menu connects a caller with a number outside: a supervisor's rules hold for it."""


class Surroundings:
    """What a conversation may know and do, told by the call the floor shows for its channel."""

    def __init__(
        self, *, floor: Floor, world: World, look_ups: LookUps, dialling: Dialling, callbacks: Callbacks
    ) -> None:
        self._floor = floor
        self._world = world
        self._look_ups = look_ups
        self._dialling = dialling
        self._callbacks = callbacks
        self._let_out: set[ChannelId] = set()
        """Callers on their way to a number outside, whose line does not show on the floor yet."""

    def facts(self, caller: Caller, edition: Edition) -> Facts:
        """What a step may know now; the rules are those the call began with."""
        return self._world.facts(caller.hotline, self._number_of(caller), edition.hours, edition.calendar)

    def place_of(self, channel_id: ChannelId) -> Place | None:
        """Where in the menu a caller was seen last; None when nobody saw him anywhere."""
        call = self._floor.call_of(channel_id)
        steps = [step for step in call.menu if step.outcome == "entered"] if call is not None else []
        return (steps[-1].flow, steps[-1].version, steps[-1].node) if steps else None

    async def look_up(self, asked: LookUp, caller: Caller) -> Found | NotFound:
        """Ask who knows. Raises: as `LookUps.look_up`."""
        call = self._floor.call_of(caller.channel_id)
        asking = Asking(
            call_id="" if call is None else call.call_id,
            hotline=caller.hotline,
            caller_number=self._number_of(caller),
        )
        return await self._look_ups.look_up(asked, asking)

    async def may_call(self, caller: Caller, number: str) -> None:
        """Check that a menu may connect a caller with a number outside, and count him.

        Raises: Invalid, Conflict, NotAllowed (see `cti.domain.calling`), DatabaseAway.
        """
        outward = await self._dialling.outward(self._floor, MENU)
        check_number(number, MENU.role, outward)
        self._let_out.discard(caller.channel_id)
        lines_count = outward.usage.lines_count + self._count_let_out()
        check_usage(
            msgspec.structs.replace(outward, usage=msgspec.structs.replace(outward.usage, lines_count=lines_count))
        )
        self._let_out.add(caller.channel_id)

    async def take_callback(self, caller: Caller, wanted: TakeCallback) -> None:
        """Promise a caller a call. Raises: as `Callbacks.take`."""
        await self._callbacks.take(
            channel_id=caller.channel_id,
            hotline=caller.hotline,
            queue=QueueName(wanted.queue),
            number=wanted.number,
            priority=wanted.priority,
        )

    def _count_let_out(self) -> int:
        """Ninety callers who press the same key at once would all find the lines free."""
        calls = {one: self._floor.call_of(one) for one in self._let_out}
        self._let_out = {
            one
            for one, call in calls.items()
            if call is not None and call.ended_at is None and all(leg.kind is not LegKind.OUTSIDE for leg in call.legs)
        }
        return len(self._let_out)

    def _number_of(self, caller: Caller) -> str:
        call = self._floor.call_of(caller.channel_id)
        return "" if call is None else call.caller_number
