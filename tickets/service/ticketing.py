"""Tickets: opened, edited, moved, noted, called. Every change is a line of the timeline in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from cti.domain.roles import Right
from cti.domain.rulebook import DepartmentRules
from cti.store.work import Database, Work
from cti.web.wire import Accepted
from tickets.customer import clean, kept_numbers
from tickets.popping import Popping
from tickets.procedure import Procedure, Procedures
from tickets.service.news import News
from tickets.service.shown import ticket_shown
from tickets.service.who import Dialler, Numbers, Who, check_call
from tickets.store import tickets as store
from tickets.store.customers import StoredCustomer, get_customer
from tickets.store.pops import drop_draft
from tickets.store.tickets import NewEvent, StoredTicket
from tickets.ticket import NEEDS_WORDS, TicketState, check_move, may_see, may_work, sees_all
from tickets.wire import Ticket, TicketEdit, TicketMove, TicketNew, TicketNote


class Ticketing:
    """Use cases of single tickets. `zone`: whose midnight begins a new day of numbers."""

    def __init__(
        self,
        *,
        database: Database,
        procedures: Procedures,
        pops: Popping,
        numbers: Numbers,
        news: News,
        desk: Dialler,
        departments: Callable[[], DepartmentRules],
        clock: Callable[[], datetime],
        zone: tzinfo,
    ) -> None:
        self.procedures = procedures
        self._database = database
        self._pops = pops
        self._numbers = numbers
        self._news = news
        self._desk = desk
        self._departments = departments
        self._clock = clock
        self._zone = zone

    async def get(self, who: Who, ticket_id: int) -> Ticket:
        """One ticket. Raises: NotFound, also for one that is not this person's to see."""
        async with self._database.look() as session:
            return await self._shown(session, who, await self._seen(session, who, ticket_id))

    async def add(self, who: Who, new: TicketNew) -> Ticket:
        """Receive a ticket now. Raises: Invalid, NotAllowed, NotFound."""
        procedure = self.procedures.get(new.procedure)
        _check_category(procedure, new.category)
        department = self._department(who, new.department or procedure.department_for(new.category))
        if new.state in NEEDS_WORDS and not new.answer.strip():
            raise Invalid("Say what was answered.", code="ticket.words", field="answer")
        now = self._clock()
        async with self._database.work() as work:
            await self._check_customer(work.session, who, new.customer_id)
            if new.call_id:
                await check_call(work.session, self._pops, who, new.call_id)
            fields = self._fields_of(who, new, procedure, department, now)
            ticket = await store.add_ticket(work.session, now.astimezone(self._zone).date(), fields)
            await self._tell(work, who, ticket, "received", now, call_id=new.call_id)
            if new.state != "new":
                moved = {"state": ["new", new.state]}
                await self._tell(work, who, ticket, "moved", now, text=fields["answer"], changes=moved)
            if new.call_id:
                await drop_draft(work.session, new.call_id)
            return await self._done(work, who, ticket, call_id=new.call_id)

    async def edit(self, who: Who, ticket_id: int, edit: TicketEdit) -> Ticket:
        """Change fields. Raises: NotFound, NotAllowed, Invalid; Conflict `ticket.changed`, `ticket.closed`."""
        async with self._database.work() as work:
            before = await self._worked(work.session, who, ticket_id)
            if before.state == TicketState.CLOSED:
                raise Conflict("Reopen the ticket first.", code="ticket.closed", number=before.number)
            fields = self._edited(who, before, edit)
            await self._check_customer(work.session, who, fields.get("customer_id"))
            changes = {name: [_text(getattr(before, name)), _text(value)] for name, value in fields.items()}
            changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
            ticket = await store.change_ticket(work.session, ticket_id, edit.version, fields)
            if changes:
                await self._tell(work, who, ticket, "edited", self._clock(), changes=changes)
            return await self._done(work, who, ticket, before=before)

    async def move(self, who: Who, ticket_id: int, move: TicketMove) -> Ticket:
        """Move it to another state. Raises: as `check_move`; NotFound; Conflict `ticket.changed`."""
        now, text = self._clock(), clean(move.text).strip()
        async with self._database.work() as work:
            before = await self._worked(work.session, who, ticket_id)
            state, wanted = TicketState(before.state), TicketState(move.state)
            check_move(who.actor, state, before.department, wanted, text)
            fields = _fields_of_move(before, wanted, text, now)
            ticket = await store.change_ticket(work.session, ticket_id, move.version, fields)
            await self._tell(work, who, ticket, "moved", now, text=text, changes={"state": [state, wanted]})
            return await self._done(work, who, ticket)

    async def note(self, who: Who, ticket_id: int, note: TicketNote) -> Ticket:
        """Add a line to the timeline, also of a closed ticket. Raises: NotFound, NotAllowed, Invalid."""
        text = clean(note.text).strip()
        if not text:
            raise Invalid("Say something.", code="ticket.words", field="text")
        async with self._database.work() as work:
            ticket = await self._worked(work.session, who, ticket_id)
            if note.call_id:
                await check_call(work.session, self._pops, who, note.call_id)
            await self._tell(work, who, ticket, "noted", self._clock(), text=text, call_id=note.call_id)
            return await self._done(work, who, ticket, call_id=note.call_id)

    async def call(self, who: Who, ticket_id: int) -> Accepted:
        """Call the contact, or the customer's first number.

        Raises: NotFound `ticket.unknown`, `ticket.no_number`; what dialling raises.
        """
        async with self._database.look() as session:
            ticket = await self._seen(session, who, ticket_id)
            number = await self._number_of(session, ticket)
        if not number:
            raise NotFound("There is no number to call.", code="ticket.no_number", number=ticket.number)
        dialled = await self._desk.dial(who.actor, number, source=f"ticket:{ticket_id}")
        async with self._database.work() as work:
            await self._tell(work, who, ticket, "called", self._clock(), call_id=dialled.call_id)
            work.after_commit(lambda: self._pops.refresh(call_id=dialled.call_id))
            work.after_commit(lambda: self._news.tell_tickets([ticket.department]))
        return Accepted(command_id=dialled.command_id, call_id=dialled.call_id)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _seen(self, session: AsyncSession, who: Who, ticket_id: int, *, for_change: bool = False) -> StoredTicket:
        ticket = await store.get_ticket(session, ticket_id, for_change=for_change)
        if not may_see(who.actor, ticket.department):
            # As for one that is not there: a department learns nothing of the others' tickets.
            raise NotFound("There is no such ticket.", code="ticket.unknown", ticket_id=ticket_id)
        return ticket

    async def _worked(self, session: AsyncSession, who: Who, ticket_id: int) -> StoredTicket:
        ticket = await self._seen(session, who, ticket_id, for_change=True)
        if not may_work(who.actor, ticket.department):
            raise NotAllowed("Your role does not include this.", code="role", role=who.actor.role)
        return ticket

    def _department(self, who: Who, code: str) -> str:
        known = {one.code for one in self._departments().departments if one.is_active}
        if code not in known:
            raise Invalid("There is no such department.", code="ticket.department", field="department")
        if not sees_all(who.actor) and code != who.actor.department:
            raise NotAllowed("This is for customer service to decide.", code="ticket.other_department")
        return code

    async def _check_customer(self, session: AsyncSession, who: Who, customer_id: int | None) -> None:
        if customer_id is None:
            return
        if not who.may(Right.SEE_CUSTOMERS):
            raise NotAllowed("Your role does not include this.", code="role", role=who.actor.role)
        await _customer(session, customer_id)

    def _fields_of(
        self, who: Who, new: TicketNew, procedure: Procedure, department: str, now: datetime
    ) -> dict[str, Any]:
        pop = self._pops.pop_of(who.actor.agent_id, new.call_id) if new.call_id else None
        is_over = new.state in NEEDS_WORDS
        return {
            "procedure": procedure.code,
            "category": new.category,
            "text": _said(new.text),
            "product": clean(new.product),
            "state": new.state,
            "priority": new.priority,
            "department": department,
            "channel": new.channel,
            "customer_id": new.customer_id,
            "contact_name": clean(new.contact_name),
            "contact_number": clean(new.contact_number) or (pop.caller_number if pop else ""),
            "received_at": now,
            "received_by": who.name,
            "received_by_id": who.actor.account_id,
            "due_at": procedure.due_at(now),
            "resolved_at": now if is_over else None,
            "closed_at": now if is_over else None,
            "answer": clean(new.answer).strip() if is_over else "",
        }

    def _edited(self, who: Who, before: StoredTicket, edit: TicketEdit) -> dict[str, Any]:
        given = {name: value for name, value in msgspec.structs.asdict(edit).items() if value is not msgspec.UNSET}
        del given["version"]
        fields = {name: clean(value) if isinstance(value, str) else value for name, value in given.items()}
        if "text" in fields:
            fields["text"] = _said(fields["text"])
        if "contact_number" in fields:
            fields["contact_number"] = kept_numbers([fields["contact_number"]], [before.contact_number])[0]
        if "department" in fields and fields["department"] != before.department:
            self._department(who, fields["department"])
        if "procedure" in fields and fields["procedure"] != before.procedure:
            procedure = self.procedures.get(fields["procedure"])
            fields.setdefault("category", "")
            fields["due_at"] = procedure.due_at(before.received_at)
        procedure_of = self.procedures.find(fields.get("procedure", before.procedure))
        if "category" in fields and procedure_of is not None:
            _check_category(procedure_of, fields["category"])
        return fields

    async def _number_of(self, session: AsyncSession, ticket: StoredTicket) -> str:
        if ticket.contact_digits or ticket.customer_id is None:
            return ticket.contact_number if ticket.contact_digits else ""
        customer = await get_customer(session, ticket.customer_id)
        return next(iter(customer.numbers), "")

    async def _tell(
        self,
        work: Work,
        who: Who,
        ticket: StoredTicket,
        kind: str,
        at: datetime,
        *,
        text: str = "",
        changes: dict[str, list[str]] | None = None,
        call_id: str = "",
    ) -> None:
        line = NewEvent(at=at, kind=kind, by=who.name, text=text, changes=changes or {}, call_id=call_id)
        await store.add_event(work.session, ticket.id, line)
        if call_id:
            await store.link_call(work.session, ticket.id, call_id, at)

    async def _done(
        self, work: Work, who: Who, ticket: StoredTicket, *, before: StoredTicket | None = None, call_id: str = ""
    ) -> Ticket:
        customers = {ticket.customer_id, before.customer_id if before else None}
        numbers = {ticket.contact_number, before.contact_number if before else ""}
        departments = [one.department for one in (ticket, before) if one is not None]
        work.after_commit(lambda: self._pops.refresh(call_id=call_id, customer_ids=customers, numbers=numbers))
        work.after_commit(lambda: self._news.tell_tickets(departments))
        return await self._shown(work.session, who, ticket)

    async def _shown(self, session: AsyncSession, who: Who, ticket: StoredTicket) -> Ticket:
        return ticket_shown(
            who,
            self._numbers,
            ticket,
            events=await store.list_events(session, ticket.id),
            call_ids=await store.list_call_ids(session, ticket.id),
            has_number=bool(await self._number_of(session, ticket)),
        )


async def _customer(session: AsyncSession, customer_id: int) -> StoredCustomer:
    if not 0 < customer_id < 2**31:
        raise NotFound("There is no such customer.", code="customer.unknown")
    return await get_customer(session, customer_id)


def _check_category(procedure: Procedure, category: str) -> None:
    if category and procedure.find_category(category) is None:
        text = "This procedure has no such category."
        raise Invalid(text, code="ticket.category", field="category", procedure=procedure.code)


def _fields_of_move(before: StoredTicket, wanted: TicketState, text: str, now: datetime) -> dict[str, Any]:
    if wanted is TicketState.RESOLVED:
        return {"state": wanted, "resolved_at": now, "answer": text}
    if wanted is TicketState.CLOSED:
        # What was done stays; the customer's word on it follows (P-26: result, feedback).
        answer = "\n".join(part for part in (before.answer, text) if part)
        return {"state": wanted, "resolved_at": before.resolved_at or now, "closed_at": now, "answer": answer}
    if before.state in NEEDS_WORDS:
        return {"state": wanted, "resolved_at": None, "closed_at": None, "answer": ""}
    return {"state": wanted}


def _said(text: str) -> str:
    said = clean(text).strip()
    if not said:
        raise Invalid("Say what it is about.", code="ticket.words", field="text")
    return said


def _text(value: object) -> str:
    return "" if value is None else str(value)
