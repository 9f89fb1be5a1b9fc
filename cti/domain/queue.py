"""A queue: who stands in it, who is talking out of it, and which members could take the next caller."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cti.domain.changes import QueueView
from cti.domain.ids import Device, QueueName, VisitId

NOT_IN_USE = 1
"""Asterisk's Status of a member that could be rung."""


class Member(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A device in a queue, as Asterisk has it."""

    device: Device
    name: str
    changed_at: datetime
    device_state: int = 0
    is_paused: bool = False
    pause_reason: str = ""
    penalty: int = 0

    @property
    def is_free(self) -> bool:
        """Neither paused nor busy, on a reachable phone."""
        return self.device_state == NOT_IN_USE and not self.is_paused


class Queue(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`waiting`: visit -> entry instant. `talking`: visits served now. `removed`: when a device was taken out."""

    name: QueueName
    members: dict[Device, Member] = {}
    waiting: dict[VisitId, datetime] = {}
    talking: set[VisitId] = set()
    removed: dict[Device, datetime] = {}
    free_count: int = 0

    def place(self, visit_id: VisitId, entered_at: datetime, is_waiting: bool, is_talking: bool) -> bool:
        """Note where a visit stands. Returns whether that is news."""
        before = (visit_id in self.waiting, visit_id in self.talking)
        if before == (is_waiting, is_talking):
            return False
        if is_waiting:
            self.waiting[visit_id] = entered_at
        else:
            self.waiting.pop(visit_id, None)
        if is_talking:
            self.talking.add(visit_id)
        else:
            self.talking.discard(visit_id)
        return True

    def put_member(self, member: Member) -> bool:
        """Note a member's state. Returns False for a report older than what we know."""
        known = self.members.get(member.device)
        removed_at = self.removed.get(member.device)
        if known is not None and known.changed_at > member.changed_at:
            return False
        if removed_at is not None and removed_at >= member.changed_at:
            return False
        self.removed.pop(member.device, None)
        self.members[member.device] = member
        self.free_count += member.is_free - (known is not None and known.is_free)
        return True

    def remove_member(self, device: Device, at: datetime) -> bool:
        """Note that a device is no member any more. Returns whether it was one."""
        known = self.members.get(device)
        if known is None or known.changed_at > at:
            return False
        del self.members[device]
        self.free_count -= known.is_free
        self.removed[device] = at
        return True

    def view(self) -> QueueView:
        """Build what the outside sees."""
        return QueueView(
            name=self.name,
            waiting_count=len(self.waiting),
            longest_since=min(self.waiting.values(), default=None),
            talking_count=len(self.talking),
            member_count=len(self.members),
            free_count=self.free_count,
        )
