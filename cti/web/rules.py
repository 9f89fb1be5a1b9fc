"""The rulebook on the web: everybody may read it, who answers for the floor may change it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import msgspec

from cti.domain.roles import Actor, Right, may
from cti.domain.rulebook import Rule, WebhookRules
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
        return rules_shown(self._rules, ask.actor)

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
        await write_rule(
            ask, name, value, version=version, database=self._database, rules=self._rules, at=self._clock()
        )
        return await self.show(ask)


async def write_rule(
    ask: Ask, name: str, value: Rule, *, version: int, database: Database, rules: Rules, at: datetime
) -> None:
    """Change a rule and audit what it was and is. Raises: as `Rules.change`."""
    details = {"before": _plain(getattr(rules.book, name)), "after": _plain(value)}
    async with database.work() as work:
        await rules.change(work, name, value, version=version, by=ask.actor.login)
        await record_audit(work.session, ask.actor, "rules.change", at=at, about=f"rules:{name}", details=details)


def rules_shown(rules: Rules, actor: Actor) -> RulesInForce:
    """All rules, without the addresses of webhooks for who cannot change them: many carry a key."""
    book = rules.book
    if not may(actor.role, Right.EDIT_FLOWS):
        book = msgspec.structs.replace(book, webhooks=_without(book.webhooks, r".*"))
    return RulesInForce(rules=book, versions=dict(rules.versions))


def _plain(rule: Rule) -> object:
    """A rule as the audit keeps it: what stands behind the `?` of a webhook may be a key."""
    return msgspec.to_builtins(_without(rule, r"[?].*") if isinstance(rule, WebhookRules) else rule)


def _without(rule: WebhookRules, pattern: str) -> WebhookRules:
    kept = [msgspec.structs.replace(one, url=re.sub(pattern, "", one.url)) for one in rule.webhooks]
    return WebhookRules(webhooks=tuple(kept))
