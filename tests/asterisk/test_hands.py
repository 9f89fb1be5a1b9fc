"""What the second account does on a real switch: recordings made whole, telephones asked, voices muted."""

from __future__ import annotations

import numpy as np
import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.hands import Hands
from cti.asterisk.states import Address
from cti.domain import commands as c
from cti.domain.errors import NotSent, SwitchRefused
from cti.domain.ids import ChannelId, LinkedId
from tests.asterisk.ami import AmiSession
from tests.asterisk.phones import Phones
from tests.asterisk.talks import (
    OTHER_VOICE,
    THIS_VOICE,
    Talk,
    ask,
    consult,
    hands_of,
    recordings,
    renew,
    talk,
    together,
    written_s,
)
from tests.asterisk.voices import RATE, Samples, Voice, share_of
from tests.waiting import until


@pytest.fixture
def hands(switchboard: EmbeddedAsterisk) -> Hands:
    """The second account of `switchboard`."""
    return hands_of(switchboard)


async def pass_on(service: AmiSession, call: Talk, device: str, target: str) -> None:
    """Complete a consultation of `target` from `device`."""
    await consult(service, call.agent, target)
    await together(service, f"PJSIP/{device}-", f"Local/{target}@transfer")
    await service.succeed("Hangup", Channel=call.agent)
    await service.event("AttendedTransfer", Result="Success")


async def test_a_renewed_recording_has_the_second_agent_whole_and_later_parts_count_on(
    phones: Phones,
    watch: AmiSession,
    service: AmiSession,
    switchboard: EmbeddedAsterisk,
    voices: dict[str, Voice],
) -> None:
    await phones.agent_phone("1001")
    second = await phones.agent_phone("1002", voice="second")
    third = await phones.agent_phone("1003", talk_s=1)
    call = await talk(phones, watch, service, "1001")
    await pass_on(service, call, "1001", "1002")
    await renew(switchboard, call, 2)
    part = await service.event("RecordingPart", Part="2")
    assert (part["Uniqueid"], part["Linkedid"], part["Name"]) == (call.call, call.call, f"{call.call}-2")
    assert part["SystemName"] == switchboard.system_name
    await until(lambda: written_s(switchboard, part["Name"]) > 3.5, 15, "3.5 s of the second agent")
    bridged = [row["Channel"] for row in service.seen("BridgeEnter") if row["Channel"].startswith("PJSIP/1002-")]
    reply = await ask(service, c.BlindTransfer(channel=bridged[-1], context="transfer", exten="1003"))
    assert reply["Response"] == "Success", reply
    await service.event("RecordingPart", Name=f"{call.call}-3")
    await third.reaches("ended")
    assert second.instants("ended")
    assert await call.caller.wait() == 0
    from_caller, from_second = await recordings(switchboard, f"{call.call}-2")
    assert share_of(from_caller, voices["caller"]) > THIS_VOICE
    assert share_of(from_second, voices["second"]) > THIS_VOICE


async def test_a_paused_recording_holds_silence_exactly_while_it_is_paused(
    phones: Phones, watch: AmiSession, service: AmiSession, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    await phones.agent_phone("1004")
    call = await talk(phones, watch, service, "1004")
    await until(lambda: written_s(switchboard, call.call) > 2.5, 15)
    assert (await ask(service, c.MuteRecording(channel=call.customer, is_muted=True)))["Response"] == "Success"
    await until(lambda: written_s(switchboard, call.call) > 5.0, 15)
    assert (await ask(service, c.MuteRecording(channel=call.customer, is_muted=False)))["Response"] == "Success"
    told = service.seen("MixMonitorMute")
    assert [row["State"] for row in told] == ["1", "0"]
    paused_s = float(told[1]["Timestamp"]) - float(told[0]["Timestamp"])
    await until(lambda: written_s(switchboard, call.call) > 7.5, 15)
    await service.succeed("Hangup", Channel=call.customer)
    for side, name in zip(await recordings(switchboard, call.call), ("caller", "agent"), strict=True):
        start_s, end_s = longest_silence(side)
        assert end_s - start_s == pytest.approx(paused_s, abs=0.3), name
        assert share_of(side[: int(start_s * RATE)], voices[name]) > THIS_VOICE, name
        assert share_of(side[int(end_s * RATE) :], voices[name]) > THIS_VOICE, name


def longest_silence(side: Samples) -> tuple[float, float]:
    """Return begin and end (s) of the longest stretch of nothing at all. A voice's own pauses are not that even."""
    sounding = np.flatnonzero(np.abs(side) > 0.002)
    gaps = np.diff(sounding)
    widest = int(np.argmax(gaps))
    return sounding[widest] / RATE, sounding[widest + 1] / RATE


async def test_a_muted_agent_is_heard_by_nobody(
    phones: Phones,
    watch: AmiSession,
    service: AmiSession,
    switchboard: EmbeddedAsterisk,
    voices: dict[str, Voice],
    hands: Hands,
) -> None:
    await phones.agent_phone("1005")
    call = await talk(phones, watch, service, "1005")
    await hands.send(c.MuteVoice(channel=call.agent, is_muted=True))
    await until(lambda: written_s(switchboard, call.call) > 4, 15)
    await hands.send(c.MuteVoice(channel=call.agent, is_muted=False))
    await until(lambda: written_s(switchboard, call.call) > 8, 15)
    await service.succeed("Hangup", Channel=call.customer)
    from_caller, from_agent = await recordings(switchboard, call.call)
    muted, open_again = from_agent[: 4 * RATE], from_agent[4 * RATE :]
    assert share_of(muted, voices["agent"]) < OTHER_VOICE + 0.1, "but for the moment before the mute"
    assert share_of(open_again, voices["agent"]) > THIS_VOICE
    assert share_of(from_caller, voices["caller"]) > THIS_VOICE


async def test_a_desk_telephone_is_asked_to_hold_and_to_talk_again(
    phones: Phones, watch: AmiSession, service: AmiSession, hands: Hands
) -> None:
    phone = await phones.agent_phone("1006", kind="agent-notified")
    call = await talk(phones, watch, service, "1006")
    await hands.send(c.AskPhone(channel=call.agent, event="hold"))
    await phone.reaches("asked_hold")
    await hands.send(c.AskPhone(channel=call.agent, event="talk"))
    await phone.reaches("asked_talk")


async def test_a_ringing_desk_telephone_is_asked_to_answer(
    phones: Phones, watch: AmiSession, service: AmiSession, hands: Hands
) -> None:
    await phones.agent_phone("1007", kind="agent-asked")
    await watch.sign_in("1007", "consult")
    caller = await phones.caller(stay_s=60)
    entered = await watch.event("AsyncAGIStart")
    for line in ("ANSWER", "SET VARIABLE HOTLINE_TARGET consult", "ASYNCAGI BREAK"):
        await service.menu(entered["Channel"], line)
    ringing = await service.event("AgentCalled")
    await service.event("Newstate", Channel=ringing["DestChannel"], ChannelStateDesc="Ringing")
    await hands.send(c.AskPhone(channel=ringing["DestChannel"], event="talk"))
    await service.event("AgentConnect", Interface="PJSIP/1007")
    assert not caller.is_over


async def test_what_is_asked_of_a_channel_that_is_gone_is_refused_in_words(hands: Hands) -> None:
    for command in (
        c.AskPhone(channel="PJSIP/1001-0000ffff", event="talk"),
        c.MuteVoice(channel="PJSIP/1001-0000ffff", is_muted=True),
        c.RenewRecording(
            channel="PJSIP/trunk-0000ffff", channel_id=ChannelId("h-1"), linked_id=LinkedId("h-1"), name="h-1-2", part=2
        ),
    ):
        with pytest.raises(SwitchRefused):
            await hands.send(command)


async def test_the_second_account_may_do_all_it_is_there_for_and_hears_nothing(
    hands: Hands, switchboard: EmbeddedAsterisk
) -> None:
    assert {"DBPut", "DBDel", "PJSIPNotify", "MuteAudio", "MixMonitor", "StopMixMonitor", "UserEvent", "Setvar"} <= (
        await hands.list_commands()
    )
    at = switchboard.hands
    with pytest.raises(NotSent, match="refused"):
        await Hands(Address(at.host, at.port, at.user, "guessed")).send(c.DropSecret(endpoint="web1001"))
    shown = switchboard.console(f"manager show user {at.user}")
    assert "read perm: <none>" in shown
