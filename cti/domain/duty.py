"""Days of duty and what was done with them. A day runs from 08:00 to 08:00, so a night belongs to its evening (P-8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta, tzinfo

BEGINS = time(8)


def duty_day_start(at: datetime, zone: tzinfo) -> datetime:
    """Return the instant at which the present day of duty began, in `zone`."""
    local = at.astimezone(zone)
    today = datetime.combine(local.date(), BEGINS, tzinfo=zone)
    return today if local >= today else datetime.combine(local.date() - timedelta(days=1), BEGINS, tzinfo=zone)


def seconds_by_reason(
    modes: Iterable[tuple[datetime, str, str]], since: datetime, until: datetime
) -> Mapping[str, float]:
    """Return reason -> seconds not ready with it between two instants.

    `modes`: instant, mode, reason, oldest first; each lasts until the next, the last one until `until`.
    """
    sums: dict[str, float] = {}
    rows = list(modes)
    ends = [begun_at for begun_at, _, _ in rows[1:]] + [until]
    for (begun_at, mode, reason), ended_at in zip(rows, ends, strict=False):
        spent_s = (min(ended_at, until) - max(begun_at, since)).total_seconds()
        if mode == "not_ready" and spent_s > 0:
            sums[reason] = sums.get(reason, 0.0) + spent_s
    return sums
