"""How the running service fares: figures and findings about ourselves, for the check page and the metrics."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cti.domain.findings import Finding, Level
from cti.service import Service, utc_now
from cti.store.book import list_differences
from cti.web.wire import Gauge
from ivr.flow_findings import flow_findings
from ivr.promises.promise import KEPT, UNKNOWN

LEAST_FREE_RATIO, LEAST_FREE_BYTES = 0.10, 5 * 2**30
"""Disk guard: below either of them the room is short (asterisk: section 5)."""
NO_ROOM_RATIO = 0.03
SHOWN_DIFFERENCES = 20
SLOW_LOOP_S = 0.05
"""The event loop may not be kept longer: Asterisk drops a reader that is slow for long."""


def gauges_of(service: Service) -> list[Gauge]:
    """Return every figure, in the order the check page shows them."""
    link = service.link.gauges
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
        ("engine.applied", service.engine.applied_count, "count"),
        ("engine.queue", service.engine.queue_count, "count"),
        ("engine.wait_worst", service.engine.wait_worst_s, "s"),
        ("engine.lost", service.engine.lost_count, "count"),
        ("engine.dead", service.engine.dead_count, "count"),
        ("loop.lag_worst", service.loop_lag.worst_s, "s"),
        ("journal.pending", service.journal.pending_count, "count"),
        ("journal.lost", service.journal.lost_count, "count"),
        ("recorder.pending", service.recorder.pending_count, "count"),
        ("recorder.recorded", service.recorder.recorded_count, "count"),
        ("recorder.broken", service.recorder.broken_count, "count"),
        ("menu.callers", service.menus.callers_count, "count"),
        ("menu.late", service.menus.late_count, "count"),
        ("wait.error", service.waits.error_s, "s"),
        ("wait.bias", service.waits.bias_s, "s"),
        ("wait.compared", service.waits.compared_count, "count"),
        ("wait.handling", service.waits.handling.mean_s, "s"),
        ("words.told", service.words.told_count, "count"),
        ("words.failed", service.words.failed_count, "count"),
        ("callback.kept", service.callbacks.count(*KEPT), "count"),
        ("callback.unknown", service.callbacks.count(UNKNOWN), "count"),
        ("membership.waiting", service.membership.waiting_count, "count"),
        ("browser.led_on", service.lost_browsers.counts["led_on"], "count"),
        ("browser.ended", service.lost_browsers.counts["ended"], "count"),
        ("browser.failed", service.lost_browsers.counts["failed"], "count"),
        ("pop.p50", service.pop_times.percentile_ms(0.50), "ms"),
        ("pop.p95", service.pop_times.percentile_ms(0.95), "ms"),
        ("pop.p99", service.pop_times.percentile_ms(0.99), "ms"),
        ("pop.count", service.pop_times.count, "count"),
        ("pop.unseen", service.pop_times.unseen, "count"),
        ("pop.refused", service.pops.refused_count, "count"),
    ]
    return [Gauge(code=code, value=value, unit=unit) for code, value, unit in figures]


def storage_findings(service: Service) -> Iterable[Finding]:
    """Journal, database, disk."""
    if service.journal.error:
        yield Finding(
            code="journal.unwritable",
            level=Level.BAD,
            text=f"the journal cannot be written: {service.journal.error}",
            fix=f"Make room in {service.journal.folder} or give it back to the service's user; nothing is lost so far.",
        )
    else:
        yield Finding(code="journal.ok", level=Level.OK, text="every event is on disk within half a second")
    if service.recorder.away_s:
        yield Finding(
            code="database.away",
            level=Level.BAD,
            text=f"the database has been away for {service.recorder.away_s:.0f} s: {service.recorder.error}",
            fix=f"Bring it back; {service.recorder.pending_count} entities wait in memory and in the journal.",
        )
    else:
        yield Finding(code="database.ok", level=Level.OK, text="the database takes what happens")
    if service.recorder.broken_count:
        yield Finding(
            code="database.refuses",
            level=Level.BAD,
            text=f"the database refused {service.recorder.broken_count} rows for good",
            fix="Look into the service's log for `the database refuses`, and report it: it is a fault of ours.",
        )
    for folder in dict.fromkeys((service.settings.data_path, service.settings.recordings_path)):
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


def pace_findings(service: Service) -> Iterable[Finding]:
    """Event loop, lost events, callers given up in the menu."""
    worst_s = service.loop_lag.worst_s
    level = Level.OK if worst_s <= SLOW_LOOP_S else Level.WARN
    text = f"the event loop was kept {worst_s * 1000:.0f} ms at most in the last minute"
    fix = "" if level is Level.OK else "The machine is too busy: see what else runs on it."
    yield Finding(code="loop.ok" if level is Level.OK else "loop.slow", level=level, text=text, fix=fix)
    lost = service.engine.lost_count + service.journal.lost_count
    if lost:
        text = f"{lost} events were lost since the start; the floor was listed anew each time"
        yield Finding(code="events.lost", level=Level.WARN, text=text, fix="The machine is too slow for this load.")
    if service.menus.late_count:
        text = f"{service.menus.late_count} callers in the menu were not renewed in time and went to the fallback queue"
        yield Finding(code="menu.late", level=Level.WARN, text=text, fix="The service stood still: see the log.")


def recording_findings(service: Service) -> Iterable[Finding]:
    """Recordings that could not be resumed after a pause, or begun anew after a transfer."""
    if service.recordings.failed_count:
        text = f"{service.recordings.failed_count} times a recording could not be resumed or begun anew"
        fix = "See the log for `kept whole`; the calls named there may have silent stretches."
        yield Finding(code="recording.torn", level=Level.WARN, text=text, fix=fix)


async def menu_findings(service: Service) -> Iterable[Finding]:
    """Flows in force, and the calendar that leads to them."""
    today = utc_now().astimezone(ZoneInfo(service.settings.timezone)).date()
    return await flow_findings(service.library, service.proof, today)


def book_findings(service: Service) -> Iterable[Finding]:
    """Asterisk's queue_log beside what was recorded."""
    if not service.settings.queue_log:
        text = "no queue_log is configured: visits cannot be compared with the book of record"
        fix = "Set HOTLINE_QUEUE_LOG to Asterisk's queue_log when it is on this machine."
        yield Finding(code="book.none", level=Level.UNKNOWN, text=text, fix=fix)
    elif service.reconciler.open_count:
        text = f"{service.reconciler.open_count} visits differ from Asterisk's queue_log"
        fix = "Look at the differences; each names the visit, what we have and what the book says."
        yield Finding(code="book.differs", level=Level.WARN, text=text, fix=fix)
    else:
        text = f"{service.reconciler.compared_count} visits compared with Asterisk's queue_log, no difference"
        yield Finding(code="book.ok", level=Level.OK, text=text)


def job_findings(service: Service) -> Iterable[Finding]:
    """Timed jobs that fail."""
    for state in service.jobs.states.values():
        if state.error or state.is_overdue(utc_now()):
            text = f"the job {state.name!r} fails: {state.error or 'it is overdue'}"
            fix = "See the service's log; it runs again at its next time."
            yield Finding(code="job.failing", level=Level.WARN, text=text, fix=fix, about=state.name)


async def book_differences(service: Service) -> Iterable[Finding]:
    """The newest visits that differ from Asterisk's queue_log, one finding each."""
    if not service.settings.queue_log or not service.reconciler.open_count:
        return []
    async with service.database.look() as session:
        found = await list_differences(session, since=utc_now() - timedelta(days=1))
    return [
        Finding(
            code=f"book.{one.kind}",
            level=Level.WARN,
            text=f"{one.about}: recorded {one.ours or 'nothing'}, the book has {one.theirs or 'nothing'}",
            about=one.about,
        )
        for one in found[:SHOWN_DIFFERENCES]
        if one.resolved_at is None
    ]
