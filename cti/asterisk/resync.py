"""What Asterisk lists after a (re)connect or a gap, as one event; live events wait meanwhile and follow in order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from cti.asterisk.actions import ActionTable
from cti.asterisk.fields import Undecodable, bridge_or_none, caller_name, need, number, whole
from cti.asterisk.frames import Fields
from cti.domain.events import Event, FloorListed, ListedCaller, ListedChannel, ListedMember
from cti.domain.ids import ChannelId, Device, LinkedId, QueueName

log = logging.getLogger(__name__)

MENU_CONTEXT = "hotline"
"""Context of the dialplan contract in which a caller waits in AGI(agi:async)."""
HELD_LIMIT = 50_000
_Row = TypeVar("_Row")


async def list_floor(
    actions: ActionTable, *, started_at: datetime | None, limit_s: float, reject: Callable[[str], None]
) -> FloorListed:
    """Ask for channels and queues. `at` is the instant before the first question; a malformed row is left out.

    Raises: NotSent, SwitchRefused, OutcomeUnknown.
    """
    at = datetime.now(UTC)
    channels = await actions.list_rows([("Action", "CoreShowChannels")], limit_s=limit_s)
    queues = await actions.list_rows([("Action", "QueueStatus")], limit_s=limit_s)
    return FloorListed(
        at=at,
        channels=_rows(channels.of("CoreShowChannel"), _channel, reject),
        members=_rows(queues.of("QueueMember"), _member, reject),
        callers=_rows(queues.of("QueueEntry"), _caller, reject),
        queues=tuple(QueueName(row["Queue"]) for row in queues.of("QueueParams") if row.get("Queue")),
        switch_started_at=started_at,
    )


def _rows(rows: list[Fields], read: Callable[[Fields], _Row], reject: Callable[[str], None]) -> tuple[_Row, ...]:
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except Undecodable as reason:
            reject(f"{row['Event']} row: {reason}")
    return tuple(found)


def _channel(f: Fields) -> ListedChannel:
    application, context = f.get("Application", ""), f.get("Context", "")
    # Asterisk: Application keeps the last EXECuted one while the channel is back in the menu, so the context decides.
    waits_for_us = f.get("ApplicationData", "").startswith("agi:async")
    return ListedChannel(
        channel_id=ChannelId(need(f, "Uniqueid")),
        linked_id=LinkedId(need(f, "Linkedid")),
        channel=need(f, "Channel"),
        state=whole(f, "ChannelState"),
        number=number(f),
        caller_name=caller_name(f),
        context=context,
        exten=f.get("Exten", ""),
        application=application,
        bridge_id=bridge_or_none(f, "BridgeId"),
        age_s=_clock_s(f.get("Duration", "")),
        is_in_menu=waits_for_us or (context == MENU_CONTEXT and f.get("Exten", "") != "T"),
    )


def _clock_s(text: str) -> float:
    """`00:01:07` -> 67.0"""
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise Undecodable("Duration is not a time")
    return float(int(parts[0]) * 3600 + int(parts[1]) * 60 + int(parts[2]))


def _member(f: Fields) -> ListedMember:
    # Asterisk: the list says Name and Location where the events of the same member say MemberName and Interface.
    return ListedMember(
        queue=QueueName(need(f, "Queue")),
        device=Device(need(f, "Location")),
        member_name=f.get("Name", ""),
        device_state=whole(f, "Status", 0),
        is_paused=whole(f, "Paused", 0) != 0,
        pause_reason=f.get("PausedReason", ""),
        penalty=whole(f, "Penalty", 0),
    )


def _caller(f: Fields) -> ListedCaller:
    return ListedCaller(
        queue=QueueName(need(f, "Queue")),
        channel_id=ChannelId(need(f, "Uniqueid")),
        position=whole(f, "Position"),
        wait_s=float(whole(f, "Wait", 0)),
    )


class Gate:
    """Lets events through, or holds them while the switch is being listed."""

    def __init__(self, submit: Callable[[Event], None], overflow: Callable[[int], None]) -> None:
        self._submit = submit
        self._overflow = overflow
        self._held: list[Event] | None = []

    def __len__(self) -> int:
        return len(self._held or ())

    def deliver(self, event: Event) -> None:
        """Pass an event on, now or after the listing."""
        if self._held is None:
            self._submit(event)
        elif len(self._held) < HELD_LIMIT:
            self._held.append(event)
        else:
            lost_count, self._held = len(self._held) + 1, []
            self._overflow(lost_count)

    def shut(self) -> None:
        """Hold events from now on."""
        if self._held is None:
            self._held = []

    def open(self) -> None:
        """Pass on what was held, in order, and everything after it."""
        held, self._held = self._held or [], None
        for event in held:
            self._submit(event)
