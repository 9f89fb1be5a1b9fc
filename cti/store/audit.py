"""The audit log: who, when, from where, what, about what, with which result. Rows are added and never changed.

Each row carries the hash of the one before it, so a row that was changed or taken out shows. A cut-off tail does not
show in the chain itself: `cti.web.audit_watch` therefore writes the newest hash to the service's log every day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.ids import AccountId
from cti.domain.roles import Actor
from cti.store.people_tables import AuditRow

FIRST_HASH = "0" * 64
_LOCK = 0x4155444954
_PAGE = 1_000


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A row. `result` is `ok`, `sent`, or the code of the refusal."""

    id: int
    at: datetime
    account_id: AccountId | None
    login: str
    ip: str
    action: str
    about: str
    result: str
    details: dict[str, Any]
    previous_hash: str
    row_hash: str


class ChainReport(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the chain holds. `broken_at` is the id of the first row that does not fit."""

    count: int
    head: str
    broken_at: int | None


async def record_audit(
    session: AsyncSession,
    actor: Actor | None,
    action: str,
    *,
    at: datetime,
    about: str = "",
    result: str = "ok",
    details: Mapping[str, Any] | None = None,
    ip: str = "",
) -> AuditEntry:
    """Add a row in the caller's transaction. `details` holds plain JSON values, never a secret.

    `actor` None: somebody who is not signed in, or the service itself.
    """
    if session.get_bind().dialect.name == "postgresql":
        # One writer at a time until the commit, or two rows would name the same predecessor. SQLite has one writer.
        await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    newest = select(AuditRow.row_hash).order_by(AuditRow.id.desc()).limit(1)
    previous = await session.scalar(newest) or FIRST_HASH
    row = AuditRow(
        at=at.astimezone(UTC),
        account_id=actor.account_id if actor else None,
        login=actor.login[:40] if actor else "",
        ip=(ip or (actor.ip if actor else ""))[:60],
        action=action,
        about=about[:200],
        result=result[:60],
        details=dict(details or {}),
        previous_hash=previous,
        row_hash="",
    )
    row.row_hash = _hash(row)
    session.add(row)
    await session.flush()
    return _entry(row)


async def list_audit(
    session: AsyncSession, *, limit: int = 100, before_id: int | None = None, about: str | None = None
) -> list[AuditEntry]:
    """Newest first."""
    wanted = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if before_id is not None:
        wanted = wanted.where(AuditRow.id < before_id)
    if about is not None:
        wanted = wanted.where(AuditRow.about == about)
    return [_entry(row) for row in await session.scalars(wanted)]


async def check_chain(session: AsyncSession) -> ChainReport:
    """Read every row and compare hashes. Cost: the whole table, in pages."""
    count, head, last_id = 0, FIRST_HASH, 0
    while True:
        page = list(
            await session.scalars(select(AuditRow).where(AuditRow.id > last_id).order_by(AuditRow.id).limit(_PAGE))
        )
        for row in page:
            if row.previous_hash != head or row.row_hash != _hash(row):
                return ChainReport(count=count, head=head, broken_at=row.id)
            count, head, last_id = count + 1, row.row_hash, row.id
        session.expunge_all()
        if len(page) < _PAGE:
            return ChainReport(count=count, head=head, broken_at=None)


def _hash(row: AuditRow) -> str:
    """SHA-256 over the previous hash and every column a person reads, as JSON with sorted keys."""
    content = [
        row.previous_hash,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.account_id,
        row.login,
        row.ip,
        row.action,
        row.about,
        row.result,
        row.details,
    ]
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        account_id=None if row.account_id is None else AccountId(row.account_id),
        login=row.login,
        ip=row.ip,
        action=row.action,
        about=row.about,
        result=row.result,
        details=row.details,
        previous_hash=row.previous_hash,
        row_hash=row.row_hash,
    )
