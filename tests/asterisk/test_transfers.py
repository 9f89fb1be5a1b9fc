"""What an agent does with a call by the server's hand: consult, pass on, come back, talk in three, press keys."""

from __future__ import annotations

import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.domain import commands as c
from cti.domain.ids import ChannelId
from tests.asterisk.ami import AmiSession
from tests.asterisk.phones import Phones
from tests.asterisk.talks import (
    THIS_VOICE,
    ask,
    channel_of,
    consult,
    press,
    recordings,
    renew,
    talk,
    together,
    written_s,
)
from tests.asterisk.test_link import line_to
from tests.asterisk.voices import Voice, is_mixed_of, share_of
from tests.waiting import until


async def test_consultation_completed_by_the_agents_hang_up(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1001")
    second = await phones.agent_phone("1002", voice="second", talk_s=3)
    call = await talk(phones, watch, service, "1001")
    await consult(service, call.agent, "1002")
    await second.reaches("answered")
    await together(service, "PJSIP/1001-", "Local/1002@transfer")
    await service.succeed("Hangup", Channel=call.agent)
    done = await service.event("AttendedTransfer")
    assert (done["Result"], done["TransfereeUniqueid"]) == ("Success", call.call)
    await second.reaches("ended")
    assert await call.caller.wait() == 0, "the customer is not left in silence"


async def test_return_from_a_consultation(phones: Phones, watch: AmiSession, service: AmiSession) -> None:
    await phones.agent_phone("1003")
    second = await phones.agent_phone("1004", voice="second")
    call = await talk(phones, watch, service, "1003")
    await consult(service, call.agent, "1004")
    await second.reaches("answered")
    await together(service, "PJSIP/1003-", "Local/1004@transfer")
    reply = await ask(service, c.CancelTransfer(channel=call.agent))
    assert reply["Response"] == "Success", reply
    await second.reaches("ended")
    await together(service, "PJSIP/1003-", "PJSIP/trunk-")
    assert not call.caller.is_over


@pytest.mark.parametrize("kind", ["agent-busy", "agent"], ids=["refuses", "does not answer"])
async def test_target_that_cannot_be_had_brings_the_agent_back(
    phones: Phones, watch: AmiSession, service: AmiSession, kind: str
) -> None:
    await phones.agent_phone("1005")
    target = await phones.agent_phone("1006", kind=kind, ring_s=60)
    call = await talk(phones, watch, service, "1005")
    await consult(service, call.agent, "1006")
    await target.reaches("rang")
    await service.event("BridgeLeave", Channel=call.agent)
    await together(service, "PJSIP/1005-", "PJSIP/trunk-", limit_s=15)
    assert not call.caller.is_over


async def test_three_talk_together_and_all_are_in_the_recording(
    phones: Phones, watch: AmiSession, service: AmiSession, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    await phones.agent_phone("1007")
    second = await phones.agent_phone("1008", voice="second")
    call = await talk(phones, watch, service, "1007")
    await consult(service, call.agent, "1008")
    await second.reaches("answered")
    await together(service, "PJSIP/1007-", "Local/1008@transfer")
    await press(service, call.agent, "*3")
    await together(service, "PJSIP/1007-", "PJSIP/trunk-")
    await renew(switchboard, call, 2)
    await until(lambda: written_s(switchboard, f"{call.call}-2") > 6, 15, "six seconds of three people")
    await service.succeed("Hangup", Channel=call.customer)
    from_caller, from_both = await recordings(switchboard, f"{call.call}-2")
    assert share_of(from_caller, voices["caller"]) > THIS_VOICE
    # Both speak at once, so no stretch is one voice alone: what is left when one is taken out is the other.
    assert is_mixed_of(from_both, voices["agent"], voices["second"])


async def test_after_three_have_talked_the_agent_leaves_and_the_two_go_on(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1009")
    await phones.agent_phone("1010", voice="second")
    call = await talk(phones, watch, service, "1009")
    await consult(service, call.agent, "1010")
    await together(service, "PJSIP/1009-", "Local/1010@transfer")
    await press(service, call.agent, "*3")
    await together(service, "PJSIP/1009-", "PJSIP/trunk-")
    await service.succeed("Hangup", Channel=call.agent)
    await together(service, "PJSIP/1010-", "PJSIP/trunk-")
    assert not call.caller.is_over


async def test_an_agent_swaps_between_customer_and_colleague(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1011")
    await phones.agent_phone("1012", voice="second")
    call = await talk(phones, watch, service, "1011")
    await consult(service, call.agent, "1012")
    await together(service, "PJSIP/1011-", "Local/1012@transfer")
    await press(service, call.agent, "*4")
    await together(service, "PJSIP/1011-", "PJSIP/trunk-")
    await press(service, call.agent, "*4")
    await together(service, "PJSIP/1011-", "Local/1012@transfer")


async def test_hold_by_the_telephone_is_told_and_the_customer_hears_music(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    phone = await phones.agent_phone("1013", kind="agent-holds")
    call = await talk(phones, watch, service, "1013")
    await phone.reaches("held")
    await service.event("Hold", Channel=call.agent)
    await watch.event("MusicOnHoldStart", Channel=call.customer)
    await phone.reaches("taken_back")
    await service.event("Unhold", Channel=call.agent)
    await watch.event("MusicOnHoldStop", Channel=call.customer)


async def test_keys_reach_the_other_side_each_of_them_once(
    watch: AmiSession, service: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    # The switch calls itself as a customer would: so both ends of the RTP are channels that tell what they hear.
    dial = c.Originate(
        channel="PJSIP/95000@selftest", channel_id=ChannelId("keys-1"), context="selftest-caller", exten="s"
    )
    assert (await ask(service, dial))["Response"] == "Success"
    customer = (await service.event("AsyncAGIStart"))["Channel"]
    await ask(service, c.KeepInMenu(channel=customer, limit_s=60))
    await service.menu(customer, "ANSWER")
    far_end = (await watch.event("Newchannel", Uniqueid="keys-1"))["Channel"]
    await watch.event("Newstate", Channel=far_end, ChannelStateDesc="Up")
    async with line_to(switchboard) as line:
        await line.up()
        for key in "4*7#":
            await line.link.send(c.PressKey(channel=customer, key=key))
    heard = {"Channel": far_end, "Direction": "Received"}
    await until(lambda: len(watch.seen("DTMFEnd", **heard)) >= 4, what="four keys")
    assert "".join(row["Digit"] for row in watch.seen("DTMFEnd", **heard)) == "4*7#"
    await service.succeed("Hangup", Channel=far_end)
    await service.event("Hangup", Uniqueid="keys-1")


async def test_the_second_agent_may_consult_and_pass_on_as_well(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1015")
    await phones.agent_phone("1016", voice="second")
    await phones.agent_phone("1017")
    call = await talk(phones, watch, service, "1015")
    await consult(service, call.agent, "1016")
    await together(service, "PJSIP/1015-", "Local/1016@transfer")
    await service.succeed("Hangup", Channel=call.agent)
    await together(service, "PJSIP/1016-", "PJSIP/trunk-")
    second = channel_of(service, "1016")
    await consult(service, second, "1017")
    await together(service, "PJSIP/1016-", "Local/1017@transfer")
    await service.succeed("Hangup", Channel=second)
    await together(service, "PJSIP/1017-", "PJSIP/trunk-")
