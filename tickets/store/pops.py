"""Pops that stand on agents' pages, and what was typed into them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict
from cti.domain.ids import AgentId, CallId
from cti.domain.pop import TicketDraft
from cti.store.rows import upsert
from tickets.pop import Choice, PopFacts
from tickets.tables import DraftRow, PopRow

MOST_RESTORED = 1_000


class StoredPop(msgspec.Struct, frozen=True, kw_only=True):
    """A pop as it is kept. `closed_at` None: it stands."""

    facts: PopFacts
    opened_at: datetime
    closed_at: datetime | None
    was_served: bool
    choice: Choice

    @property
    def key(self) -> tuple[AgentId, CallId]:
        """Whose, and of which call."""
        return self.facts.agent_id, self.facts.call_id


async def write_pop(session: AsyncSession, pop: StoredPop) -> None:
    """Write a pop as it is now: the same agent and call have one row."""
    row = {
        "agent_id": pop.facts.agent_id,
        "call_id": pop.facts.call_id,
        "opened_at": pop.opened_at,
        "closed_at": pop.closed_at,
        "was_served": pop.was_served,
        "is_chosen": pop.choice.is_made,
        "customer_id": pop.choice.customer_id,
        "facts": msgspec.to_builtins(pop.facts),
    }
    await upsert(session, PopRow, [row])


async def list_open_pops(session: AsyncSession) -> list[StoredPop]:
    """All that stand, oldest first; the newest `MOST_RESTORED` of them."""
    newest = select(PopRow).where(PopRow.closed_at.is_(None)).order_by(PopRow.opened_at.desc()).limit(MOST_RESTORED)
    return [_stored(row) for row in reversed([*await session.scalars(newest)])]


async def list_closed_pops(session: AsyncSession, call_ids: Collection[str]) -> list[StoredPop]:
    """Those of some calls that were closed: an agent who put one away does not get it again."""
    wanted = select(PopRow).where(PopRow.closed_at.is_not(None), PopRow.call_id.in_(call_ids))
    return [_stored(row) for row in await session.scalars(wanted)]


async def had_pop(session: AsyncSession, agent_id: str, call_id: str) -> bool:
    """Whether this agent ever had this call before him."""
    return await session.get(PopRow, (agent_id, call_id)) is not None


async def choose_customer(session: AsyncSession, call_id: str, customer_id: int | None) -> None:
    """The choice belongs to the call: every pop of it has it."""
    chosen = update(PopRow).where(PopRow.call_id == call_id).values(is_chosen=True, customer_id=customer_id)
    await session.execute(chosen)


async def find_draft(session: AsyncSession, call_id: str) -> TicketDraft | None:
    """What is typed for a call, or None."""
    row = await session.get(DraftRow, call_id)
    return None if row is None else _draft(row)


async def save_draft(
    session: AsyncSession, call_id: str, version: int, fields: dict[str, Any], *, at: datetime, by: str
) -> TicketDraft:
    """Replace the draft that was read as `version`; 0 begins one. Raises: Conflict `draft.changed`."""
    row = await session.scalar(select(DraftRow).where(DraftRow.call_id == call_id).with_for_update())
    if (0 if row is None else row.version) != version:
        raise _changed(call_id)
    if row is None:
        row = DraftRow(call_id=call_id)
        session.add(row)
    for name, value in {**fields, "version": version + 1, "changed_at": at, "changed_by": by}.items():
        setattr(row, name, value)
    try:
        await session.flush()
    except IntegrityError as taken:  # two began at once
        raise _changed(call_id) from taken
    return _draft(row)


async def drop_draft(session: AsyncSession, call_id: str) -> None:
    """It became a ticket."""
    await session.execute(delete(DraftRow).where(DraftRow.call_id == call_id))


def _changed(call_id: str) -> Conflict:
    return Conflict("A colleague has changed this meanwhile.", code="draft.changed", call_id=call_id)


def _stored(row: PopRow) -> StoredPop:
    return StoredPop(
        facts=msgspec.convert(row.facts, PopFacts),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        was_served=row.was_served,
        choice=Choice(row.is_chosen, row.customer_id),
    )


def _draft(row: DraftRow) -> TicketDraft:
    return TicketDraft(**{name: getattr(row, name) for name in TicketDraft.__struct_fields__})
