"""What an agent does with a call by the server's hand: consult, pass on, come back, talk in three, press keys."""

from __future__ import annotations

import pytest

from cti.domain import commands as c
from tests.asterisk.ami import AmiSession
from tests.asterisk.phones import Phones
from tests.asterisk.talks import ask, consult, press, talk, together


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


async def test_three_talk_together(phones: Phones, watch: AmiSession, service: AmiSession) -> None:
    await phones.agent_phone("1007")
    second = await phones.agent_phone("1008", voice="second")
    call = await talk(phones, watch, service, "1007")
    await consult(service, call.agent, "1008")
    await second.reaches("answered")
    await together(service, "PJSIP/1007-", "Local/1008@transfer")
    await press(service, call.agent, "*3")
    await together(service, "PJSIP/1007-", "PJSIP/trunk-")
