"""What Alembic runs: on the connection `migrate` gives it, or from its command line on the configured database."""

from __future__ import annotations

import asyncio
from typing import Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy import Connection

from cti.settings import read_settings
from cti.store import people_tables, tables
from cti.store.base import Instant, Table
from cti.store.work import make_engine
from ivr import tables as menu_tables
from tickets import tables as ticket_tables

__all__ = ["menu_tables", "people_tables", "tables", "ticket_tables"]


def rendered(kind: str, item: object, _context: object) -> str | Literal[False]:
    """How our column types are written in a new migration: as plain types, so that a migration never changes."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run(connection: Connection) -> None:
    """Run the chosen steps in the caller's transaction, if it has begun one."""
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_item=rendered,
        render_as_batch=True,  # SQLite alters a table by copying it
        transactional_ddl=True,  # SQLite can, once Python's sqlite3 does not commit on its own (cti.store.work)
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_alone() -> None:
    """`alembic upgrade`, `alembic revision --autogenerate`: on the database of the settings."""
    engine = make_engine(read_settings().effective_database_url)
    async with engine.execution_options(hotline_writes=True).begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_alone())
else:
    run(given)
