"""The menu's figures of a full day: 3,000 calls, three ways out of the menu, on SQLite.

    .venv/bin/python -m tests.bench.bench_report [calls]

Prints the best of ten rounds, wall and CPU: a day of 3,000 calls takes less than 100 ms of a machine that is at rest.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from cti.migrations import migrate
from cti.store.work import Database
from ivr.store.report import Span, list_days, list_keys, list_ratings
from tests.db.test_report import DAY, call, queued, write

WAYS = (("entered", "key", "to_queue"), ("entered", "status", "hung_up"), ("entered", "wrong_key", "hung_up"))
NOON_S = 12 * 3600
ROUNDS = 10


async def fill(database: Database, count: int) -> None:
    """A day of calls, spread evenly; some numbers call twice."""
    every_s = 80_000 / count
    for start in range(0, count, 500):
        calls = [
            (queued if number % 3 == 0 else call)(
                f"c{number}",
                *WAYS[number % 3],
                begun=number * every_s - NOON_S,
                caller_number=f"138{number % (count * 5 // 6):08}",
            )
            for number in range(start, min(start + 500, count))
        ]
        await write(database, *calls)


async def measure(database: Database) -> None:
    """Print the best round."""
    best_s = best_cpu_s = 99.0
    for _ in range(ROUNDS):
        begun, cpu = time.perf_counter(), time.process_time()
        async with database.look() as session:
            for figures in (list_days, list_keys, list_ratings):
                await figures(session, Span(since=DAY, until=DAY))
        best_s, best_cpu_s = min(best_s, time.perf_counter() - begun), min(best_cpu_s, time.process_time() - cpu)
    print(f"report of a day: {best_s * 1000:.0f} ms, CPU {best_cpu_s * 1000:.0f} ms")


async def main(count: int) -> None:
    """Fill a new database, measure."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
        await migrate(url)
        database = Database(url)
        await database.open()
        await fill(database, count)
        await measure(database)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3_000))
