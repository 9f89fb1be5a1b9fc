"""Bring a database to the newest tables: `await migrate(url)`. Alembic is configured in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

from cti.domain.errors import Invalid
from cti.store.work import make_engine, translated

_HERE = Path(__file__).resolve().parent
_LOCK = 0x484F544C494E45
"""Advisory lock on PostgreSQL: two services that start together take turns."""


def config() -> Config:
    """Alembic's configuration, independent of the working folder."""
    made = Config()
    made.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return made


def newest() -> str:
    """The revision this code needs."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return head


async def current(url: str) -> str | None:
    """The revision a database is at; None for an empty one. Raises: DatabaseAway."""
    engine = make_engine(url)
    try:
        with translated():
            async with engine.connect() as connection:
                return await connection.run_sync(_revision)
    finally:
        await engine.dispose()


async def migrate(url: str, to: str = "head") -> str | None:
    """Bring the database to revision `to` and return it. One transaction: all steps or none.

    A file of SQLite that holds data is copied to `<file>.before-<revision>` first.
    Raises: DatabaseAway; Invalid `database.newer` (written by a newer version of this program), `database.foreign`
    (tables that are not ours), `database.broken` (not a database).
    """
    engine = make_engine(url)
    try:
        with translated():
            async with engine.connect() as connection:
                await connection.run_sync(_check)
                if engine.dialect.name == "sqlite":
                    await connection.run_sync(_copy)
            writer = engine.execution_options(hotline_writes=True)
            async with writer.begin() as connection:
                return await connection.run_sync(_move, to)
    except DatabaseError as error:
        raise Invalid(f"the database cannot be used: {error.orig}", code="database.broken") from error
    finally:
        await engine.dispose()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _check(connection: Connection) -> None:
    at = _revision(connection)
    known = {step.revision for step in ScriptDirectory.from_config(config()).walk_revisions()}
    if at is not None and at not in known:
        raise Invalid(
            f"the database is at revision {at}, which this version does not know: it was written by a newer version. "
            "Start that version, or restore the copy made before its first start.",
            code="database.newer",
            revision=at,
        )
    tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if at is None and tables:
        names = ", ".join(sorted(tables)[:5])
        raise Invalid(
            f"the database holds tables that are not ours ({names}): give an empty one", code="database.foreign"
        )


def _copy(connection: Connection) -> None:
    at, file = _revision(connection), connection.engine.url.database
    connection.rollback()
    if at is None or at == newest() or not file or file == ":memory:":
        return
    copy = Path(f"{file}.before-{newest()}")
    if copy.exists():  # an earlier start got as far as this: that copy is the good one
        return
    cursor = connection.connection.cursor()
    cursor.execute("VACUUM INTO ?", (str(copy),))
    cursor.close()
    copy.chmod(0o600)


def _move(connection: Connection, to: str) -> str | None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    made = config()
    made.attributes["connection"] = connection
    at = _revision(connection)
    order = [step.revision for step in ScriptDirectory.from_config(made).walk_revisions()]  # newest first
    is_down = to == "base" or to.startswith("-") or (to in order and at in order and order.index(to) > order.index(at))
    (command.downgrade if is_down else command.upgrade)(made, to)
    return _revision(connection)
