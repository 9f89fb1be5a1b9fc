"""Routes of customers and of the pops they appear on."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from cti.domain.roles import Right
from cti.web.routes import Ask, route
from cti.web.wire import Accepted
from tickets.api.tickets import who_asks
from tickets.service.files import CustomerFiles
from tickets.service.pop_desk import PopDesk
from tickets.wire import (
    CallNumber,
    Customer,
    CustomerChoice,
    CustomerEdit,
    CustomerNew,
    CustomerPage,
    DraftChange,
    PopClosing,
)


class CustomerQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Name, company, or, for who sees numbers, a number's beginning."""

    q: Annotated[str, Meta(max_length=200)] = ""
    before: Annotated[str, Meta(max_length=120)] = ""


class CustomerRoutes:
    """/api/customers. Numbers are masked but for who may see them and for who serves that customer now (P-61)."""

    def __init__(self, *, files: CustomerFiles) -> None:
        self._files = files

    @route("GET", "/api/customers", Right.SEE_CUSTOMERS)
    async def list(self, ask: Ask, query: CustomerQuery) -> CustomerPage:
        """Customers by name, 50 a page."""
        return await self._files.list(who_asks(ask), query.q, query.before)

    @route("GET", "/api/customers/{customer_id}", Right.SEE_CUSTOMERS)
    async def show(self, ask: Ask, customer_id: int) -> Customer:
        """A customer's file with tickets and contacts. The look is audited."""
        return await self._files.get(who_asks(ask), customer_id)

    @route("POST", "/api/customers", Right.EDIT_CUSTOMERS, status=201)
    async def add(self, ask: Ask, body: CustomerNew) -> Customer:
        """Open a file; with `call_id` for the caller of that call."""
        return await self._files.add(who_asks(ask), body)

    @route("PATCH", "/api/customers/{customer_id}", Right.EDIT_CUSTOMERS)
    async def edit(self, ask: Ask, customer_id: int, body: CustomerEdit) -> Customer:
        """Change a file."""
        return await self._files.edit(who_asks(ask), customer_id, body)

    @route("POST", "/api/customers/{customer_id}/call", Right.CALL_OUT, status=202)
    async def call(self, ask: Ask, customer_id: int, body: CallNumber) -> Accepted:
        """Call one of the customer's numbers; it need not be shown."""
        return await self._files.call(who_asks(ask), customer_id, body.index)


class PopRoutes:
    """/api/pops: only the agent on whose page a pop stands."""

    def __init__(self, *, desk: PopDesk) -> None:
        self._desk = desk

    @route("DELETE", "/api/pops/{call_id}", Right.SET_OWN_MODE, status=204)
    async def close(self, ask: Ask, call_id: str, query: PopClosing) -> None:
        """Put the pop away."""
        await self._desk.close(who_asks(ask), call_id, drops_draft=query.drop == "draft")

    @route("PUT", "/api/pops/{call_id}/draft", Right.SET_OWN_MODE, status=204)
    async def save_draft(self, ask: Ask, call_id: str, body: DraftChange) -> None:
        """Keep what is typed; a colleague who gets the call finds it."""
        await self._desk.save_draft(who_asks(ask), call_id, body)

    @route("POST", "/api/pops/{call_id}/customer", Right.SET_OWN_MODE, status=204)
    async def choose(self, ask: Ask, call_id: str, body: CustomerChoice) -> None:
        """Say who is calling."""
        await self._desk.choose(who_asks(ask), call_id, body.customer_id)
