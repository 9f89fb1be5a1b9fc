"""The test call: out and in again over SIP, key and all, to the recorded agent."""

from __future__ import annotations

import numpy as np

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.ami import AmiSession
from tests.asterisk.phones import Phones
from tests.asterisk.talks import recordings
from tests.asterisk.voices import RATE, Samples


def pitch(sound: Samples) -> float:
    """Strongest frequency, Hz: in these tests every prompt is a tone of its own."""
    return float(np.argmax(np.abs(np.fft.rfft(sound)))) * RATE / len(sound)


async def test_test_call_goes_through_the_menu_to_the_robot(
    phones: Phones, watch: AmiSession, service: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    await service.succeed(
        "Originate",
        Channel="PJSIP/95000@selftest",
        ChannelId="selftest-1",
        CallerID="02100000001",
        Context="selftest-caller",
        Exten="1",
        Priority="1",
        Async="true",
    )
    entered = await service.event("CallEntered", Hotline="95000", Test="1")
    assert entered["CallerIDNum"] == "02100000001"
    channel = (await service.event("AsyncAGIStart"))["Channel"]
    assert channel.startswith("PJSIP/trunk-"), "it came in like a customer's call"
    await service.succeed("AbsoluteTimeout", Channel=channel, Timeout="20")
    await service.menu(channel, "ANSWER")
    assert await service.menu(channel, "GET DATA hotline/goodbye 8000 1") == "200 result=1"
    await service.menu(channel, "SET VARIABLE HOTLINE_TARGET test")
    await service.menu(channel, "ASYNCAGI BREAK")
    await service.event("AgentConnect", Queue="test", Interface="PJSIP/robot")
    await service.event("QueueDone", 15, Queue="test", Status="CONTINUE")
    await service.event("Hangup", Uniqueid="selftest-1")
    said, answered = await recordings(switchboard, entered["Uniqueid"])
    # Tones of the missing prompts: 350 Hz and 40 Hz more for each in the list of sounds.NEEDED.
    assert abs(pitch(said) - 550) < 5
    assert abs(pitch(answered) - 590) < 5


async def test_test_call_that_nobody_drives_ends_in_the_fallback_queue(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await service.succeed(
        "Originate",
        Channel="PJSIP/95000@selftest",
        Context="selftest-caller",
        Exten="s",
        Priority="1",
        Async="true",
    )
    entered = await service.event("CallEntered", Hotline="95000")
    assert entered["Number"] == "withheld"
    await service.event("IvrDead", Reason="silent")
    await service.event("QueueDone", Queue="fallback", Status="JOINEMPTY")
