"""What happened by our own doing: our truth about agents, rules, marks, time. No resync brings these back."""

from __future__ import annotations

from cti.domain.event import Event
from cti.domain.ids import AgentId, CallId, Device, QueueName
from cti.domain.rulebook import DeskRules


class AgentKnown(Event, frozen=True, kw_only=True):
    """Ours: an agent exists, or was changed: from the people table at start, after each edit, when he changes phones.

    `device` is the telephone that queues ring, `other_devices` those that are his as well.
    """

    agent_id: AgentId
    name: str
    device: Device
    queues: tuple[QueueName, ...]
    phone: str = "desk"
    other_devices: tuple[Device, ...] = ()


class AgentForgotten(Event, frozen=True, kw_only=True):
    """Ours: the agent was taken out of the people table."""

    agent_id: AgentId


class AgentModeSet(Event, frozen=True, kw_only=True):
    """Ours: the agent (or a supervisor, or a rule) chose a mode.

    `mode`: `signed_out`, `ready`, `not_ready`. Wrap-up is never set, only entered and left by rule.
    """

    agent_id: AgentId
    mode: str
    reason: str = ""
    by: str = ""


class WrapUpEnded(Event, frozen=True, kw_only=True):
    """Ours: the agent is done before the deadline."""

    agent_id: AgentId


class WrapUpExtended(Event, frozen=True, kw_only=True):
    """Ours: the agent needs `extra_s` more."""

    agent_id: AgentId
    extra_s: float


class HelpAsked(Event, frozen=True, kw_only=True):
    """Ours: the agent asks his supervisor for help."""

    agent_id: AgentId


class HelpEnded(Event, frozen=True, kw_only=True):
    """Ours: somebody came, or he does not need it any more."""

    agent_id: AgentId
    by: str = ""


class RulesChanged(Event, frozen=True, kw_only=True):
    """Ours: the rules of the floor from now on; first of all at each start."""

    rules: DeskRules


class CallMarked(Event, frozen=True, kw_only=True):
    """Ours: the service knows something about a call that the switch does not (a test call, a direction)."""

    call_id: CallId
    is_test: bool


class Ticked(Event, frozen=True, kw_only=True):
    """Ours: a second went by. Deadlines are compared with `at`, never timed."""
