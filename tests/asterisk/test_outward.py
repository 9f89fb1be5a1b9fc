"""Calls to numbers outside: dialled by an agent, transferred to, and by nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.ports import find_free
from cti.domain import commands as c
from cti.domain.ids import ChannelId
from tests.asterisk.ami import AmiSession
from tests.asterisk.conftest import BRIEF, make_switch, plain_web_templates, start
from tests.asterisk.phones import Phones
from tests.asterisk.talks import THIS_VOICE, ask, channel_of, consult, recordings, rooms, talk, together
from tests.asterisk.voices import Voice, share_of
from tests.waiting import until

NUMBER = "02155667788"
LINE = find_free(udp=True)
"""Port of the carrier."""
CALL = "out-1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedAsterisk]:
    """A running Asterisk with a line out."""
    home = tmp_path_factory.mktemp("ast")
    options = msgspec.structs.replace(BRIEF, trunk_uri=f"sip:127.0.0.1:{LINE}", out_ring_s=3)
    switch = make_switch(home, options, templates=plain_web_templates(home / "templates"))
    await start(switch)
    yield switch
    await switch.stop()


async def dial_out(service: AmiSession, device: str, number: str = NUMBER, *, call: str = CALL) -> None:
    """Ask for a call outwards as the service does."""
    reply = await ask(
        service,
        c.Originate(
            channel=f"PJSIP/{device}",
            channel_id=ChannelId(call),
            context="outward",
            exten=number,
            caller_number=number,
            timeout_s=10,
        ),
    )
    assert reply["Response"] == "Success", reply


async def test_a_call_outwards_is_recorded_with_the_customer_on_his_side(
    phones: Phones, service: AmiSession, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    await phones.agent_phone("1001")
    customer = await phones.carrier(LINE, talk_s=4)
    await dial_out(service, "1001")
    part = await service.event("RecordingPart")
    assert (part["Uniqueid"], part["Name"], part["Part"]) == (CALL, CALL, "1")
    await service.event("OriginateResponse", Response="Success")
    await customer.reaches("ended")
    await service.event("Hangup", Uniqueid=CALL)
    from_customer, from_agent = await recordings(switchboard, CALL)
    assert share_of(from_customer, voices["second"]) > THIS_VOICE
    assert share_of(from_agent, voices["agent"]) > THIS_VOICE


async def test_the_called_see_the_hotline_and_neither_agent_nor_another_customer(
    phones: Phones, service: AmiSession
) -> None:
    await phones.agent_phone("1002")
    customer = await phones.carrier(LINE, talk_s=0.5)
    await dial_out(service, "1002", call="out-2")
    await customer.reaches("from_95001")
    await service.event("Hangup", Uniqueid="out-2")


@pytest.mark.parametrize(("kind", "status", "cause"), [("agent-busy", "BUSY", "17"), ("agent", "NOANSWER", "19")])
async def test_a_customer_who_is_busy_or_does_not_answer_ends_the_call_with_that_reason(
    phones: Phones, service: AmiSession, kind: str, status: str, cause: str
) -> None:
    await phones.agent_phone("1003")
    await phones.carrier(LINE, ring_s=60, kind=kind)
    await dial_out(service, "1003", call=f"out-{status}")
    ended = await service.event("DialEnd", DestChannel=(await carrier_channel(service)))
    assert ended["DialStatus"] == status
    closed = await service.event("Hangup", Uniqueid=f"out-{status}")
    assert closed["Cause"] == cause


async def carrier_channel(service: AmiSession) -> str:
    await until(lambda: channel_of(service, "carrier"), 10, "a channel to the carrier")
    return channel_of(service, "carrier")


async def test_an_agent_passes_a_called_customer_on_to_a_colleagues_browser(
    phones: Phones, service: AmiSession, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    await phones.agent_phone("1004")
    second = await phones.web_phone("1005", voice="caller", talk_s=4)
    await phones.carrier(LINE)
    await dial_out(service, "1004", call="out-4")
    await together(service, "PJSIP/1004-", "PJSIP/carrier-")
    reply = await ask(
        service, c.BlindTransfer(channel=channel_of(service, "1004"), context="transfer", exten="web1005")
    )
    assert reply["Response"] == "Success", reply
    await together(service, "PJSIP/web1005-", "PJSIP/carrier-")
    part = await service.event("RecordingPart", Channel=channel_of(service, "carrier"))
    await second.reaches("ended")
    await service.event("Hangup", Channel=channel_of(service, "carrier"))
    from_customer, from_second = await recordings(switchboard, part["Name"])
    assert share_of(from_customer, voices["second"]) > THIS_VOICE
    assert share_of(from_second, voices["caller"]) > THIS_VOICE


async def test_an_agent_consults_and_passes_a_called_customer_on(phones: Phones, service: AmiSession) -> None:
    await phones.agent_phone("1006")
    await phones.web_phone("1007", voice="caller")
    await phones.carrier(LINE)
    await dial_out(service, "1006", call="out-6")
    await together(service, "PJSIP/1006-", "PJSIP/carrier-")
    await consult(service, channel_of(service, "1006"), "web1007")
    await together(service, "PJSIP/1006-", "Local/Aweb1007@transfer")
    await service.succeed("Hangup", Channel=channel_of(service, "1006"))
    await service.event("AttendedTransfer", Result="Success")
    await together(service, "PJSIP/web1007-", "PJSIP/carrier-")


async def test_a_customer_of_the_queue_is_transferred_to_a_number_outside(
    phones: Phones, watch: AmiSession, service: AmiSession, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    await phones.agent_phone("1008")
    outside = await phones.carrier(LINE, talk_s=4)
    call = await talk(phones, watch, service, "1008")
    reply = await ask(service, c.BlindTransfer(channel=call.agent, context="transfer-out", exten=NUMBER))
    assert reply["Response"] == "Success", reply
    assert (await service.event("BlindTransfer"))["Extension"] == f"o{NUMBER}"
    await together(service, "PJSIP/trunk-", "PJSIP/carrier-")
    await outside.reaches("ended")
    assert await call.caller.wait() == 0
    from_customer, from_outside = await recordings(switchboard, f"{call.call}-2")
    assert share_of(from_customer, voices["caller"]) > THIS_VOICE
    assert share_of(from_outside, voices["second"]) > THIS_VOICE


async def test_a_number_outside_is_consulted_and_the_keypad_cannot_dial_one_afterwards(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1009")
    await phones.carrier(LINE)
    call = await talk(phones, watch, service, "1009")
    await consult(service, call.agent, NUMBER, context="transfer-out")
    await together(service, "PJSIP/1009-", "Local/Ao")
    reply = await ask(service, c.CancelTransfer(channel=call.agent))
    assert reply["Response"] == "Success", reply
    await together(service, "PJSIP/1009-", "PJSIP/trunk-")
    before = len(service.seen("Newchannel"))
    for key in f"*2{NUMBER}#":
        await ask(service, c.PressKey(channel=call.agent, key=key, is_received=True))
    await service.event("BridgeLeave", Channel=call.agent)
    await until(lambda: rooms(service).get(call.agent) == rooms(service).get(call.customer, ""), 10)
    assert len(service.seen("Newchannel")) == before, "the keypad reached nothing"


async def test_a_number_outside_that_does_not_answer_leaves_the_customer_with_the_hotline(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1010")
    await phones.carrier(LINE, kind="agent-busy")
    call = await talk(phones, watch, service, "1010")
    await ask(service, c.BlindTransfer(channel=call.agent, context="transfer-out", exten=NUMBER))
    await service.event("QueueDone", Queue="fallback")
    assert await call.caller.wait() == 0


@pytest.mark.parametrize("dialled", [NUMBER, f"o{NUMBER}", f"9{NUMBER}", "outward", "transfer-out"])
async def test_neither_a_caller_nor_an_agents_telephone_dials_out(
    phones: Phones, service: AmiSession, dialled: str
) -> None:
    await phones.carrier(LINE)
    assert await (await phones.caller(dial=dialled)).refusal() == 404
    assert await (await phones.dialling_agent("1011", dialled)).refusal() == 404
    assert not channel_of(service, "carrier")
