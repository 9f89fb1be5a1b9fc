"""Recording by telephone: what is asked of the switch, and how far a take is. Pure.

The dialplan's context `prompt-record` does the talking; what was said lies in the folder of recordings under the
channel's id until it is taken away.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from cti.domain import events as e
from cti.domain.agent import UNREACHABLE
from cti.domain.changes import AgentPhase, AgentView
from cti.domain.commands import Originate
from cti.domain.errors import Conflict, DomainError, NotFound
from cti.domain.event import Event
from cti.domain.ids import ChannelId
from cti.domain.leg import UP

CONTEXT, EXTEN = "prompt-record", "record"
OURS = "prompt-"
"""What the ids of channels begin with on which somebody records."""
RING_S = 30.0
RINGING, RECORDING, CHECKING, MADE, FAILED = "ringing", "recording", "checking", "made", "failed"
BUSY = (RINGING, RECORDING, CHECKING)


class Take(msgspec.Struct, kw_only=True):
    """One recording by telephone on its way."""

    channel_id: ChannelId
    began_at: datetime
    state: str = RINGING
    refusal: DomainError | None = None


def plan_take(agent: AgentView | None, channel_id: ChannelId) -> Originate:
    """Return the command that rings the agent. Raises: NotFound, Conflict `prompt.phone_away`, `prompt.phone_busy`."""
    if agent is None:
        raise NotFound("there is no such agent", code="agent.unknown")
    if agent.device_state in UNREACHABLE:
        raise Conflict("the telephone cannot be reached", code="prompt.phone_away", agent_id=agent.agent_id)
    if agent.phase is not AgentPhase.IDLE:
        raise Conflict("there is a call on this telephone", code="prompt.phone_busy", agent_id=agent.agent_id)
    return Originate(
        channel=agent.device,
        channel_id=channel_id,
        context=CONTEXT,
        exten=EXTEN,
        caller_number=agent.agent_id,
        timeout_s=RING_S,
    )


def apply(take: Take, event: Event) -> None:
    """Let a take hear what happened on its channel. Nothing brings one back that is being looked at or is over."""
    if take.state not in (RINGING, RECORDING):
        return
    if isinstance(event, e.ChannelStateChanged) and event.state == UP:
        take.state = RECORDING
    elif isinstance(event, e.PromptRecorded):
        take.state = CHECKING if event.outcome == "kept" else FAILED
        if take.state == FAILED:
            take.refusal = Conflict("nobody said that it should be kept", code="prompt.not_kept")
    elif isinstance(event, e.ChannelClosed):
        fail(take, _why_closed(take))
    elif isinstance(event, e.OriginateEnded) and not event.succeeded:
        fail(take, Conflict("nobody answered the telephone", code="prompt.no_answer"))


def fail(take: Take, refusal: DomainError) -> None:
    """End a take without a recording."""
    take.state, take.refusal = FAILED, refusal


def _why_closed(take: Take) -> DomainError:
    if take.state == RINGING:
        return Conflict("nobody answered the telephone", code="prompt.no_answer")
    return Conflict("hung up before it was kept with key 1", code="prompt.not_kept")
