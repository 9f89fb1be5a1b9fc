"""What our own events do to agents, and what the telephones of agents do to them."""

from __future__ import annotations

from datetime import datetime

from cti.domain import events as e
from cti.domain.agent import CHOOSABLE, Agent
from cti.domain.changes import AgentPhase
from cti.domain.consult import Consult, consult_of
from cti.domain.ids import CallId, ChannelId
from cti.domain.leg import device_of
from cti.domain.routes import Route, route
from cti.domain.state import State

_RANK = {AgentPhase.IDLE: 0, AgentPhase.RINGING: 1, AgentPhase.HOLDING: 2, AgentPhase.TALKING: 3}
"""Several channels at once: the one he speaks on counts."""


def _known(state: State, event: e.AgentKnown) -> None:
    agent = state.agents.get(event.agent_id)
    if agent is None:
        agent = state.agents[event.agent_id] = Agent(
            agent_id=event.agent_id,
            name=event.name,
            device=event.device,
            other_devices=event.other_devices,
            queues=event.queues,
            mode_since=event.at,
            phase_since=event.at,
        )
        _take_devices(state, agent)
    elif (agent.device, agent.other_devices) != (event.device, event.other_devices):
        _leave_devices(state, agent)
        agent.device, agent.other_devices = event.device, event.other_devices
        _take_devices(state, agent)
    agent.name, agent.queues, agent.phone = event.name, event.queues, event.phone
    state.touch_agent(agent)


def _leave_devices(state: State, agent: Agent) -> None:
    for device in (agent.device, *agent.other_devices):
        if state.by_device.get(device) is agent:
            del state.by_device[device]


def _take_devices(state: State, agent: Agent) -> None:
    """Take over what is known of the devices. Two agents with one device: the newer has it.

    Memberships and the device's state are those of the chosen one; a channel of any of them is his.
    """
    devices = (agent.device, *agent.other_devices)
    state.agents[agent.agent_id] = state.agents.pop(agent.agent_id)  # a dump is read in this order: the newest has it
    for device in devices:
        owner = state.by_device.get(device)
        if owner is not None and owner is not agent:
            owner.legs, owner.member_of = {}, {}
            state.touch_agent(owner)
        state.by_device[device] = agent
    _take_memberships(state, agent)
    agent.legs = {}
    for call in state.calls.values():
        for leg in call.open_legs:
            if device_of(leg.channel) in devices:
                leg.agent_id, leg.is_dirty = agent.agent_id, True
                agent.legs[leg.channel_id] = call.call_id
                state.touch(call)


def _take_memberships(state: State, agent: Agent) -> None:
    members = {
        queue.name: queue.members[agent.device] for queue in state.queues.values() if agent.device in queue.members
    }
    agent.member_of = {name: member.is_paused for name, member in members.items()}
    agent.device_state, agent.device_state_at, agent.away_since = 0, None, None
    for member in members.values():
        agent.set_device_state(member.device_state, member.changed_at)


def _forgotten(state: State, event: e.AgentForgotten) -> None:
    agent = state.agents.pop(event.agent_id, None)
    if agent is not None:
        _leave_devices(state, agent)
        state.touched_agents[event.agent_id] = None


def _mode_set(state: State, event: e.AgentModeSet) -> None:
    agent, mode = state.agents.get(event.agent_id), CHOOSABLE.get(event.mode)
    if agent is not None and mode is not None:
        agent.choose(mode, event.reason, event.at)
        state.touch_agent(agent)


def _wrap_up_ended(state: State, event: e.WrapUpEnded) -> None:
    agent = state.agents.get(event.agent_id)
    if agent is not None:
        agent.end_wrap_up(event.at)
        state.touch_agent(agent)


def _wrap_up_extended(state: State, event: e.WrapUpExtended) -> None:
    agent = state.agents.get(event.agent_id)
    if agent is not None:
        agent.extend_wrap_up(event.extra_s)
        state.touch_agent(agent)


def _help_asked(state: State, event: e.HelpAsked) -> None:
    agent = state.agents.get(event.agent_id)
    if agent is not None:
        agent.ask_help(event.at)
        state.touch_agent(agent)


def _help_ended(state: State, event: e.HelpEnded) -> None:
    agent = state.agents.get(event.agent_id)
    if agent is not None:
        agent.help_since = None
        state.touch_agent(agent)


def _rules_changed(state: State, event: e.RulesChanged) -> None:
    state.rule(event.rules)


def let_time_pass(state: State, at: datetime) -> None:
    """Do what is due: wrap-ups end, telephones are missed or back, nobody waits for help any more."""
    for agent in state.agents.values():
        if agent.is_due(at):
            agent.end_wrap_up(at)
            state.touch_agent(agent)
        if agent.watch_phone(at, state.options):
            state.touch_agent(agent)
        if agent.is_help_over(at, state.options):
            agent.help_since = None
            state.touch_agent(agent)


def settle_phase(state: State, agent: Agent, at: datetime) -> None:
    """Work out what the agent's telephone does from his open channels."""
    phase, call_id = AgentPhase.IDLE, None
    for channel_id, owner in agent.legs.items():
        found = _phase_on(state, owner, channel_id)
        if _RANK[found] > _RANK[phase]:
            phase, call_id = found, owner
    agent.set_phase(phase, call_id, at)
    before, agent.consult = agent.consult, _consult_on(state, agent, at)
    if agent.consult is None and before is not None:
        agent.last_consult = before


def _phase_on(state: State, call_id: CallId, channel_id: ChannelId) -> AgentPhase:
    call = state.calls.get(call_id)
    leg = None if call is None else call.legs.get(channel_id)
    if leg is None or not leg.is_open:
        return AgentPhase.IDLE
    if leg.is_holding:
        return AgentPhase.HOLDING
    return AgentPhase.RINGING if leg.answered_at is None and not leg.is_dialler else AgentPhase.TALKING


def _consult_on(state: State, agent: Agent, at: datetime) -> Consult | None:
    for channel_id, call_id in agent.legs.items():
        call = state.calls.get(call_id)
        mine = None if call is None else call.legs.get(channel_id)
        if call is None or mine is None or not mine.is_open:
            continue
        customer = call.customer
        if customer is not None and customer.is_open and customer is not mine:
            found = consult_of(mine, customer, call.open_legs, agent.consult, at, state.agents)
            if found is not None:
                return found
    return None


AGENT_ROUTES: dict[type[e.Event], Route] = dict(
    [
        route(e.AgentKnown, _known),
        route(e.AgentForgotten, _forgotten),
        route(e.AgentModeSet, _mode_set),
        route(e.WrapUpEnded, _wrap_up_ended),
        route(e.WrapUpExtended, _wrap_up_extended),
        route(e.HelpAsked, _help_asked),
        route(e.HelpEnded, _help_ended),
        route(e.RulesChanged, _rules_changed),
    ]
)
