"""Outlet: keeps running recordings whole. Level-triggered: after every change it looks at what a call lacks.

A pause ends by rule (PCI DSS: no longer than a card number takes). After an attended transfer the recording is begun
anew: Asterisk (Debian's opus PLC patch, main/translate.c) may leave a running MixMonitor silent on the second agent's
side for minutes. After a blind transfer the dialplan does that itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from cti.domain.changes import CallView, Change, LegKind, LegView
from cti.domain.commands import MuteRecording, RenewRecording
from cti.domain.controls import CUSTOMERS, recorded_leg
from cti.domain.errors import DomainError
from cti.domain.events import Event, Ticked
from cti.domain.ids import CallId
from cti.domain.switch import Hands, Switch

log = logging.getLogger(__name__)

AGAIN_S = 5.0
"""A recording that did not go on is told so again after this, twice as long each time."""
TRIES = 4
"""5, 10, 20 s: then it is a matter for people."""

Care = MuteRecording | RenewRecording


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """What one call's recording lacks. `cause`: the same want of the same call for another reason has another one."""

    call_id: CallId
    cause: str
    command: Care

    @property
    def key(self) -> tuple[CallId, str]:
        """What is done once."""
        return self.call_id, self.cause


def find_want(call: CallView, at: datetime) -> Want | None:
    """Return what must be asked of the switch for this call's recording now, None when all is well."""
    if call.ended_at is not None or not call.segments:
        return None
    if call.recording_paused_at is not None:
        # A renewed recording would not be silent: it waits until the pause is over.
        return _end_of_pause(call, at)
    return _next_part(call)


def _end_of_pause(call: CallView, at: datetime) -> Want | None:
    leg = recorded_leg(call)
    if leg is None or call.recording_resumes_at is None or at < call.recording_resumes_at:
        return None
    command = MuteRecording(channel=leg.channel, is_muted=False)
    return Want(call_id=call.call_id, cause=f"resume {call.recording_resumes_at.isoformat()}", command=command)


def _next_part(call: CallView) -> Want | None:
    """After an attended transfer, once customer and agent are in one bridge and no Local pair is between them."""
    count, part = len(call.transfers), max(segment.part for segment in call.segments) + 1
    if not count or not call.transfers[-1].startswith("attended:") or len(call.segments) > count:
        return None
    customer = _served_customer(call)
    if customer is None:
        return None
    command = RenewRecording(
        channel=customer.channel,
        channel_id=customer.channel_id,
        linked_id=call.linked_id,
        name=f"{customer.channel_id}-{part}",
        part=part,
    )
    return Want(call_id=call.call_id, cause=f"transfer {count}", command=command)


def _served_customer(call: CallView) -> LegView | None:
    live = [leg for leg in call.legs if leg.closed_at is None and leg.bridge_id is not None]
    for customer in (leg for leg in live if leg.kind in CUSTOMERS):
        if any(
            leg.kind is not LegKind.HELPER and leg.bridge_id == customer.bridge_id for leg in live if leg != customer
        ):
            return customer
    return None


class _Attempt(msgspec.Struct):
    """What was asked for one want, and when it may be asked again. A part is begun once: twice would be two parts."""

    want: Want
    tries: int = 0
    is_under_way: bool = True
    due_at: datetime | None = None

    def may_again(self, at: datetime) -> bool:
        is_repeatable = isinstance(self.want.command, MuteRecording) and self.tries < TRIES
        return is_repeatable and not self.is_under_way and self.due_at is not None and at >= self.due_at


class RunningRecordings:
    """Sends what `find_want` asks for, one at a time."""

    def __init__(self, *, switch: Switch, hands: Hands) -> None:
        self._switch = switch
        self._hands = hands
        self._calls: dict[str, CallView] = {}
        """Calls that are recorded and go on."""
        self._attempts: dict[tuple[CallId, str], _Attempt] = {}
        self._waiting: asyncio.Queue[_Attempt] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None
        self._at = datetime.min.replace(tzinfo=UTC)
        self.failed_count = 0
        """Commands refused or without answer since the start."""

    def prime(self, calls: Iterable[CallView]) -> None:
        """Take over the calls as a replay left them."""
        for call in calls:
            self._note(call.call_id, call)

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take an event and its changes. Quick, never waits, never raises."""
        self._at = max(self._at, event.at)
        touched = [change.key for change in changes if change.topic == "calls"]
        for change in changes:
            if change.topic == "calls":
                self._note(change.key, change.value if isinstance(change.value, CallView) else None)
        for call_id in self._calls if isinstance(event, Ticked) else touched:
            if call_id in self._calls:
                self._look(self._calls[call_id])

    async def run(self) -> None:
        """Send commands until `aclose`."""
        async with asyncio.TaskGroup() as group:
            self._worker = group.create_task(self._work(), name="running recordings")

    async def aclose(self) -> None:
        """Send nothing more and let `run` return."""
        if self._worker is not None:
            self._worker.cancel()

    def _note(self, call_id: str, call: CallView | None) -> None:
        if call is not None and call.ended_at is None and call.segments:
            self._calls[call_id] = call
        elif self._calls.pop(call_id, None) is not None:
            self._attempts = {key: one for key, one in self._attempts.items() if key[0] != call_id}

    def _look(self, call: CallView) -> None:
        if call.recording_resumes_at is None and not call.transfers:
            return
        want = find_want(call, self._at)
        if want is None:
            return
        known = self._attempts.get(want.key)
        if known is None:
            known = self._attempts[want.key] = _Attempt(want)
        elif known.may_again(self._at):
            known.is_under_way = True
        else:
            return
        self._waiting.put_nowait(known)

    async def _work(self) -> None:
        while True:
            attempt = await self._waiting.get()
            attempt.tries += 1
            try:
                await self._send(attempt.want.command)
            except DomainError as refused:
                self.failed_count += 1
                told = {"command": repr(attempt.want.command), "why": refused.message, "call": attempt.want.call_id}
                log.warning("a recording could not be kept whole", extra=told)
            attempt.due_at = self._at + timedelta(seconds=AGAIN_S * 2 ** (attempt.tries - 1))
            attempt.is_under_way = False

    async def _send(self, command: Care) -> None:
        if isinstance(command, RenewRecording):
            await self._hands.send(command)
        else:
            await self._switch.send(command)
