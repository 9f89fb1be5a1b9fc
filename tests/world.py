"""A small switch that lives a life: makes events in Asterisk's order, and lists what is true at any moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cti.domain import events as e
from cti.domain.ids import BridgeId, ChannelId, Device, LinkedId, QueueName
from cti.domain.leg import UP, device_of

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AGENTS = ("1001", "1002", "1003")
QUEUE = QueueName("complaints")
FREE, BUSY, RINGING = 1, 2, 6


@dataclass
class Channel:
    """A channel as Asterisk has it."""

    id: ChannelId
    name: str
    linked_id: LinkedId
    opened_at: datetime
    is_up: bool = False
    bridge_id: BridgeId | None = None
    in_menu: bool = False
    waits_since: datetime | None = None
    agent: str = ""
    partner: ChannelId | None = None
    is_held: bool = False


@dataclass
class World:
    """`events` grows with every step. Steps that make no sense now do nothing."""

    at: datetime = START
    events: list[e.Event] = field(default_factory=list)
    channels: dict[ChannelId, Channel] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=lambda: dict.fromkeys(AGENTS, FREE))
    paused: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(AGENTS, False))
    made: int = 0

    def __post_init__(self) -> None:
        for agent in AGENTS:
            self._member(agent)

    # --- steps ------------------------------------------------------------------------------------------------------

    def steps(self) -> tuple[Callable[[int], None], ...]:
        """What may happen; the number chooses among those it may happen to."""
        return (
            *(self.arrive, self.join, self.offer, self.miss, self.answer, self.hold, self.hang_up, self.time_out),
            *(self.agent_hangs_up, self.transfer, self.leave_by_key, self.pause, self.wait),
            # What makes a life worth living comes more often.
            *(self.arrive, self.join, self.offer, self.answer, self.hold, self.answer),
        )

    def arrive(self, _: int) -> None:
        caller = self._open("PJSIP/trunk", None)
        self._emit(e.ChannelOpened, caller, number="13800138000", context="from-trunk")
        caller.is_up = caller.in_menu = True
        self._emit(e.MenuEntered, caller)
        self._emit(e.ChannelStateChanged, caller, state=UP)

    def join(self, pick: int) -> None:
        caller = self._pick(pick, lambda one: one.in_menu)
        if caller is not None:
            caller.in_menu = False
            self._emit(e.MenuLeft, caller)
            self._join(caller)

    def offer(self, pick: int) -> None:
        caller = self._pick(pick, lambda one: one.waits_since is not None and one.partner is None)
        free = [agent for agent in AGENTS if self.states[agent] == FREE and not self.paused[agent]]
        if caller is None or not free:
            return
        agent = free[pick % len(free)]
        leg = self._open(f"PJSIP/{agent}", caller.linked_id)
        leg.agent, leg.partner, caller.partner = agent, caller.id, leg.id
        self._emit(e.ChannelOpened, leg, number=agent, context="from-agents")
        self._emit(e.MemberOffered, caller, dest_id=leg.id, dest_channel=leg.name, **self._naming(agent))
        self._member(agent, RINGING)

    def miss(self, pick: int) -> None:
        leg = self._pick(pick, lambda one: bool(one.agent) and not one.is_up)
        if leg is not None and leg.partner is not None:
            caller = self.channels[leg.partner]
            self.at += timedelta(seconds=8)
            self._emit(e.MemberMissed, caller, dest_id=leg.id, ring_s=8.0, **self._naming(leg.agent))
            self._close(leg, 0)

    def answer(self, pick: int) -> None:
        leg = self._pick(pick, lambda one: bool(one.agent) and not one.is_up and one.partner is not None)
        if leg is None or leg.partner is None:
            return
        caller = self.channels[leg.partner]
        leg.is_up = True
        self._emit(e.ChannelStateChanged, leg, state=UP)
        if caller.waits_since is not None:
            caller.waits_since = None
            self._emit(e.CallerLeft, caller, queue=QUEUE, position=1)
            self._emit(e.MemberConnected, caller, dest_id=leg.id, wait_s=1.0, ring_s=1.0, **self._naming(leg.agent))
        self._member(leg.agent, BUSY)
        self.made += 1
        for one in (leg, caller):
            one.bridge_id = BridgeId(f"b{self.made}")
            self._emit(e.BridgeEntered, one, bridge_id=one.bridge_id)

    def hold(self, pick: int) -> None:
        leg = self._pick(pick, lambda one: bool(one.agent) and one.bridge_id is not None)
        if leg is not None:
            self.at += timedelta(seconds=2)
            leg.is_held = not leg.is_held
            self._emit(e.HoldBegun if leg.is_held else e.HoldEnded, leg)

    def hang_up(self, pick: int) -> None:
        caller = self._pick(pick, lambda one: not one.agent)
        if caller is None:
            return
        self.at += timedelta(seconds=3)
        if caller.waits_since is not None:
            self._abandon(caller)
        leg = self.channels.get(caller.partner) if caller.partner else None
        if leg is not None and leg.bridge_id is not None:
            self._complete(caller, leg, "caller")
        self._close(caller, 16)
        if leg is not None:
            self._close(leg, 16)

    def agent_hangs_up(self, pick: int) -> None:
        leg = self._pick(pick, lambda one: bool(one.agent) and one.bridge_id is not None)
        if leg is not None and leg.partner is not None:
            caller = self.channels[leg.partner]
            self._complete(caller, leg, "agent")
            self._close(leg, 16)
            self._close(caller, 16)

    def transfer(self, pick: int) -> None:
        leg = self._pick(pick, lambda one: bool(one.agent) and one.bridge_id is not None)
        if leg is None or leg.partner is None:
            return
        caller, bridge_id = self.channels[leg.partner], leg.bridge_id
        self._emit_plain(
            e.BlindTransferred(
                at=self.at,
                transferer_id=leg.id,
                transferee_id=caller.id,
                bridge_id=bridge_id,
                context="transfer",
                exten=QUEUE,
                succeeded=True,
            )
        )
        self._complete(caller, leg, "transfer")
        self._close(leg, 16)
        caller.partner = None
        self._join(caller)

    def time_out(self, pick: int) -> None:
        caller = self._pick(pick, lambda one: one.waits_since is not None and one.partner is None)
        if caller is not None:
            self._abandon(caller)
            self._emit(e.VisitReported, caller, status="TIMEOUT", queue=QUEUE)
            self._close(caller, 16)

    def leave_by_key(self, pick: int) -> None:
        caller = self._pick(pick, lambda one: one.waits_since is not None and one.partner is None)
        if caller is not None:
            caller.waits_since = None
            self._emit(e.CallerLeft, caller, queue=QUEUE, position=1)
            self.wait(4)

    def pause(self, pick: int) -> None:
        agent = AGENTS[pick % len(AGENTS)]
        self.paused[agent] = not self.paused[agent]
        self._member(agent)

    def wait(self, pick: int) -> None:
        for _ in range(1 + pick % 8):
            self.at += timedelta(seconds=1)
            self._emit_plain(e.Ticked(at=self.at))

    # --- the truth --------------------------------------------------------------------------------------------------

    def listed(self) -> e.FloorListed:
        """What Asterisk would list now."""
        self.at += timedelta(milliseconds=5)
        return e.FloorListed(
            at=self.at,
            channels=tuple(self._listed_channel(one) for one in self.channels.values()),
            members=tuple(
                e.ListedMember(
                    queue=QUEUE,
                    device=Device(f"PJSIP/{agent}"),
                    member_name=agent,
                    device_state=self.states[agent],
                    is_paused=self.paused[agent],
                    pause_reason="",
                    penalty=0,
                )
                for agent in AGENTS
            ),
            callers=tuple(
                e.ListedCaller(
                    queue=QUEUE, channel_id=one.id, position=1, wait_s=(self.at - one.waits_since).total_seconds()
                )
                for one in self.channels.values()
                if one.waits_since is not None
            ),
            queues=(QUEUE,),
        )

    def _listed_channel(self, one: Channel) -> e.ListedChannel:
        return e.ListedChannel(
            channel_id=one.id,
            linked_id=one.linked_id,
            channel=one.name,
            state=UP if one.is_up else 5,
            number="",
            caller_name="",
            context="",
            exten="",
            application="",
            bridge_id=one.bridge_id,
            age_s=float(int((self.at - one.opened_at).total_seconds())),
            is_in_menu=one.in_menu,
        )

    # --- tools ------------------------------------------------------------------------------------------------------

    def _pick(self, pick: int, suits: Callable[[Channel], bool]) -> Channel | None:
        found = [one for one in self.channels.values() if suits(one)]
        return found[pick % len(found)] if found else None

    def _open(self, device: str, linked_id: LinkedId | None) -> Channel:
        self.made += 1
        channel_id = ChannelId(f"x-{int(self.at.timestamp())}.{self.made}")
        channel = Channel(channel_id, f"{device}-{self.made:08x}", linked_id or LinkedId(channel_id), self.at)
        self.channels[channel_id] = channel
        return channel

    def _join(self, caller: Channel) -> None:
        self.at += timedelta(milliseconds=1)
        caller.waits_since = self.at
        self._emit(e.CallerJoined, caller, queue=QUEUE, position=1)

    def _abandon(self, caller: Channel) -> None:
        caller.waits_since = None
        self._emit(e.CallerAbandoned, caller, queue=QUEUE, position=1, first_position=1, wait_s=3.0)
        self._emit(e.CallerLeft, caller, queue=QUEUE, position=1)

    def _complete(self, caller: Channel, leg: Channel, reason: str) -> None:
        self._emit_plain(
            e.MemberCompleted(
                at=self.at,
                channel_id=caller.id,
                dest_id=leg.id,
                wait_s=1.0,
                talk_s=3.0,
                reason=reason,
                **self._naming(leg.agent),
            )
        )
        for one in (leg, caller) if reason != "caller" else (caller, leg):
            if one.bridge_id is not None:
                self._emit(e.BridgeLeft, one, bridge_id=one.bridge_id)
                one.bridge_id = None

    def _close(self, channel: Channel, cause: int) -> None:
        del self.channels[channel.id]
        partner = self.channels.get(channel.partner) if channel.partner else None
        if partner is not None and partner.partner == channel.id:
            partner.partner = None
        self._emit(e.ChannelClosed, channel, cause=cause)
        if channel.agent:
            self._member(channel.agent, FREE)

    def _naming(self, agent: str) -> dict[str, str]:
        return {"queue": QUEUE, "device": f"PJSIP/{agent}", "member_name": agent}

    def _member(self, agent: str, state: int | None = None) -> None:
        self.states[agent] = self.states[agent] if state is None else state
        self._emit_plain(
            e.MemberChanged(
                at=self.at,
                queue=QUEUE,
                device=device_of(f"PJSIP/{agent}-0"),
                member_name=agent,
                device_state=self.states[agent],
                is_paused=self.paused[agent],
                pause_reason="",
                penalty=0,
            )
        )

    def _emit(self, kind: type[e.ChannelEvent], channel: Channel, **fields: object) -> None:
        who = {"channel_id": channel.id, "linked_id": channel.linked_id, "channel": channel.name}
        self._emit_plain(kind(at=self.at, **who, **fields))  # type: ignore[arg-type]

    def _emit_plain(self, event: e.Event) -> None:
        self.events.append(event)
        self.at += timedelta(microseconds=137)
