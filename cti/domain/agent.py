"""An agent: the mode is ours (P-3), the phone and the memberships are Asterisk's.

Wrap-up is entered by rule after a talk with a customer, whatever the queue, and left at a deadline or when the agent
says so. Asterisk's own wrapuptime can end early with several queues (asterisk: 3.6), so it takes no part in this.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from cti.domain.changes import AgentMode, AgentPhase, AgentView
from cti.domain.consult import Consult
from cti.domain.ids import AgentId, CallId, ChannelId, Device, QueueName
from cti.domain.options import FloorOptions
from cti.domain.telephones import DESK

MODE_STEPS: dict[AgentMode, frozenset[AgentMode]] = {
    AgentMode.SIGNED_OUT: frozenset({AgentMode.READY, AgentMode.NOT_READY}),
    AgentMode.READY: frozenset({AgentMode.SIGNED_OUT, AgentMode.NOT_READY, AgentMode.WRAP_UP}),
    AgentMode.NOT_READY: frozenset({AgentMode.SIGNED_OUT, AgentMode.READY, AgentMode.WRAP_UP}),
    AgentMode.WRAP_UP: frozenset({AgentMode.SIGNED_OUT, AgentMode.READY, AgentMode.NOT_READY}),
}
"""Allowed next modes. Wrap-up is never chosen."""

CHOOSABLE = {mode.value: mode for mode in (AgentMode.SIGNED_OUT, AgentMode.READY, AgentMode.NOT_READY)}
MISSED_OFFER, PHONE_AWAY = "missed_offer", "phone_away"
"""Reasons that rules give, never people."""
UNREACHABLE = frozenset({4, 5})
"""Asterisk's Status: invalid, unavailable."""
LONGEST_EXTRA_S = 3600.0
_DIED_RINGING = timedelta(seconds=8)
"""A desk phone is asked every 3 s and given 2 s; one round more."""
_TALK = frozenset({AgentPhase.TALKING, AgentPhase.HOLDING})


class Agent(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One agent. `legs`: open channels of the device, and the call each belongs to."""

    agent_id: AgentId
    name: str
    device: Device
    queues: tuple[QueueName, ...]
    phone: str = DESK
    other_devices: tuple[Device, ...] = ()
    """His as well, but no queue rings them."""
    mode_since: datetime
    phase_since: datetime
    mode: AgentMode = AgentMode.SIGNED_OUT
    reason: str = ""
    wrap_up_until: datetime | None = None
    mode_after: AgentMode = AgentMode.READY
    """Where wrap-up leads to."""
    reason_after: str = ""
    owes_wrap_up: bool = False
    """Talked with a customer, and another channel is still open."""
    phase: AgentPhase = AgentPhase.IDLE
    call_id: CallId | None = None
    device_state: int = 0
    device_state_at: datetime | None = None
    away_since: datetime | None = None
    """Since when the switch cannot reach the device."""
    member_of: dict[QueueName, bool] = {}
    """queue -> is paused there"""
    offers_missed_count: int = 0
    legs: dict[ChannelId, CallId] = {}
    differs_since: datetime | None = None
    help_since: datetime | None = None
    consult: Consult | None = None
    last_consult: Consult | None = None
    """The one that was over last: whom a transfer led to, when Asterisk does not say."""

    # --- modes ------------------------------------------------------------------------------------------------------

    def choose(self, mode: AgentMode, reason: str, at: datetime) -> None:
        """Take a mode by the agent's own will, or his supervisor's. Ends wrap-up."""
        if mode is AgentMode.READY:
            self.offers_missed_count = 0
            reason = ""
        if mode is AgentMode.SIGNED_OUT:
            self.owes_wrap_up = False
            self.help_since = None
        elif self.mode is AgentMode.SIGNED_OUT and self.away_since is not None:
            self.away_since = at  # nobody watched it while he was away
        if (mode, reason) != (self.mode, self.reason):
            self._enter(mode, reason, at)

    def end_talk(self, at: datetime, options: FloorOptions) -> None:
        """A talk with a customer is over: wrap-up, as soon as no other channel is open."""
        if self.mode is AgentMode.SIGNED_OUT or options.wrap_up_s <= 0:
            return
        self.owes_wrap_up = True
        self.begin_owed_wrap_up(at, options)

    def begin_owed_wrap_up(self, at: datetime, options: FloorOptions) -> None:
        """Enter wrap-up if it is owed and the telephone is free."""
        if not self.owes_wrap_up or self.legs:
            return
        self.owes_wrap_up = False
        if self.mode is not AgentMode.WRAP_UP:
            self.mode_after, self.reason_after = self.mode, self.reason
            self._enter(AgentMode.WRAP_UP, "", at)
        self.wrap_up_until = at + timedelta(seconds=options.wrap_up_s)

    def end_wrap_up(self, at: datetime) -> None:
        """Go back to the mode from before."""
        if self.mode is AgentMode.WRAP_UP:
            self._enter(self.mode_after, self.reason_after, at)

    def extend_wrap_up(self, extra_s: float) -> None:
        """Move the deadline."""
        if self.mode is AgentMode.WRAP_UP and self.wrap_up_until is not None and extra_s > 0:
            self.wrap_up_until += timedelta(seconds=min(extra_s, LONGEST_EXTRA_S))

    def is_due(self, at: datetime) -> bool:
        """Tell whether the wrap-up deadline has passed."""
        return self.wrap_up_until is not None and at >= self.wrap_up_until

    def miss_offer(self, at: datetime, options: FloorOptions) -> None:
        """Count an offer that rang out or was rejected; too many in a row make a ready agent not ready.

        A telephone that died while it rang is no fault of his: he is taken out of the ring until it is back.
        """
        if self.away_since is not None:
            if self.mode is AgentMode.READY:
                self._enter(AgentMode.NOT_READY, PHONE_AWAY, at)
            return
        self.offers_missed_count += 1
        is_over = 0 < options.missed_offers_limit <= self.offers_missed_count
        if is_over and self.mode is AgentMode.READY:
            self._enter(AgentMode.NOT_READY, MISSED_OFFER, at)

    def watch_phone(self, at: datetime, options: FloorOptions) -> bool:
        """Take a ready agent out of the ring whose telephone is gone, and bring him back when it is there again.

        Whoever chose another mode meanwhile keeps it. Returns whether something changed.
        """
        if self.mode is AgentMode.READY and self.away_since is not None:
            is_over = at - self.away_since >= timedelta(seconds=options.phone_away_s)
            if is_over:
                self._enter(AgentMode.NOT_READY, PHONE_AWAY, at)
            return is_over
        if (self.mode, self.reason) != (AgentMode.NOT_READY, PHONE_AWAY) or not self.is_reachable:
            return False
        is_soon = at - self.mode_since <= timedelta(seconds=options.phone_back_s)
        if is_soon and options.phone_back_s > 0:
            self._enter(AgentMode.READY, "", at)
        return is_soon

    def ask_help(self, at: datetime) -> None:
        """Call the supervisor; a second call is the first one."""
        self.help_since = self.help_since or at

    def is_help_over(self, at: datetime, options: FloorOptions) -> bool:
        """Tell whether nobody can mean this call for help any more."""
        if self.help_since is None or self.phase is not AgentPhase.IDLE:
            return False
        return at - max(self.help_since, self.phase_since) >= timedelta(seconds=options.help_after_s)

    def _enter(self, mode: AgentMode, reason: str, at: datetime) -> None:
        self.mode, self.reason, self.mode_since = mode, reason, at
        if mode is not AgentMode.WRAP_UP:
            self.wrap_up_until = None

    # --- what the switch says ---------------------------------------------------------------------------------------

    def set_phase(self, phase: AgentPhase, call_id: CallId | None, at: datetime) -> None:
        """Note what the telephone does. Who talks again takes no notes: he gets the whole time for them afterwards."""
        self.call_id = call_id
        if phase is not self.phase:
            self.phase, self.phase_since = phase, at
        if phase in _TALK and self.mode is AgentMode.WRAP_UP:
            self.end_wrap_up(at)
            self.owes_wrap_up = True

    def set_device_state(self, state: int, at: datetime) -> None:
        """Note Asterisk's state of the device; each queue reports it, an older report must not win."""
        if self.device_state_at is None or at >= self.device_state_at:
            self.device_state, self.device_state_at = state, at
            self.away_since = (self.away_since or at) if state in UNREACHABLE else None
            self._forgive_offer(at)

    def _forgive_offer(self, at: datetime) -> None:
        """Put right the reason of an agent whose telephone died while it rang.

        Asterisk: while a channel rings the device counts as ringing, whatever became of its contact, so that the offer
        is missed first and the device unavailable afterwards (chan_pjsip, device state).
        """
        is_missed = (self.mode, self.reason) == (AgentMode.NOT_READY, MISSED_OFFER)
        if is_missed and self.away_since is not None and at - self.mode_since <= _DIED_RINGING:
            self.reason, self.offers_missed_count = PHONE_AWAY, self.offers_missed_count - 1

    @property
    def is_reachable(self) -> bool:
        """The switch knows the device and can ring it."""
        return self.device_state not in UNREACHABLE and self.device_state != 0

    def wanted_queues(self, options: FloorOptions) -> frozenset[QueueName]:
        """Return the queues Asterisk should have the device in."""
        if self.mode is AgentMode.SIGNED_OUT:
            return frozenset()
        return frozenset(self.queues) | {options.fallback_queue}

    @property
    def should_be_paused(self) -> bool:
        """Asterisk should offer nothing."""
        return self.mode is not AgentMode.READY

    def view(self) -> AgentView:
        """Build what the outside sees."""
        return AgentView(
            agent_id=self.agent_id,
            name=self.name,
            device=self.device,
            mode=self.mode,
            reason=self.reason,
            mode_since=self.mode_since,
            wrap_up_until=self.wrap_up_until,
            phase=self.phase,
            phase_since=self.phase_since,
            call_id=self.call_id,
            device_state=self.device_state,
            queues=self.queues,
            member_of=tuple(sorted(self.member_of)),
            paused_in=tuple(sorted([queue for queue, is_paused in self.member_of.items() if is_paused])),
            offers_missed_count=self.offers_missed_count,
            phone=self.phone,
            phone_away_since=None if self.mode is AgentMode.SIGNED_OUT else self.away_since,
            consult=None if self.consult is None else self.consult.view(),
            help_since=self.help_since,
        )
