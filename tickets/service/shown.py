"""Tickets and customers as they travel: what is kept, cut to what this person may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cti.domain.phone import masked
from cti.domain.pop import ContactBrief, TicketBrief
from cti.domain.roles import Right
from tickets.customer import masked_numbers
from tickets.service.who import Numbers, Who
from tickets.store.customers import StoredCustomer
from tickets.store.tickets import NewEvent, StoredTicket
from tickets.ticket import TicketState, may_work, moves_for
from tickets.wire import Customer, CustomerBrief, Ticket, TicketEvent


def ticket_shown(
    who: Who,
    numbers: Numbers,
    ticket: StoredTicket,
    *,
    events: Sequence[tuple[int, NewEvent]],
    call_ids: list[str],
    has_number: bool,
) -> Ticket:
    """The whole ticket. `has_number`: there is a number to call, shown or not."""
    is_whole = numbers.are_whole(who, customer_id=ticket.customer_id, number=ticket.contact_number)
    state = TicketState(ticket.state)
    return Ticket(
        ticket_id=ticket.id,
        number=ticket.number,
        version=ticket.version,
        procedure=ticket.procedure,
        category=ticket.category,
        text=ticket.text,
        product=ticket.product,
        state=ticket.state,
        moves=[str(one) for one in moves_for(who.actor, state, ticket.department)],
        priority=ticket.priority,
        department=ticket.department,
        channel=ticket.channel,
        customer_id=ticket.customer_id,
        customer_name=ticket.customer_name,
        contact_name=ticket.contact_name,
        contact_number=ticket.contact_number if is_whole else masked(ticket.contact_number),
        may_edit=may_work(who.actor, ticket.department) and state is not TicketState.CLOSED,
        may_call=has_number and who.may(Right.CALL_OUT),
        received_at=ticket.received_at,
        received_by=ticket.received_by,
        due_at=ticket.due_at,
        resolved_at=ticket.resolved_at,
        closed_at=ticket.closed_at,
        answer=ticket.answer,
        call_ids=call_ids,
        timeline=[_event(event_id, event, is_whole) for event_id, event in events],
    )


def _event(event_id: int, event: NewEvent, is_whole: bool) -> TicketEvent:
    changes = event.changes
    if not is_whole and "contact_number" in changes:
        changes = {**changes, "contact_number": [masked(number) for number in changes["contact_number"]]}
    return TicketEvent(
        event_id=event_id,
        at=event.at,
        kind=event.kind,
        by=event.by,
        text=event.text,
        changes=changes,
        call_id=event.call_id,
    )


def customer_shown(
    who: Who,
    numbers: Numbers,
    customer: StoredCustomer,
    tickets: list[TicketBrief],
    contacts: list[ContactBrief],
) -> Customer:
    """The whole file."""
    is_whole = numbers.are_whole(who, customer_id=customer.id)
    return Customer(
        customer_id=customer.id,
        version=customer.version,
        name=customer.name,
        company=customer.company,
        kind=customer.kind,
        is_vip=customer.is_vip,
        numbers=masked_numbers(customer.numbers, is_whole=is_whole),
        are_numbers_whole=is_whole,
        address=customer.address,
        mail=customer.mail,
        note=customer.note,
        warnings=list(customer.warnings),
        created_at=customer.created_at,
        tickets=tickets,
        contacts=contacts,
    )


def customer_brief(
    who: Who, numbers: Numbers, customer: StoredCustomer, open_count: int, last_contact_at: datetime | None
) -> CustomerBrief:
    """One line of the list."""
    return CustomerBrief(
        customer_id=customer.id,
        name=customer.name,
        company=customer.company,
        kind=customer.kind,
        is_vip=customer.is_vip,
        numbers=masked_numbers(customer.numbers, is_whole=numbers.are_whole(who, customer_id=customer.id)),
        open_ticket_count=open_count,
        last_contact_at=last_contact_at,
    )
