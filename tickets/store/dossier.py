"""Everything a pop needs, read at once: who has the number, their tickets and calls, the draft, what was saved."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.phone import number_key
from cti.domain.pop import PopCustomer, TicketBrief
from tickets.pop import Dossier
from tickets.store import customers, found
from tickets.store.contacts import list_contacts
from tickets.store.customers import StoredCustomer, owners_of
from tickets.store.pops import find_draft
from tickets.store.tickets import StoredTicket
from tickets.ticket import title_of


async def read_dossier(session: AsyncSession, call_id: str, caller_number: str, chosen: int | None) -> Dossier:
    """What is known for a call. `chosen`: a customer who was registered or chosen in it."""
    digits = number_key(caller_number)
    known = await customers.find_by_number(session, digits)
    if chosen is not None and chosen not in {one.id for one in known}:
        known.append(await customers.get_customer(session, chosen))
    ids = [one.id for one in known]
    counts = await customers.count_open(session, ids) if ids else {}
    tickets = await found.list_of_customers(session, ids, digits) if ids or digits else []
    return Dossier(
        customers=tuple(pop_customer(one, counts.get(one.id, 0)) for one in known),
        tickets=tuple(brief_of(ticket) for ticket in tickets),
        contacts=tuple(await list_contacts(session, owners_of(known, digits), ids, without=call_id)),
        saved=tuple(brief_of(ticket) for ticket in await found.list_of_call(session, call_id)),
        draft=await find_draft(session, call_id),
    )


def pop_customer(customer: StoredCustomer, open_count: int) -> PopCustomer:
    """A customer as the pop shows him, numbers whole."""
    return PopCustomer(
        customer_id=customer.id,
        name=customer.name,
        company=customer.company,
        kind=customer.kind,
        is_vip=customer.is_vip,
        warnings=customer.warnings,
        numbers=customer.numbers,
        note=customer.note,
        open_ticket_count=open_count,
    )


def brief_of(ticket: StoredTicket) -> TicketBrief:
    """A ticket as lists show it."""
    return TicketBrief(
        ticket_id=ticket.id,
        number=ticket.number,
        procedure=ticket.procedure,
        category=ticket.category,
        title=title_of(ticket.text),
        state=ticket.state,
        priority=ticket.priority,
        department=ticket.department,
        customer_id=ticket.customer_id,
        customer_name=ticket.customer_name or ticket.contact_name,
        received_at=ticket.received_at,
        due_at=ticket.due_at,
        closed_at=ticket.closed_at,
    )
