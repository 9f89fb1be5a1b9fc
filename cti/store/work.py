"""The database and `Work`: one transaction; what is to be published leaves only after its commit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import msgspec
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from cti.domain.errors import DatabaseAway

_WRITES = "hotline_writes"
_SQLITE_AWAY = {5, 6, 8, 10, 13, 14}
"""SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN. Other operational errors are mistakes of ours."""
_POSTGRES_AWAY = {"08", "40", "53", "55", "57", "58"}
"""Classes of SQLSTATE: connection, deadlock, resources, lock, shutdown, system."""
_CONNECT_LIMIT_S = 5.0
_LOCK_WAIT_MS = 5_000
"""How long SQLite waits for another process. It waits in aiosqlite's thread, never in the event loop."""


class Work:
    """One transaction. `session` is the AsyncSession; nothing is visible to others before the commit."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._after: list[Callable[[], object]] = []

    def after_commit(self, act: Callable[[], object]) -> None:
        """Call `act()` once the transaction is committed, in order; never when it is rolled back."""
        self._after.append(act)

    def _committed(self) -> None:
        for act in self._after:
            act()


class Database:
    """The one database of the service: SQLite (embedded) or PostgreSQL (production).

    SQLite has one writer at a time: `work()` waits its turn, `look()` never waits for it (WAL).
    """

    def __init__(self, url: str, *, limit_s: float = 30.0) -> None:
        """`limit_s`: a statement that takes longer is given up (PostgreSQL): the server may be gone without a word."""
        self.url = url
        self._limit_s = limit_s
        self._engine: AsyncEngine | None = None
        self._turn = asyncio.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Embedded database."""
        return self.url.startswith("sqlite")

    @property
    def engine(self) -> AsyncEngine:
        """The open SQLAlchemy engine. Raises: DatabaseAway before `open` and after `close`."""
        if self._engine is None:
            raise DatabaseAway("the database is not open")
        return self._engine

    async def open(self) -> None:
        """Prepare the pool. Does not connect: the service starts while the database is away."""
        self._engine = make_engine(self.url, limit_s=self._limit_s)

    async def close(self) -> None:
        """Close every connection. Safe to call twice."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    @contextlib.asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One transaction: committed at the end of the block, rolled back when it raises.

        Raises: DatabaseAway when the database cannot be reached; whether a commit cut off in the middle took place
        is not known, so writes are made to be repeatable.
        """
        async with self._turn if self.is_sqlite else contextlib.nullcontext():
            with translated():
                engine = self.engine.execution_options(**{_WRITES: True})
                async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
                    work = Work(session)
                    yield work
            work._committed()

    @contextlib.asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads, one consistent state of the database. Raises: DatabaseAway."""
        with translated():
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                yield session


def make_engine(url: str, *, limit_s: float | None = None) -> AsyncEngine:
    """An engine set up for `url`. SQLite: WAL, synchronous=FULL, foreign keys, real transactions."""
    limits = {} if url.startswith("sqlite") else {"timeout": _CONNECT_LIMIT_S, "command_timeout": limit_s}
    engine = create_async_engine(
        url,
        connect_args=limits,
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
        pool_pre_ping=not url.startswith("sqlite"),
    )
    if url.startswith("sqlite"):
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # Python's sqlite3 begins transactions late and commits on its own; with None, `_begin_sqlite` decides.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        for pragma in (
            f"busy_timeout={_LOCK_WAIT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may roll back the last commits after a power cut
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # SQLite: a reader that turns writer fails at once when another wrote meanwhile; a writer says so at the start.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn "the database is not there" in all its forms into DatabaseAway; leave other errors as they are."""
    try:
        yield
    except (DBAPIError, asyncpg.PostgresError, OSError, TimeoutError) as error:
        if is_away(error):
            raise DatabaseAway(f"the database does not answer: {error}") from error
        raise


def is_away(error: BaseException) -> bool:
    """Tell whether `error` means the database is absent, locked or full: the same statement may work later."""
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is not None:
            return code & 0xFF in _SQLITE_AWAY
        state = getattr(error.orig, "sqlstate", None)
        return str(state)[:2] in _POSTGRES_AWAY if state else error.connection_invalidated or _is_cut(error)
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "")[:2] in _POSTGRES_AWAY
    return isinstance(error, OSError | TimeoutError)


def is_rows_fault(error: BaseException) -> bool:
    """Tell whether `error` is about the values of a row: it would be refused every time."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None) or "")
        return isinstance(error, IntegrityError | DataError | InterfaceError) or state[:2] in {"22", "23", "54"}
    return isinstance(error, StatementError | ValueError | TypeError | OverflowError)


def _is_cut(error: DBAPIError) -> bool:
    if isinstance(error, InterfaceError):
        # asyncpg says so both of a closed connection and of a value it cannot send; the second is a ValueError too.
        cause = error.orig.__cause__ if error.orig else None
        return isinstance(cause, asyncpg.InterfaceError) and not isinstance(cause, ValueError)
    return isinstance(error, OperationalError)
