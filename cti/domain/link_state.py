"""The link to the switch, as the floor knows it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from cti.domain.changes import LinkView

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LinkState(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`gap_at`: since when events may be missing; None when the floor is whole."""

    is_up: bool = False
    is_valid: bool = False
    since: datetime = EPOCH
    reason: str = ""
    system_name: str = ""
    version: str = ""
    switch_started_at: datetime | None = None
    was_valid: bool = False
    """At least one list was taken: what a later one shows differently is a difference."""
    gap_at: datetime | None = None
    gaps_count: int = 0
    events_seen: int = 0

    def open_gap(self, at: datetime, reason: str) -> None:
        """Events are missing from `at` on; a gap inside a gap is one gap."""
        if self.gap_at is None:
            self.gap_at = at
            self.gaps_count += 1
        self.is_valid = False
        self.reason = reason

    def view(self) -> LinkView:
        """Build what the outside sees."""
        return LinkView(
            is_up=self.is_up,
            is_valid=self.is_valid,
            since=self.since,
            reason=self.reason,
            system_name=self.system_name,
            version=self.version,
            switch_started_at=self.switch_started_at,
            events_seen=self.events_seen,
            gaps_count=self.gaps_count,
        )
