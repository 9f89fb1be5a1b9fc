"""Every test that takes `url` or `database` runs twice: on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from cti.migrations import migrate
from cti.store.work import Database
from tests.parts import needs
from tests.postgres import Postgres, cluster, find_binaries

KINDS = ["sqlite", pytest.param("postgresql", marks=needs("postgresql"))]
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole run, with a migrated database to clone."""
    binaries = find_binaries()
    assert binaries is not None
    with cluster(binaries) as server:
        server.sql("create database migrated")
        asyncio.run(migrate(server.url("migrated")))
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    name = f"t{next(_numbers)}"
    server.sql(f"create database {name}")
    return server.url(name)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database at the newest revision, empty of rows."""
    if request.param == "sqlite":
        file = tmp_path / "hotline.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite+aiosqlite:///{file}"
    server: Postgres = request.getfixturevalue("postgres")
    name = f"t{next(_numbers)}"
    server.sql(f"create database {name} template migrated")
    return server.url(name)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An open database at the newest revision."""
    opened = Database(url)
    await opened.open()
    yield opened
    await opened.close()
