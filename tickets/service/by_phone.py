"""What a menu may know of customers and tickets: for callers who press keys, before anybody has spoken to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, tzinfo

from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.phone import masked, number_key
from cti.store.audit import record_audit
from cti.store.work import Database
from tickets.phone_tries import PhoneTries
from tickets.store.customers import find_by_number, get_customer
from tickets.store.tickets import StoredTicket, find_ticket
from tickets.ticket import DUE, number_typed, proves

UNKNOWN = "unknown"


class PhoneLooks:
    """Looks of the menu. Every one at a ticket is audited, found or not."""

    def __init__(self, *, database: Database, clock: Callable[[], datetime], zone: tzinfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._tries = PhoneTries(lambda: clock().timestamp())
        self._turn = asyncio.Lock()
        """One look at a time: ninety lines at once would all have tried before the first was counted as wrong."""

    async def customer(self, number: str) -> dict[str, str] | None:
        """Class of the customer with this number; of several, what they share. None: nobody has it.

        Raises: DatabaseAway.
        """
        async with self._database.look() as session:
            known = await find_by_number(session, number_key(number))
        if not known:
            return None
        kinds = {one.kind for one in known}
        return {
            "customer_known": "yes",
            "customer_class": kinds.pop() if len(kinds) == 1 else UNKNOWN,
            "customer_vip": "yes" if all(one.is_vip for one in known) else "no",
        }

    async def ticket(self, number: str, last4: str, *, caller_number: str, call_id: str) -> dict[str, str] | None:
        """How a ticket stands, for who proves by four digits that it is his.

        None for a wrong number, for wrong digits and after too many of them alike: the answer tells nothing.
        Raises: DatabaseAway.
        """
        async with self._turn:
            found = await self._look(number_typed(number), last4, caller_number, call_id)
        if found is None:
            return None
        due = found.due_at.astimezone(self._zone).date().isoformat() if found.state in DUE else ""
        return {"ticket_state": found.state, "ticket_due": due, "ticket_department": found.department}

    async def _look(self, wanted: str, last4: str, caller_number: str, call_id: str) -> StoredTicket | None:
        """Look, write it down, and count it when it was wrong. One that was not allowed any more counts nowhere: a
        single number could use up what everybody has together.
        """
        caller = number_key(caller_number)
        may_try = self._tries.may_try(call_id, caller, wanted)
        async with self._database.work() as work:
            found = await self._find(work.session, wanted, last4) if may_try else None
            outcome = "found" if found else "not_found" if may_try else "too_many"
            details = {"ticket": wanted, "number": masked(caller_number), "outcome": outcome}
            about = f"call:{call_id}"
            await record_audit(
                work.session, None, "ticket.status_by_phone", at=self._clock(), about=about, details=details
            )
        if may_try and found is None:
            self._tries.was_wrong(call_id, caller, wanted)
        return found

    async def _find(self, session: AsyncSession, wanted: str, last4: str) -> StoredTicket | None:
        ticket = await find_ticket(session, wanted)
        if ticket is None:
            return None
        numbers = [ticket.contact_digits]
        if ticket.customer_id is not None:
            numbers += (await get_customer(session, ticket.customer_id)).digits
        return ticket if proves(last4, numbers) else None
