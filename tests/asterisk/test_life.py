"""The embedded switch: start, adopt, stop, several side by side, and each way it can go wrong."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from cti.asterisk.binaries import SwitchSetupError
from cti.asterisk.embedded import EmbeddedAsterisk, SwitchOptions
from cti.asterisk.home import RESTART_WANTED, wanted_restart
from cti.asterisk.ports import is_free
from cti.settings import read_settings
from tests.asterisk.ami import ami_session
from tests.asterisk.conftest import BRIEF, make_switch, start
from tests.waiting import until

Make = Callable[..., EmbeddedAsterisk]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    """Makes switches with homes of their own; all are gone afterwards."""
    made: list[EmbeddedAsterisk] = []

    def one(name: str = "a", options: SwitchOptions = BRIEF) -> EmbeddedAsterisk:
        switch = (
            make_switch(tmp_path / name, options) if not (tmp_path / name).exists() else again(tmp_path / name, options)
        )
        made.append(switch)
        return switch

    def again(home: Path, options: SwitchOptions) -> EmbeddedAsterisk:
        root = read_settings().asterisk_root_path
        return EmbeddedAsterisk(home, binaries_root=root, options=options, prompts=home / "no-prompts")

    yield one
    for switch in made:
        switch.thaw()
        await switch.stop()


def complaints(switch: EmbeddedAsterisk) -> list[str]:
    """Lines of Asterisk's own log that are more than a notice."""
    text = switch.messages.read_text(encoding="utf-8")
    return [line for line in text.splitlines() if "WARNING" in line or "ERROR" in line]


def is_written(switch: EmbeddedAsterisk, queue: str) -> bool:
    """Tell whether the members of `queue` are on disk."""
    with closing(sqlite3.connect(switch.home / "var" / "astdb.sqlite3", timeout=5)) as kept:
        rows = kept.execute("SELECT 1 FROM astdb WHERE key = ?", (f"/Queue/PersistentMembers/{queue}",))
        return rows.fetchone() is not None


async def test_fresh_switch_starts_without_a_warning_and_stops_without_a_trace(make: Make) -> None:
    switch = make()
    await start(switch)
    assert not switch.was_adopted
    assert complaints(switch) == []
    pid = switch.pid
    assert pid is not None
    assert os.getsid(pid) != os.getsid(0), "a Ctrl-C at the terminal must not reach it"
    await switch.stop()
    assert switch.pid is None
    assert is_free(switch.sip_port, udp=True)
    assert is_free(switch.ami.port, udp=False)
    await switch.stop()


async def test_secrets_are_random_and_for_their_owner_only(make: Make) -> None:
    one, other = make("a"), make("b")
    await start(one)
    await start(other)
    assert one.ami.secret != other.ami.secret
    assert one.telephone("1001") != other.telephone("1001")
    assert one.system_name != other.system_name
    assert len({one.telephone(str(number))[1] for number in range(1001, 1061)}) == 60
    assert one.home.stat().st_mode & 0o077 == 0
    for name in ("identity.json", "etc/manager.conf", "etc/pjsip.conf", "etc/pjsip_agents.conf"):
        assert (one.home / name).stat().st_mode & 0o777 == 0o600, name
    assert one.recordings.stat().st_mode & 0o077 == 0


async def test_several_run_side_by_side_on_ports_of_their_own(make: Make) -> None:
    switches = [make(name) for name in "abc"]
    await asyncio.gather(*(start(switch) for switch in switches))
    assert len({switch.sip_port for switch in switches}) == len({switch.ami.port for switch in switches}) == 3
    for switch in switches:
        async with ami_session(switch.ami) as session:
            assert (await session.succeed("CoreSettings"))["CoreMaxCalls"] == "0"


async def test_second_start_on_the_same_home_adopts_the_living_one(make: Make) -> None:
    first = make()
    await start(first)
    second = make()
    await start(second)
    assert second.was_adopted
    assert (second.pid, second.ami, second.sip_port) == (first.pid, first.ami, first.sip_port)


async def test_two_starts_at_once_make_one_switch(make: Make) -> None:
    one, other = make(), make()
    await asyncio.gather(start(one), start(other))
    assert one.pid == other.pid
    assert {one.was_adopted, other.was_adopted} == {True, False}


async def test_adopted_switch_takes_new_options_without_a_restart(make: Make) -> None:
    await start(make(options=SwitchOptions(line_limit=3)))
    second = make(options=SwitchOptions(line_limit=4))
    await start(second)
    assert second.was_adopted
    assert "LINE_LIMIT=4" in second.console("dialplan show globals").replace(" ", "")


async def test_adopted_switch_of_an_older_version_is_told_to_need_a_restart(make: Make) -> None:
    """Modules are read by a start only."""
    first = make()
    await start(first)
    unread = first.home / RESTART_WANTED
    assert wanted_restart(unread) == ()
    (first.home / "etc" / "modules.conf").write_text("; of an older version\n", encoding="ascii")
    second = make()
    await start(second)
    assert second.was_adopted
    assert wanted_restart(unread) == ("modules.conf",)
    await second.stop()
    await start(make())
    assert wanted_restart(unread) == ()


async def test_killed_switch_comes_back_with_the_same_secrets_and_members(make: Make) -> None:
    switch = make()
    await start(switch)
    async with ami_session(switch.ami) as session:
        await session.succeed("QueueAdd", Queue="consult", Interface="PJSIP/1001", MemberName="1001", Paused="true")
        await until(lambda: is_written(switch, "consult"), what="Asterisk writes members within a second")
        before = (switch.ami, switch.sip_port, switch.system_name)
        switch.kill()
        await until(lambda: switch.pid is None)
        await start(switch)
    assert not switch.was_adopted
    assert (switch.ami, switch.sip_port, switch.system_name) == before
    assert "PJSIP/1001" in switch.console("queue show consult")
    assert "paused" in switch.console("queue show consult")


async def test_frozen_switch_is_replaced_by_the_next_start(make: Make) -> None:
    switch = make()
    await start(switch)
    frozen, ami = switch.pid, switch.ami
    switch.freeze()
    again = make()
    await start(again)
    assert not again.was_adopted
    assert again.pid not in (None, frozen)
    assert again.ami == ami, "whoever knew it finds it again"


async def test_freeze_and_thaw_leave_the_session_open(make: Make) -> None:
    switch = make()
    await start(switch)
    async with ami_session(switch.ami) as session:
        switch.freeze()
        ping = asyncio.create_task(session.act("Ping"))
        done, _ = await asyncio.wait({ping}, timeout=0.3)
        assert not done
        switch.thaw()
        assert (await ping)["Ping"] == "Pong"


async def test_demanded_port_that_is_taken_is_named(make: Make) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        switch = make(options=SwitchOptions(sip_port=port))
        with pytest.raises(SwitchSetupError, match=f"UDP port {port} .* taken") as refused:
            await start(switch)
    assert refused.value.code == "switch.port"
    assert switch.pid is None
    await start(switch)
    assert switch.sip_port == port


async def test_ports_that_others_took_meanwhile_are_replaced(make: Make) -> None:
    switch = make()
    await start(switch)
    before = switch.sip_port
    await switch.stop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", before))
        await start(switch)
    assert switch.sip_port != before


async def test_broken_configuration_is_reported_with_the_last_words_of_asterisk(make: Make, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(Path("docker/asterisk/etc"), templates)
    with (templates / "modules.conf").open("a", encoding="utf-8") as modules:
        modules.write("require = res_no_such_thing.so\n")
    root = read_settings().asterisk_root_path
    switch = EmbeddedAsterisk(tmp_path / "broken", binaries_root=root, templates=templates)
    await switch.install()
    with pytest.raises(SwitchSetupError, match="res_no_such_thing"):
        await switch.start()
    assert switch.pid is None


async def test_place_without_a_value_stops_the_start(make: Make, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(Path("docker/asterisk/etc"), templates)
    (templates / "rtp.conf").write_text("[general]\nrtpstart = @NO_SUCH_PLACE@\n", encoding="utf-8")
    root = read_settings().asterisk_root_path
    switch = EmbeddedAsterisk(tmp_path / "broken", binaries_root=root, templates=templates)
    with pytest.raises(SwitchSetupError, match="@NO_SUCH_PLACE@"):
        await switch.start()


async def test_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    switch = EmbeddedAsterisk(tmp_path / "file" / "asterisk", binaries_root=read_settings().asterisk_root_path)
    with pytest.raises(SwitchSetupError, match="HOTLINE_DATA_DIR"):
        await start(switch)


async def test_home_with_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    switch = EmbeddedAsterisk(tmp_path / ("x" * 90), binaries_root=read_settings().asterisk_root_path)
    with pytest.raises(SwitchSetupError, match="too long for a socket"):
        await start(switch)


async def test_damaged_identity_is_named_and_kept(make: Make) -> None:
    switch = make()
    await start(switch)
    await switch.stop()
    identity = switch.home / "identity.json"
    identity.write_text(json.dumps({"system_name": 3}), encoding="utf-8")
    with pytest.raises(SwitchSetupError, match=r"identity\.json is damaged"):
        await start(switch)
    assert identity.exists()


async def test_pid_file_of_another_program_is_not_believed(make: Make) -> None:
    switch = make()
    await start(switch)
    await switch.stop()
    (switch.home / "run" / "asterisk.pid").write_text(str(os.getpid()), encoding="ascii")
    assert switch.pid is None
    switch.kill()
    await start(switch)
    assert switch.pid not in (None, os.getpid())
