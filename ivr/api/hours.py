"""Routes of the hotline's rules: opening hours, public holidays, numbers, webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, tzinfo

from cti.domain.hours import calendar_years
from cti.domain.roles import Right
from cti.domain.rulebook import Rule
from cti.store.rulebook import Rules
from cti.store.work import Database
from cti.web.routes import Ask, route
from cti.web.rules import rules_shown, write_rule
from cti.web.wire import RulesInForce
from ivr.hotline_rules import check_hotlines, check_hours, check_webhooks, hotlines_now
from ivr.library import Library
from ivr.wire import (
    CalendarRulesChange,
    HotlineRulesChange,
    HotlinesNow,
    HoursRulesChange,
    WebhookRulesChange,
)


class HoursRoutes:
    """/api/hotlines and the rules behind them. `turn`: one change at a time, or a flow goes that a rule takes up."""

    def __init__(
        self,
        *,
        database: Database,
        rules: Rules,
        library: Library,
        turn: asyncio.Lock,
        clock: Callable[[], datetime],
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._rules = rules
        self._library = library
        self._turn = turn
        self._clock = clock
        self._zone = zone

    @route("GET", "/api/hotlines/now", Right.SEE_FLOWS)
    async def now(self, ask: Ask) -> HotlinesNow:
        """Which flow answers each number at this moment, and until when."""
        edition = self._library.edition
        return HotlinesNow(
            hotlines=hotlines_now(edition, self._clock().astimezone(self._zone)),
            calendar_years=calendar_years(edition.calendar),
        )

    @route("PUT", "/api/rules/hours", Right.EDIT_FLOWS)
    async def change_hours(self, ask: Ask, body: HoursRulesChange) -> RulesInForce:
        """Opening hours. One that a number or a flow goes by cannot be taken away."""
        async with self._turn:
            check_hours(body.value, self._rules.book.hotlines, self._library.edition.flows)
            return await self._change(ask, "hours", body.value, body.version)

    @route("PUT", "/api/rules/calendar", Right.EDIT_FLOWS)
    async def change_calendar(self, ask: Ask, body: CalendarRulesChange) -> RulesInForce:
        """Public holidays and make-up workdays."""
        return await self._change(ask, "calendar", body.value, body.version)

    @route("PUT", "/api/rules/hotlines", Right.EDIT_FLOWS)
    async def change_hotlines(self, ask: Ask, body: HotlineRulesChange) -> RulesInForce:
        """Which flow answers which number when."""
        async with self._turn:
            check_hotlines(body.value, self._rules.book.hours, self._library.edition.flows)
            return await self._change(ask, "hotlines", body.value, body.version)

    @route("PUT", "/api/rules/webhooks", Right.EDIT_FLOWS)
    async def change_webhooks(self, ask: Ask, body: WebhookRulesChange) -> RulesInForce:
        """Systems outside that flows may ask: these and no others."""
        async with self._turn:
            check_webhooks(body.value, self._library.edition.flows)
            return await self._change(ask, "webhooks", body.value, body.version)

    async def _change(self, ask: Ask, name: str, value: Rule, version: int) -> RulesInForce:
        await write_rule(
            ask, name, value, version=version, database=self._database, rules=self._rules, at=self._clock()
        )
        return rules_shown(self._rules, ask.actor)
