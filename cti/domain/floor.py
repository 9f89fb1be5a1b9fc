"""The live floor: events in, changes out. Sends each event to the state it is about, and shows what changed.

The law: an old snapshot with the changes applied is the new snapshot; the same events give the same end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from cti.domain.agent_events import AGENT_ROUTES
from cti.domain.bridge_events import BRIDGE_ROUTES
from cti.domain.changes import AgentView, AnyView, CallView, Change, DifferenceView, LinkView, QueueView, Snapshot
from cti.domain.channel_events import CHANNEL_ROUTES
from cti.domain.events import Event
from cti.domain.ids import AgentId, CallId, ChannelId
from cti.domain.link_events import LINK_ROUTES
from cti.domain.menu_events import MENU_ROUTES
from cti.domain.options import FloorOptions
from cti.domain.queue_events import QUEUE_ROUTES
from cti.domain.routes import Route
from cti.domain.shown import Shown
from cti.domain.state import Kept, State

__all__ = ["ROUTES", "Floor", "FloorOptions"]

ROUTES: dict[type[Event], Route] = (
    CHANNEL_ROUTES | BRIDGE_ROUTES | MENU_ROUTES | QUEUE_ROUTES | AGENT_ROUTES | LINK_ROUTES
)
"""Events that are not here (recording started, originate ended, ...) change nothing on the floor."""


class Floor:
    """All live calls, agents and queues. Not thread-safe; the engine is its one user."""

    def __init__(self, options: FloorOptions | None = None, *, kept: Kept | None = None) -> None:
        self._state = State(Kept() if kept is None else kept, options or FloorOptions())
        self._shown = Shown(self._state)

    # --- reading ----------------------------------------------------------------------------------------------------

    @property
    def as_of(self) -> datetime:
        """Instant of the last applied event."""
        return self._state.kept.as_of

    @property
    def options(self) -> FloorOptions:
        """The rules in force."""
        return self._state.options

    @property
    def calls(self) -> Mapping[str, CallView]:
        """Calls on the floor, the ended ones of the last seconds included."""
        return self._shown.calls

    @property
    def agents(self) -> Mapping[str, AgentView]:
        """All agents, signed in or not."""
        return self._shown.agents

    @property
    def queues(self) -> Mapping[str, QueueView]:
        """All queues."""
        return self._shown.queues

    @property
    def link(self) -> LinkView:
        """The link to the switch."""
        return self._state.link.view()

    @property
    def differences(self) -> Mapping[str, DifferenceView]:
        """Where Asterisk and we disagree, by key of topic `check`."""
        return self._state.differences

    def call_view(self, call_id: CallId) -> CallView | None:
        """Find a call."""
        return self._shown.calls.get(call_id)

    def call_of(self, channel_id: ChannelId) -> CallView | None:
        """Find the call a channel belongs to, as long as it is on the floor."""
        call = self._state.by_channel.get(channel_id)
        return None if call is None else self._shown.calls.get(call.call_id)

    def agent_view(self, agent_id: AgentId) -> AgentView | None:
        """Find an agent."""
        return self._shown.agents.get(agent_id)

    def snapshot(self) -> Snapshot:
        """Return all views; the dicts are the caller's own."""
        topics: dict[str, Mapping[str, AnyView]] = {
            "calls": self._shown.calls,
            "agents": self._shown.agents,
            "queues": self._shown.queues,
            "check": self._shown.checks,
        }
        return {topic: dict(views) for topic, views in topics.items()}

    # --- keeping ----------------------------------------------------------------------------------------------------

    def dump(self) -> bytes:
        """Return all facts as JSON, for `load`."""
        return msgspec.json.encode(self._state.kept)

    @classmethod
    def load(cls, data: bytes, options: FloorOptions | None = None) -> Floor:
        """Return the floor that `dump` was taken from. Raises: msgspec.DecodeError."""
        return cls(options, kept=msgspec.json.decode(data, type=Kept))

    # --- changing ---------------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> list[Change]:
        """Take one event and return what changed: whole entities, calls first. Cost: some ten microseconds."""
        kept = self._state.kept
        self._state.heard_at = kept.as_of
        kept.as_of = event.at
        kept.events_seen += 1
        take = ROUTES.get(type(event))
        if take is None:
            return []
        take(self._state, event)
        return self._shown.update(event.at)
