"""Shapes on the wire of what callers leave, of who is not served, and of the menu's figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from cti.web.shapes import Answer, CallRef, Wire

Why = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$(?!\n)")]

# --- who is not served ----------------------------------------------------------------------------------------------


class BlockedCaller(Answer, kw_only=True):
    """A number whose callers are not served; masked for who may not see numbers."""

    key: str
    """Stands for the number in requests."""
    number: str
    why: str
    until: datetime | None
    blocked_at: datetime
    blocked_by: str
    refused_count: int
    """Calls refused in the last 30 days."""


class BlockedCallers(Answer, kw_only=True):
    """GET /api/blocked"""

    callers: list[BlockedCaller]


class BlockCaller(Wire, kw_only=True):
    """POST /api/blocked; by number or by the call it came in."""

    number: Annotated[str, Meta(max_length=40)] = ""
    call_id: CallRef = ""
    why: Why
    until: Annotated[datetime, Meta(tz=True)] | None = None


# --- what callers leave ---------------------------------------------------------------------------------------------


class MessageBrief(Answer, kw_only=True):
    """A message a caller left."""

    name: str
    call_id: str
    box: str
    hotline: str
    number: str
    left_at: datetime
    length_s: float
    state: str
    """`new`, `taken`, `done`."""
    note: str
    version: int
    changed_at: datetime | None
    changed_by: str
    is_playable: bool


class MessagePage(Answer, kw_only=True):
    """GET /api/messages?state=&box=&before= ; GET /api/messages/{name}/sound plays one (WAV, ranges)."""

    messages: list[MessageBrief]
    new_count: int
    next_before: str | None


class MessageChange(Wire, kw_only=True):
    """PUT /api/messages/{name}"""

    version: int
    state: Literal["new", "taken", "done"]
    note: Annotated[str, Meta(max_length=2000, pattern=r"^[^\x00]*$(?!\n)")] = ""
    """PostgreSQL cannot keep NUL."""


class CallbackBrief(Answer, kw_only=True):
    """A promised call back. `made_call_id`: the call that keeps it. States: `ivr.tables.CallbackRow`."""

    id: int
    call_id: str
    made_call_id: str | None
    number: str
    hotline: str
    queue: str
    asked_at: datetime
    waits_since: datetime
    state: str
    why: str
    """How it came to that: `busy`, `rang`, `served`, `by_person`, `too_late` ..."""
    changed_at: datetime
    changed_by: str
    """Who took it back; empty when nobody did."""


class CallbackPage(Answer, kw_only=True):
    """GET /api/callbacks?state=open|done&before= ; DELETE /api/callbacks/{id} takes a promise back;
    POST /api/callbacks/{id}/call rings the agent's telephone, then the customer."""

    callbacks: list[CallbackBrief]
    open_count: int
    next_before: str | None


# --- figures --------------------------------------------------------------------------------------------------------


class MenuDay(Answer, kw_only=True):
    """A day of the menu, one hotline or all. Definitions stand beside the query."""

    day: date
    hotline: str
    calls: int
    contained: int
    """Ended in the menu as meant, without a person: status told, message left, callback promised, good-bye heard; but
    for those who called again."""
    called_again: int
    """Of those who ended so: within 24 hours the same number called again."""
    to_queue: int
    hung_up: int
    """In the menu, before anything else came of it."""
    refused: dict[str, int]
    """`lines`, `closed`, `full`, `nobody`, `blocked`, `guard`; queues that refused: `refused_full`, `refused_empty`."""
    fell_back: int
    notice_heard: int
    menu_s: float
    """Median seconds in the menu."""


class KeyCount(Answer, kw_only=True):
    """How often a key was pressed at a node."""

    flow: str
    node: str
    key: str
    words: str
    """What the key means in the flow's own words."""
    outcome: str
    """`key`, `operator`, `repeat`, `wrong_key`."""
    count: int


class RatingCount(Answer, kw_only=True):
    """Ratings of one question and agent (`agent_id` empty: without a talk)."""

    question: str
    agent_id: str
    name: str
    scores: dict[str, int]
    average: float
    asked: int
    """Talks after which the question was put, answered or not."""


class MenuReport(Answer, kw_only=True):
    """GET /api/reports/menu?since=&until=&hotline= ; .csv behind `menu` gives the days as a table."""

    since: date
    until: date
    days: list[MenuDay]
    keys: list[KeyCount]
    ratings: list[RatingCount]
