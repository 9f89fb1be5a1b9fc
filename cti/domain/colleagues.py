"""Whom a customer can be passed on to, for the agent who looks for somebody: colleagues and queues as they are now.

Nothing of anybody's customers is in it. Whoever cannot take a call is listed all the same, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cti.domain.agent import UNREACHABLE
from cti.domain.changes import AgentMode, AgentPhase, AgentView, QueueView
from cti.domain.ids import AgentId, QueueName


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """An agent to whom a customer could be passed on."""

    agent_id: AgentId
    name: str
    mode: AgentMode
    reason: str
    """Why not ready."""
    phase: AgentPhase
    is_reachable: bool
    queues: tuple[QueueName, ...]
    refused: str
    """Code of why he cannot take a call now; empty when he can."""


class QueueTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A queue to which a customer could be passed on."""

    name: QueueName
    waiting_count: int
    free_count: int
    refused: str


class Colleagues(msgspec.Struct, frozen=True, kw_only=True):
    """GET /api/colleagues: free ones first, never oneself; queues by name."""

    colleagues: list[Colleague]
    queues: list[QueueTarget]


def is_reachable(agent: AgentView) -> bool:
    """Tell whether the switch can ring the telephone he chose."""
    return agent.mode is not AgentMode.SIGNED_OUT and agent.device_state not in UNREACHABLE


def why_not(agent: AgentView) -> str:
    """Return the code of why a customer cannot be passed on to an agent now; empty when he can."""
    if not is_reachable(agent):
        return "transfer.target_away"
    return "" if agent.phase is AgentPhase.IDLE else "transfer.target_busy"


def why_not_queue(queue: QueueView) -> str:
    """Return the code of why a queue takes nobody now; empty when it does."""
    return "" if queue.member_count else "transfer.queue_empty"


def list_colleagues(agents: Iterable[AgentView], own: AgentId | None) -> list[Colleague]:
    """List everybody but oneself: who is ready and free first, then who could answer, then the others; by number."""
    return [_colleague(one) for one in sorted(agents, key=_place) if one.agent_id != own]


def list_queues(queues: Iterable[QueueView], test_queue: QueueName) -> list[QueueTarget]:
    """List the queues of customers, by name."""
    return [_queue(one) for one in sorted(queues, key=lambda one: one.name) if one.name != test_queue]


def _place(agent: AgentView) -> tuple[bool, bool, bool, AgentId]:
    return why_not(agent) != "", not is_reachable(agent), agent.mode is not AgentMode.READY, agent.agent_id


def _colleague(agent: AgentView) -> Colleague:
    return Colleague(
        agent_id=agent.agent_id,
        name=agent.name,
        mode=agent.mode,
        reason=agent.reason,
        phase=agent.phase,
        is_reachable=is_reachable(agent),
        queues=agent.queues,
        refused=why_not(agent),
    )


def _queue(queue: QueueView) -> QueueTarget:
    return QueueTarget(
        name=queue.name,
        waiting_count=queue.waiting_count,
        free_count=queue.free_count,
        refused=why_not_queue(queue),
    )
