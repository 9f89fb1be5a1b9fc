"""The supervisor with a stand-in for the service; the switch is elsewhere, so none is started."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bootstrap
from cti.address import address_of, ask_ready, choose_port
from cti.child import RestartPlan, mark_of
from cti.domain.errors import Conflict, Invalid
from cti.up import LOG_LIMIT_BYTES, main, parser, shorten, with_options
from tests.up_process import Up, several
from tests.waiting import until


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    with several(tmp_path / "data", HOTLINE_AMI_HOST="127.0.0.1") as starter:
        yield starter


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def test_ready_line_holds_address_and_first_sign_in_link(start: Callable[..., Up]) -> None:
    up = start()
    await up.ready()
    line = next(line for line in up.text.splitlines() if line.startswith("Hotline is ready"))
    address = line.split()[3]
    assert address.startswith("http://127.0.0.1:")
    assert line.endswith(f"{address}/first/once-only")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_stop_leaves_nothing_running(start: Callable[..., Up], number: signal.Signals) -> None:
    up = start()
    await up.ready()
    up.process.send_signal(number)
    assert await up.ended() == 0
    assert mark_of(up.starts[0]) is None
    await until(lambda: mark_of(up.grandchild) is None, 2, "end of what the service started")
    assert not (up.data / "service.pid").exists()


async def test_second_stop_ends_a_stubborn_service_at_once(start: Callable[..., Up]) -> None:
    up = start("stubborn")
    await up.ready()
    up.process.send_signal(signal.SIGINT)
    await until(lambda: "stopping" in up.text)
    up.process.send_signal(signal.SIGINT)
    assert await up.ended(3) == 130
    await until(lambda: mark_of(up.starts[0]) is None, 2, "end of the stubborn service")


async def test_killed_service_comes_back_at_the_same_address(start: Callable[..., Up]) -> None:
    up = start()
    await up.ready()
    first_line = next(line for line in up.text.splitlines() if "ready" in line)
    os.kill(up.starts[0], signal.SIGKILL)
    await until(lambda: up.text.count(first_line) == 2, 10, "the service again, at the same address")
    assert len(up.starts) == 2
    assert "code -9" in up.text


async def test_refusing_service_is_not_started_again_and_its_words_are_shown(start: Callable[..., Up]) -> None:
    up = start("refuse")
    assert await up.ended() == 1
    assert len(up.starts) == 1
    assert "HOTLINE_PORT='x': expected a number" in up.text


async def test_second_instance_on_the_same_data_is_refused_and_disturbs_nobody(start: Callable[..., Up]) -> None:
    first = start()
    await first.ready()
    second = start()
    assert await second.ended() == 2
    assert f"process {first.process.pid}" in second.text
    assert "--data" in second.text
    assert mark_of(first.starts[0]) is not None
    assert len(first.starts) == 1


async def test_service_of_a_killed_supervisor_goes_on_and_is_replaced_by_the_next(start: Callable[..., Up]) -> None:
    first = start()
    await first.ready()
    first.process.kill()
    first.process.wait()
    orphan = first.starts[0]
    assert mark_of(orphan) is not None
    second = start()
    await second.ready()
    assert mark_of(orphan) is None
    assert f"ended service {orphan}" in second.text


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


async def test_pid_of_another_process_in_the_pid_file_is_left_alone(
    start: Callable[..., Up], bystander: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    mark = mark_of(bystander.pid)
    assert mark is not None
    note = {"pid": mark.pid, "started": mark.started - 1, "boot": mark.boot}
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "service.pid").write_text(json.dumps(note))
    await start().ready()
    assert bystander.poll() is None


async def test_taken_port_is_refused_with_the_way_out(start: Callable[..., Up], taken: int) -> None:
    up = start("good", "--port", str(taken))
    assert await up.ended() == 2
    assert f"Port {taken}" in up.text
    assert "--port 0" in up.text
    assert up.starts == []


def test_broken_setting_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--port", "many", "--data", str(tmp_path)], environ={}) == 2
    assert "HOTLINE_PORT='many'" in capsys.readouterr().err


def test_data_folder_that_is_a_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert main(["--data", str(tmp_path / "file")], environ={}) == 2
    assert f"{tmp_path / 'file'} is a file" in capsys.readouterr().err


def test_service_that_dies_early_again_and_again_is_given_up_after_five_restarts() -> None:
    plan = RestartPlan()
    assert [plan.next_delay_s(1) for _ in range(6)] == [0.2, 1.0, 2.0, 4.0, 8.0, None]


def test_death_after_a_long_life_counts_as_the_first() -> None:
    plan = RestartPlan()
    for _ in range(5):
        plan.next_delay_s(1)
    assert plan.next_delay_s(RestartPlan.LIVED_S) == 0.2
    assert plan.next_delay_s(1) == 0.2


def test_port_0_takes_a_free_one() -> None:
    assert choose_port("127.0.0.1", 0) > 1023


def test_taken_port_is_a_conflict(taken: int) -> None:
    with pytest.raises(Conflict, match=str(taken)):
        choose_port("127.0.0.1", taken)


def test_foreign_address_is_invalid() -> None:
    with pytest.raises(Invalid, match=r"192\.0\.2\.1 is no address of this machine"):
        choose_port("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", "http://127.0.0.1:81"), ("0.0.0.0", "http://127.0.0.1:81"), ("::", "http://[::1]:81")],
)
def test_address_is_one_a_person_can_type(host: str, expected: str) -> None:
    assert address_of(host, 81) == expected


def test_public_address_goes_before() -> None:
    assert address_of("127.0.0.1", 81, "https://hotline.example/") == "https://hotline.example"


async def test_service_that_says_503_is_not_ready_and_its_reason_is_kept() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\n\r\nlink: away")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await ask_ready("127.0.0.1", port) == (False, "link: away")


def test_options_are_settings_by_another_way() -> None:
    given = with_options(["--port", "0", "--data", "x"], {"HOTLINE_PORT": "1", "HOTLINE_HOST": "h"})
    assert given == {"HOTLINE_PORT": "0", "HOTLINE_HOST": "h", "HOTLINE_DATA_DIR": "x"}


def test_bootstrap_lists_every_option() -> None:
    for action in parser()._actions:
        if action.dest != "help":
            assert action.option_strings[0] in bootstrap.HELP


def test_large_log_is_cut_and_one_older_part_kept(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with log.open("wb") as file:
        file.truncate(LOG_LIMIT_BYTES + 1)
    shorten(log)
    assert log.stat().st_size == 0
    assert (tmp_path / "service.log.1").stat().st_size == LOG_LIMIT_BYTES + 1
