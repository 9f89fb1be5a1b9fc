"""What the outside has been shown: the views of all entities, and the changes each event makes to them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from cti.domain.agent import Agent
from cti.domain.agent_events import settle_phase
from cti.domain.call import Call
from cti.domain.changes import AgentView, AnyView, CallView, Change, DifferenceView, LinkView, QueueView, VisitOutcome
from cti.domain.drift import has_membership_difference
from cti.domain.ids import AgentId, CallId
from cti.domain.state import State

V = TypeVar("V", bound=AnyView)
LINK_KEY = "link"


class Shown:
    """Views by key, of each topic. `update` is the only thing that changes them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.calls: dict[str, CallView] = {}
        self.agents: dict[str, AgentView] = {}
        self.queues: dict[str, QueueView] = {}
        self.checks: dict[str, LinkView | DifferenceView] = {}
        state.touched_calls.update(state.calls)
        state.touched_agents.update(state.agents)
        state.touched_queues.update(state.queues)
        state.touched_checks.update(state.differences)
        self.update(state.kept.as_of)

    def update(self, at: datetime) -> list[Change]:
        """Build the views of what was touched and return those that are news. Order: a call before its agents."""
        state = self._state
        changes: list[Change] = []
        if state.touched_calls:
            for call_id, call in state.touched_calls.items():
                self._show_call(call_id, call, at, changes)
            state.touched_calls = {}
        if state.touched_agents:
            for agent_id, agent in state.touched_agents.items():
                self._show_agent(agent_id, agent, at, changes)
            state.touched_agents = {}
        if state.touched_queues:
            for name, queue in state.touched_queues.items():
                _show(self.queues, "queues", name, None if queue is None else queue.view(), changes)
            state.touched_queues = {}
        if state.touched_checks or state.is_link_touched:
            self._show_checks(changes)
        return changes

    def _show_call(self, call_id: CallId, call: Call | None, at: datetime, changes: list[Change]) -> None:
        if call is None:
            _show(self.calls, "calls", call_id, None, changes)
            return
        state = self._state
        call.settle(at)
        for visit in call.visits:
            is_talking = visit.outcome is VisitOutcome.TALKING
            queue = state.queues.get(visit.queue)
            if queue is None and (visit.is_in_queue or is_talking):
                queue = state.queue(visit.queue)
            if queue is not None and queue.place(visit.visit_id, visit.entered_at, visit.is_in_queue, is_talking):
                state.touched_queues[queue.name] = queue
        for leg in call.legs.values():
            if leg.is_dirty and leg.agent_id is not None:
                agent = state.agents.get(leg.agent_id)
                if agent is not None:
                    state.touched_agents[agent.agent_id] = agent
        if call.ended_at is not None:
            state.ended[call_id] = None
        else:
            state.ended.pop(call_id, None)
        if not call.is_hidden or call_id in self.calls:
            _show(self.calls, "calls", call_id, call.view(self.calls.get(call_id)), changes)

    def _show_agent(self, agent_id: AgentId, agent: Agent | None, at: datetime, changes: list[Change]) -> None:
        if agent is None:
            _show(self.agents, "agents", agent_id, None, changes)
            return
        settle_phase(self._state, agent, at)
        if not has_membership_difference(agent, self._state.options):
            agent.differs_since = None
        elif agent.differs_since is None:
            agent.differs_since = at
        _show(self.agents, "agents", agent_id, agent.view(), changes)

    def _show_checks(self, changes: list[Change]) -> None:
        state = self._state
        for key, difference in state.touched_checks.items():
            _show(self.checks, "check", key, difference, changes)
        state.touched_checks = {}
        if state.is_link_touched:
            _show(self.checks, "check", LINK_KEY, state.link.view(), changes)
            state.is_link_touched = False


def _show(shown: dict[str, V], topic: str, key: str, view: V | None, changes: list[Change]) -> None:
    before = shown.get(key)
    if view is None:
        if before is None:
            return
        del shown[key]
    elif view == before:
        return
    else:
        shown[key] = view
    changes.append(Change(topic, key, view))
