"""Everything the floor holds, how it is found, and what an event touched. Only events change it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cti.domain.agent import Agent
from cti.domain.call import Call
from cti.domain.changes import DifferenceView, LegKind
from cti.domain.closing import reopen_leg
from cti.domain.events import ChannelClosed, ChannelEvent
from cti.domain.ids import AgentId, CallId, ChannelId, Device, LinkedId, QueueName
from cti.domain.leg import Leg, device_of, is_local
from cti.domain.link_state import EPOCH, LinkState
from cti.domain.options import FloorOptions
from cti.domain.phone import caller_number
from cti.domain.queue import Member, Queue
from cti.domain.rulebook import DeskRules


class EarlyClose(msgspec.Struct, frozen=True, gc=False):
    """A Hangup whose Newchannel has not come yet."""

    at: datetime
    cause: int


class Kept(msgspec.Struct, kw_only=True):
    """What a dump holds: the facts, none of the indexes."""

    calls: dict[CallId, Call] = {}
    agents: dict[AgentId, Agent] = {}
    queues: dict[QueueName, Queue] = {}
    link: LinkState = msgspec.field(default_factory=LinkState)
    differences: dict[str, DifferenceView] = {}
    forgotten: dict[ChannelId, datetime] = {}
    """Channels that are over and off the floor, and when: late events of them make no ghosts."""
    early: dict[ChannelId, EarlyClose] = {}
    rules: DeskRules | None = None
    """What people have set, over the options the service was built with."""
    as_of: datetime = EPOCH
    events_seen: int = 0


class State:
    """The facts, indexes over them, and the entities touched since the last publishing."""

    def __init__(self, kept: Kept, options: FloorOptions) -> None:
        self.kept = kept
        self._built_with = options
        self.options = options.under(kept.rules)
        self.calls, self.agents, self.queues = kept.calls, kept.agents, kept.queues
        self.link, self.differences = kept.link, kept.differences
        self.forgotten, self.early = kept.forgotten, kept.early
        self.by_channel: dict[ChannelId, Call] = {}
        self.by_linked: dict[LinkedId, Call] = {}
        self.by_device: dict[Device, Agent] = {
            device: agent for agent in kept.agents.values() for device in (*agent.other_devices, agent.device)
        }
        self.touched_calls: dict[CallId, Call | None] = {}
        self.touched_agents: dict[AgentId, Agent | None] = {}
        self.touched_queues: dict[QueueName, Queue | None] = {}
        self.touched_checks: dict[str, DifferenceView | None] = {}
        self.is_link_touched = True
        self.heard_at = kept.as_of
        """Instant of the event before the present one."""
        self.ended: dict[CallId, None] = {}
        """Ended calls that wait to leave the floor."""
        self.undecided: dict[CallId, None] = {}
        """Calls with a visit that was left and is not decided."""
        for call in kept.calls.values():
            self._index(call)

    def _index(self, call: Call) -> None:
        for linked_id in call.linked_ids:
            self.by_linked[linked_id] = call
        for channel_id in call.legs:
            self.by_channel[channel_id] = call
        if call.ended_at is not None:
            self.ended[call.call_id] = None
        elif any(visit.left_at or visit.abandoned_at for visit in call.visits):
            self.undecided[call.call_id] = None

    # --- finding ----------------------------------------------------------------------------------------------------

    def find(self, event: ChannelEvent) -> tuple[Call, Leg] | None:
        """Return the call and leg of an event, making them when their Newchannel was missed.

        None when the channel is over: what comes late or twice must not bring it back.
        """
        channel_id = event.channel_id
        call = self.by_channel.get(channel_id)
        if call is None:
            if channel_id in self.forgotten or channel_id in self.early:
                return None
            call, leg = self.open_leg(channel_id, event.linked_id, event.channel, event.at)
            call.is_reconstructed = True
            self.touch(call)
            return call, leg
        if event.linked_id != call.linked_id and event.linked_id:
            call = self.relink(call, event.linked_id)
        leg = call.legs[channel_id]
        if leg.is_lost and event.at > leg.seen_at and not isinstance(event, ChannelClosed):
            reopen_leg(call, leg)
            self.touch(call)
            self.ended.pop(call.call_id, None)
        if event.at > leg.seen_at:
            leg.seen_at = event.at
        return call, leg

    def knows(self, channel_id: ChannelId) -> bool:
        """The channel is on the floor, or over: it must not be made from an event about another one."""
        return channel_id in self.by_channel or channel_id in self.forgotten or channel_id in self.early

    def agent_of(self, device: Device) -> AgentId | None:
        """Find the agent who has a device."""
        agent = self.by_device.get(device)
        return None if agent is None else agent.agent_id

    def queue(self, name: QueueName) -> Queue:
        """Return a queue, making it at first mention, and touch it."""
        queue = self.queues.get(name)
        if queue is None:
            queue = self.queues[name] = Queue(name=name)
        self.touched_queues[name] = queue
        return queue

    def touch(self, call: Call) -> None:
        """Publish this call if it changed."""
        self.touched_calls[call.call_id] = call

    def touch_agent(self, agent: Agent) -> None:
        """Publish this agent if he changed."""
        self.touched_agents[agent.agent_id] = agent

    def put_member(self, name: QueueName, member: Member) -> None:
        """Take Asterisk's word about a member."""
        if self.queue(name).put_member(member):
            agent = self.by_device.get(member.device)
            if agent is not None and agent.device == member.device:
                agent.member_of[name] = member.is_paused
                agent.set_device_state(member.device_state, member.changed_at)
                self.touch_agent(agent)

    def remove_member(self, name: QueueName, device: Device, at: datetime) -> None:
        """The device is no member any more."""
        if self.queue(name).remove_member(device, at):
            agent = self.by_device.get(device)
            if agent is not None and agent.device == device:
                agent.member_of.pop(name, None)
                self.touch_agent(agent)

    def open_gap(self, at: datetime, reason: str) -> None:
        """Events are missing, from the last one we had: a service that was killed says so only when it is back."""
        is_earlier = EPOCH < self.heard_at < at
        self.link.open_gap(self.heard_at if is_earlier else at, reason)

    def rule(self, rules: DeskRules) -> None:
        """Take over rules: from now on."""
        self.kept.rules = rules
        self.options = self._built_with.under(rules)

    def touch_link(self) -> None:
        """Publish the link."""
        self.link.events_seen = self.kept.events_seen
        self.is_link_touched = True

    def put_difference(self, key: str, difference: DifferenceView) -> None:
        """Show a difference."""
        self.differences[key] = self.touched_checks[key] = difference

    def settle_difference(self, key: str) -> None:
        """Show a difference no more."""
        del self.differences[key]
        self.touched_checks[key] = None

    # --- making -----------------------------------------------------------------------------------------------------

    def open_leg(
        self,
        channel_id: ChannelId,
        linked_id: LinkedId,
        channel: str,
        at: datetime,
        number: str = "",
        name: str = "",
        context: str = "",
    ) -> tuple[Call, Leg]:
        """Add a channel to its call, which is made when this is its first one."""
        call = self.by_linked.get(linked_id or LinkedId(channel_id))
        if call is None:
            call = self._open_call(channel_id, linked_id or LinkedId(channel_id), at)
            call.is_hidden = context in self.options.hidden_contexts
        agent = self.by_device.get(device_of(channel))
        leg = Leg(
            channel_id=channel_id,
            channel=channel,
            kind=self._kind_of(call, channel, agent),
            number=caller_number(number),
            name=name,
            agent_id=None if agent is None else agent.agent_id,
            opened_at=at,
            seen_at=at,
            is_dialler=not call.legs,
        )
        self._place(call, leg)
        if agent is not None:
            agent.legs[channel_id] = call.call_id
            self.touch_agent(agent)
        return call, leg

    def _open_call(self, channel_id: ChannelId, linked_id: LinkedId, at: datetime) -> Call:
        call_id = CallId(linked_id)
        if ChannelId(linked_id) in self.forgotten or call_id in self.calls:
            call_id = CallId(channel_id)
        call = Call(call_id=call_id, linked_id=linked_id, linked_ids=[linked_id], started_at=at, stage_since=at)
        self.calls[call_id] = self.by_linked[linked_id] = call
        return call

    def _place(self, call: Call, leg: Leg) -> None:
        call.legs[leg.channel_id] = leg
        self.by_channel[leg.channel_id] = call
        self.touch(call)
        if leg.is_dialler and not leg.is_customer:
            call.direction = "internal"
        elif leg.is_customer and call.customer_id is None:
            if not leg.is_dialler:
                call.direction = "out"
            call.take_customer(leg)

    def _kind_of(self, call: Call, channel: str, agent: Agent | None) -> LegKind:
        if is_local(channel):
            return LegKind.HELPER
        if agent is not None or any(device_of(channel) in queue.members for queue in self.queues.values()):
            return LegKind.AGENT
        return LegKind.OUTSIDE if call.legs else LegKind.CALLER

    def serves(self, call: Call, leg: Leg) -> None:
        """A queue rings this channel: it is a member's, whatever it looked like."""
        if leg.kind is not LegKind.AGENT:
            leg.kind, leg.is_dirty = LegKind.AGENT, True
            if call.customer_id == leg.channel_id:
                call.customer_id, call.caller_number, call.caller_name = None, "", ""

    # --- merging ----------------------------------------------------------------------------------------------------

    def relink(self, call: Call, linked_id: LinkedId) -> Call:
        """Asterisk: when two channels are bridged the oldest Linkedid wins (asterisk: 3.4). Never split again."""
        other = self.by_linked.get(linked_id)
        if other is None:
            call.linked_id = linked_id
            call.linked_ids.append(linked_id)
            self.by_linked[linked_id] = call
            self.touch(call)
            return call
        if other is call or other.ended_at is not None:
            return call
        for known in call.linked_ids:
            self.by_linked[known] = other
        other.absorb(call)
        for leg in other.legs.values():
            self.by_channel[leg.channel_id] = other
            agent = None if leg.agent_id is None else self.agents.get(leg.agent_id)
            if agent is not None and leg.channel_id in agent.legs:
                agent.legs[leg.channel_id] = other.call_id
                self.touch_agent(agent)
        self.touch(call)
        self.touch(other)
        return other

    # --- forgetting -------------------------------------------------------------------------------------------------

    def drop(self, call: Call, at: datetime) -> None:
        """Take an ended call off the floor."""
        del self.calls[call.call_id]
        self.ended.pop(call.call_id, None)
        self.undecided.pop(call.call_id, None)
        self.touched_calls[call.call_id] = None
        for channel_id in call.legs:
            del self.by_channel[channel_id]
            self.forgotten[channel_id] = at
        for linked_id in call.linked_ids:
            del self.by_linked[linked_id]
            self.forgotten[ChannelId(linked_id)] = at
