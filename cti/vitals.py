"""How the running service fares: figures and findings about ourselves, for the check page and the metrics."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from cti.core import Core, utc_now
from cti.domain.findings import Finding, Level
from cti.web.wire import Gauge
from ivr.library import check_prompts

LEAST_FREE_RATIO, LEAST_FREE_BYTES = 0.10, 5 * 2**30
"""Disk guard: below either of them the room is short (asterisk: section 5)."""
NO_ROOM_RATIO = 0.03
SLOW_LOOP_S = 0.05
"""The event loop may not be kept longer: Asterisk drops a reader that is slow for long."""


def gauges_of(core: Core) -> list[Gauge]:
    """Return every figure, in the order the check page shows them."""
    link = core.link.gauges
    figures: list[tuple[str, float | None, str]] = [
        ("link.lag", link.lag_s, "s"),
        ("link.lag_max", link.lag_max_s, "s"),
        ("link.heartbeat", link.heartbeat_s, "s"),
        ("link.frames", link.frames, "count"),
        ("link.events", link.events, "count"),
        ("link.ignored", link.ignored, "count"),
        ("link.quarantined", link.quarantined, "count"),
        ("link.connects", link.connects, "count"),
        ("link.resyncs", link.resyncs, "count"),
        ("link.pending_actions", link.pending_actions, "count"),
        ("engine.applied", core.engine.applied_count, "count"),
        ("engine.queue", core.engine.queue_count, "count"),
        ("engine.wait_worst", core.engine.wait_worst_s, "s"),
        ("engine.lost", core.engine.lost_count, "count"),
        ("engine.dead", core.engine.dead_count, "count"),
        ("loop.lag_worst", core.loop_lag.worst_s, "s"),
        ("journal.pending", core.journal.pending_count, "count"),
        ("journal.lost", core.journal.lost_count, "count"),
        ("recorder.pending", core.recorder.pending_count, "count"),
        ("recorder.recorded", core.recorder.recorded_count, "count"),
        ("recorder.broken", core.recorder.broken_count, "count"),
        ("menu.callers", core.menus.callers_count, "count"),
        ("menu.late", core.menus.late_count, "count"),
        ("membership.waiting", core.membership.waiting_count, "count"),
    ]
    return [Gauge(code=code, value=value, unit=unit) for code, value, unit in figures]


def storage_findings(core: Core) -> Iterable[Finding]:
    """Journal, database, disk."""
    if core.journal.error:
        yield Finding(
            code="journal.unwritable",
            level=Level.BAD,
            text=f"the journal cannot be written: {core.journal.error}",
            fix=f"Make room in {core.journal.folder} or give it back to the service's user; nothing is lost so far.",
        )
    else:
        yield Finding(code="journal.ok", level=Level.OK, text="every event is on disk within half a second")
    if core.recorder.away_s:
        yield Finding(
            code="database.away",
            level=Level.BAD,
            text=f"the database has been away for {core.recorder.away_s:.0f} s: {core.recorder.error}",
            fix=f"Bring it back; {core.recorder.pending_count} entities wait in memory and in the journal.",
        )
    else:
        yield Finding(code="database.ok", level=Level.OK, text="the database takes what happens")
    if core.recorder.broken_count:
        yield Finding(
            code="database.refuses",
            level=Level.BAD,
            text=f"the database refused {core.recorder.broken_count} rows for good",
            fix="Look into the service's log for `the database refuses`, and report it: it is a fault of ours.",
        )
    for folder in dict.fromkeys((core.settings.data_path, core.settings.recordings_path)):
        yield disk_finding(folder)


def disk_finding(folder: Path) -> Finding:
    """Room on the disk of a folder."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        text = f"room in {folder} is unknown: {error.strerror}"
        return Finding(code="disk.unknown", level=Level.UNKNOWN, text=text, about=str(folder))
    ratio = usage.free / usage.total
    text = f"{usage.free / 2**30:.1f} GiB ({ratio:.0%}) free for {folder}"
    if ratio < NO_ROOM_RATIO:
        level = Level.BAD
    elif ratio < LEAST_FREE_RATIO or usage.free < LEAST_FREE_BYTES:
        level = Level.WARN
    else:
        return Finding(code="disk.ok", level=Level.OK, text=text, about=str(folder))
    fix = "Make room: recordings and the database stop when it is full."
    return Finding(code="disk.short", level=level, text=text, fix=fix, about=str(folder))


def pace_findings(core: Core) -> Iterable[Finding]:
    """Event loop, lost events, callers given up in the menu."""
    worst_s = core.loop_lag.worst_s
    level = Level.OK if worst_s <= SLOW_LOOP_S else Level.WARN
    text = f"the event loop was kept {worst_s * 1000:.0f} ms at most in the last minute"
    fix = "" if level is Level.OK else "The machine is too busy: see what else runs on it."
    yield Finding(code="loop.ok" if level is Level.OK else "loop.slow", level=level, text=text, fix=fix)
    lost = core.engine.lost_count + core.journal.lost_count
    if lost:
        text = f"{lost} events were lost since the start; the floor was listed anew each time"
        yield Finding(code="events.lost", level=Level.WARN, text=text, fix="The machine is too slow for this load.")
    if core.menus.late_count:
        text = f"{core.menus.late_count} callers in the menu were not renewed in time and went to the fallback queue"
        yield Finding(code="menu.late", level=Level.WARN, text=text, fix="The service stood still: see the log.")


def prompt_findings(core: Core) -> Iterable[Finding]:
    """Prompts of the menu in force."""
    return check_prompts(core.flow)


def book_findings(core: Core) -> Iterable[Finding]:
    """Asterisk's queue_log beside what was recorded."""
    if not core.settings.queue_log:
        text = "no queue_log is configured: visits cannot be compared with the book of record"
        fix = "Set HOTLINE_QUEUE_LOG to Asterisk's queue_log when it is on this machine."
        yield Finding(code="book.none", level=Level.UNKNOWN, text=text, fix=fix)
    elif core.reconciler.open_count:
        text = f"{core.reconciler.open_count} visits differ from Asterisk's queue_log"
        fix = "Look at the differences; each names the visit, what we have and what the book says."
        yield Finding(code="book.differs", level=Level.WARN, text=text, fix=fix)
    else:
        text = f"{core.reconciler.compared_count} visits compared with Asterisk's queue_log, no difference"
        yield Finding(code="book.ok", level=Level.OK, text=text)


def job_findings(core: Core) -> Iterable[Finding]:
    """Timed jobs that fail."""
    for state in core.jobs.states.values():
        if state.error or state.is_overdue(utc_now()):
            text = f"the job {state.name!r} fails: {state.error or 'it is overdue'}"
            fix = "See the service's log; it runs again at its next time."
            yield Finding(code="job.failing", level=Level.WARN, text=text, fix=fix, about=state.name)
