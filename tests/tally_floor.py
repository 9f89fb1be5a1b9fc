"""A floor that only counts: for tests of what stands around the real one."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from cti.domain.changes import Change, Snapshot
from cti.domain.events import CallEntered, Event, LinkLagged
from cti.domain.ids import ChannelId, LinkedId
from tests.floor_words import a_call, at


class PoisonError(Exception):
    """What the floor raises on an event with the hotline `poison`."""


class TallyFloor:
    """Keeps the hotlines of entered calls, in order; each is a change of its own."""

    def __init__(self) -> None:
        self.as_of = datetime.fromtimestamp(0, UTC)
        self.seen: list[str] = []
        self.gaps: list[LinkLagged] = []

    def apply(self, event: Event) -> list[Change]:
        self.as_of = event.at
        if isinstance(event, LinkLagged):
            self.gaps.append(event)
        if not isinstance(event, CallEntered):
            return []
        if event.hotline == "poison":
            raise PoisonError
        self.seen.append(event.hotline)
        return [Change("calls", event.hotline, a_call(event.hotline))]

    def snapshot(self) -> Snapshot:
        return {"calls": {key: a_call(key) for key in self.seen}}

    def dump(self) -> bytes:
        return msgspec.json.encode(self.seen)

    @classmethod
    def load(cls, data: bytes) -> TallyFloor:
        floor = cls()
        floor.seen = msgspec.json.decode(data)
        return floor


def entered(name: str, second: float = 0) -> CallEntered:
    """An event that the tally floor knows."""
    channel = ChannelId("x-1.1")
    return CallEntered(
        at=at(second),
        channel_id=channel,
        linked_id=LinkedId("x-1.1"),
        channel="PJSIP/trunk-1",
        hotline=name,
        line_count=1,
        is_test=False,
    )
