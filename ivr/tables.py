"""Tables of flows, prompts, messages, callbacks and blocked callers. Calls are known by id only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import BigId, Table


class FlowVersionRow(Table):
    """A published version of a flow. Never changed: calls name it. Version 0, the shipped file, has no row."""

    __tablename__ = "flow_versions"

    flow: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200))
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(80))


class FlowInForceRow(Table):
    """Which version of a flow new calls get; a flow without a row is in force as shipped. `is_retired`: with none."""

    __tablename__ = "flows_in_force"

    flow: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    is_retired: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))


class FlowDraftRow(Table):
    """What is being written. `version` guards against two people saving at once; `based_on` is a published version."""

    __tablename__ = "flow_drafts"

    flow: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    based_on: Mapped[int]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(80))


class PromptRow(Table):
    """A recording of the company's own, which stands before the shipped one of the same name.

    Its file is `<name>-<id>` in the folder of own prompts, so a call under way keeps what it began with.
    """

    __tablename__ = "prompts"
    __table_args__ = (Index("ix_prompts_name", "name", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    is_in_force: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    """What is said, as far as somebody wrote it down."""
    length_ms: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(20))
    """`upload` or `phone`."""
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))


class MessageWorkRow(Table):
    """Who works a message a caller left. One without a row is new."""

    __tablename__ = "message_work"

    name: Mapped[str] = mapped_column(ForeignKey("messages.name", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    """`new`, `taken`, `done`."""
    note: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))


class CallbackRow(Table):
    """A call back that was promised. `waits_since`: the entry whose place is kept."""

    __tablename__ = "callbacks"
    __table_args__ = (Index("ix_callbacks_state", "state", "queue"), Index("ix_callbacks_asked_at", "asked_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[str] = mapped_column(String(150), unique=True)
    """The call in which it was promised."""
    hotline: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))
    queue: Mapped[str] = mapped_column(String(40))
    priority: Mapped[int]
    waits_since: Mapped[datetime]
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    """`waiting`, `placed` (in the queue), `dialling`, `reached`, `no_answer`, `failed`, `cancelled`, `unknown`."""
    made_call_id: Mapped[str | None] = mapped_column(String(150))
    """The call that keeps the promise."""
    why: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))


class BlockedCallerRow(Table):
    """A number whose callers are not served. `digits`: the number's key, as customers' numbers have."""

    __tablename__ = "blocked_callers"

    digits: Mapped[str] = mapped_column(String(20), primary_key=True)
    why: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime | None]
    blocked_at: Mapped[datetime]
    blocked_by: Mapped[str] = mapped_column(String(80))
