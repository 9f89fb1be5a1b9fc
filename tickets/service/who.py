"""Who asks, and which numbers this person may see whole (P-61)."""

from __future__ import annotations

from typing import Protocol

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import NotAllowed
from cti.domain.ids import CallId, CommandId
from cti.domain.phone import masked
from cti.domain.roles import Actor, Right, may
from tickets.popping import Popping
from tickets.store.pops import had_pop


class Dialled(Protocol):
    """`cti.desk.Dialled`, as far as tickets know it."""

    @property
    def command_id(self) -> CommandId:
        """Under which the audit knows it."""
        ...

    @property
    def call_id(self) -> CallId:
        """Of the call that begins."""
        ...


class Dialler(Protocol):
    """`cti.desk.Desk`, as far as tickets know it."""

    async def dial(self, actor: Actor, number: str, *, source: str = "") -> Dialled:
        """Call a number out: rules, audit, command. `source`: where it was taken from, for the audit."""
        ...


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """The person, with the name that stays in timelines."""

    actor: Actor
    name: str

    def may(self, right: Right) -> bool:
        """Whether the role carries it."""
        return may(self.actor.role, right)


class Numbers:
    """Numbers are masked, except for who may see them all, and for the agent who serves that customer now."""

    def __init__(self, pops: Popping) -> None:
        self._pops = pops

    def are_whole(self, who: Who, *, customer_id: int | None = None, number: str = "") -> bool:
        """Whether this person sees this customer's, or this, number whole."""
        if who.may(Right.SEE_NUMBERS):
            return True
        return self._pops.serves(who.actor.agent_id, customer_id=customer_id, number=number)

    def shown(self, who: Who, number: str, *, customer_id: int | None = None) -> str:
        """The number as this person may see it."""
        return number if self.are_whole(who, customer_id=customer_id, number=number) else masked(number)

    def seeks(self, who: Who) -> bool:
        """Whether looking for a number's beginning is allowed: it would tell the number to whom it is masked."""
        return who.may(Right.SEE_NUMBERS)


async def check_call(session: AsyncSession, pops: Popping, who: Who, call_id: str) -> None:
    """Only who had a call before him writes into it: a call joined to a ticket can be listened to with it.

    Raises: NotAllowed `call.not_yours`.
    """
    agent_id = who.actor.agent_id
    if pops.pop_of(agent_id, call_id) is not None or who.may(Right.SEE_HISTORY):
        return
    if agent_id is None or not await had_pop(session, agent_id, call_id):
        raise NotAllowed("This is not your call.", code="call.not_yours", call_id=call_id)
