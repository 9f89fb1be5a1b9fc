"""Lists of tickets, and their export: what this person may see, narrowed to what was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cti.domain.phone import number_key
from cti.store.audit import record_audit
from cti.store.work import Database
from tickets.customer import search_words
from tickets.service.who import Numbers, Who
from tickets.store import found
from tickets.store.dossier import brief_of
from tickets.store.found import NOBODY, TicketFilter
from tickets.store.tickets import StoredTicket
from tickets.ticket import TicketState, sees_all
from tickets.wire import TicketPage

MOST_EXPORTED = 10_000
"""Rows of one file; who needs more narrows the list."""
EXPORT_PAGE = 500
Short = Annotated[str, Meta(max_length=40)]


class TicketQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a list or an export is narrowed to. Empty fields do not narrow."""

    before: Annotated[str, Meta(max_length=120)] = ""
    q: Annotated[str, Meta(max_length=200)] = ""
    state: Literal["", "open", "new", "working", "waiting", "resolved", "closed"] = ""
    department: Short = ""
    procedure: Short = ""
    priority: Literal["", "low", "normal", "high", "urgent"] = ""
    by: Literal["", "me"] = ""
    overdue: Literal["", "1"] = ""


class TicketLists:
    """Reads many tickets."""

    def __init__(self, *, database: Database, numbers: Numbers, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._numbers = numbers
        self._clock = clock

    async def page(self, who: Who, query: TicketQuery) -> TicketPage:
        """A page, and the counts of all this person may see. Raises: Invalid for a cursor that is not ours."""
        wanted, now = self._filter(who, query), self._clock()
        async with self._database.look() as session:
            page = await found.list_tickets(session, wanted, before=query.before)
            counts = await found.count_tickets(session, wanted.within, now)
        every = {str(state): counts.get(state, 0) for state in TicketState} | {"overdue": counts["overdue"]}
        return TicketPage(tickets=[brief_of(ticket) for ticket in page.tickets], next=page.next, counts=every)

    async def audit_export(self, who: Who, query: TicketQuery) -> None:
        """Note who takes which tickets out of the house, before the first row leaves."""
        asked = {name: value for name, value in msgspec.to_builtins(query).items() if value}
        async with self._database.work() as work:
            await record_audit(work.session, who.actor, "tickets.export", at=self._clock(), details=asked)

    async def export(self, who: Who, query: TicketQuery) -> AsyncIterator[list[StoredTicket]]:
        """Pages of tickets that match, `MOST_EXPORTED` rows at most, numbers as this person may see them.

        No transaction is open between two pages: a browser that reads slowly holds nobody up.
        """
        wanted, before, count = self._filter(who, query), "", 0
        while count < MOST_EXPORTED:
            async with self._database.look() as session:
                limit = min(EXPORT_PAGE, MOST_EXPORTED - count)
                page = await found.list_tickets(session, wanted, before=before, limit=limit)
            yield [self._as_seen(who, ticket) for ticket in page.tickets]
            count += len(page.tickets)
            if page.next is None:
                return
            before = page.next

    def _as_seen(self, who: Who, ticket: StoredTicket) -> StoredTicket:
        number = self._numbers.shown(who, ticket.contact_number, customer_id=ticket.customer_id)
        return msgspec.structs.replace(ticket, contact_number=number)

    def _filter(self, who: Who, query: TicketQuery) -> TicketFilter:
        within = None if sees_all(who.actor) else who.actor.department or NOBODY
        digits = number_key(query.q) if self._numbers.seeks(who) and not _has_letters(query.q) else ""
        return TicketFilter(
            within=within,
            words=tuple(search_words(query.q)),
            digits=digits,
            state=query.state,
            department=query.department,
            procedure=query.procedure,
            priority=query.priority,
            received_by_id=who.actor.account_id if query.by == "me" else None,
            overdue_at=self._clock() if query.overdue else None,
        )


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)
