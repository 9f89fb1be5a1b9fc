"""Words to those who wait: when, what, and above all when not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from cti.domain import commands as c
from cti.domain import events as e
from cti.domain.errors import NotSent
from cti.domain.floor import Floor
from cti.domain.ids import ChannelId, Device, LinkedId, QueueName
from ivr.driving.outside import Caller
from ivr.driving.waiting_words import MOST_A_SECOND, WaitingWords
from ivr.kinds.shapes import QueueNode
from ivr.language.actions import ToQueue
from ivr.library import FLOWS
from ivr.text.reading import read_text
from tests.fakes import FakeSwitch
from tests.floor_words import NOON
from tests.waiting import until

CONSULT = QueueName("consult")
FLOW = read_text((FLOWS / "consult-day.yaml").read_text("utf-8")).flow
assert FLOW is not None
NODE = FLOW.nodes["consult"]
assert isinstance(NODE, QueueNode)
EVERY_S = NODE.words_every_s
TOLD = ToQueue(queue="consult", words_every_s=30, says_position=True, says_wait=True)


class Recordings:
    """Every prompt but the missing ones is where it belongs."""

    def __init__(self) -> None:
        self.missing: set[str] = set()

    def file_of(self, name: str, language: str, voice: str) -> str | None:
        return None if name in self.missing else f"hotline/{language}-{voice}/{name}"


class House:
    """A floor, a switch that says yes, queues by hand."""

    def __init__(self) -> None:
        self.now = NOON
        self.floor = Floor()
        self.switch = FakeSwitch()
        self.recordings = Recordings()
        self.wait_s: float | None = 170.0
        self.order: list[str] = []
        self.words = self.new_words()
        self.submit(e.FloorListed(at=self.now, channels=(), members=(), callers=(), queues=(CONSULT,)))

    def new_words(self) -> WaitingWords:
        return WaitingWords(
            switch=self.switch,
            floor=self.floor,
            place_of=self._place_of,
            expected_s=lambda queue, ahead: self.wait_s,
            flows=lambda: {"consult-day": FLOW},
            prompts=lambda: self.recordings,  # type: ignore[return-value, arg-type]
        )

    def _place_of(self, channel_id: ChannelId) -> tuple[QueueName, int] | None:
        return (CONSULT, self.order.index(channel_id) + 1) if channel_id in self.order else None

    def submit(self, event: e.Event) -> None:
        self.words.offer(event, self.floor.apply(event))

    def who(self, name: str) -> dict[str, Any]:
        return {"channel_id": ChannelId(name), "linked_id": LinkedId(name), "channel": f"PJSIP/trunk-{name}"}

    def arrive(self, name: str, action: ToQueue = TOLD) -> None:
        """Through the menu into the queue."""
        who = self.who(name)
        self.submit(e.ChannelOpened(at=self.now, number="13800138000", context="from-trunk", **who))
        self.words.expect(Caller(channel_id=ChannelId(name), channel=who["channel"], hotline="95001"), action, FLOW)
        self.order.append(name)
        self.submit(e.CallerJoined(at=self.now, queue=CONSULT, position=len(self.order), **who))

    def leave(self, name: str) -> None:
        self.order.remove(name)
        self.submit(e.CallerLeft(at=self.now, queue=CONSULT, position=1, **self.who(name)))

    def ring(self, name: str) -> None:
        offered: dict[str, Any] = {"device": Device("PJSIP/1001"), "member_name": "1001", "dest_id": ChannelId("x-9")}
        event = e.MemberOffered(at=self.now, queue=CONSULT, dest_channel="PJSIP/1001-9", **offered, **self.who(name))
        self.submit(event)

    def tick(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.submit(e.Ticked(at=self.now))

    def open_whisper(self) -> c.Originate:
        """Asterisk makes the pair that was asked for last."""
        asked = self.asked[-1]
        channel = "Local/words@queue-words-00000001;1"
        opened = e.ChannelOpened(
            at=self.now,
            channel_id=asked.channel_id,
            linked_id=LinkedId(asked.channel_id),
            channel=channel,
            context="queue-words",
        )
        self.submit(opened)
        return asked

    @property
    def asked(self) -> list[c.Originate]:
        return [command for command in self.switch.sent if isinstance(command, c.Originate)]

    @property
    def ended(self) -> list[str]:
        return [command.channel for command in self.switch.sent if isinstance(command, c.HangUp)]

    async def becomes(self, count: int) -> None:
        await until(lambda: len(self.asked) == count, what=f"{count} whispers, not {len(self.asked)}")

    async def stays(self, count: int) -> None:
        """What is in line has been sent."""
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(self.asked) == count


@contextlib.asynccontextmanager
async def running(house: House) -> AsyncIterator[House]:
    task = asyncio.create_task(house.words.run())
    try:
        yield house
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with running(House()) as open_house:
        yield open_house


def said(command: c.Originate) -> list[str]:
    return [file.rpartition("/")[2] for file in command.variables["HOTLINE_WORDS"].split("+")]


async def test_a_caller_is_told_his_place_and_the_minutes_as_often_as_his_flow_says(house: House) -> None:
    house.arrive("x-1")
    house.arrive("x-2")
    house.tick(29)
    await house.stays(0)
    house.tick(1)
    await house.becomes(2)
    first, second = house.asked
    assert said(first) == ["queue-wait", "m3", "queue-wait-end"], "the first in the queue has no place to be told"
    assert said(second)[0] == "queue-place"
    assert said(second)[-3:] == ["queue-wait", "m3", "queue-wait-end"]
    assert (second.channel, second.application) == ("Local/words@queue-words/n", "ChanSpy")
    assert second.data == "PJSIP/trunk-x-2,qwS"
    house.tick(29)
    await house.stays(2)
    house.tick(60)  # whoever has not been seen to end by then has ended
    await house.becomes(4)


async def test_who_moved_up_is_told_his_new_place(house: House) -> None:
    for number in range(1, 4):
        house.arrive(f"x-{number}")
    house.leave("x-1")
    house.tick(30)
    await house.becomes(2)
    assert [name for name in said(house.asked[1]) if name.startswith(("d", "n"))] == ["d2"]


async def test_nobody_is_told_anything_while_a_telephone_rings_for_him(house: House) -> None:
    house.arrive("x-1")
    house.ring("x-1")
    house.tick(40)
    await house.stays(0)
    offered: dict[str, Any] = {"device": Device("PJSIP/1001"), "member_name": "1001", "dest_id": ChannelId("x-9")}
    house.submit(e.MemberMissed(at=house.now, queue=CONSULT, ring_s=8, **offered, **house.who("x-1")))
    house.tick(1)
    await house.becomes(1)


async def test_a_whisper_ends_when_an_agent_answers(house: House) -> None:
    house.arrive("x-1")
    house.tick(30)
    await house.becomes(1)
    house.open_whisper()
    house.leave("x-1")
    await until(lambda: house.ended == ["Local/words@queue-words-00000001;1"])
    house.tick(60)
    await house.stays(1)


async def test_a_whisper_that_asterisk_has_not_named_yet_ends_as_soon_as_it_does(house: House) -> None:
    house.arrive("x-1")
    house.tick(30)
    await house.becomes(1)
    house.leave("x-1")
    await house.stays(1)
    assert not house.ended
    house.open_whisper()
    await until(lambda: house.ended)


async def test_eighty_callers_do_not_make_a_burst(house: House) -> None:
    for number in range(80):
        house.arrive(f"x-{number}")
    house.tick(30)
    await house.becomes(MOST_A_SECOND)
    for second in range(2, 4):
        house.tick(1)
        await house.becomes(second * MOST_A_SECOND)
    assert len({command.data for command in house.asked}) == 3 * MOST_A_SECOND


async def test_two_whispers_never_speak_at_once_to_one_caller(house: House) -> None:
    house.arrive("x-1", ToQueue(queue="consult", words_every_s=5, says_wait=True))
    house.tick(5)
    await house.becomes(1)
    asked = house.open_whisper()
    house.tick(5)
    await house.stays(1)
    closed = e.ChannelClosed(
        at=house.now,
        channel_id=asked.channel_id,
        linked_id=LinkedId(asked.channel_id),
        channel="Local/words@queue-words-00000001;1",
        cause=16,
    )
    house.submit(closed)
    house.tick(1)
    await house.becomes(2)


async def test_many_whispers_that_do_not_end_are_no_reason_for_more(house: House) -> None:
    for number in range(80):
        house.arrive(f"x-{number}")
    house.now += timedelta(seconds=30)
    for _ in range(12):
        house.tick(1)
        await asyncio.sleep(0)
    assert house.words.whispering_count == 16
    house.tick(61)
    await until(lambda: len(house.asked) > 16)


@pytest.mark.parametrize(
    "action",
    [
        ToQueue(queue="consult", words_every_s=0, says_position=True, says_wait=True),
        ToQueue(queue="consult", words_every_s=30),
    ],
)
async def test_whose_flow_says_nothing_is_told_nothing(house: House, action: ToQueue) -> None:
    house.arrive("x-1", action)
    house.tick(60)
    await house.stays(0)


async def test_nothing_is_said_when_nobody_can_say_or_half_a_sentence_is_missing(house: House) -> None:
    house.wait_s = None
    house.arrive("x-1")
    house.tick(30)
    await house.stays(0)
    house.wait_s = 170.0
    house.recordings.missing = {"m3"}
    house.tick(30)
    await house.stays(0)


async def test_his_flow_goes_with_him_into_the_fallback_queue(house: House) -> None:
    house.arrive("x-1")
    house.submit(e.CallerLeft(at=house.now, queue=CONSULT, position=1, **house.who("x-1")))
    house.submit(e.CallerJoined(at=house.now, queue=QueueName("fallback"), position=1, **house.who("x-1")))
    house.tick(30)
    await house.becomes(1)


async def test_who_waited_before_this_service_began_is_told_as_well(house: House) -> None:
    house.arrive("x-1")
    stepped = e.MenuStepped(
        at=house.now, channel_id=ChannelId("x-1"), flow="consult-day", node="consult", outcome="to_queue"
    )
    house.submit(stepped)
    house.words = house.new_words()
    listed = e.ListedCaller(queue=CONSULT, channel_id=ChannelId("x-1"), position=1, wait_s=40)
    channel = e.ListedChannel(
        channel_id=ChannelId("x-1"),
        linked_id=LinkedId("x-1"),
        channel="PJSIP/trunk-x-1",
        state=6,
        number="",
        caller_name="",
        context="visit",
        exten="s",
        application="Queue",
        bridge_id=None,
        age_s=40,
        is_in_menu=False,
    )
    house.submit(e.FloorListed(at=house.now, channels=(channel,), members=(), callers=(listed,), queues=(CONSULT,)))
    async with running(house):
        house.tick(EVERY_S)
        await house.becomes(1)
        assert house.asked[0].data == "PJSIP/trunk-x-1,qwS"


async def test_what_could_not_be_said_is_counted_and_said_next_time(house: House) -> None:
    house.switch.refuse(c.Originate, NotSent("cut"))
    house.arrive("x-1")
    house.tick(30)
    await until(lambda: house.words.failed_count == 1)
    assert house.words.whispering_count == 0
    house.tick(30)
    await house.becomes(2)
