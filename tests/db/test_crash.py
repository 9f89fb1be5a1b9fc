"""The service killed between any two events, and started again: the same rows as if nothing had happened."""

from __future__ import annotations

import gzip
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text

from cti.asterisk.decode import events_of
from cti.domain.events import AgentKnown, AgentModeSet, Event
from cti.domain.ids import AgentId, Device, QueueName
from cti.journal_lines import read_journal
from cti.store.base import Table
from cti.store.tables import AgentModeRow, AgentStateRow, CallRow, LegRow, OfferRow, SegmentRow, VisitRow
from cti.store.work import Database
from tests.parts import needs
from tests.postgres import Postgres

ROOT = Path(__file__).parents[2]
STORIES = ("abandon", "atxfer", "blind", "hold", "noanswer")
KINDS: tuple[type[Table], ...] = (CallRow, LegRow, VisitRow, OfferRow, SegmentRow, AgentStateRow, AgentModeRow)


def story() -> list[Event]:
    """Five calls from a real Asterisk, with two agents who sign in before."""
    events = [
        event
        for name in STORIES
        for event in events_of(gzip.decompress((ROOT / "tests/traces" / f"{name}.ami.gz").read_bytes()))
    ]
    events.sort(key=lambda event: event.at)
    begin = events[0].at
    agents: list[Event] = []
    for number in ("1001", "1002"):
        agent = AgentId(number)
        device, queues = Device(f"PJSIP/{number}"), (QueueName("consult"),)
        agents.append(AgentKnown(at=begin, agent_id=agent, name=number, device=device, queues=queues))
        agents.append(AgentModeSet(at=begin, agent_id=agent, mode="ready"))
    return agents + events


class Service:
    """`tests.db.crashing_service` as a process."""

    def __init__(self, folder: Path, url: str) -> None:
        command = [sys.executable, "-m", "tests.db.crashing_service", str(folder), url]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.greeting = self.process.stdout.readline().decode().split()
        assert self.greeting[:1] == ["up"]

    def feed(self, events: list[Event], acknowledged: int) -> None:
        """Submit events, and wait until so many of them are on disk."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
        self.process.stdin.flush()
        for _ in range(acknowledged):
            assert self.process.stdout.readline() == b"taken\n"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def end(self) -> None:
        self.process.communicate(timeout=60)
        assert self.process.returncode == 0


async def rows(url: str) -> dict[str, list[Any]]:
    database = Database(url)
    await database.open()
    try:
        async with database.look() as session:
            found = {
                kind.__tablename__: await session.execute(select(kind.__table__).order_by(text("1, 2")))
                for kind in KINDS
            }
            return {name: [tuple(row) for row in each] for name, each in found.items()}
    finally:
        await database.close()


def undisturbed(tmp_path: Path, url: str, events: list[Event]) -> None:
    service = Service(tmp_path / "undisturbed", url)
    service.feed(events, len(events))
    service.end()


def killed_often(folder: Path, url: str, events: list[Event], chance: random.Random, kills: int) -> None:
    done = 0
    for _ in range(kills):
        service = Service(folder, url)
        rest = events[done:]
        service.feed(rest[: len(rest) // 2], chance.randrange(max(1, len(rest) // 3)))
        service.kill()
        done = sum(1 for _ in read_journal(folder))
    service = Service(folder, url)
    assert service.greeting[1] == "0"  # every event could be applied again
    service.feed(events[done:], len(events) - done)
    service.end()
    assert sum(1 for _ in read_journal(folder)) == len(events)


@pytest.fixture
def other_url(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> str:
    """A second database of the same kind."""
    if url.startswith("sqlite"):
        (tmp_path / "other.db").write_bytes(request.getfixturevalue("migrated_file").read_bytes())
        return f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    server.sql("drop database if exists other")
    server.sql("create database other template migrated")
    return server.url("other")


@pytest.mark.parametrize("seed", [7])
async def test_killed_between_events_and_started_again_it_has_the_same_rows(
    url: str, other_url: str, tmp_path: Path, seed: int
) -> None:
    events = story()
    undisturbed(tmp_path, other_url, events)
    killed_often(tmp_path / "killed", url, events, random.Random(seed), kills=4)
    expected, found = await rows(other_url), await rows(url)
    assert len(expected["calls"]) >= 5
    assert expected["visits"]
    assert found == expected


@needs("postgresql")
async def test_killed_while_the_database_is_away_it_loses_nothing(postgres: Postgres, tmp_path: Path) -> None:
    events = story()
    for name in ("away", "near"):
        postgres.sql(f"drop database if exists {name}")
        postgres.sql(f"create database {name} template migrated")
    undisturbed(tmp_path, postgres.url("near"), events)
    folder, half = tmp_path / "killed", len(events) // 2
    service = Service(folder, postgres.url("away"))
    service.feed(events[:half], half)
    postgres.stop()
    try:
        service.feed(events[half:-20], len(events) - half - 20)
        service.kill()
        service = Service(folder, postgres.url("away"))  # it starts without its database
        service.feed(events[-20:-10], 10)
        service.kill()
    finally:
        postgres.start()
    service = Service(folder, postgres.url("away"))
    service.feed(events[-10:], 10)
    service.end()
    assert await rows(postgres.url("away")) == await rows(postgres.url("near"))
