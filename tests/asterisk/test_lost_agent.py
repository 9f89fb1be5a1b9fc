"""An agent's telephone dies in a call: the customer hears music, his agent comes back, or he is first in the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.domain import commands as c
from tests.asterisk.ami import AmiSession
from tests.asterisk.conftest import BRIEF, make_switch, plain_web_templates, start
from tests.asterisk.phones import Phones
from tests.asterisk.talks import THIS_VOICE, ask, channel_of, consult, reach_queue, recordings, talk, together
from tests.asterisk.test_outward import LINE, dial_out
from tests.asterisk.voices import Voice, share_of
from tests.waiting import until


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedAsterisk]:
    """A running Asterisk with a line out and patience in its queues."""
    home = tmp_path_factory.mktemp("ast")
    options = msgspec.structs.replace(
        BRIEF, trunk_uri=f"sip:127.0.0.1:{LINE}", take_back_s=2, queue_limit_s=15, fallback_limit_s=15
    )
    switch = make_switch(home, options, templates=plain_web_templates(home / "templates"))
    await start(switch)
    yield switch
    await switch.stop()


async def lose_agent(service: AmiSession, customer: str, agent: str, after: str, *, take_back_s: int = 0) -> None:
    """What the service does when a browser is gone."""
    wanted = {"HOTLINE_AFTER": after} | ({"HOTLINE_TAKE_BACK_S": str(take_back_s)} if take_back_s else {})
    for name, value in wanted.items():
        reply = await ask(service, c.SetVariable(channel=customer, name=name, value=value))
        assert reply["Response"] == "Success", reply
    reply = await ask(service, c.HangUp(channel=agent))
    assert reply["Response"] == "Success", reply


async def take_back(service: AmiSession, customer: str, endpoint: str) -> None:
    """What the service does when the agent is back."""
    reply = await ask(service, c.Redirect(channel=customer, context="take-back", exten=endpoint))
    assert reply["Response"] == "Success", reply


async def test_his_agent_takes_him_back_and_the_recording_goes_on_whole(
    phones: Phones, watch: AmiSession, service: AmiSession, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    dying = await phones.web_phone("1001", voice="agent")
    call = await talk(phones, watch, service, "web1001")
    await dying.kill()
    await lose_agent(service, call.customer, call.agent, "wait:web1001", take_back_s=30)
    stranded = await service.event("CallerStranded")
    assert (stranded["Uniqueid"], stranded["Agent"]) == (call.call, "1001")
    await watch.event("MusicOnHoldStart", Channel=call.customer)
    again = await phones.web_phone("1001", voice="second", talk_s=4)
    await take_back(service, call.customer, "web1001")
    await together(service, "PJSIP/web1001-", "PJSIP/trunk-")
    await again.reaches("ended")
    assert await call.caller.wait() == 0, "the agent's hang-up ends the call as ever"
    from_customer, from_agent = await recordings(switchboard, f"{call.call}-2")
    assert share_of(from_customer, voices["caller"]) > THIS_VOICE
    assert share_of(from_agent, voices["second"]) > THIS_VOICE


@pytest.mark.parametrize("after", ["wait:web1002", "queue"])
async def test_an_agent_who_does_not_come_back_leaves_him_first_in_his_queue(
    phones: Phones, watch: AmiSession, service: AmiSession, after: str
) -> None:
    await phones.web_phone("1002", voice="agent")
    call = await talk(phones, watch, service, "web1002", queue="complaints")
    await watch.succeed("QueueRemove", Queue="complaints", Interface="PJSIP/web1002")
    await phones.silent_phone("1003")  # rings, so that the queue lets people in
    await watch.sign_in("1003", "complaints")
    _, waiting = await reach_queue(phones, watch, service, "complaints")
    await service.event("QueueCallerJoin", Uniqueid=waiting["Uniqueid"])
    await lose_agent(service, call.customer, call.agent, after)
    await until(lambda: len(service.seen("QueueCallerJoin", Uniqueid=call.call)) == 2, 10, "back in a queue")
    joined = service.seen("QueueCallerJoin", Uniqueid=call.call)[1]
    assert (joined["Queue"], joined["Position"]) == ("complaints", "1"), "before who waits already"
    assert bool(service.seen("CallerStranded")) == (after != "queue")


async def test_an_agent_who_does_not_answer_the_taking_back_leaves_him_first_in_his_queue(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.web_phone("1004", voice="agent")
    call = await talk(phones, watch, service, "web1004")
    await lose_agent(service, call.customer, call.agent, "wait:web1004", take_back_s=30)
    await service.event("CallerStranded")
    await phones.silent_phone("1004")  # his desk phone, which he does not pick up
    await take_back(service, call.customer, "1004")
    await until(lambda: len(service.seen("QueueCallerJoin", Uniqueid=call.call)) == 2, 10, "back in a queue")


async def test_an_agent_who_hangs_up_leaves_nobody_stranded(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.web_phone("1005", voice="agent")
    call = await talk(phones, watch, service, "web1005")
    await service.succeed("Hangup", Channel=call.agent)
    assert await call.caller.wait() == 0
    assert not service.seen("CallerStranded")


async def test_the_second_agent_of_a_consultation_may_die_too(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    await phones.agent_phone("1006")
    await phones.web_phone("1007", voice="second")
    call = await talk(phones, watch, service, "1006")
    await consult(service, call.agent, "web1007")
    await together(service, "PJSIP/1006-", "Local/Aweb1007@transfer")
    await service.succeed("Hangup", Channel=call.agent)
    await together(service, "PJSIP/trunk-", "PJSIP/web1007-")
    await lose_agent(service, call.customer, channel_of(service, "web1007"), "wait:web1007", take_back_s=30)
    assert (await service.event("CallerStranded"))["Agent"] == "1007"


async def test_a_customer_we_called_is_kept_as_well(
    phones: Phones, service: AmiSession, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    await phones.web_phone("1008", voice="agent")
    await phones.carrier(LINE)
    await dial_out(service, "web1008", call="lost-8")
    await together(service, "PJSIP/web1008-", "PJSIP/carrier-")
    customer = channel_of(service, "carrier")
    await lose_agent(service, customer, channel_of(service, "web1008"), "wait:web1008", take_back_s=30)
    assert (await service.event("CallerStranded"))["Channel"] == customer
    again = await phones.web_phone("1008", voice="caller", talk_s=4)
    await take_back(service, customer, "web1008")
    part = await service.event("RecordingPart", Channel=customer)
    await again.reaches("ended")
    await service.event("Hangup", Channel=customer)
    from_customer, from_agent = await recordings(switchboard, part["Name"])
    assert share_of(from_customer, voices["second"]) > THIS_VOICE
    assert share_of(from_agent, voices["caller"]) > THIS_VOICE


async def test_an_agent_who_is_back_late_is_rung_for_the_same_customer(
    phones: Phones, watch: AmiSession, service: AmiSession
) -> None:
    dying = await phones.web_phone("1009", voice="agent")
    call = await talk(phones, watch, service, "web1009")
    await dying.kill()
    await lose_agent(service, call.customer, call.agent, "wait:web1009")
    await phones.web_phone("1009", voice="agent")
    await until(lambda: len(service.seen("QueueCallerJoin", Uniqueid=call.call)) == 2, 10, "back in a queue")
    await until(lambda: len(service.seen("AgentCalled", Interface="PJSIP/web1009")) == 2, 12, "his agent rings again")
