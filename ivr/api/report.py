"""Routes of the menu's figures, and their sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from cti.domain.errors import Invalid
from cti.domain.roles import Right
from cti.store.audit import record_audit
from cti.store.work import Database
from cti.web.routes import Ask, route
from ivr.report_sheet import sheet
from ivr.store.report import Span, list_days, list_keys, list_ratings
from ivr.wire_left import KeyCount, MenuDay, MenuReport, RatingCount

MOST_DAYS = 92
"""A quarter; more is a matter of reports made at night."""
SHOWN_DAYS = 7


class ReportQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Days, both counted in; the last seven when left out."""

    since: date | None = None
    until: date | None = None
    hotline: Annotated[str, Meta(max_length=20)] = ""


class ReportRoutes:
    """/api/reports/menu"""

    def __init__(self, *, database: Database, clock: Callable[[], datetime], zone: tzinfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    @route("GET", "/api/reports/menu", Right.SEE_REPORTS)
    async def show(self, ask: Ask, query: ReportQuery) -> MenuReport:
        """What became of callers in the menu; at most 92 days."""
        return await self._report(self._span(query))

    @route("GET", "/api/reports/menu.csv", Right.SEE_REPORTS, content="text/csv")
    async def export(self, ask: Ask, query: ReportQuery) -> web.StreamResponse:
        """The days as a sheet (UTF-8 with its mark). Audited."""
        span = self._span(query)
        report = await self._report(span)
        async with self._database.work() as work:
            details = {"since": span.since.isoformat(), "until": span.until.isoformat(), "hotline": span.hotline}
            await record_audit(work.session, ask.actor, "report.export", at=self._clock(), details=details)
        headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="menu.csv"'}
        text = sheet(report.days, ask.signed_in.account.language)
        return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _span(self, query: ReportQuery) -> Span:
        today = self._clock().astimezone(self._zone).date()
        until = query.until or max(today, query.since or today)
        since = query.since or until - timedelta(days=SHOWN_DAYS - 1)
        if since > until:
            raise Invalid("The first day is after the last one.", code="report.order", field="since")
        if (until - since).days >= MOST_DAYS:
            raise Invalid(f"At most {MOST_DAYS} days at once.", code="report.too_long", field="since")
        return Span(since=since, until=until, hotline=query.hotline)

    async def _report(self, span: Span) -> MenuReport:
        async with self._database.look() as session:
            days = await list_days(session, span)
            keys = await list_keys(session, span)
            ratings = await list_ratings(session, span)
        return MenuReport(
            since=span.since,
            until=span.until,
            days=[MenuDay(**msgspec.structs.asdict(one)) for one in days],
            keys=[KeyCount(**msgspec.structs.asdict(one)) for one in keys],
            ratings=[
                RatingCount(
                    question=one.question,
                    agent_id=one.agent_id,
                    name=one.name,
                    scores={str(score): count for score, count in sorted(one.scores.items())},
                    average=_average(one.scores),
                    asked=one.asked,
                )
                for one in ratings
            ],
        )


def _average(scores: dict[int, int]) -> float:
    """Sum of scores / ratings; 0 when there are none."""
    count = sum(scores.values())
    return round(sum(score * many for score, many in scores.items()) / count, 2) if count else 0.0
