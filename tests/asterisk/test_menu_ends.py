"""On the real switch: messages, numbers outside, surveys after a talk, the dead-man's switch at all kinds of nodes."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from cti.asterisk.embedded import EmbeddedAsterisk, SwitchOptions
from cti.asterisk.ports import find_free
from cti.asterisk.sounds import PROMPTS, place_prompts
from cti.domain.events import CallerRated, MessageLeft
from ivr.language.actions import Found, LookUp, NotFound
from tests.asterisk.ami import AmiSession
from tests.asterisk.conftest import make_switch, start
from tests.asterisk.menu_service import QUEUES, WELCOME, MenuService, edition_of
from tests.asterisk.phones import Phone, Phones
from tests.asterisk.test_menu import instant
from tests.asterisk.voices import read_wav
from tests.menu_flows import TITLE
from tests.relay import relay_to
from tests.waiting import until

CARRIER_PORT = find_free(udp=True)
ENDS = SwitchOptions(
    line_limit=20,
    queue_limit_s=20,
    fallback_limit_s=20,
    ring_s=5,
    out_ring_s=2,
    trunk_uri=f"sip:127.0.0.1:{CARRIER_PORT}",
)
TO_FALLBACK_S = 2.5


def flow(name: str, start_at: str, **nodes: object) -> dict[str, object]:
    """A flow for one number."""
    return {"name": name, "title": TITLE, "start": start_at, "nodes": nodes}


BYE = {"kind": "hang_up", "prompts": ["goodbye"]}
VOICEMAIL = {
    "kind": "voicemail", "prompts": [], "box": "consult", "next": "bye", "otherwise": "bye", "silence_s": 4,
}  # fmt: skip
RATED = flow(
    "rated",
    "queue",
    queue={"kind": "queue", "queue": "service", "priority": 3, "after": "rate"},
    rate={"kind": "survey", "question": "talk", "prompts": ["goodbye"], "next": "bye"},
    bye=BYE,
)
MESSAGE = flow("message", "message", message={**VOICEMAIL, "prompts": ["please-hold"]}, bye=BYE)
OUTSIDE = flow(
    "outside",
    "out",
    out={"kind": "transfer_out", "number": "02012345678", "otherwise": "sorry"},
    sorry={"kind": "announce", "prompts": ["wrong-key"], "next": "bye"},
    bye=BYE,
)
TYPED = flow(
    "typed",
    "order",
    order={
        "kind": "collect", "prompts": ["nobody", "queue-timeout"], "into": "order", "fewest": 3, "most": 20,
        "wrong": ["wrong-key"], "next": "complaints", "otherwise": "consult",
    },
    **QUEUES,
)  # fmt: skip
ASKS = flow(
    "asks",
    "ask",
    ask={
        "kind": "look_up", "what": "webhook", "webhook": "slow", "found": "consult", "not_found": "consult",
        "failed": "consult", "limit_s": 10,
    },
    **QUEUES,
)  # fmt: skip
EVERYWHERE = edition_of(
    WELCOME, MESSAGE, OUTSIDE, TYPED, ASKS, RATED, n95001="welcome", n95002="message", n95003="typed", n95000="asks"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedAsterisk]:
    """A switch with a way out, and with the prompts that callers hear."""
    switch = make_switch(tmp_path_factory.mktemp("ends"), ENDS)
    await start(switch)
    place_prompts(PROMPTS, next(switch.home.rglob("sounds/hotline")))
    yield switch
    await switch.stop()


@pytest.fixture
async def house(switchboard: EmbeddedAsterisk) -> AsyncIterator[MenuService]:
    """The service, connected; every number has a flow of its own."""
    running = MenuService(switchboard, EVERYWHERE)
    await running.open()
    yield running
    await running.close()


# --- messages --------------------------------------------------------------------------------------------------------


async def test_a_message_is_kept_whether_the_caller_ends_it_with_the_hash_key_or_hangs_up(
    phones: Phones, watch: AmiSession, house: MenuService, switchboard: EmbeddedAsterisk
) -> None:
    by_key = await phones.caller(dial="95002", number="13800138001", key="#", key_after_s=7.5, stay_s=20)
    by_bye = await phones.caller(dial="95002", number="13800138002", stay_s=8)
    await until(lambda: len(house.told(MessageLeft)) == 2, 20, "two messages")
    assert await by_key.wait() == 0, "he is thanked, and the switch hangs up"
    assert await by_bye.wait() == 0
    for left in house.told(MessageLeft):
        sound = read_wav(switchboard.message_folder / f"{left.name}.wav")
        assert 2 < left.length_s < 6
        assert abs(len(sound) / 8000 - left.length_s) < 0.05, "the header says the same"
        assert abs(sound).max() > 0.05, "he is heard"
    assert sorted(house.steps) == ["bye::hang_up", "message::hung_up", "message::recorded"]
    assert {left.box for left in house.told(MessageLeft)} == {"consult"}


# --- the way out, and back -------------------------------------------------------------------------------------------


async def test_a_number_outside_that_nobody_answers_leads_back_into_the_menu(
    phones: Phones, watch: AmiSession, house: MenuService
) -> None:
    house.edition = edition_of(OUTSIDE)
    await phones.carrier(CARRIER_PORT, ring_s=60)
    caller = await phones.caller(stay_s=30)
    assert await caller.wait() == 0
    assert house.steps == ["out::to_number", "sorry::returned", "sorry::played", "bye::hang_up"]
    assert house.menu.endings == {"to_number": 1, "hang_up": 1}
    assert not watch.seen("IvrDead")


async def test_after_the_talk_the_caller_is_asked_and_visit_and_talk_stay_as_they_were(
    phones: Phones, watch: AmiSession, house: MenuService, switchboard: EmbeddedAsterisk
) -> None:
    house.edition = edition_of(RATED)
    agent = await phones.agent_phone("1001", talk_s=3)
    await watch.sign_in("1001", "service")
    caller = await phones.caller(key="2", key_after_s=7, stay_s=20)
    await agent.reaches("hung_up", 15)
    await until(lambda: house.stands_at("rate"))
    (visit,) = house.call().visits
    assert await caller.wait() == 0, "the switch hangs up after the survey"
    await until(lambda: house.menu.callers_count == 0)
    assert house.call().visits == (visit,)
    assert (visit.queue, visit.outcome, visit.ended_by) == ("service", "answered", "agent")
    assert abs(visit.talk_s - agent.talked_s) < 0.3
    assert [(rated.question, rated.score) for rated in house.told(CallerRated)] == [("talk", 4)]
    assert house.steps == ["queue::to_queue", "rate::returned", "rate:2:rated", "bye::hang_up"]
    (row,) = watch.seen("RecordingPart")
    kept = read_wav(switchboard.recordings / f"{row['Name']}-caller.wav")
    assert abs(len(kept) / 8000 - visit.talk_s) < 0.5, "what he pressed afterwards is in no recording"
    assert watch.seen("VarSet", Variable="QUEUE_PRIO", Value="3")


async def test_a_survey_that_nobody_leads_ends_with_a_thank_you(
    phones: Phones, watch: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    house = MenuService(switchboard, edition_of(RATED))
    await house.open()
    agent = await phones.agent_phone("1002", talk_s=2)
    await watch.sign_in("1002", "service")
    caller = await phones.caller(stay_s=20)
    await watch.event("AgentConnect", Queue="service")
    await house.die()
    gone_at = await agent.reaches("hung_up")
    assert await caller.wait() == 0
    assert caller.first("ended") - gone_at < 4
    assert watch.seen("Newexten", Context="survey", Application="Playback", AppData="hotline/goodbye")


# --- bad input -------------------------------------------------------------------------------------------------------


async def test_any_keys_and_any_caller_id_lead_somewhere(phones: Phones, watch: AmiSession, house: MenuService) -> None:
    house.edition = edition_of({**TYPED, "nodes": {**TYPED["nodes"], "order": short_question()}})  # type: ignore[dict-item]
    hostile = '"\\";DROP<>" <sip:%00%0a$(id)@[local_ip]>'
    for keys in ("5" * 40, "*" * 9, "#" * 9):
        await phones.caller(key=keys, key_after_s=0.5, key_s=0.06, stay_s=60, from_header=hostile)
    await watch.event("QueueDone", 40, Queue="complaints")
    await until(lambda: len(watch.seen("QueueDone", Queue="consult")) == 2, 20, "stars and hashes reach a person")
    assert not watch.seen("IvrDead")
    assert set(house.menu.endings) == {"to_queue"}


def short_question() -> dict[str, object]:
    """The same question with words short enough to be sat through three times."""
    question = dict(TYPED["nodes"]["order"])  # type: ignore[index, call-overload]
    return {**question, "prompts": ["goodbye"], "wrong": [], "wait_s": 1}


# --- the dead-man's switch -------------------------------------------------------------------------------------------


async def everywhere(phones: Phones, house: MenuService) -> list[Phone]:
    """Callers at a menu, in a message, at a number being typed, at a look-up that hangs; one waits, one talks."""
    callers = [await phones.caller(dial=f"9500{n}", number=f"1380013800{n}", stay_s=60) for n in range(4)]
    await until(lambda: house.stands_at("welcome", "message", "order", "ask"), 10)
    return callers


async def test_wherever_callers_are_when_the_link_is_cut_they_reach_the_fallback_queue_in_time(
    phones: Phones, watch: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    async def never(asked: LookUp) -> Found | NotFound:
        await asyncio.Event().wait()
        raise AssertionError

    await phones.agent_phone("1003")
    await phones.silent_phone("1004")
    async with relay_to(switchboard.ami.port) as relay:
        house = MenuService(switchboard, EVERYWHERE, port=relay.port, look_up=never)
        await house.open()
        await watch.sign_in("1003", "complaints")
        talking = await phones.caller(dial="95001", number="13800138009", key="2", key_after_s=0.6, stay_s=60)
        await watch.event("AgentConnect", Queue="complaints")
        await watch.sign_in("1004", "consult", "fallback")
        await phones.caller(dial="95001", number="13800138008", key="1", key_after_s=0.6, stay_s=60)
        await watch.event("QueueCallerJoin", Queue="consult")
        await everywhere(phones, house)
        await until(lambda: any("RECORD" in row["Command"] for row in watch.seen("AGIExecStart")), 10, "a message")
        begun = time.time()
        await until(lambda: time.time() - begun > 2.6)  # longer than the limit: they are there because it is renewed
        assert not watch.seen("IvrDead")
        lost_at = datetime.now(UTC).timestamp()
        relay.silent = True
        await until(
            lambda: len(watch.seen("QueueCallerJoin", Queue="fallback")) == 4, 6, "all four in the fallback queue"
        )
        late_s = [instant(row) - lost_at for row in watch.seen("QueueCallerJoin", Queue="fallback")]
        sys.stdout.write(f"cut off: fallback queue after {', '.join(f'{one:.2f}' for one in sorted(late_s))} s\n")
        assert max(late_s) < TO_FALLBACK_S
        assert not talking.is_over
        assert not watch.seen("BridgeLeave"), "who talks notices nothing"
        assert not watch.seen("QueueCallerLeave", Queue="consult"), "who waits neither"
        await house.die()
