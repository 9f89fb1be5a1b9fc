"""Tables of the live floor. Natural keys everywhere: writing the same thing twice leaves one row.

Columns are what is searched and summed; `view` is the whole entity as it was sent to the browsers.
Text has no length limit: a caller may send anything, and one refused row would stop the recorder's batch.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import BigId, Table


class CallRow(Table):
    """One call. `business_on` is its day in the zone of the hotline: the day it began."""

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_newest", "started_at", "call_id"),
        Index("ix_calls_business_on", "business_on"),
        Index("ix_calls_caller_number", "caller_number", "started_at"),
        Index("ix_calls_ended_at", "ended_at"),
    )

    call_id: Mapped[str] = mapped_column(primary_key=True)
    linked_id: Mapped[str]
    direction: Mapped[str]
    hotline: Mapped[str]
    caller_number: Mapped[str]
    caller_name: Mapped[str]
    is_test: Mapped[bool]
    stage: Mapped[str]
    started_at: Mapped[datetime]
    business_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end: Mapped[str]
    refusal: Mapped[str]
    fell_back: Mapped[bool]
    merged_into: Mapped[str | None]
    is_reconstructed: Mapped[bool]
    notice_at: Mapped[datetime | None]
    """When the recording notice was heard to its end; auditors ask for it."""
    notice_wording: Mapped[str] = mapped_column(default="")
    is_repaired: Mapped[bool] = mapped_column(default=False)
    """Closed from the switch's book after we had lost sight of it; live views no longer overwrite it."""
    view: Mapped[dict[str, Any]]


class LegRow(Table):
    """One channel of a call."""

    __tablename__ = "legs"
    __table_args__ = (Index("ix_legs_call_id", "call_id"), Index("ix_legs_agent_id", "agent_id", "opened_at"))

    channel_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id", ondelete="CASCADE"))
    channel: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str]
    name: Mapped[str]
    agent_id: Mapped[str | None]
    opened_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    talk_ms: Mapped[int]
    hold_ms: Mapped[int]
    cause: Mapped[int | None]


class VisitRow(Table):
    """One stay of a caller in one queue."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_call_id", "call_id"),
        Index("ix_visits_queue", "queue", "entered_at"),
        Index("ix_visits_business_on", "business_on", "queue"),
        Index("ix_visits_agent_id", "agent_id", "entered_at"),
        Index("ix_visits_outcome", "outcome", "entered_at"),
    )

    visit_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id", ondelete="CASCADE"))
    channel_id: Mapped[str]
    queue: Mapped[str]
    entered_at: Mapped[datetime]
    business_on: Mapped[date]
    position: Mapped[int]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    agent_id: Mapped[str | None]
    device: Mapped[str | None]
    wait_ms: Mapped[int | None]
    talk_ms: Mapped[int | None]
    hold_ms: Mapped[int | None]
    ended_by: Mapped[str]
    is_test: Mapped[bool]
    is_reconstructed: Mapped[bool]
    is_repaired: Mapped[bool] = mapped_column(default=False)


class OfferRow(Table):
    """A member rung for a visit."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("ix_offers_visit_id", "visit_id"),
        Index("ix_offers_call_id", "call_id"),
        Index("ix_offers_agent_id", "agent_id", "offered_at"),
    )

    offer_id: Mapped[str] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.visit_id", ondelete="CASCADE"))
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id", ondelete="CASCADE"))
    device: Mapped[str]
    agent_id: Mapped[str | None]
    channel_id: Mapped[str | None]
    offered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    ring_ms: Mapped[int | None]


class SegmentRow(Table):
    """One recorded stretch of a call."""

    __tablename__ = "segments"
    __table_args__ = (Index("ix_segments_call_id", "call_id"), Index("ix_segments_started_at", "started_at"))

    name: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id", ondelete="CASCADE"))
    part: Mapped[int]
    started_at: Mapped[datetime]


class MenuStepRow(Table):
    """One step of a caller in the menu. `place`: its number within the call, from 0."""

    __tablename__ = "menu_steps"
    __table_args__ = (
        Index("ix_menu_steps_at", "at", "flow"),
        Index("ix_menu_steps_business_on", "business_on", "flow"),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    business_on: Mapped[date]
    hotline: Mapped[str]
    is_test: Mapped[bool]
    flow: Mapped[str]
    version: Mapped[int]
    node: Mapped[str]
    digits: Mapped[str]
    outcome: Mapped[str]
    words: Mapped[str]


class MessageRow(Table):
    """A message a caller left: what the call knows of it. Who works it stands in `message_work`."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_left_at", "left_at"), Index("ix_messages_call_id", "call_id"))

    name: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id", ondelete="CASCADE"))
    box: Mapped[str]
    left_at: Mapped[datetime]
    length_ms: Mapped[int]
    hotline: Mapped[str]
    caller_number: Mapped[str]


class RatingRow(Table):
    """A rating by key (P-51)."""

    __tablename__ = "ratings"
    __table_args__ = (
        Index("ix_ratings_business_on", "business_on", "question"),
        Index("ix_ratings_agent_id", "agent_id", "rated_at"),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[int]
    rated_at: Mapped[datetime]
    business_on: Mapped[date]
    agent_id: Mapped[str | None]
    queue: Mapped[str]
    is_test: Mapped[bool]


class AgentStateRow(Table):
    """An agent as last seen: what a restart begins with."""

    __tablename__ = "agent_states"

    agent_id: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    reason: Mapped[str]
    mode_since: Mapped[datetime]
    wrap_up_until: Mapped[datetime | None]
    view: Mapped[dict[str, Any]]


class AgentModeRow(Table):
    """An agent entered a mode. It lasts until the agent's next row."""

    __tablename__ = "agent_mode_log"
    __table_args__ = (Index("ix_agent_mode_log_begun_at", "begun_at"),)

    agent_id: Mapped[str] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]


class QueueLogBookRow(Table):
    """A row of the switch's queue_log, as it was written. The key is the file and the byte it begins at."""

    __tablename__ = "queue_log_rows"
    __table_args__ = (Index("ix_queue_log_rows_call", "channel_id", "at"), Index("ix_queue_log_rows_at", "at"))

    book: Mapped[str] = mapped_column(primary_key=True)
    offset_bytes: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    channel_id: Mapped[str]
    queue: Mapped[str]
    member: Mapped[str]
    event: Mapped[str]
    data: Mapped[list[str]]


class DifferenceRow(Table):
    """The book and our records disagree about something. `resolution` says how it was settled, if it was."""

    __tablename__ = "differences"
    __table_args__ = (UniqueConstraint("kind", "about"), Index("ix_differences_open", "resolved_at", "found_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    ours: Mapped[str]
    theirs: Mapped[str]
    found_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str] = mapped_column(default="")


class PositionRow(Table):
    """How far a reader has come in a file: `queue_log`, `recorder`."""

    __tablename__ = "positions"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
