"""A service without web and switch, for the crash tests: floor, journal, engine, recorder; events come on stdin.

`python -m tests.db.crashing_service <folder> <database url>`. Each line is an event as JSON; it prints a line for each
that is safely on disk. It ends at the end of its input; most of the time it is killed before.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from cti.domain.errors import DatabaseAway
from cti.domain.floor import Floor, FloorOptions
from cti.engine import Engine, replay
from cti.journal import Journal
from cti.journal_lines import decode_event
from cti.store.recorder import Recorder, recorded_number
from cti.store.work import Database


async def serve(folder: Path, url: str) -> None:
    """Start as the service does: replay what the database may lack, then go on."""
    database = Database(url)
    await database.open()
    journal = Journal(folder, write_every_s=0.01, segment_bytes=20_000, segment_s=0.2)
    try:
        async with database.look() as session:
            recorded = await recorded_number(session)
    except DatabaseAway:
        recorded = None
    tail = journal.tail(recorded)
    floor = Floor.load(tail.floor, FloorOptions()) if tail.floor else Floor(FloorOptions())
    recorder = Recorder(
        database,
        zone=ZoneInfo("UTC"),
        every_s=0.02,
        position=lambda: journal.synced_number,
        on_recorded=journal.recorded,
    )
    broken = replay(floor, tail, [recorder])
    journal.open(floor.dump, last_number=tail.last_number)
    engine = Engine(floor, journal, [recorder], on_overflow=lambda: None, tick_s=3_600)
    os.write(1, f"up {broken} {tail.broken_count}\n".encode())
    loops = [engine.run(), journal.run(), recorder.run(), acknowledge(journal)]
    tasks = [asyncio.create_task(loop) for loop in loops]
    await asyncio.to_thread(feed, asyncio.get_running_loop(), engine)
    await engine.drained()
    await journal.flush()
    await recorder.aclose(10)
    for task in tasks:
        task.cancel()


async def acknowledge(journal: Journal) -> None:
    """Print a line for each event that is safely on disk."""
    told = journal.last_number
    while True:
        await asyncio.sleep(0.002)
        told, before = journal.synced_number, told
        os.write(1, b"taken\n" * (told - before))


def feed(loop: asyncio.AbstractEventLoop, engine: Engine) -> None:
    """Submit lines of stdin as they come."""
    for line in sys.stdin.buffer:
        loop.call_soon_threadsafe(engine.submit, decode_event(line))
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
