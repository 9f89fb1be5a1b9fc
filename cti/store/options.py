"""Business rules that may change while the service runs. A version guards against two people changing one at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict
from cti.store.people_tables import OptionRow


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """The value in force. `version` goes back with a change."""

    key: str
    value: Any
    version: int
    changed_at: datetime
    changed_by: str


async def list_options(session: AsyncSession) -> dict[str, Option]:
    """Every option that was ever changed: key -> option. Others have the default of their reader."""
    rows = await session.scalars(select(OptionRow).order_by(OptionRow.key))
    return {row.key: _option(row) for row in rows}


async def find_option(session: AsyncSession, key: str) -> Option | None:
    """One option; None when its default is in force."""
    row = await session.get(OptionRow, key)
    return None if row is None else _option(row)


async def set_option(session: AsyncSession, key: str, value: Any, *, version: int, at: datetime, by: str) -> Option:
    """Change an option from `version` (0: never changed before) and return it as it is now.

    Raises: Conflict `option.changed` when somebody else was faster.
    """
    changed = {"value": value, "version": version + 1, "changed_at": at, "changed_by": by}
    if version == 0:
        session.add(OptionRow(key=key, **changed))
        try:
            await session.flush()
        except IntegrityError as taken:
            raise _changed(key) from taken
    else:
        statement = update(OptionRow).where(OptionRow.key == key, OptionRow.version == version)
        done = await session.execute(statement.values(**changed).returning(OptionRow.key))
        if done.first() is None:
            raise _changed(key)
    return Option(key=key, value=value, version=version + 1, changed_at=at, changed_by=by)


def _changed(key: str) -> Conflict:
    return Conflict("somebody else has changed this option: look again", code="option.changed", key=key)


def _option(row: OptionRow) -> Option:
    return Option(
        key=row.key, value=row.value, version=row.version, changed_at=row.changed_at, changed_by=row.changed_by
    )
