"""Recording by telephone as a line of events: answered, kept, dropped, hung up, never answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from cti.domain import events as e
from cti.domain.agent import UNREACHABLE
from cti.domain.changes import AgentPhase, AgentView
from cti.domain.errors import Conflict, NotFound
from cti.domain.event import Event
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, ChannelId, Device, LinkedId
from ivr.own_prompts.takes import CHECKING, FAILED, RECORDING, RINGING, Take, apply, plan_take

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINE = ChannelId("prompt-1")
WHO: dict[str, Any] = {"at": NOW, "channel_id": MINE, "linked_id": LinkedId(MINE), "channel": "PJSIP/1002-1"}
UP = e.ChannelStateChanged(**WHO, state=6)
RINGS = e.ChannelStateChanged(**WHO, state=5)
KEPT, DROPPED = e.PromptRecorded(**WHO, outcome="kept"), e.PromptRecorded(**WHO, outcome="dropped")
CLOSED = e.ChannelClosed(**WHO, cause=16)
NOBODY = e.OriginateEnded(at=NOW, channel_id=MINE, succeeded=False, reason=3)
ANSWERED = e.OriginateEnded(at=NOW, channel_id=MINE, succeeded=True, reason=4)


@pytest.mark.parametrize(
    ("events", "state", "code"),
    [
        ([RINGS], RINGING, ""),
        ([RINGS, UP, ANSWERED], RECORDING, ""),
        ([UP, KEPT, CLOSED], CHECKING, ""),
        ([UP, DROPPED, CLOSED], FAILED, "prompt.not_kept"),
        ([UP, CLOSED], FAILED, "prompt.not_kept"),
        ([RINGS, CLOSED], FAILED, "prompt.no_answer"),
        ([NOBODY], FAILED, "prompt.no_answer"),
        ([CLOSED, KEPT], FAILED, "prompt.no_answer"),
    ],
    ids=["rings", "speaks", "keeps", "does not choose", "hangs up", "is not there", "rang out", "too late"],
)
def test_what_happens_on_the_channel_says_how_far_it_is(events: list[Event], state: str, code: str) -> None:
    take = Take(channel_id=MINE, began_at=NOW)
    for event in events:
        apply(take, event)
    assert (take.state, take.refusal.code if take.refusal else "") == (state, code)


def agent(device_state: int = 1, phase: AgentPhase = AgentPhase.IDLE) -> AgentView:
    floor = Floor()
    floor.apply(e.AgentKnown(at=NOW, agent_id=AgentId("1002"), name="孙悦", device=Device("PJSIP/web1002"), queues=()))
    return msgspec.structs.replace(floor.agents["1002"], device_state=device_state, phase=phase)


def test_the_telephone_that_the_agent_has_chosen_is_rung() -> None:
    command = plan_take(agent(), MINE)
    assert (command.channel, command.context, command.exten) == ("PJSIP/web1002", "prompt-record", "record")
    assert command.channel_id == MINE


def test_a_telephone_that_is_away_or_talking_is_not_rung() -> None:
    with pytest.raises(NotFound):
        plan_take(None, MINE)
    for state in UNREACHABLE:
        with pytest.raises(Conflict) as refused:
            plan_take(agent(state), MINE)
        assert refused.value.code == "prompt.phone_away"
    with pytest.raises(Conflict) as refused:
        plan_take(agent(phase=AgentPhase.TALKING), MINE)
    assert refused.value.code == "prompt.phone_busy"
