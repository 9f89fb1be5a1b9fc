"""A migrated database for each test, and the house on it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cti.migrations import migrate
from cti.store.work import Database
from tests.web.house import House, opened


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    file = tmp_path_factory.mktemp("web") / "migrated.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
async def database(migrated: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """An open database."""
    shutil.copy(migrated, tmp_path / "hotline.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """The web edge, served."""
    async with opened(database, tmp_path) as house:
        yield house
