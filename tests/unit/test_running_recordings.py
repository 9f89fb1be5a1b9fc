"""A paused recording goes on by rule, and one that an attended transfer may have silenced is begun anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from cti.domain.changes import CallView, Change, LegKind, SegmentView
from cti.domain.commands import MuteRecording, RenewRecording
from cti.domain.errors import OutcomeUnknown, SwitchRefused
from cti.domain.events import Ticked
from cti.domain.ids import AgentId, BridgeId, LinkedId
from recordings.running import RunningRecordings, find_want
from tests.fakes import FakeHands, FakeSwitch
from tests.floor_words import a_call, a_leg, at
from tests.waiting import until

CALLER = "PJSIP/trunk-00000001"
ROOM = BridgeId("room")


def recorded(*, parts: int = 1, room: str = ROOM, **given: Any) -> CallView:
    """A customer talks with 1002 and is recorded; `room`: the agent's bridge."""
    legs = (
        a_leg("x-1.1", bridge_id=ROOM),
        a_leg("x-1.2", kind=LegKind.AGENT, agent_id=AgentId("1002"), bridge_id=BridgeId(room)),
    )
    names = ["x-1.1", *(f"x-1.1-{part}" for part in range(2, parts + 1))]
    segments = tuple(SegmentView(name=name, part=index + 1, started_at=at(index)) for index, name in enumerate(names))
    return a_call("x-1.1", **{"legs": legs, "segments": segments, "linked_id": LinkedId("x-1.1")} | given)


PAUSED = {"recording_paused_at": at(10), "recording_resumes_at": at(130)}
PASSED_ON = {"transfers": ("attended:1002",)}
RESUME = MuteRecording(channel=CALLER, is_muted=False)


def renewal(part: int) -> RenewRecording:
    return RenewRecording(channel=CALLER, channel_id="x-1.1", linked_id="x-1.1", name=f"x-1.1-{part}", part=part)  # type: ignore[arg-type]


# --- what is wanted ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "seconds", "command"),
    [
        (recorded(), 500, None),
        (recorded(**PAUSED), 129.9, None),
        (recorded(**PAUSED), 130, RESUME),
        (recorded(parts=2, **PAUSED), 130, RESUME),
        (recorded(**PAUSED, ended_at=at(20)), 130, None),
        (recorded(**PASSED_ON), 20, renewal(2)),
        (recorded(**PASSED_ON, **PAUSED), 20, None),
        (recorded(**PASSED_ON, **PAUSED), 130, RESUME),
        (recorded(**PASSED_ON, parts=2), 20, None),
        (recorded(**PASSED_ON, room="elsewhere"), 20, None),
        (recorded(**PASSED_ON, segments=()), 20, None),
        (recorded(transfers=("blind:1002",)), 20, None),
        (recorded(transfers=("blind:1002", "attended:1003"), parts=2), 20, renewal(3)),
        (recorded(transfers=("attended:1002", "blind:1003"), parts=2), 20, None),
    ],
)
def test_what_a_running_recording_lacks(call: CallView, seconds: float, command: object) -> None:
    want = find_want(call, at(seconds))
    assert (None if want is None else want.command) == command


def test_whom_we_called_is_recorded_on_his_own_channel_once_our_agent_is_gone() -> None:
    called = recorded(**PASSED_ON)
    agent_part = (SegmentView(name="out-1", part=1, started_at=at(0)),)
    legs = (replace(called.legs[0], kind=LegKind.OUTSIDE), called.legs[1])
    want = find_want(replace(called, segments=agent_part, legs=legs), at(20))
    assert want is not None
    assert want.command == renewal(2)


# --- how it is asked --------------------------------------------------------------------------------------------------


class Recordings:
    """The outlet with its worker running."""

    def __init__(self) -> None:
        self.switch, self.hands = FakeSwitch(), FakeHands()
        self.outlet = RunningRecordings(switch=self.switch, hands=self.hands)

    def tell(self, seconds: float, *calls: CallView) -> None:
        self.outlet.offer(Ticked(at=at(seconds)), [Change("calls", call.call_id, call) for call in calls])


@pytest.fixture
async def running() -> AsyncIterator[Recordings]:
    found = Recordings()
    task = asyncio.create_task(found.outlet.run())
    await asyncio.sleep(0)
    yield found
    await found.outlet.aclose()
    await asyncio.wait_for(task, 1)


async def test_a_pause_ends_by_itself_and_once(running: Recordings) -> None:
    running.tell(10, recorded(**PAUSED))
    running.tell(129)
    for seconds in (130, 131, 132):
        running.tell(seconds)
    await until(lambda: running.switch.sent)
    running.tell(133, recorded())
    running.tell(300)
    await asyncio.sleep(0.01)
    assert running.switch.sent == [RESUME]


async def test_a_recording_that_does_not_go_on_is_told_again_later_and_later_and_shown(running: Recordings) -> None:
    for error in (SwitchRefused("No such channel"), OutcomeUnknown("no answer")):
        running.switch.refuse(MuteRecording, error)
    running.tell(130, recorded(**PAUSED))
    for seconds, count in ((134, 1), (135, 2), (144, 2), (145, 3), (164, 3), (165, 4), (900, 4)):
        await asyncio.sleep(0.001)
        running.tell(seconds)
        await until(lambda count=count: len(running.switch.sent) == count)  # type: ignore[misc]
    assert running.outlet.failed_count == 2


async def test_a_new_part_is_begun_once_whatever_became_of_it(running: Recordings) -> None:
    running.hands.refuse(RenewRecording, OutcomeUnknown("no answer"))
    running.tell(20, recorded(**PASSED_ON))
    for seconds in (21, 30, 300):
        await asyncio.sleep(0.001)
        running.tell(seconds, recorded(**PASSED_ON))
    assert running.hands.sent == [renewal(2)]
    assert running.outlet.failed_count == 1
    again = recorded(transfers=("attended:1002", "attended:1003"), parts=2)
    running.tell(400, again)
    await until(lambda: len(running.hands.sent) == 2)
    assert running.hands.sent[-1] == renewal(3)


async def test_calls_of_before_a_restart_are_looked_after(running: Recordings) -> None:
    running.outlet.prime([recorded(**PAUSED), a_call("x-2.2")])
    running.tell(131)
    await until(lambda: running.switch.sent)
    ended = recorded(**PAUSED, ended_at=at(132))
    running.tell(132, ended)
    running.tell(500)
    await asyncio.sleep(0.01)
    assert running.switch.sent == [RESUME]
