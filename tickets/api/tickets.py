"""Routes of tickets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from aiohttp import web

from cti.domain.roles import Right
from cti.domain.rulebook import DepartmentRules
from cti.web.routes import Ask, route
from cti.web.wire import Accepted
from tickets.procedure import Procedures
from tickets.service.finding import MOST_EXPORTED, TicketLists, TicketQuery
from tickets.service.ticketing import Ticketing
from tickets.service.who import Who
from tickets.sheet import TicketSheet
from tickets.wire import (
    CategoryView,
    ProcedureView,
    Ticket,
    TicketEdit,
    TicketMove,
    TicketNew,
    TicketNote,
    TicketPage,
)
from tickets.wire import (
    Procedures as ProceduresAnswer,
)


def who_asks(ask: Ask) -> Who:
    """The person behind a request."""
    return Who(actor=ask.actor, name=ask.signed_in.account.name)


class TicketRoutes:
    """/api/procedures and /api/tickets. A department reads and works its own tickets; others' are not there for it."""

    def __init__(
        self,
        *,
        ticketing: Ticketing,
        lists: TicketLists,
        departments: Callable[[], DepartmentRules],
        zone: tzinfo,
    ) -> None:
        self._ticketing = ticketing
        self._lists = lists
        self._departments = departments
        self._zone = zone

    @route("GET", "/api/procedures", Right.SEE_TICKETS, Right.WORK_TICKETS)
    async def list_procedures(self, ask: Ask) -> ProceduresAnswer:
        """The procedures a ticket may have, in the order of the form."""
        return ProceduresAnswer(procedures=_procedures(self._ticketing.procedures))

    @route("GET", "/api/tickets", Right.SEE_TICKETS, Right.WORK_TICKETS)
    async def list(self, ask: Ask, query: TicketQuery) -> TicketPage:
        """Tickets, 50 a page: the most urgent first while open, newest first otherwise."""
        return await self._lists.page(who_asks(ask), query)

    @route("GET", "/api/tickets.csv", Right.EXPORT_TICKETS, content="text/csv")
    async def export(self, ask: Ask, query: TicketQuery) -> web.StreamResponse:
        """Tickets as a sheet (UTF-8 with its mark), 10,000 rows at most. Audited before the first row leaves."""
        who = who_asks(ask)
        await self._lists.audit_export(who, query)
        language = ask.signed_in.account.language
        sheet = TicketSheet(language, self._ticketing.procedures, self._departments().departments, self._zone)
        response = web.StreamResponse(headers={"Cache-Control": "no-store"})
        response.content_type, response.charset = "text/csv", "utf-8"
        response.headers["Content-Disposition"] = 'attachment; filename="tickets.csv"'
        await response.prepare(ask.request)
        await response.write(sheet.head.encode())
        count = 0
        async for page in self._lists.export(who, query):
            count += len(page)
            await response.write("".join(sheet.row(ticket) for ticket in page).encode())
        if count >= MOST_EXPORTED:
            await response.write(sheet.cut(MOST_EXPORTED).encode())
        await response.write_eof()
        return response

    @route("GET", "/api/tickets/{ticket_id}", Right.SEE_TICKETS, Right.WORK_TICKETS)
    async def show(self, ask: Ask, ticket_id: int) -> Ticket:
        """One ticket with its timeline."""
        return await self._ticketing.get(who_asks(ask), ticket_id)

    @route("POST", "/api/tickets", Right.WORK_TICKETS, status=201)
    async def add(self, ask: Ask, body: TicketNew) -> Ticket:
        """Receive a ticket now."""
        return await self._ticketing.add(who_asks(ask), body)

    @route("PATCH", "/api/tickets/{ticket_id}", Right.WORK_TICKETS)
    async def edit(self, ask: Ask, ticket_id: int, body: TicketEdit) -> Ticket:
        """Change fields of a ticket that is not closed."""
        return await self._ticketing.edit(who_asks(ask), ticket_id, body)

    @route("POST", "/api/tickets/{ticket_id}/state", Right.WORK_TICKETS)
    async def move(self, ask: Ask, ticket_id: int, body: TicketMove) -> Ticket:
        """Move a ticket to another state; resolving and closing need words."""
        return await self._ticketing.move(who_asks(ask), ticket_id, body)

    @route("POST", "/api/tickets/{ticket_id}/notes", Right.WORK_TICKETS)
    async def note(self, ask: Ask, ticket_id: int, body: TicketNote) -> Ticket:
        """Add a line to the timeline."""
        return await self._ticketing.note(who_asks(ask), ticket_id, body)

    @route("POST", "/api/tickets/{ticket_id}/call", Right.CALL_OUT, status=202)
    async def call(self, ask: Ask, ticket_id: int) -> Accepted:
        """Call the ticket's contact; the number need not be shown."""
        return await self._ticketing.call(who_asks(ask), ticket_id)


def _procedures(procedures: Procedures) -> list[ProcedureView]:
    return [
        ProcedureView(
            code=one.code,
            zh=one.zh,
            en=one.en,
            is_complaint=one.is_complaint,
            due_h=one.due_h,
            department=one.department,
            categories=[
                CategoryView(code=kind.code, zh=kind.zh, en=kind.en, department=kind.department)
                for kind in one.categories
            ],
        )
        for one in procedures.all
    ]
