"""What every `Hands` keeps: the fake that other tests use, and the real one against a scripted AMI server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from cti.asterisk.hands import Hands
from cti.asterisk.states import Address, LinkRefused
from cti.domain import commands as c
from cti.domain import switch as s
from cti.domain.errors import Invalid, NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.ids import ChannelId, LinkedId
from tests.ami_server import HANDS_SECRET, HANDS_USER, AmiServer, ami_server
from tests.fakes import FakeHands

PHONE = "PJSIP/1007-00000004"
CALLER = "PJSIP/trunk-0000002c"
GIVE = c.GiveSecret(endpoint="web1007", digest="0123456789abcdef" * 2)
ASK = c.AskPhone(channel=PHONE, event="talk")
RENEW = c.RenewRecording(
    channel=CALLER, channel_id=ChannelId("h1-1.1"), linked_id=LinkedId("h1-1.1"), name="h1-1.1-2", part=2
)
ACTIONS = {
    c.GiveSecret: "DBPut",
    c.DropSecret: "DBDel",
    c.AskPhone: "PJSIPNotify",
    c.MuteVoice: "MuteAudio",
    c.RenewRecording: "MixMonitor",
}


class Rig(Protocol):
    """Hands under test and the strings behind them."""

    @property
    def hands(self) -> s.Hands: ...

    def refuse(self, kind: type[c.Command], words: str) -> None: ...
    def stay_silent(self, kind: type[c.Command]) -> None: ...
    async def go_away(self) -> None: ...
    def asked(self) -> int: ...


class FakeRig:
    def __init__(self) -> None:
        self.hands = FakeHands()

    def refuse(self, kind: type[c.Command], words: str) -> None:
        self.hands.refuse(kind, SwitchRefused(words))

    def stay_silent(self, kind: type[c.Command]) -> None:
        self.hands.stay_silent(kind)

    async def go_away(self) -> None:
        self.hands.is_up = False

    def asked(self) -> int:
        return len(self.hands.sent)


class RealRig:
    def __init__(self, server: AmiServer) -> None:
        self.server = server
        self.hands = hands_at(server)

    def refuse(self, kind: type[c.Command], words: str) -> None:
        self.server.answers[ACTIONS[kind]] = lambda client, action: client.no(action, words)

    def stay_silent(self, kind: type[c.Command]) -> None:
        self.server.answers[ACTIONS[kind]] = lambda client, action: None

    async def go_away(self) -> None:
        await self.server.stop()

    def asked(self) -> int:
        return sum(name in ACTIONS.values() for name in self.server.names())


def hands_at(server: AmiServer, secret: str = HANDS_SECRET) -> Hands:
    return Hands(Address("127.0.0.1", server.port, HANDS_USER, secret), login_limit_s=1)


@pytest.fixture(params=["fake", "real"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    if request.param == "fake":
        yield FakeRig()
        return
    async with ami_server() as server:
        yield RealRig(server)


@pytest.mark.parametrize(
    "command",
    [GIVE, c.DropSecret(endpoint="web1007"), ASK, c.MuteVoice(channel=PHONE, is_muted=True), RENEW],
    ids=lambda command: type(command).__name__,
)
async def test_a_command_that_is_accepted_gives_a_reply(rig: Rig, command: c.HandCommand) -> None:
    assert isinstance(await rig.hands.send(command), s.Reply)
    assert rig.asked() == 1


async def test_a_refusal_keeps_the_words_of_the_switch(rig: Rig) -> None:
    rig.refuse(c.AskPhone, "No such channel")
    with pytest.raises(SwitchRefused, match="No such channel"):
        await rig.hands.send(ASK)


async def test_no_answer_in_time_is_an_unknown_outcome_and_nothing_is_sent_twice(rig: Rig) -> None:
    rig.stay_silent(c.GiveSecret)
    with pytest.raises(OutcomeUnknown):
        await rig.hands.send(GIVE, limit_s=0.05)
    assert rig.asked() == 1


async def test_nothing_is_done_while_the_switch_is_away(rig: Rig) -> None:
    await rig.go_away()
    with pytest.raises(NotSent):
        await rig.hands.send(GIVE)
    assert rig.asked() == 0


@pytest.mark.parametrize(
    "command",
    [
        c.GiveSecret(endpoint="1007", digest="0123456789abcdef" * 2),
        c.DropSecret(endpoint="web1007\r\nAction: Command"),
        c.AskPhone(channel="/^.*$/", event="talk"),
        c.MuteVoice(channel="", is_muted=True),
        c.RenewRecording(channel=CALLER, channel_id=ChannelId("x"), linked_id=LinkedId("x"), name="a,b", part=2),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_a_field_that_must_not_reach_the_wire_is_refused_whole(rig: Rig, command: c.HandCommand) -> None:
    with pytest.raises(Invalid):
        await rig.hands.send(command)
    assert rig.asked() == 0


# --- the real ones only ---------------------------------------------------------------------------------------------


async def test_a_secret_that_is_not_there_is_dropped_already() -> None:
    async with ami_server() as server:
        server.answers["DBDel"] = lambda client, action: client.no(action, "Database entry could not be deleted")
        server.answers["DBGet"] = lambda client, action: client.no(action, "Database entry not found")
        assert await hands_at(server).send(c.DropSecret(endpoint="web1007"))


async def test_a_secret_that_could_not_be_dropped_is_no_success() -> None:
    async with ami_server() as server:
        server.answers["DBDel"] = lambda client, action: client.no(action, "Database entry could not be deleted")
        with pytest.raises(SwitchRefused, match="could not be deleted"):
            await hands_at(server).send(c.DropSecret(endpoint="web1007"))


async def test_a_recording_is_stopped_before_it_begins_anew_and_then_told() -> None:
    async with ami_server() as server:
        await hands_at(server).send(RENEW)
        done = server.names()
    assert done[-4:] == ["StopMixMonitor", "MixMonitor", "Setvar", "UserEvent"]


async def test_a_part_that_runs_already_is_told_again_and_not_written_over() -> None:
    async with ami_server() as server:
        server.globals["REC_PART"] = "2"
        await hands_at(server).send(RENEW)
        assert server.names()[-2:] == ["Getvar", "UserEvent"]
        server.globals["REC_PART"] = "1"
        await hands_at(server).send(RENEW)
        assert "MixMonitor" in server.names()


async def test_a_recording_that_has_ended_by_itself_begins_anew_all_the_same() -> None:
    async with ami_server() as server:
        server.answers["StopMixMonitor"] = lambda client, action: client.no(action, "Could not stop monitoring channel")
        await hands_at(server).send(RENEW)
        assert server.names()[-1] == "UserEvent"


async def test_a_part_that_could_not_begin_is_not_told() -> None:
    async with ami_server() as server:
        server.answers["MixMonitor"] = lambda client, action: client.no(action, "No such channel")
        with pytest.raises(SwitchRefused, match="No such channel"):
            await hands_at(server).send(RENEW)
        assert server.names()[-1] == "MixMonitor"


async def test_each_command_leaves_no_connection_behind_and_several_run_at_once() -> None:
    async with ami_server() as server:
        hands = hands_at(server)
        await asyncio.gather(*(hands.send(GIVE) for _ in range(5)))
        assert len(server.clients) == 5
        await asyncio.gather(*(client.ended.wait() for client in server.clients))


async def test_who_is_not_let_in_has_done_nothing_and_the_check_learns_why() -> None:
    async with ami_server() as server:
        wrong = hands_at(server, "wrong")
        with pytest.raises(NotSent, match="hotline-hands"):
            await wrong.send(GIVE)
        with pytest.raises(LinkRefused) as refused:
            await wrong.list_commands()
        assert refused.value.code == "login.refused"


async def test_a_silent_switch_lets_nobody_in() -> None:
    async with ami_server() as server:
        server.is_frozen = True
        hands = Hands(Address("127.0.0.1", server.port, HANDS_USER, HANDS_SECRET), login_limit_s=0.05)
        with pytest.raises(NotSent, match="hotline-hands"):
            await hands.send(GIVE)
