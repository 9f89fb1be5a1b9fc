"""Shapes on the wire of tickets and customers; the TypeScript types are generated from these structs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cti.domain.pop import ContactBrief, TicketBrief
from cti.web.shapes import Answer, CallRef, Name, Target, Wire

LongText = Annotated[str, Meta(max_length=8000)]
ShortText = Annotated[str, Meta(max_length=200)]
Number = Annotated[str, Meta(max_length=40)]
Numbers = Annotated[list[Number], Meta(max_length=20)]
Warnings = Annotated[list[ShortText], Meta(max_length=10)]
State = Literal["new", "working", "waiting", "resolved", "closed"]
Priority = Literal["low", "normal", "high", "urgent"]
CustomerKind = Literal["owner", "intending", "potential", "unknown"]
Channel = Literal["phone", "letter", "fax", "e_mail", "visit", "web"]
"""How it was received (P-26)."""


# --- procedures -----------------------------------------------------------------------------------------------------


class CategoryView(Answer, kw_only=True):
    """A category of a procedure."""

    code: str
    zh: str
    en: str
    department: str
    """Proposed when this category is chosen; empty: the procedure's own."""


class ProcedureView(Answer, kw_only=True):
    """A ticket procedure as forms need it."""

    code: str
    zh: str
    en: str
    is_complaint: bool
    due_h: float
    """Hours from receipt to the answer (P-22: 8)."""
    department: str
    categories: list[CategoryView]


class Procedures(Answer, kw_only=True):
    """GET /api/procedures, in the order of the form."""

    procedures: list[ProcedureView]


# --- tickets --------------------------------------------------------------------------------------------------------


class TicketNew(Wire, kw_only=True):
    """POST /api/tickets: received now. With `call_id` it belongs to that call, and the draft of the call is used up."""

    procedure: Target
    text: Annotated[str, Meta(min_length=1, max_length=8000)]
    category: Annotated[str, Meta(max_length=40)] = ""
    priority: Priority = "normal"
    department: Annotated[str, Meta(max_length=40)] = ""
    """Empty: as the category or the procedure proposes."""
    channel: Channel = "phone"
    customer_id: int | None = None
    contact_name: ShortText = ""
    contact_number: Number = ""
    product: ShortText = ""
    call_id: CallRef = ""
    state: Literal["new", "working", "closed"] = "new"
    """`closed`: answered on the telephone at once; `answer` says how."""
    answer: LongText = ""


class TicketEdit(Wire, kw_only=True):
    """PATCH /api/tickets/{ticket_id}. Fields left out stay. `version` is the one that was read."""

    version: int
    text: Annotated[str, Meta(min_length=1, max_length=8000)] | msgspec.UnsetType = msgspec.UNSET
    procedure: Target | msgspec.UnsetType = msgspec.UNSET
    category: Annotated[str, Meta(max_length=40)] | msgspec.UnsetType = msgspec.UNSET
    priority: Priority | msgspec.UnsetType = msgspec.UNSET
    department: Target | msgspec.UnsetType = msgspec.UNSET
    customer_id: int | msgspec.UnsetType | None = msgspec.UNSET
    contact_name: ShortText | msgspec.UnsetType = msgspec.UNSET
    contact_number: Number | msgspec.UnsetType = msgspec.UNSET
    product: ShortText | msgspec.UnsetType = msgspec.UNSET


class TicketMove(Wire, kw_only=True):
    """POST /api/tickets/{ticket_id}/state. `text` says what was done; resolving and closing need it."""

    version: int
    state: State
    text: LongText = ""


class TicketNote(Wire, kw_only=True):
    """POST /api/tickets/{ticket_id}/notes"""

    text: Annotated[str, Meta(min_length=1, max_length=8000)]
    call_id: CallRef = ""


class TicketEvent(Answer, kw_only=True):
    """One line of the timeline, never changed afterwards. `kind`: `received`, `edited`, `moved`, `noted`, `called`,
    `looked`.
    """

    event_id: int
    at: datetime
    kind: str
    by: str
    text: str
    changes: dict[str, list[str]]
    """Field -> [before, after], as codes or text."""
    call_id: str


class Ticket(Answer, kw_only=True):
    """GET /api/tickets/{ticket_id}: everything, with its timeline, oldest first."""

    ticket_id: int
    number: str
    """`T20261125-0007`: by the hotline's own date."""
    version: int
    procedure: str
    category: str
    text: str
    product: str
    state: str
    moves: list[str]
    """States it may go to from here, for this person."""
    priority: str
    department: str
    channel: str
    customer_id: int | None
    customer_name: str
    contact_name: str
    contact_number: str
    """Masked for who may not see numbers; `may_call` still lets them call it."""
    may_edit: bool
    may_call: bool
    received_at: datetime
    received_by: str
    due_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    answer: str
    call_ids: list[str]
    timeline: list[TicketEvent]


class TicketPage(Answer, kw_only=True):
    """GET /api/tickets: the most urgent first while open, newest first otherwise. `next` goes into `?before=`."""

    tickets: list[TicketBrief]
    next: str | None
    counts: dict[str, int]
    """Of all this person may see: state -> tickets, and `overdue`."""


# --- customers ------------------------------------------------------------------------------------------------------


class CustomerNew(Wire, kw_only=True):
    """POST /api/customers"""

    name: Name
    company: ShortText = ""
    kind: CustomerKind = "unknown"
    is_vip: bool = False
    numbers: Numbers = []  # noqa: RUF012 - msgspec copies it
    address: ShortText = ""
    mail: ShortText = ""
    note: LongText = ""
    warnings: Warnings = []  # noqa: RUF012 - msgspec copies it
    call_id: CallRef = ""
    """Registered in this call: its pop takes the customer over."""


class CustomerEdit(Wire, kw_only=True):
    """PATCH /api/customers/{customer_id}. Fields left out stay. `version` is the one that was read."""

    version: int
    name: Name | msgspec.UnsetType = msgspec.UNSET
    company: ShortText | msgspec.UnsetType = msgspec.UNSET
    kind: CustomerKind | msgspec.UnsetType = msgspec.UNSET
    is_vip: bool | msgspec.UnsetType = msgspec.UNSET
    numbers: Numbers | msgspec.UnsetType = msgspec.UNSET
    address: ShortText | msgspec.UnsetType = msgspec.UNSET
    mail: ShortText | msgspec.UnsetType = msgspec.UNSET
    note: LongText | msgspec.UnsetType = msgspec.UNSET
    warnings: Warnings | msgspec.UnsetType = msgspec.UNSET


class CustomerBrief(Answer, kw_only=True):
    """A customer in a list; numbers are masked for who may not see them."""

    customer_id: int
    name: str
    company: str
    kind: str
    is_vip: bool
    numbers: list[str]
    open_ticket_count: int
    last_contact_at: datetime | None


class CustomerPage(Answer, kw_only=True):
    """GET /api/customers: by name. `next` goes into `?before=`."""

    customers: list[CustomerBrief]
    next: str | None


class Customer(Answer, kw_only=True):
    """GET /api/customers/{customer_id}: the file, tickets and contacts newest first. The look is audited (P-61)."""

    customer_id: int
    version: int
    name: str
    company: str
    kind: str
    is_vip: bool
    numbers: list[str]
    are_numbers_whole: bool
    """False: masked; the file of a customer one serves right now shows them whole."""
    address: str
    mail: str
    note: str
    warnings: list[str]
    created_at: datetime
    tickets: list[TicketBrief]
    contacts: list[ContactBrief]


class CallNumber(Wire, kw_only=True):
    """POST /api/customers/{customer_id}/call: call the customer's n-th number (from 0)."""

    index: Annotated[int, Meta(ge=0, le=50)] = 0


# --- the pop --------------------------------------------------------------------------------------------------------


class PopClosing(Wire, kw_only=True):
    """DELETE /api/pops/{call_id}. `drop=draft`: what was typed is not wanted; else it stays with the call."""

    drop: Literal["", "draft"] = ""


class DraftChange(Wire, kw_only=True):
    """PUT /api/pops/{call_id}/draft: the form as it is typed; saved by itself. `version` 0 begins one.

    Refused `draft.changed` when a colleague changed it meanwhile; the newer one is on the pop.
    """

    version: int
    procedure: Annotated[str, Meta(max_length=40)] = ""
    category: Annotated[str, Meta(max_length=40)] = ""
    text: LongText = ""
    priority: Priority = "normal"
    department: Annotated[str, Meta(max_length=40)] = ""
    contact_name: ShortText = ""
    contact_number: Number = ""


class CustomerChoice(Wire, kw_only=True):
    """POST /api/pops/{call_id}/customer: who of those who share the number is calling; None: nobody of them."""

    customer_id: int | None
