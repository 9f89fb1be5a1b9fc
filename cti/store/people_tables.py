"""Tables of people: accounts, sign-in, sessions, audit, options."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from cti.store.base import BigId, Json, Table


class AccountRow(Table):
    """A person who may sign in. With an agent number also an agent."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    agent_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    queues: Mapped[list[str]] = mapped_column(default=list)
    department: Mapped[str | None] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(10), default="desk", server_default="desk")
    """The telephone last chosen: `browser` or `desk`."""
    is_active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5), default="zh")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]


class SignInLinkRow(Table):
    """A one-time link. Only the hash of its token is kept."""

    __tablename__ = "sign_in_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SessionRow(Table):
    """A browser that is signed in. Only the hash of its cookie is kept."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_expires_at", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ip: Mapped[str] = mapped_column(String(60), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    ended_at: Mapped[datetime | None]
    via_link: Mapped[bool] = mapped_column(default=False)


class TelephoneGrantRow(Table):
    """The page that has an agent's browser telephone. The SIP secret is Asterisk's alone, as a digest."""

    __tablename__ = "telephone_grants"

    agent_number: Mapped[str] = mapped_column(String(20), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64))
    granted_at: Mapped[datetime]


class AuditRow(Table):
    """Who did what. Each row carries the hash of the one before: a row taken out or changed shows."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_account_id", "account_id", "at"),
        Index("ix_audit_about", "about", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(40), default="")
    ip: Mapped[str] = mapped_column(String(60), default="")
    action: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous_hash: Mapped[str] = mapped_column(String(64))
    row_hash: Mapped[str] = mapped_column(String(64), unique=True)


class OptionRow(Table):
    """A business rule that may be changed while the service runs."""

    __tablename__ = "options"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))
