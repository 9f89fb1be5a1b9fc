"""Earlier calls of a customer: by number, and by the tickets they belong to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.changes import CallView
from cti.domain.ids import AgentId
from cti.domain.phone import number_key, written_forms
from cti.domain.pop import ContactBrief
from cti.store.people_tables import AccountRow
from cti.store.tables import CallRow
from tickets.store.customers import StoredCustomer, owners_of
from tickets.store.tickets import ticket_numbers_of
from tickets.tables import TicketCallRow, TicketRow

MOST = 40
"""Read for a pop or a file; a customer who shares the number may take some away."""


async def list_contacts(
    session: AsyncSession, owners: Mapping[str, Collection[int]], customer_ids: Collection[int], *, without: str = ""
) -> list[ContactBrief]:
    """Newest first. `owners`: number -> customers who have it; `without`: the present call."""
    forms = [form for digits in owners for form in written_forms(digits)]
    by_ticket = await _calls_of_tickets(session, customer_ids)
    wanted = or_(CallRow.caller_number.in_(forms), CallRow.call_id.in_([*by_ticket]))
    newest = (
        select(CallRow.view)
        .where(wanted, CallRow.call_id != without, CallRow.merged_into.is_(None))
        .order_by(CallRow.started_at.desc(), CallRow.call_id.desc())
        .limit(MOST)
    )
    calls = [msgspec.convert(view, CallView) for view in await session.scalars(newest)]
    names = await _agent_names(session, {agent for call in calls if (agent := _agent_of(call))})
    tickets = await ticket_numbers_of(session, [call.call_id for call in calls])
    return [
        contact_of(
            call,
            customer_id=by_ticket.get(call.call_id) or _only(owners.get(number_key(call.caller_number), ())),
            agent_name=names.get(_agent_of(call) or "", ""),
            ticket_numbers=tickets.get(call.call_id, ()),
        )
        for call in calls
    ]


def contact_of(
    call: CallView, *, customer_id: int | None, agent_name: str, ticket_numbers: tuple[str, ...]
) -> ContactBrief:
    """A recorded call as one line."""
    return ContactBrief(
        call_id=call.call_id,
        customer_id=customer_id,
        started_at=call.started_at,
        direction=call.direction,
        hotline=call.hotline,
        queue=call.visits[-1].queue if call.visits else "",
        agent_id=_agent_of(call),
        agent_name=agent_name,
        talk_s=sum(leg.talk_s for leg in call.legs if leg.agent_id is not None),
        outcome=_outcome_of(call),
        ticket_numbers=ticket_numbers,
        parts=len(call.segments),
    )


def _agent_of(call: CallView) -> AgentId | None:
    """Who talked last."""
    answered = [leg for leg in call.legs if leg.agent_id is not None and leg.answered_at is not None]
    return max(answered, key=lambda leg: leg.answered_at or leg.opened_at).agent_id if answered else None


def _outcome_of(call: CallView) -> str:
    if call.visits:
        return str(call.visits[-1].outcome)
    return call.refusal or ("answered" if _agent_of(call) else "abandoned")


def _only(owners: Collection[int]) -> int | None:
    return next(iter(owners)) if len(owners) == 1 else None


async def _calls_of_tickets(session: AsyncSession, customer_ids: Collection[int]) -> dict[str, int]:
    wanted = (
        select(TicketCallRow.call_id, TicketRow.customer_id)
        .join(TicketRow, TicketRow.id == TicketCallRow.ticket_id)
        .where(TicketRow.customer_id.in_([*customer_ids]))
        .order_by(TicketCallRow.at.desc())
        .limit(MOST)
    )
    rows = await session.execute(wanted)
    return {call_id: customer_id for call_id, customer_id in rows if customer_id is not None}


async def _agent_names(session: AsyncSession, agent_ids: Collection[Any]) -> dict[str, str]:
    wanted = select(AccountRow.agent_number, AccountRow.name).where(AccountRow.agent_number.in_([*agent_ids]))
    return {str(number): name for number, name in await session.execute(wanted)}


async def last_contacts(session: AsyncSession, known: Collection[StoredCustomer]) -> dict[int, datetime]:
    """When each of some customers was last on the telephone: id -> instant."""
    owners = owners_of(known)
    forms = {form: digits for digits in owners for form in written_forms(digits)}
    newest = (
        select(CallRow.caller_number, func.max(CallRow.started_at))
        .where(CallRow.caller_number.in_([*forms]))
        .group_by(CallRow.caller_number)
    )
    seen: dict[int, datetime] = {}
    for number, at in await session.execute(newest):
        for customer_id in owners[forms[number]]:
            seen[customer_id] = max(at, seen.get(customer_id, at))
    return seen
