"""Tables of customers, tickets and screen pops. Calls are known by id only: a call may be written after its pop."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import BigId, Table


class CustomerRow(Table):
    """A customer's file (P-60). `search`: what is looked in, folded."""

    __tablename__ = "customers"
    __table_args__ = (Index("ix_customers_name", "name", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    company: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    is_vip: Mapped[bool]
    address: Mapped[str] = mapped_column(String(200))
    mail: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    warnings: Mapped[list[str]]
    search: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime]


class CustomerNumberRow(Table):
    """A telephone number of a customer. `digits`: as `tickets.customer.number_key` makes them."""

    __tablename__ = "customer_numbers"
    __table_args__ = (Index("ix_customer_numbers_digits", "digits"),)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    digits: Mapped[str] = mapped_column(String(20))


class TicketRow(Table):
    """A ticket (P-26). `version` guards against two people changing it at once."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_urgent", "state", "urgency", "due_at"),
        Index("ix_tickets_newest", "received_at", "id"),
        Index("ix_tickets_department", "department", "state"),
        Index("ix_tickets_customer_id", "customer_id", "received_at"),
        Index("ix_tickets_contact_digits", "contact_digits"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    version: Mapped[int]
    procedure: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    priority: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[int]
    department: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_number: Mapped[str] = mapped_column(String(40))
    contact_digits: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(String(80))
    received_by_id: Mapped[int | None]
    due_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(Text)


class TicketDayRow(Table):
    """How many tickets a day has. Counted in the transaction of the ticket, so no number is ever missing."""

    __tablename__ = "ticket_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]


class TicketEventRow(Table):
    """One line of a ticket's timeline: added, never changed."""

    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_ticket_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    changes: Mapped[dict[str, Any]]
    call_id: Mapped[str] = mapped_column(String(150))


class TicketCallRow(Table):
    """A call in which a ticket was opened, continued or followed up."""

    __tablename__ = "ticket_calls"
    __table_args__ = (Index("ix_ticket_calls_call_id", "call_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(150), primary_key=True)
    at: Mapped[datetime]


class PopRow(Table):
    """A screen pop of one agent for one call. `facts`: what the call told, so that it survives a restart.

    The choice of a customer belongs to the call: every row of the call has the same.
    """

    __tablename__ = "pops"
    __table_args__ = (
        Index("ix_pops_call_id", "call_id"),
        Index("ix_pops_open", "closed_at", "agent_id"),
    )

    agent_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(150), primary_key=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    was_served: Mapped[bool]
    """The agent answered."""
    is_chosen: Mapped[bool]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    facts: Mapped[dict[str, Any]]


class DraftRow(Table):
    """What is typed into the form of a call and not saved yet."""

    __tablename__ = "drafts"

    call_id: Mapped[str] = mapped_column(String(150), primary_key=True)
    version: Mapped[int]
    procedure: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    priority: Mapped[str] = mapped_column(String(20))
    department: Mapped[str] = mapped_column(String(40))
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_number: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))
