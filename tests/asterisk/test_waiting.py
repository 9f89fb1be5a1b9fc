"""Those who wait, on a real Asterisk: words into the music, and a place kept for whom we call back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import pytest_asyncio

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.ports import find_free
from cti.domain.changes import CallStage
from cti.domain.events import AgentModeSet
from cti.domain.ids import AgentId
from cti.domain.rulebook import CallingRules
from cti.service import utc_now
from ivr.store.callbacks import list_promises
from tests.asterisk.ami import AmiSession, Row
from tests.asterisk.conftest import BRIEF, make_switch, start
from tests.asterisk.phones import Phones
from tests.asterisk.talks import OTHER_VOICE, THIS_VOICE, recordings
from tests.asterisk.voices import RATE, Samples, Voice, hear, is_whole, read_wav, share_of
from tests.asterisk.works import House, opened
from tests.waiting import until

LINE = find_free(udp=True)
"""Port of the carrier."""
NUMBER = "13800138000"
PROMISE_LIMIT_S = 20
_QUEUE = """
name: {name}
title: {{zh: 排队, en: Queue}}
start: queue
nodes:
  queue: {{kind: queue, queue: consult, says_position: true, words_every_s: 3}}
"""
_CALLBACK = """
name: {name}
title: {{zh: 回电, en: Call back}}
start: promise
nodes:
  promise: {{kind: callback, queue: consult, next: bye, otherwise: queue}}
  bye: {{kind: hang_up}}
  queue: {{kind: queue, queue: consult}}
"""
WORDS_S = 2.4
IN_MUSIC = 0.55
"""Likeness of a voice over music of its own loudness: 0.6 and more."""
APART = 0.1
"""Music alone is like any voice to 0.4 at most."""
HEARD = "heard.wav"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(
    tmp_path_factory: pytest.TempPathFactory, voices: dict[str, Voice]
) -> AsyncIterator[EmbeddedAsterisk]:
    """A running Asterisk with a line out, whose words to who waits are spoken by `second`."""
    options = msgspec.structs.replace(
        BRIEF, trunk_uri=f"sip:127.0.0.1:{LINE}", out_ring_s=3, queue_limit_s=60, ring_s=10
    )
    switch = make_switch(tmp_path_factory.mktemp("ast"), options)
    await start(switch)
    words = next(switch.home.rglob("sounds/hotline")) / "zh-female"
    words.unlink(missing_ok=True)
    words.mkdir()
    (words / "queue-place.alaw").write_bytes(voices["second"].raw.read_bytes()[: int(WORDS_S * RATE)])
    for name in ("d2", "queue-place-end"):
        (words / f"{name}.alaw").write_bytes(b"\xd5" * 800)
    yield switch
    await switch.stop()


@pytest.fixture
async def house(switchboard: EmbeddedAsterisk, phones: Phones, tmp_path: Path) -> AsyncIterator[House]:
    """The service; 95001 leads into the queue, 95002 promises a call back. Mobile numbers may be called."""
    flows = tmp_path / "flows"
    flows.mkdir()
    for topic, text in (("consult", _QUEUE), ("complaints", _CALLBACK)):
        for time in ("day", "night"):
            (flows / f"{topic}-{time}.yaml").write_text(text.format(name=f"{topic}-{time}"), encoding="utf-8")
    trunk = f"sip:127.0.0.1:{LINE}"
    async with opened(switchboard, phones, tmp_path / "data", trunk, str(flows)) as running:
        calling = CallingRules(is_on=True, prefixes={"supervisor": ("1",)})
        running.service.rules.book = msgspec.structs.replace(running.service.rules.book, calling=calling)
        yield running


def set_mode(house: House, number: str, mode: str) -> None:
    reason = "break" if mode == "not_ready" else ""
    house.service.submit(AgentModeSet(at=utc_now(), agent_id=AgentId(number), mode=mode, reason=reason))


async def rest(house: House, number: str) -> None:
    """The agent takes no calls, but is there."""
    set_mode(house, number, "not_ready")
    await house.until(lambda: len(house.agent(number).paused_in) == 2)


def likeness(heard: Samples, voice: Voice) -> float:
    """The clearest look at a voice, 1.6 s long."""
    looks = np.arange(0, len(heard) / RATE - 1.6, 0.4)
    return max(hear(heard, voice, from_s=look).likeness for look in looks)


async def test_who_waits_is_told_his_place_over_the_music_until_an_agent_answers(
    house: House, phones: Phones, watch: AmiSession, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    for agent in ("1001", "1004"):
        await house.staff(agent, "consult")
        await rest(house, agent)
    await phones.caller(stay_s=60)
    await watch.event("QueueCallerJoin", Position="1")
    ear = await listen(watch, switchboard)
    joined = await watch.event("QueueCallerJoin", Position="2")
    begun = await watch.event("ChanSpyStart", SpyeeChannel=joined["Channel"])
    heard = switchboard.recordings / HEARD
    before_s = seconds_in(heard)
    assert not [key for key in house.floor.calls if key.startswith("words-")], "a whisper is no call"
    await house.until(lambda: not house.service.words.whispering_count)
    after_s = seconds_in(heard)
    await house.until(lambda: len(watch.seen("ChanSpyStart")) == 2)
    again = watch.seen("ChanSpyStart")[1]
    assert 2.5 < instant(again) - instant(begun) < 5.5, "every three seconds, looked at once a second"
    for agent in ("1001", "1004"):
        set_mode(house, agent, "ready")
    connected = await watch.event("AgentConnect", Channel=joined["Channel"])
    await house.until(lambda: len(watch.seen("ChanSpyStop")) == 2)
    assert instant(watch.seen("ChanSpyStop")[1]) - instant(connected) < 1, "nobody is talked into"
    call = joined["Uniqueid"]
    await house.until(lambda: seconds_in(switchboard.recordings / f"{call}-caller.wav") > 2)
    await watch.succeed("Hangup", Channel=ear)
    for side in await recordings(switchboard, call):
        assert share_of(side, voices["second"]) < OTHER_VOICE
    await until(lambda: is_whole(heard))
    samples = read_wav(heard)
    music = samples[int((before_s - 2) * RATE) : int(before_s * RATE)]
    words = samples[int(before_s * RATE) : int(after_s * RATE)]
    assert likeness(words, voices["second"]) > IN_MUSIC > likeness(music, voices["second"]) + APART
    assert min(np.sqrt(np.mean(piece**2)) for piece in np.array_split(words, 8)) > 0.02, "the music goes on"
    assert not house.floor.differences


async def listen(watch: AmiSession, switchboard: EmbeddedAsterisk) -> str:
    """Call 95001 as a customer does, and keep what is heard there. Returns the channel's name."""
    near = {"Channel": "PJSIP/95001@selftest", "Context": "selftest-caller", "Exten": "s", "Priority": "1"}
    await watch.succeed("Originate", **near, Async="true", ChannelId="ear")
    ear = (await watch.event("Newchannel", Uniqueid="ear"))["Channel"]
    file = switchboard.recordings / HEARD
    await watch.succeed("MixMonitor", Channel=ear, File=str(file.with_name("both.wav")), Options=f"r({file})")
    return ear


def instant(row: Row) -> float:
    """The switch's own instant of an event."""
    return float(row["Timestamp"])


def seconds_in(file: Path) -> float:
    """How much of a recording has been written."""
    return file.stat().st_size / 2 / RATE if file.exists() else 0.0


async def test_a_promise_waits_in_the_callers_place_and_the_agent_reaches_him(
    house: House, phones: Phones, switchboard: EmbeddedAsterisk, voices: dict[str, Voice]
) -> None:
    await house.staff("1002", "consult")
    await rest(house, "1002")
    customer = await phones.carrier(LINE, talk_s=4)
    await (await phones.caller(dial="95002", number=NUMBER)).reaches("ended")
    await house.until(lambda: house.call.stage is CallStage.WAITING)
    made = house.call
    assert (made.direction, made.caller_number, made.queue) == ("out", NUMBER, "consult")
    set_mode(house, "1002", "ready")
    await house.until(lambda: house.service.pops.pop_of(AgentId("1002"), made.call_id))
    await customer.reaches("answered")
    await customer.reaches("from_95001")
    await becomes(house, "reached")
    await customer.reaches("ended")
    await house.until(lambda: house.floor.calls[made.call_id].ended_at)
    [visit] = house.floor.calls[made.call_id].visits
    assert (visit.outcome, visit.agent_id) == ("answered", "1002")
    [segment] = house.floor.calls[made.call_id].segments
    from_customer, from_agent = await recordings(switchboard, segment.name)
    assert share_of(from_customer, voices["second"]) > THIS_VOICE
    assert share_of(from_agent, voices["agent"]) > THIS_VOICE


async def test_a_customer_who_is_busy_is_dialled_once(house: House, phones: Phones, watch: AmiSession) -> None:
    await house.staff("1003", "consult")
    await phones.carrier(LINE, kind="agent-busy")
    await (await phones.caller(dial="95002", number=NUMBER)).reaches("ended")
    await becomes(house, "no_answer")
    await house.until(lambda: house.agent("1003").phase == "idle")
    assert house.agent("1003").mode == "ready", "nobody was talked with: no wrap-up"
    dialled = [row for row in watch.seen("Newchannel") if row["Channel"].startswith("PJSIP/carrier-")]
    assert len(dialled) == 1


async def becomes(house: House, state: str) -> None:
    """The one promise there is has this state, in the database."""
    found: list[str] = []

    async def look() -> list[str]:
        async with house.service.database.look() as session:
            pages = [await list_promises(session, is_open=is_open) for is_open in (True, False)]
        return [promise.state for page in pages for promise in page.promises]

    loop = asyncio.get_running_loop()
    ends_at = loop.time() + PROMISE_LIMIT_S
    while loop.time() < ends_at:
        found = await look()
        if found == [state]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{found}, not {state}; {house.call}")
