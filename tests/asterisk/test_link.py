"""The link on a real Asterisk: cut, half-open, frozen, killed and restarted; rights that are missing; a menu."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from cti.asterisk.conf_check import ConfCheck
from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.link import AmiLink
from cti.asterisk.states import LinkState
from cti.domain import events as e
from cti.domain.commands import AddMember, HangUp, KeepInMenu, Originate, PauseMember, RemoveMember
from cti.domain.errors import CallGone, OutcomeUnknown, SwitchRefused
from cti.domain.findings import Level
from cti.domain.ids import ChannelId, Device, QueueName
from tests.relay import Relay, relay_to
from tests.waiting import until

DEVICE = Device("PJSIP/1050")
CONSULT = QueueName("consult")
NOTICED_WITHIN_S = 8.0


@dataclass
class Line:
    link: AmiLink
    relay: Relay
    got: list[e.Event] = field(default_factory=list)

    def of(self, *kinds: type[e.Event]) -> list[e.Event]:
        return [one for one in self.got if isinstance(one, kinds)]

    async def up(self, times: int = 1, limit_s: float = 10) -> None:
        await until(lambda: len(self.of(e.FloorListed)) >= times, limit_s, what="floor listed")


@asynccontextmanager
async def line_to(switch: EmbeddedAsterisk, *, user: str = "", secret: str = "") -> AsyncIterator[Line]:
    """A link with its own times, through a relay."""
    ami = switch.ami
    async with relay_to(ami.port) as relay:
        got: list[e.Event] = []
        link = AmiLink(
            host="127.0.0.1",
            port=relay.port,
            username=user or ami.user,
            secret=secret or ami.secret,
            submit=got.append,
        )
        run = asyncio.create_task(link.run())
        try:
            yield Line(link, relay, got)
        finally:
            await link.aclose()
            await run


@pytest.fixture
async def line(switchboard: EmbeddedAsterisk) -> AsyncIterator[Line]:
    async with line_to(switchboard) as line:
        await line.up()
        yield line


async def test_a_real_switch_says_who_it_is(line: Line, switchboard: EmbeddedAsterisk) -> None:
    up = line.of(e.LinkUp)[0]
    assert isinstance(up, e.LinkUp)
    assert up.version == switchboard.version
    assert len(up.system_name) >= 8
    assert up.started_at is not None
    assert abs((up.at - up.started_at).total_seconds()) < 600


async def test_a_member_comes_pauses_and_goes(line: Line) -> None:
    await line.link.send(AddMember(queue=CONSULT, device=DEVICE, member_name="1050"))
    await line.link.send(PauseMember(device=DEVICE, is_paused=True, reason="午餐"))
    await until(lambda: any(one.pause_reason == "午餐" for one in line.of(e.MemberChanged)))  # type: ignore[attr-defined]
    with pytest.raises(SwitchRefused, match="Already there"):
        await line.link.send(AddMember(queue=CONSULT, device=DEVICE, member_name="1050"))
    listed = await line.link.list_floor()
    assert [(one.device, one.is_paused) for one in listed.members if one.queue == CONSULT] == [(DEVICE, True)]
    await line.link.send(RemoveMember(queue=CONSULT, device=DEVICE))
    await until(lambda: line.of(e.MemberRemoved))
    assert line.link.quarantine.count == 0


async def test_a_cut_link_is_back_within_3_s(line: Line) -> None:
    line.relay.cut()
    await until(lambda: line.of(e.LinkDown), 1)
    await line.up(2, 3)


async def test_a_half_open_link_is_noticed_and_its_commands_are_not_sent_again(line: Line) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    line.relay.silent = True
    originate = Originate(
        channel="PJSIP/95000@selftest", channel_id=ChannelId("half-open"), context="selftest-caller", exten="s"
    )
    with pytest.raises(OutcomeUnknown):
        await line.link.send(originate, limit_s=60)
    await until(lambda: line.of(e.LinkDown), NOTICED_WITHIN_S)
    assert loop.time() - began < NOTICED_WITHIN_S
    line.relay.cut()
    line.relay.silent = False
    await line.up(2, 12)
    assert not line.of(e.ChannelOpened)


async def test_a_frozen_switch_is_noticed_and_found_again(line: Line, switchboard: EmbeddedAsterisk) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    switchboard.freeze()
    try:
        await until(lambda: line.of(e.LinkDown), NOTICED_WITHIN_S)
        assert loop.time() - began < NOTICED_WITHIN_S
    finally:
        switchboard.thaw()
    await line.up(2, 15)


async def test_a_killed_switch_is_noticed_at_once_and_found_again_when_it_is_back(
    line: Line, switchboard: EmbeddedAsterisk
) -> None:
    before = line.link.facts.started_at
    switchboard.kill()
    await until(lambda: line.of(e.LinkDown), 1)
    await switchboard.start()
    await line.up(2, 10)
    after = line.link.facts.started_at
    assert before is not None
    assert after is not None
    assert after > before


# --- accounts -------------------------------------------------------------------------------------------------------

ACCOUNTS = {
    "no-reporting": ("all", "call,agent,originate,agi"),
    "no-system": ("call,agent,agi,user", "call,agent,originate,agi,reporting"),
    "no-originate": ("system,call,agent,agi,user", "call,agent,agi,reporting"),
    "no-agent": ("system,call,agi,user", "call,agent,originate,agi,reporting"),
    "too-wide": ("all", "all"),
}


@pytest.fixture
def accounts(switchboard: EmbeddedAsterisk) -> None:
    """More accounts on the switch, each with a fault of its own."""
    local = switchboard.home / "etc" / "local" / "manager.conf"
    text = local.read_text()
    for name, (read, write) in ACCOUNTS.items():
        if f"[{name}]" not in text:
            text += f"\n[{name}]\nsecret = only-in-tests\nread = {read}\nwrite = {write}\n"
    local.write_text(text)
    switchboard.console("manager reload")


async def test_a_wrong_secret_is_refused_once(switchboard: EmbeddedAsterisk) -> None:
    async with line_to(switchboard, secret="wrong") as line:
        await until(lambda: line.link.state is LinkState.REFUSED)
        assert line.link.refusal_code == "login.refused"


@pytest.mark.usefixtures("accounts")
async def test_an_account_without_reporting_is_told_so(switchboard: EmbeddedAsterisk) -> None:
    async with line_to(switchboard, user="no-reporting", secret="only-in-tests") as line:
        await until(lambda: line.link.state is LinkState.REFUSED)
        assert "`reporting`" in line.link.reason


@pytest.mark.usefixtures("accounts")
async def test_an_account_without_read_class_system_waits_for_the_boot_and_is_told_what_to_look_at(
    switchboard: EmbeddedAsterisk,
) -> None:
    async with line_to(switchboard, user="no-system", secret="only-in-tests") as line:
        await until(lambda: line.link.state is LinkState.BOOTING)
        [found] = await ConfCheck(line.link)()
        assert "FullyBooted" in found.text


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("user", "code", "about"),
    [
        ("no-originate", "rights.write", {"originate"}),
        ("no-agent", "rights.read", {"agent"}),
        ("too-wide", "rights.too_wide", {"command", "config", "system"}),
    ],
)
async def test_a_right_that_is_missing_or_too_much_is_named(
    switchboard: EmbeddedAsterisk, user: str, code: str, about: set[str]
) -> None:
    async with line_to(switchboard, user=user, secret="only-in-tests") as line:
        await line.up()
        await line.link.send(AddMember(queue=CONSULT, device=DEVICE, member_name="1050"))
        await line.link.send(RemoveMember(queue=CONSULT, device=DEVICE))
        found = await ConfCheck(line.link)()
        assert {one.about for one in found if one.code == code and one.level in (Level.BAD, Level.WARN)} == about


async def test_the_switch_that_we_ship_has_no_bad_finding(line: Line) -> None:
    await line.link.send(AddMember(queue=CONSULT, device=DEVICE, member_name="1050"))
    await line.link.send(RemoveMember(queue=CONSULT, device=DEVICE))
    await until(lambda: line.of(e.MemberRemoved))
    found = await ConfCheck(line.link)()
    assert [one for one in found if one.level in (Level.BAD, Level.WARN)] == []
    levels = {one.code: one.level for one in found}
    assert levels["conf.menu_guard"] is Level.OK
    assert levels["conf.queues"] is Level.OK


# --- a caller in the menu -------------------------------------------------------------------------------------------


async def menu_channel(line: Line, channel_id: str) -> e.MenuEntered:
    """Call the hotline by ourselves and return the caller's channel in the menu."""
    call = Originate(
        channel="PJSIP/95000@selftest", channel_id=ChannelId(channel_id), context="selftest-caller", exten="s"
    )
    await line.link.send(call)
    await until(lambda: line.of(e.MenuEntered), 3, what="caller in the menu")
    entered = line.of(e.MenuEntered)[-1]
    assert isinstance(entered, e.MenuEntered)
    await line.link.send(KeepInMenu(channel=entered.channel, limit_s=20))
    return entered


async def test_a_menu_is_driven_command_by_command_and_left(line: Line) -> None:
    caller = (await menu_channel(line, "menu-1")).channel
    assert (await line.link.run_menu(caller, "ANSWER")).result == "0"
    missing = await line.link.run_menu(caller, "EXEC Playback hotline/there-is-none")
    assert (missing.code, missing.result) == (200, "0")
    assert (await line.link.run_menu(caller, "GET FULL VARIABLE ${PLAYBACKSTATUS}")).data == "FAILED"
    usage = await line.link.run_menu(caller, "GET DATA ")
    assert usage.code == 520
    assert (await line.link.run_menu(caller, "SET VARIABLE HOTLINE_PROBE hangup")).result == "1"
    assert (await line.link.run_menu(caller, "GET VARIABLE HOTLINE_PROBE")).data == "hangup"
    await line.link.send(KeepInMenu(channel=caller, limit_s=0))
    await line.link.run_menu(caller, "ASYNCAGI BREAK")
    await until(lambda: line.of(e.MenuLeft))
    with pytest.raises(CallGone):
        await line.link.run_menu(caller, "ANSWER")
    await line.link.send(HangUp(channel=caller))
    await until(lambda: any(one.channel == caller for one in line.of(e.ChannelClosed)))  # type: ignore[attr-defined]


async def test_a_caller_who_hangs_up_in_a_prompt_fails_who_waits_for_it(line: Line) -> None:
    caller = (await menu_channel(line, "menu-2")).channel
    await line.link.run_menu(caller, "ANSWER")
    waiting = asyncio.create_task(line.link.run_menu(caller, "EXEC Wait 20"))
    await until(lambda: line.link.gauges.pending_menus == 1)
    await line.link.send(HangUp(channel=caller))
    try:
        result = await waiting
    except CallGone:
        pass
    else:
        assert result.result == "-1"
    with pytest.raises(CallGone):
        await line.link.run_menu(caller, "ANSWER")


async def test_a_caller_in_the_menu_is_found_again_after_a_cut_link(line: Line) -> None:
    caller = (await menu_channel(line, "menu-3")).channel
    await line.link.run_menu(caller, "ANSWER")
    line.relay.cut()
    await line.up(2, 5)
    listed = line.of(e.FloorListed)[-1]
    assert isinstance(listed, e.FloorListed)
    assert [one.channel for one in listed.channels if one.is_in_menu] == [caller]
    assert (await line.link.run_menu(caller, "NOOP")).code == 200
    await line.link.send(HangUp(channel=caller))


async def test_a_channel_id_of_our_own_cannot_be_called_twice(line: Line) -> None:
    first = await menu_channel(line, "once-only")
    again = Originate(
        channel="PJSIP/95000@selftest", channel_id=ChannelId("once-only"), context="selftest-caller", exten="s"
    )
    try:
        await line.link.send(again)
    except SwitchRefused:
        pass
    else:
        await until(lambda: any(not one.succeeded for one in line.of(e.OriginateEnded)))  # type: ignore[attr-defined]
    await line.link.send(HangUp(channel=first.channel))
