"""What a screen pop says: from a call as it is and what is known of the customer. Pure (P-6, P-20, P-60)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from cti.domain.changes import CallEnd, CallView, LegKind
from cti.domain.entity import MenuStepView, NoticeView
from cti.domain.ids import AgentId, CallId, QueueName
from cti.domain.phone import masked, number_key
from cti.domain.pop import ContactBrief, PopCustomer, PopView, TicketBrief, TicketDraft
from tickets.customer import clean
from tickets.procedure import Procedures

CLOSED_SHOWN = 10
CONTACTS_SHOWN = 20
OPEN_SHOWN = 30
_LONG = re.compile(r"\d{7,}")


class PopFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the call itself told: kept with the pop, so that a restart of the service loses nothing."""

    call_id: CallId
    agent_id: AgentId
    offered_at: datetime
    direction: str
    hotline: str
    queue: QueueName | None
    caller_number: str
    caller_name: str
    waited_s: float
    menu: tuple[MenuStepView, ...]
    from_agent: AgentId | None
    notice: NoticeView | None = None


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """What the database knows of a call and of those who have its number."""

    customers: tuple[PopCustomer, ...] = ()
    tickets: tuple[TicketBrief, ...] = ()
    contacts: tuple[ContactBrief, ...] = ()
    saved: tuple[TicketBrief, ...] = ()
    draft: TicketDraft | None = None


class Choice(msgspec.Struct, frozen=True):
    """Who is calling, as an agent said. `is_made` with no customer: nobody of those who share the number."""

    is_made: bool = False
    customer_id: int | None = None


def has_customer(call: CallView) -> bool:
    """Whether somebody from outside is on the call, or was: colleagues among themselves pop nothing."""
    if call.direction == "internal" or call.end is CallEnd.MERGED:
        return False
    return any(leg.kind in {LegKind.CALLER, LegKind.OUTSIDE} for leg in call.legs)


def was_served(call: CallView, agent_id: AgentId) -> bool:
    """Whether this agent's telephone was answered on the call."""
    return any(leg.agent_id == agent_id and leg.answered_at is not None for leg in call.legs)


def facts_of(call: CallView, agent_id: AgentId, offered_at: datetime) -> PopFacts:
    """What the call tells this agent, whose telephone began to ring at `offered_at`."""
    return PopFacts(
        call_id=call.call_id,
        agent_id=agent_id,
        offered_at=offered_at,
        direction=call.direction,
        hotline=call.hotline,
        queue=next((visit.queue for visit in reversed(call.visits) if visit.entered_at <= offered_at), None),
        caller_number=call.caller_number,
        caller_name=clean(call.caller_name),
        waited_s=waited_s(call, offered_at),
        menu=tuple(_hidden(step) for step in call.menu),
        from_agent=_from_agent(call, agent_id, offered_at),
        notice=call.notice,
    )


def waited_s(call: CallView, until: datetime) -> float:
    """Seconds in queues up to `until`, all visits together."""
    total_s = 0.0
    for visit in call.visits:
        present_s = (until - visit.entered_at).total_seconds()
        if present_s > 0:
            total_s += present_s if visit.wait_s is None else min(visit.wait_s, present_s)
    return total_s


def customer_of(dossier: Dossier, choice: Choice) -> int | None:
    """Who is calling: as chosen, or the only one who has the number."""
    if choice.is_made:
        return choice.customer_id
    return dossier.customers[0].customer_id if len(dossier.customers) == 1 else None


def pop_view(
    facts: PopFacts, dossier: Dossier | None, choice: Choice, procedures: Procedures, *, missing: str = ""
) -> PopView:
    """The pop as the agent sees it. `dossier` None: not read yet, `missing` says why not when that is no matter of
    milliseconds.
    """
    known = dossier or Dossier()
    customer_id = customer_of(known, choice)
    return PopView(
        call_id=facts.call_id,
        agent_id=facts.agent_id,
        offered_at=facts.offered_at,
        direction=facts.direction,
        hotline=facts.hotline,
        queue=facts.queue,
        caller_number=facts.caller_number,
        caller_name=facts.caller_name,
        waited_s=facts.waited_s,
        menu=facts.menu,
        from_agent=facts.from_agent,
        is_loaded=dossier is not None,
        customer_id=customer_id,
        customers=known.customers,
        tickets=_tickets(known.tickets, customer_id, choice, procedures),
        contacts=_contacts(known.contacts, customer_id),
        procedure=procedures.choose(facts.menu, facts.queue, facts.hotline),
        draft=known.draft,
        saved=known.saved,
        missing="" if dossier is not None else missing,
        notice=facts.notice,
    )


def ordered(tickets: Iterable[TicketBrief], procedures: Procedures) -> list[TicketBrief]:
    """Open complaints first, then other open ones (each the soonest due first), then the newest closed."""
    every = list(tickets)
    still_open = [ticket for ticket in every if ticket.state != "closed"]
    closed = [ticket for ticket in every if ticket.state == "closed"]
    still_open.sort(key=lambda one: (not procedures.is_complaint(one.procedure), one.due_at, one.ticket_id))
    closed.sort(key=lambda one: (one.closed_at or one.received_at, one.ticket_id), reverse=True)
    return [*still_open[:OPEN_SHOWN], *closed[:CLOSED_SHOWN]]


def same_caller(number: str, other: str) -> bool:
    """Whether both are the same telephone number, however written; withheld ones are nobody's."""
    key = number_key(number)
    return bool(key) and key == number_key(other)


def _tickets(
    tickets: Sequence[TicketBrief], customer_id: int | None, choice: Choice, procedures: Procedures
) -> tuple[TicketBrief, ...]:
    if customer_id is not None:
        tickets = [ticket for ticket in tickets if ticket.customer_id in {customer_id, None}]
    elif choice.is_made:
        tickets = [ticket for ticket in tickets if ticket.customer_id is None]
    return tuple(ordered(tickets, procedures))


def _contacts(contacts: Sequence[ContactBrief], customer_id: int | None) -> tuple[ContactBrief, ...]:
    if customer_id is not None:
        contacts = [contact for contact in contacts if contact.customer_id in {customer_id, None}]
    newest = sorted(contacts, key=lambda one: (one.started_at, one.call_id), reverse=True)
    return tuple(newest[:CONTACTS_SHOWN])


def _from_agent(call: CallView, agent_id: AgentId, offered_at: datetime) -> AgentId | None:
    # A member who was rung and did not answer passed nobody on.
    others = [
        leg
        for leg in call.legs
        if leg.agent_id not in {None, agent_id} and leg.answered_at is not None and leg.answered_at < offered_at
    ]
    return max(others, key=lambda leg: leg.answered_at or leg.opened_at).agent_id if others else None


def _hidden(step: MenuStepView) -> MenuStepView:
    # Long runs are telephone, card and identity numbers: what was meant for a machine is not shown whole.
    digits = _LONG.sub(lambda run: masked(run.group()), clean(step.digits))
    return step if digits == step.digits else msgspec.structs.replace(step, digits=digits)
