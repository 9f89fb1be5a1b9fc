"""The screen pop: what one agent sees of one call. Words only; `tickets.pop` builds it."""

from __future__ import annotations

from datetime import datetime

from cti.domain.entity import Entity, MenuStepView, NoticeView, View
from cti.domain.ids import AgentId, CallId, QueueName


class PopCustomer(View, frozen=True, kw_only=True):
    """A customer who has the caller's number (P-60). Several may share one: the agent chooses."""

    customer_id: int
    name: str
    company: str
    kind: str
    """`owner`, `intending`, `potential` or `unknown`."""
    is_vip: bool
    warnings: tuple[str, ...]
    numbers: tuple[str, ...]
    """Whole numbers: this agent serves this customer now, and the look is in the audit."""
    note: str
    open_ticket_count: int


class TicketBrief(View, frozen=True, kw_only=True):
    """A ticket as lists and pops show it. `title` is the first line of its text."""

    ticket_id: int
    number: str
    procedure: str
    category: str
    title: str
    state: str
    priority: str
    department: str
    customer_id: int | None
    customer_name: str
    received_at: datetime
    due_at: datetime
    closed_at: datetime | None


class ContactBrief(View, frozen=True, kw_only=True):
    """An earlier call of the customer. `parts`: recorded stretches that can be played."""

    call_id: CallId
    customer_id: int | None
    started_at: datetime
    direction: str
    hotline: str
    queue: str
    agent_id: AgentId | None
    agent_name: str
    talk_s: float
    outcome: str
    ticket_numbers: tuple[str, ...]
    parts: int


class TicketDraft(View, frozen=True, kw_only=True):
    """What is typed into the form and not saved yet. It belongs to the call: a transfer takes it along."""

    version: int
    procedure: str
    category: str
    text: str
    priority: str
    department: str
    contact_name: str
    contact_number: str
    changed_at: datetime
    changed_by: str


class PopView(Entity, frozen=True, kw_only=True):
    """Key `pop:<call_id>` of topic `agent.<id>`. It stays until the agent closes it, over reloads and restarts."""

    call_id: CallId
    agent_id: AgentId
    offered_at: datetime
    """When the telephone began to ring."""
    direction: str
    hotline: str
    queue: QueueName | None
    caller_number: str
    """Whole, empty when withheld."""
    caller_name: str
    waited_s: float
    """In queues, up to this ringing."""
    menu: tuple[MenuStepView, ...]
    from_agent: AgentId | None
    """Who passed the customer on."""
    is_loaded: bool
    """False: customer, tickets and contacts are still being read; they follow in a second change."""
    customer_id: int | None
    """The chosen customer; None while unknown or not chosen."""
    customers: tuple[PopCustomer, ...]
    tickets: tuple[TicketBrief, ...]
    """Open complaints first, then other open ones, then the newest closed."""
    contacts: tuple[ContactBrief, ...]
    """Newest first."""
    procedure: str
    """Chosen by the menu's key and the hotline."""
    draft: TicketDraft | None
    saved: tuple[TicketBrief, ...]
    """Tickets opened or continued in this call."""
    missing: str
    """Why something could not be read (`database.away`); the call goes on. Empty when all is here."""
    notice: NoticeView | None = None
    """The recording notice that the caller has heard."""
