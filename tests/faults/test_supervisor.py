"""The supervisor around a real Asterisk: what is killed comes back, what is stopped is gone, what runs is adopted."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cti.asterisk.binaries import SwitchSetupError
from cti.asterisk.embedded import EmbeddedAsterisk
from cti.child import Mark, mark_of
from cti.settings import read_settings
from tests.parts import lacks
from tests.up_process import Up, several
from tests.waiting import until


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    """Asterisk's programs, shared by all tests of this machine."""
    path = read_settings().asterisk_root_path
    try:
        await EmbeddedAsterisk(tmp_path / "unused", binaries_root=path).install()
    except SwitchSetupError as refused:
        lacks(f"Asterisk: {refused}")
    return path


@pytest.fixture
def start(root: Path, tmp_path: Path) -> Iterator[Callable[..., Up]]:
    with several(tmp_path / "data", HOTLINE_ASTERISK_ROOT=str(root)) as starter:
        yield starter
    if (left := switch_of(tmp_path / "data")) is not None:
        os.kill(left.pid, signal.SIGKILL)


def switch_of(data: Path) -> Mark | None:
    """Return the living Asterisk of `data`, None when there is none."""
    try:
        return mark_of(int((data / "asterisk" / "run" / "asterisk.pid").read_text()))
    except (OSError, ValueError):
        return None


async def test_stop_takes_the_switch_along(start: Callable[..., Up]) -> None:
    up = start()
    await up.ready(60)
    switch = switch_of(up.data)
    assert switch is not None
    up.process.send_signal(signal.SIGINT)
    assert await up.ended(30) == 0
    assert mark_of(switch.pid) is None
    assert mark_of(up.starts[0]) is None


async def test_killed_service_leaves_the_switch_alone(start: Callable[..., Up]) -> None:
    up = start()
    await up.ready(60)
    switch = switch_of(up.data)
    os.kill(up.starts[0], signal.SIGKILL)
    await until(lambda: up.text.count("Hotline is ready") == 2, 10, "the service again")
    assert switch is not None
    assert switch_of(up.data) == switch


async def test_killed_switch_comes_back_at_the_same_address_and_the_service_stays(start: Callable[..., Up]) -> None:
    up = start()
    await up.ready(60)
    switch = switch_of(up.data)
    assert switch is not None
    os.kill(switch.pid, signal.SIGKILL)
    await until(lambda: up.text.count("is up: SIP on") == 2, 30, "the switch again")
    lines = [line for line in up.text.splitlines() if "is up: SIP on" in line]
    assert lines[0] == lines[1]
    assert len(up.starts) == 1
    assert mark_of(up.starts[0]) is not None


async def test_switch_of_a_killed_supervisor_is_adopted_and_its_service_replaced(start: Callable[..., Up]) -> None:
    first = start()
    await first.ready(60)
    switch, orphan = switch_of(first.data), first.starts[0]
    first.process.kill()
    await asyncio.to_thread(first.process.wait)
    second = start()
    await second.ready(60)
    assert "is running already" in second.text
    assert switch is not None
    assert switch_of(second.data) == switch
    assert mark_of(orphan) is None


async def test_service_that_refuses_takes_the_switch_down_with_it(start: Callable[..., Up]) -> None:
    up = start("refuse")
    assert await up.ended(60) == 1
    assert "Asterisk stopped" in up.text
    assert switch_of(up.data) is None
