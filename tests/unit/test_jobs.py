"""Timed jobs: they come again, and never die silently."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from cti.jobs import Jobs
from tests.floor_words import at
from tests.waiting import until


@pytest.fixture
def jobs() -> Jobs:
    return Jobs(now=lambda: at(100))


async def test_jobs_run_at_their_times_again_and_again(jobs: Jobs) -> None:
    runs: list[str] = []

    async def work() -> None:
        runs.append("ran")

    jobs.add("work", work, every_s=0.02)
    task = asyncio.create_task(jobs.run())
    await until(lambda: len(runs) >= 3)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    seen = len(runs)
    await asyncio.sleep(0.05)
    assert len(runs) <= seen + 1
    assert jobs.states["work"].last_success_at == at(100)


async def test_a_job_that_fails_is_shown_and_comes_again(jobs: Jobs, caplog: pytest.LogCaptureFixture) -> None:
    fails = [True, True, False]

    async def work() -> None:
        if fails.pop(0):
            raise RuntimeError("disk full")

    jobs.add("work", work, every_s=60)
    state = jobs.states["work"]
    await jobs.run_once("work")
    await jobs.run_once("work")
    assert (state.failed_count, state.error) == (2, "RuntimeError: disk full")
    assert state.is_overdue(at(100))
    assert "job work failed" in caplog.text
    await jobs.run_once("work")
    assert (state.run_count, state.error) == (3, "")
    assert not state.is_overdue(at(100))
    assert state.is_overdue(at(100 + 181))


async def test_a_job_that_hangs_is_cut_off(jobs: Jobs) -> None:
    jobs.add("hang", asyncio.Event().wait, every_s=60, limit_s=0.02)
    await jobs.run_once("hang")
    assert jobs.states["hang"].error.startswith("TimeoutError")


async def test_a_stop_is_not_a_failure(jobs: Jobs) -> None:
    jobs.add("hang", asyncio.Event().wait, every_s=60)
    task = asyncio.create_task(jobs.run_once("hang"))
    await until(lambda: jobs.states["hang"].run_count)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert jobs.states["hang"].failed_count == 0
