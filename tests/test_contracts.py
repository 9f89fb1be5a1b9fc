"""What every `Switch` keeps: the fake that other tests use, and the real link against a scripted AMI server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Protocol

import pytest

from cti.asterisk.link import AmiLink
from cti.asterisk.states import LinkOptions
from cti.domain.commands import AddMember, Command, HangUp, KeepInMenu, Originate, PauseMember
from cti.domain.errors import CallGone, Conflict, Invalid, NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.events import ChannelClosed, FloorListed, MenuEntered, MenuLeft
from cti.domain.ids import ChannelId, Device, LinkedId, QueueName
from cti.domain.switch import MenuResult, Switch
from tests.ami_server import SECRET, USER, AmiServer, ami_server, of_channel
from tests.fakes import FakeSwitch
from tests.waiting import until

CALLER = "PJSIP/trunk-00000001"
HANG_UP = HangUp(channel=CALLER)
PAUSE = PauseMember(device=Device("PJSIP/1007"), is_paused=True, reason="lunch")


class Rig(Protocol):
    """A switch under test and the strings behind it."""

    @property
    def switch(self) -> Switch: ...

    async def enter_menu(self, channel: str) -> None: ...
    async def leave_menu(self, channel: str, *, hangs_up: bool) -> None: ...
    def refuse(self, kind: type[Command], words: str) -> None: ...
    def stay_silent(self, kind: type[Command]) -> None: ...
    def stay_silent_in_menu(self) -> None: ...
    def answer_menu(self, result: str, read_as: MenuResult) -> None: ...
    async def go_away(self) -> None: ...
    def asked(self) -> int: ...


class FakeRig:
    def __init__(self) -> None:
        self.switch = FakeSwitch()

    def _who(self, channel: str) -> dict[str, object]:
        return {
            "at": datetime.now(UTC),
            "channel_id": ChannelId(channel),
            "linked_id": LinkedId(channel),
            "channel": channel,
        }

    async def enter_menu(self, channel: str) -> None:
        self.switch.emit(MenuEntered(**self._who(channel)))  # type: ignore[arg-type]

    async def leave_menu(self, channel: str, *, hangs_up: bool) -> None:
        self.switch.emit((ChannelClosed if hangs_up else MenuLeft)(**self._who(channel)))  # type: ignore[arg-type]

    def refuse(self, kind: type[Command], words: str) -> None:
        self.switch.refuse(kind, SwitchRefused(words))

    def stay_silent(self, kind: type[Command]) -> None:
        self.switch.stay_silent(kind)

    def stay_silent_in_menu(self) -> None:
        self.switch.on_line = lambda channel, line: None

    def answer_menu(self, result: str, read_as: MenuResult) -> None:
        self.switch.on_line = lambda channel, line: read_as

    async def go_away(self) -> None:
        self.switch.go_away()

    def asked(self) -> int:
        return len(self.switch.sent) + len(self.switch.lines)


ACTIONS = {HangUp: "Hangup", PauseMember: "QueuePause", AddMember: "QueueAdd"}


class LinkRig:
    def __init__(self, server: AmiServer, link: AmiLink) -> None:
        self.server = server
        self.switch = link

    async def enter_menu(self, channel: str) -> None:
        self.server.client.write(of_channel("AsyncAGIStart", channel))
        assert self.switch.session
        await until(lambda: channel in self.switch.session.menus.inside())

    async def leave_menu(self, channel: str, *, hangs_up: bool) -> None:
        self.server.client.write(of_channel("Hangup" if hangs_up else "AsyncAGIEnd", channel))
        await until(lambda: channel not in self.switch.session.menus.inside())

    def refuse(self, kind: type[Command], words: str) -> None:
        self.server.answers[ACTIONS[kind]] = lambda client, action: client.no(action, words)

    def stay_silent(self, kind: type[Command]) -> None:
        self.server.answers[ACTIONS[kind]] = lambda client, action: None

    def stay_silent_in_menu(self) -> None:
        self.server.answers["AGI"] = lambda client, action: client.ok(action, ("Message", "Added AGI command to queue"))

    def answer_menu(self, result: str, read_as: MenuResult) -> None:
        self.server.menu_result = result

    async def go_away(self) -> None:
        await self.server.stop()
        await until(lambda: not self.switch.is_up)

    def asked(self) -> int:
        ours = {"Hangup", "QueuePause", "QueueAdd", "AGI"}
        return sum(name in ours for name in self.server.names())


@pytest.fixture(params=["fake", "link"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    if request.param == "fake":
        yield FakeRig()
        return
    async with ami_server() as server:
        link = AmiLink(
            host="127.0.0.1",
            port=server.port,
            username=USER,
            secret=SECRET,
            submit=lambda event: None,
            options=LinkOptions(first_retry_s=30),
        )
        run = asyncio.create_task(link.run())
        await until(lambda: link.state == "up")
        yield LinkRig(server, link)
        await link.aclose()
        await run


async def test_a_command_that_is_accepted_gives_a_reply(rig: Rig) -> None:
    assert (await rig.switch.send(HANG_UP)).message
    assert rig.switch.is_up


async def test_a_refusal_keeps_the_words_of_the_switch(rig: Rig) -> None:
    rig.refuse(PauseMember, "Interface not found")
    with pytest.raises(SwitchRefused, match="Interface not found"):
        await rig.switch.send(PAUSE)


async def test_no_answer_in_time_is_an_unknown_outcome_and_nothing_is_sent_twice(rig: Rig) -> None:
    rig.stay_silent(HangUp)
    with pytest.raises(OutcomeUnknown):
        await rig.switch.send(HANG_UP, limit_s=0.05)
    assert rig.asked() == 1


async def test_a_command_while_the_switch_is_away_was_not_sent(rig: Rig) -> None:
    await rig.go_away()
    before = rig.asked()
    with pytest.raises(NotSent):
        await rig.switch.send(HANG_UP)
    with pytest.raises(NotSent):
        await rig.switch.run_menu(CALLER, "ANSWER")
    with pytest.raises(NotSent):
        await rig.switch.list_floor()
    assert not rig.switch.is_up
    assert rig.asked() == before


@pytest.mark.parametrize(
    "command",
    [
        HangUp(channel="/^.*$/"),
        HangUp(channel="PJSIP/1\r\nAction: Command"),
        HangUp(channel=""),
        PauseMember(device=Device("PJSIP/1007"), is_paused=True, reason="a|b"),
        AddMember(queue=QueueName("consult\n"), device=Device("PJSIP/1007"), member_name="1007"),
        KeepInMenu(channel=CALLER, limit_s=float("nan")),
        Originate(channel="PJSIP/1007", channel_id=ChannelId("t-1"), application="System", data="id"),
        Originate(
            channel="PJSIP/1007", channel_id=ChannelId("t-1"), context="x", exten="1", variables={"SHELL(id)": "1"}
        ),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_a_field_that_must_not_reach_the_wire_is_refused_whole(rig: Rig, command: Command) -> None:
    with pytest.raises(Invalid):
        await rig.switch.send(command)
    assert rig.asked() == 0


async def test_a_menu_command_gives_its_result(rig: Rig) -> None:
    rig.answer_menu("200 result=5 (timeout)", MenuResult(200, "5", "timeout"))
    await rig.enter_menu(CALLER)
    assert await rig.switch.run_menu(CALLER, "GET DATA hotline/menu 5000 1") == MenuResult(200, "5", "timeout")


async def test_a_second_menu_command_of_one_channel_is_a_conflict(rig: Rig) -> None:
    rig.stay_silent_in_menu()
    await rig.enter_menu(CALLER)
    first = asyncio.create_task(rig.switch.run_menu(CALLER, "ANSWER"))
    await until(lambda: rig.asked() == 1)
    with pytest.raises(Conflict):
        await rig.switch.run_menu(CALLER, "NOOP")
    await rig.leave_menu(CALLER, hangs_up=True)
    with pytest.raises(CallGone):
        await first


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_the_end_of_the_menu_fails_who_waits_and_who_comes_later(rig: Rig, hangs_up: bool) -> None:
    rig.stay_silent_in_menu()
    await rig.enter_menu(CALLER)
    waiting = asyncio.create_task(rig.switch.run_menu(CALLER, "EXEC Playback hotline/welcome"))
    await until(lambda: rig.asked() == 1)
    await rig.leave_menu(CALLER, hangs_up=hangs_up)
    with pytest.raises(CallGone):
        await waiting
    with pytest.raises(CallGone):
        await rig.switch.run_menu(CALLER, "ANSWER")
    assert rig.asked() == 1


async def test_a_cut_link_makes_a_running_menu_command_unknown(rig: Rig) -> None:
    rig.stay_silent_in_menu()
    await rig.enter_menu(CALLER)
    waiting = asyncio.create_task(rig.switch.run_menu(CALLER, "ANSWER"))
    await until(lambda: rig.asked() == 1)
    await rig.go_away()
    with pytest.raises(OutcomeUnknown):
        await waiting


@pytest.mark.parametrize(
    "line", ["EXEC System id", "ANSWER\nHANGUP", "SET VARIABLE SHELL(id) 1", "EXEC Playback ${X}", ""]
)
async def test_a_menu_line_that_is_none_is_refused(rig: Rig, line: str) -> None:
    await rig.enter_menu(CALLER)
    with pytest.raises(Invalid):
        await rig.switch.run_menu(CALLER, line)
    assert rig.asked() == 0


async def test_the_floor_can_be_listed(rig: Rig) -> None:
    assert isinstance(await rig.switch.list_floor(), FloorListed)
