"""A telephone that answers "moved to ..." (SIP 302) sends nobody anywhere: not outside, not to a colleague.

Asterisk: the user of the address is what is dialled next, and with a slash in it it is a channel of any kind.
"""

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
from tests.asterisk.conftest import BRIEF, make_switch, start
from tests.asterisk.phones import Phones
from tests.asterisk.talks import ask, channel_of, reach_queue, talk

LINE = find_free(udp=True)
OUTSIDE = "0090012345678"
TARGETS = {
    "a channel to the carrier": f"sip:PJSIP%2F{OUTSIDE}%40carrier@127.0.0.1",
    "a context": f"sip:Local%2Fo{OUTSIDE}%40transfer-out@127.0.0.1",
    "another host": f"sip:{OUTSIDE}@127.0.0.1:{LINE}",
    "a colleague": "sip:1009@127.0.0.1",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedAsterisk]:
    """A running Asterisk with a line out."""
    switch = make_switch(
        tmp_path_factory.mktemp("ast"), msgspec.structs.replace(BRIEF, trunk_uri=f"sip:127.0.0.1:{LINE}", out_ring_s=3)
    )
    await start(switch)
    yield switch
    await switch.stop()


async def test_a_telephone_that_is_rung_for_its_own_call_forwards_it_to_no_number(
    phones: Phones, service: AmiSession
) -> None:
    await phones.carrier(LINE)
    await phones.agent_phone("1001", kind="agent-forwards", target=TARGETS["another host"])
    await ask(
        service,
        c.Originate(
            channel="PJSIP/1001",
            channel_id=ChannelId("fwd-1"),
            context="outward",
            exten="02155667788",
            caller_number="02155667788",
            timeout_s=5,
        ),
    )
    await service.event("OriginateResponse")
    assert not channel_of(service, "carrier")


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
async def test_a_telephone_that_is_rung_by_a_queue_forwards_nobody(
    phones: Phones, watch: AmiSession, service: AmiSession, target: str
) -> None:
    await phones.carrier(LINE)
    await phones.agent_phone("1009")
    await phones.agent_phone("1002", kind="agent-forwards", target=target)
    await watch.sign_in("1002", "consult")
    await reach_queue(phones, watch, service, stay_s=2)
    await service.event("AgentCalled", Interface="PJSIP/1002")
    await service.event("QueueCallerAbandon")
    assert not channel_of(service, "carrier")
    assert not channel_of(service, "1009")


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
async def test_a_telephone_that_gets_a_transferred_customer_forwards_him_nowhere(
    phones: Phones, watch: AmiSession, service: AmiSession, target: str
) -> None:
    await phones.carrier(LINE)
    await phones.agent_phone("1009")
    await phones.agent_phone("1003", kind="agent-forwards", target=target)
    await phones.agent_phone("1004")
    call = await talk(phones, watch, service, "1004", stay_s=10)
    await ask(service, c.BlindTransfer(channel=call.agent, context="transfer", exten="1003"))
    await service.event("QueueDone", Queue="fallback")
    assert not channel_of(service, "carrier")
    assert not channel_of(service, "1009")
