"""Outlet: makes Asterisk's queue members what the agents' modes say (P-3). Level-triggered.

After every change wanted and present membership are compared and only the difference is asked for; a command that was
refused or lost is not repeated blindly, the next look decides. Time is that of the events, `Ticked` included.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from cti.domain.changes import AgentMode, AgentView, Change
from cti.domain.commands import AddMember, PauseMember, RemoveMember
from cti.domain.errors import DomainError
from cti.domain.events import Event, FloorListed, LinkDown, LinkLagged, MemberChanged, MemberRemoved, Ticked
from cti.domain.ids import Device, QueueName
from cti.domain.switch import Switch
from cti.domain.telephones import agent_of_endpoint, endpoint_of

log = logging.getLogger(__name__)

FALLBACK = QueueName("fallback")
TEST = QueueName("test")
ROBOT = Device("PJSIP/robot")
SETTLE_S = 3.0
"""After a command that Asterisk took, its event has this long to show the effect."""
BACK_OFF_S = 1.0
LONGEST_BACK_OFF_S = 60.0
"""The same command again: after 1, 2, 4 ... 60 s."""

MemberCommand = AddMember | RemoveMember | PauseMember


def plan_membership(view: AgentView, *, fallback: QueueName = FALLBACK) -> list[MemberCommand]:
    """Return the commands that make Asterisk's members agree with the agent's mode; empty when they do.

    Signed out: member nowhere. Ready: in his queues and `fallback`. Not ready and wrap-up: there, but paused. Pauses
    come first, so that nobody is rung for a queue he is about to leave.
    """
    wanted = [] if view.mode is AgentMode.SIGNED_OUT else list(dict.fromkeys([*view.queues, fallback]))
    is_paused = view.mode is not AgentMode.READY
    reason = _pause_reason(view) if is_paused else ""
    pauses = [
        PauseMember(device=view.device, is_paused=is_paused, reason=reason, queue=queue)
        for queue in wanted
        if queue in view.member_of and (queue in view.paused_in) != is_paused
    ]
    leaves = [RemoveMember(queue=queue, device=view.device) for queue in view.member_of if queue not in wanted]
    joins = [
        AddMember(
            queue=queue,
            device=view.device,
            member_name=view.agent_id,
            is_paused=is_paused,
            pause_reason=reason,
        )
        for queue in wanted
        if queue not in view.member_of
    ]
    return [*pauses, *leaves, *joins]


def plan_robot(member_of_test: bool, is_paused: bool) -> list[MemberCommand]:
    """Return the commands that make the robot serve the test queue."""
    if not member_of_test:
        return [AddMember(queue=TEST, device=ROBOT, member_name="robot")]
    return [PauseMember(device=ROBOT, is_paused=False, queue=TEST)] if is_paused else []


def _pause_reason(view: AgentView) -> str:
    return "wrap_up" if view.mode is AgentMode.WRAP_UP else view.reason or "not_ready"


class _Attempt(msgspec.Struct):
    """The last command for one device in one queue, and until when the same one is not sent again."""

    command: MemberCommand
    failures: int = 0
    is_under_way: bool = True
    hold_until: datetime | None = None

    def is_due(self, at: datetime) -> bool:
        return self.hold_until is None or at >= self.hold_until


class Membership:
    """Sends what `plan_membership` asks for: one command at a time for each device and queue, `workers` in all."""

    def __init__(self, *, switch: Switch, fallback: QueueName = FALLBACK, workers: int = 8) -> None:
        self._switch = switch
        self._fallback = fallback
        self._workers_count = workers
        self._workers: list[asyncio.Task[None]] = []
        self._views: dict[Device, AgentView] = {}
        self._forgotten: set[Device] = set()
        self._attempts: dict[Device, dict[QueueName, _Attempt]] = {}
        self._waiting: asyncio.Queue[_Attempt] = asyncio.Queue()
        """At most one entry for each device and queue."""
        self._robot: tuple[bool, bool] | None = None
        """Member of the test queue, paused there; None until listed, or when there is no such queue."""
        self._is_valid = False
        self._at = datetime.min.replace(tzinfo=UTC)
        self.failed_count = 0
        """Commands refused or without answer since the start."""

    @property
    def waiting_count(self) -> int:
        """Commands waiting or under way."""
        return sum(attempt.is_under_way for attempts in self._attempts.values() for attempt in attempts.values())

    def prime(self, views: Iterable[AgentView]) -> None:
        """Take over the agents as a replay left them; the first `FloorListed` compares them with the switch."""
        for view in views:
            self._views[view.device] = view

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take an event and its changes. Quick, never waits, never raises."""
        self._at = max(self._at, event.at)
        touched = {device for change in changes if change.topic == "agents" for device in self._note(change)}
        match event:
            case LinkDown() | LinkLagged():
                self._is_valid = False
            case FloorListed():
                self._is_valid = True
                self._list(event)
                touched |= {*self._views, ROBOT}
            case Ticked():
                touched |= {*self._attempts}
            case MemberChanged() if (event.queue, event.device) == (TEST, ROBOT):
                self._robot = (True, event.is_paused)
                touched.add(ROBOT)
            case MemberRemoved():
                touched.add(self._note_removed(event))
        for device in touched:
            self._look(device)

    async def run(self) -> None:
        """Send commands until `aclose`."""
        async with asyncio.TaskGroup() as group:
            self._workers = [
                group.create_task(self._work(), name=f"membership {n}") for n in range(self._workers_count)
            ]

    async def aclose(self) -> None:
        """Send nothing more and let `run` return."""
        self._is_valid = False
        for worker in self._workers:
            worker.cancel()

    def _note(self, change: Change) -> set[Device]:
        """Keep the newest view; return the devices it is about.

        A device that no agent has any more is kept as signed out until it is a member nowhere.
        """
        view = change.value if isinstance(change.value, AgentView) else None
        touched = set()
        for device, known in self._views.items():
            if known.agent_id == change.key and (view is None or view.device != device):
                self._views[device] = msgspec.structs.replace(known, mode=AgentMode.SIGNED_OUT, queues=())
                self._forgotten.add(device)
                touched.add(device)
        if view is not None:
            self._forgotten.discard(view.device)
            self._views[view.device] = view
            touched.add(view.device)
        return touched

    def _note_left(self, device: Device, member_of: Iterable[QueueName]) -> None:
        """Nobody else reports on a forgotten device."""
        if device in self._forgotten:
            left = tuple(member_of)
            self._views[device] = msgspec.structs.replace(self._views[device], member_of=left)
            if not left:
                self._forgotten.discard(device)
                del self._views[device]

    def _note_removed(self, event: MemberRemoved) -> Device:
        if (event.queue, event.device) == (TEST, ROBOT):
            self._robot = (False, False)
        elif event.device in self._forgotten:
            known = self._views[event.device].member_of
            self._note_left(event.device, [queue for queue in known if queue != event.queue])
        return event.device

    def _list(self, event: FloorListed) -> None:
        self._note_left_behind(event)
        for device in list(self._forgotten):
            self._note_left(device, [row.queue for row in event.members if row.device == device])
        self._list_robot(event)

    def _note_left_behind(self, event: FloorListed) -> None:
        """A telephone its agent changed for another while nobody looked is still a member."""
        by_agent = {view.agent_id: view for view in self._views.values()}
        for row in event.members:
            agent_id = agent_of_endpoint(endpoint_of(row.device))
            if agent_id in by_agent and row.device not in self._views:
                self._views[row.device] = msgspec.structs.replace(
                    by_agent[agent_id], device=row.device, mode=AgentMode.SIGNED_OUT, queues=()
                )
                self._forgotten.add(row.device)

    def _list_robot(self, event: FloorListed) -> None:
        self._robot = None
        if TEST in event.queues:
            rows = [row for row in event.members if row.queue == TEST and row.device == ROBOT]
            self._robot = (bool(rows), rows[0].is_paused if rows else False)

    def _look(self, device: Device) -> None:
        """Compare one device's membership with what is wanted, and ask for the difference."""
        if not self._is_valid:
            return
        attempts = self._attempts.setdefault(device, {})
        wanted = {command.queue or FALLBACK: command for command in self._plan(device)}
        for queue, command in wanted.items():
            last = attempts.get(queue)
            if last is None:
                self._send_soon(_Attempt(command))
            elif not last.is_under_way and (last.command != command or last.is_due(self._at)):
                self._send_soon(_Attempt(command, last.failures))
        for queue in [queue for queue in attempts if queue not in wanted and not attempts[queue].is_under_way]:
            del attempts[queue]  # agreed: the next difference starts afresh
        if not attempts:
            del self._attempts[device]

    def _plan(self, device: Device) -> list[MemberCommand]:
        if device == ROBOT:
            return plan_robot(*self._robot) if self._robot else []
        view = self._views.get(device)
        return plan_membership(view, fallback=self._fallback) if view else []

    def _send_soon(self, attempt: _Attempt) -> None:
        self._attempts[attempt.command.device][attempt.command.queue or FALLBACK] = attempt
        self._waiting.put_nowait(attempt)

    async def _work(self) -> None:
        while True:
            attempt = await self._waiting.get()
            # Taken or not, only events tell what came of it: the same command waits, longer each time.
            try:
                await self._switch.send(attempt.command)
                hold_s = SETTLE_S
            except DomainError as refused:
                self.failed_count += 1
                hold_s = BACK_OFF_S
                log.warning("membership not changed", extra={"command": repr(attempt.command), "why": refused.message})
            hold_s = min(hold_s * 2**attempt.failures, LONGEST_BACK_OFF_S)
            attempt.failures += 1
            attempt.hold_until = self._at + timedelta(seconds=hold_s)
            attempt.is_under_way = False
            self._look(attempt.command.device)
