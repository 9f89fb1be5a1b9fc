from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from cti.asterisk.conf_check import ConfCheck
from cti.asterisk.conf_facts import check_system_name, check_timestamps, check_transport, check_version
from cti.asterisk.conf_rights import (
    HANDS_CLASSES,
    MODULES,
    check_hands,
    check_modules,
    check_read_classes,
    check_wide_rights,
    check_write_classes,
)
from cti.asterisk.hands import Hands
from cti.asterisk.handshake import started_at, version_of
from cti.asterisk.link import AmiLink
from cti.asterisk.states import Address, LinkOptions
from cti.domain.findings import Finding, Level
from tests.ami_server import COMMANDS, HANDS_SECRET, HANDS_USER, SECRET, USER, Action, AmiClient, AmiServer, ami_server
from tests.waiting import until

ALL = frozenset({*COMMANDS, "Redirect", "PJSIPHangup", "PJSIPQualify"})


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("22.10.1+dfsg+~cs6.17.60671434-1", Level.OK),
        ("22.11.0", Level.OK),
        ("22.10.0", Level.BAD),
        ("22.9.3", Level.BAD),
        ("20.15.1", Level.WARN),
        ("certified/20.7-cert1", Level.WARN),
        ("GIT-master-f0c1c1a7b7", Level.UNKNOWN),
    ],
)
def test_a_version_is_judged_by_its_known_holes(version: str, level: Level) -> None:
    found = check_version(version)
    assert found.level is level
    assert found.fix or level in (Level.OK, Level.UNKNOWN)


def test_versions_are_read_as_packagers_write_them() -> None:
    assert version_of("22.10.1~dfsg-1") == (22, 10, 1)
    assert version_of("certified/20.7-cert1") == (20, 7, 0)
    assert version_of("master") is None


def test_the_start_instant_is_right_whatever_the_zone_of_the_switch() -> None:
    status = {"CoreStartupDate": "2026-11-22", "CoreStartupTime": "14:28:53"}
    right = datetime(2026, 11, 22, 6, 28, 53, tzinfo=UTC)
    assert started_at(status, right + timedelta(seconds=40)) == right
    assert started_at(status, right - timedelta(seconds=3)) == right
    assert started_at({}, right) is None


@pytest.mark.parametrize(("name", "level"), [("", Level.BAD), ("pbx", Level.WARN), ("h2fb778c9a6", Level.OK)])
def test_a_system_name_must_be_hard_to_guess(name: str, level: Level) -> None:
    assert check_system_name(name).level is level


def test_a_missing_write_class_is_named_with_what_does_not_work() -> None:
    found = [one for one in check_write_classes(ALL - {"Originate", "AGI"}) if one.level is Level.BAD]
    assert [one.about for one in found] == ["originate", "agi"]
    assert all(one.about in one.text and one.about in one.fix for one in found)
    assert [one.level for one in check_write_classes(ALL)] == [Level.OK]


def test_a_missing_queue_module_is_not_taken_for_a_missing_class() -> None:
    without = ALL - {"QueueAdd", "QueueStatus"}
    assert [one.level for one in check_write_classes(without) if one.about == "agent"] == []
    assert [one.about for one in check_modules(without)] == ["app_queue"]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_is_not_loaded_is_named(module: str) -> None:
    assert module in {one.about for one in check_modules(ALL - {MODULES[module][0]})}


def test_rights_that_are_too_wide_are_named() -> None:
    assert [one.about for one in check_wide_rights(ALL | {"Command", "ModuleLoad"})] == ["command", "system"]
    assert list(check_wide_rights(ALL)) == []


@pytest.mark.parametrize("name", HANDS_CLASSES)
def test_what_the_second_account_lacks_is_named(name: str) -> None:
    witnesses = {witness for witness, _ in HANDS_CLASSES.values()}
    assert [one.level for one in check_hands(witnesses)] == [Level.OK]
    (found,) = check_hands(witnesses - {HANDS_CLASSES[name][0]})
    assert (found.level, found.about) == (Level.BAD, name)
    assert name in found.fix


def read_levels(seen: set[bytes], done: set[str]) -> dict[str, Level]:
    found = check_read_classes(dict.fromkeys(seen, 1), dict.fromkeys(done, 1))
    return {one.about: one.level for one in found}


def test_a_read_class_is_unknown_until_something_happened() -> None:
    assert set(read_levels(set(), set()).values()) == {Level.UNKNOWN}


def test_a_read_class_is_missing_when_its_events_did_not_come() -> None:
    levels = read_levels({b"AsyncAGIStart"}, {"QueueAdd"})
    assert levels == {"call": Level.BAD, "agi": Level.OK, "user": Level.BAD, "agent": Level.BAD}


def test_events_without_instants_are_found() -> None:
    assert check_timestamps(0, 0).level is Level.UNKNOWN
    assert check_timestamps(5, 0).level is Level.OK
    assert check_timestamps(5, 5).level is Level.BAD


@pytest.mark.parametrize(
    ("host", "has_tls", "level"),
    [
        ("127.0.0.1", False, Level.OK),
        ("localhost", False, Level.OK),
        ("::1", False, Level.OK),
        ("10.0.0.5", False, Level.WARN),
        ("pbx.example", False, Level.WARN),
        ("10.0.0.5", True, Level.OK),
    ],
)
def test_ami_in_clear_text_over_a_network_is_found(host: str, has_tls: bool, level: Level) -> None:
    assert check_transport(host, has_tls=has_tls).level is level


async def findings(server: AmiServer, hands_secret: str = HANDS_SECRET) -> dict[str, Finding]:
    """What the check says of this server, by code; needs something to look at first."""
    link = AmiLink(
        host="127.0.0.1",
        port=server.port,
        username=USER,
        secret=SECRET,
        submit=lambda event: None,
        options=LinkOptions(answer_limit_s=1),
    )
    hands = Hands(Address("127.0.0.1", server.port, HANDS_USER, hands_secret))
    run = asyncio.create_task(link.run())
    await until(lambda: link.state in ("up", "refused"))
    found = {one.code: one for one in await ConfCheck(link, hands=hands, line_limit=90)()}
    await link.aclose()
    await run
    return found


def dialplan(*rows: tuple[str, int, str, str]) -> object:
    def answer(client: AmiClient, action: Action) -> bytes:
        listed = (
            client.row(
                action,
                "ListDialplan",
                ("Extension", exten),
                ("Priority", priority),
                ("Application", app),
                ("AppData", data),
            )
            for exten, priority, app, data in rows
        )
        return client.rows(action, "ShowDialPlanComplete", *listed)

    return answer


ARMED = ("95001", 1, "Set", "TIMEOUT(absolute)=2.0")
MENU = ("95001", 2, "AGI", "agi:async")
EXIT = ("T", 1, "Set", "TIMEOUT(absolute)=0")


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ([ARMED, MENU, EXIT], Level.OK),
        ([MENU, EXIT], Level.BAD),
        ([ARMED, MENU], Level.BAD),
        ([("95001", 1, "Set", "TIMEOUT(absolute)=0"), MENU, EXIT], Level.BAD),
        ([("95002", 1, "Set", "TIMEOUT(absolute)=2"), MENU, EXIT], Level.BAD),
        ([("95001", 3, "Set", "TIMEOUT(absolute)=2"), MENU, EXIT], Level.BAD),
        ([], Level.BAD),
    ],
)
async def test_a_dialplan_without_the_dead_mans_switch_is_found(
    rows: list[tuple[str, int, str, str]], level: Level
) -> None:
    async with ami_server() as server:
        server.answers["ShowDialPlan"] = dialplan(*rows)  # type: ignore[assignment]
        assert (await findings(server))["conf.menu_guard"].level is level


async def test_missing_queues_and_a_wrong_clock_are_found_and_a_refused_question_is_unknown() -> None:
    async with ami_server() as server:
        server.answers["QueueSummary"] = lambda client, action: client.rows(
            action, "QueueSummaryComplete", client.row(action, "QueueSummary", ("Queue", "consult"))
        )
        server.answers["Ping"] = lambda client, action: client.ok(action, ("Timestamp", f"{time.time() - 60:.6f}"))
        server.answers["ShowDialPlan"] = lambda client, action: client.no(action, "Permission denied")
        found = await findings(server)
    assert found["conf.queues"].level is Level.BAD
    assert "complaints" in found["conf.queues"].text
    assert found["conf.clock"].level is Level.BAD
    assert found["conf.menu_guard"].level is Level.UNKNOWN
    assert found["conf.line_limit"].level is Level.WARN


async def test_a_refused_link_is_the_only_finding_and_has_its_fix() -> None:
    async with ami_server() as server:
        server.version = "16.28.0"
        found = await findings(server)
    assert list(found) == ["switch.too_old"]
    assert found["switch.too_old"].level is Level.BAD
    assert found["switch.too_old"].fix


async def test_a_second_account_that_is_not_let_in_is_found_with_its_fix() -> None:
    async with ami_server() as server:
        found = (await findings(server, hands_secret="wrong"))["rights.hands"]
    assert found.level is Level.BAD
    assert "hotline-hands" in found.text
    assert "HOTLINE_AMI_HANDS_USER" in found.fix


async def test_a_second_account_that_lacks_classes_is_found() -> None:
    async with ami_server() as server:
        assert (await findings(server))["rights.hands"].level is Level.BAD
