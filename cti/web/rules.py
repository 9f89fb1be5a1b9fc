"""The rulebook on the web: everybody may read it, who answers for the floor may change it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from cti.domain.roles import Right
from cti.domain.rulebook import Rule
from cti.store.audit import record_audit
from cti.store.rulebook import Rules
from cti.store.work import Database
from cti.web.routes import Ask, route
from cti.web.wire import (
    CallingRulesChange,
    DepartmentRulesChange,
    DeskRulesChange,
    NotReadyRulesChange,
    RulesInForce,
)


class RuleRoutes:
    """/api/rules"""

    def __init__(self, *, database: Database, rules: Rules, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock

    @route("GET", "/api/rules")
    async def show(self, ask: Ask) -> RulesInForce:
        """All rules in force. Forms and buttons are made from them."""
        return RulesInForce(rules=self._rules.book, versions=dict(self._rules.versions))

    @route("PUT", "/api/rules/desk", Right.CHANGE_RULES)
    async def change_desk(self, ask: Ask, body: DeskRulesChange) -> RulesInForce:
        """Wrap-up, missed offers, telephones that are away, browsers that die, paused recordings."""
        return await self._change(ask, "desk", body.value, body.version)

    @route("PUT", "/api/rules/not-ready", Right.CHANGE_RULES)
    async def change_not_ready(self, ask: Ask, body: NotReadyRulesChange) -> RulesInForce:
        """Reasons for not being ready, and how long a day each is planned for."""
        return await self._change(ask, "not_ready", body.value, body.version)

    @route("PUT", "/api/rules/calling", Right.CHANGE_RULES)
    async def change_calling(self, ask: Ask, body: CallingRulesChange) -> RulesInForce:
        """Who may call out where, and how much."""
        return await self._change(ask, "calling", body.value, body.version)

    @route("PUT", "/api/rules/departments", Right.CHANGE_RULES)
    async def change_departments(self, ask: Ask, body: DepartmentRulesChange) -> RulesInForce:
        """Departments that work tickets."""
        return await self._change(ask, "departments", body.value, body.version)

    async def _change(self, ask: Ask, name: str, value: Rule, version: int) -> RulesInForce:
        before = msgspec.to_builtins(getattr(self._rules.book, name))
        details = {"before": before, "after": msgspec.to_builtins(value)}
        async with self._database.work() as work:
            await self._rules.change(work, name, value, version=version, by=ask.actor.login)
            await record_audit(
                work.session, ask.actor, "rules.change", at=self._clock(), about=f"rules:{name}", details=details
            )
        return await self.show(ask)
