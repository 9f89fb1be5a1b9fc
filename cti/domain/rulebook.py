"""Business rules that may change while the service runs: one struct for each option, defaults until changed.

Stored by `cti.store.options` under `Rulebook`'s field names; the rules page edits them; each change is audited.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cti.domain.errors import Invalid
from cti.domain.hours import CalendarRules, HotlineRules, HoursRules
from cti.domain.hours import Rule as Rule

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)")]
Word = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f]+$(?!\n)")]
Prefix = Annotated[str, Meta(pattern=r"^[0-9]{1,12}$(?!\n)")]


class Reason(Rule, frozen=True, kw_only=True):
    """Why an agent is not ready. Taken out of use, never removed: the past still names it."""

    code: Code
    zh: Word
    en: Word
    allowance_min: Annotated[int, Meta(ge=0, le=720)] = 0
    """Minutes a day that are planned for it; 0 plans none. Shown, never enforced: who is ill is ill."""
    is_active: bool = True


class Department(Rule, frozen=True, kw_only=True):
    """Who works complaints to the end (P-20, P-25)."""

    code: Code
    zh: Word
    en: Word
    is_active: bool = True


class NotReadyRules(Rule, frozen=True, kw_only=True):
    """Reasons, in the order of the buttons."""

    reasons: Annotated[tuple[Reason, ...], Meta(max_length=20)] = (
        Reason(code="break", zh="小休", en="Break", allowance_min=60),
        Reason(code="meal", zh="用餐", en="Meal", allowance_min=60),
        Reason(code="training", zh="培训", en="Training"),
        Reason(code="back_office", zh="后台工作", en="Back office"),
    )


class DeskRules(Rule, frozen=True, kw_only=True):
    """What happens to agents by rule. The floor takes these over at once."""

    wrap_up_s: Annotated[float, Meta(ge=0, le=600)] = 15.0
    """Time for notes after a talk with a customer; 0: none."""
    extension_s: Annotated[float, Meta(ge=10, le=600)] = 60.0
    """One press of "more time"."""
    missed_offers_limit: Annotated[int, Meta(ge=0, le=20)] = 1
    """Offers missed in a row after which a ready agent becomes not ready; 0: never."""
    phone_away_s: Annotated[float, Meta(ge=1, le=10)] = 4.0
    """A ready agent whose telephone the switch cannot reach for so long is taken out of the ring."""
    phone_back_s: Annotated[float, Meta(ge=0, le=3600)] = 120.0
    """Comes the telephone back within this time, he is ready again by himself; 0: never by himself."""
    lost_browser: Literal["wait", "queue"] = "wait"
    """A browser dies in a call: `wait` lets the agent's reload take the caller back, then queues him first; `queue` at
    once."""
    take_back_s: Annotated[float, Meta(ge=5, le=120)] = 20.0
    """How long the caller hears music for that."""
    recording_pause_s: Annotated[float, Meta(ge=10, le=600)] = 120.0
    """A paused recording goes on by itself after this (PCI DSS: no longer than the card number takes)."""


class CallingRules(Rule, frozen=True, kw_only=True):
    """Who may call out where (security 6.4). Numbers are compared as digits, without a leading +."""

    is_on: bool = False
    """Off until somebody who answers for the bill has set the prefixes."""
    prefixes: dict[
        Literal["agent", "team_leader", "supervisor"], Annotated[tuple[Prefix, ...], Meta(max_length=100)]
    ] = msgspec.field(default_factory=dict)
    """Role -> what a number must begin with, one of them. No entry: that role calls nobody."""
    blocked: Annotated[tuple[Prefix, ...], Meta(max_length=200)] = (
        *("00", "010101", "9951", "168", "16"),
        *("179", "12593", "10193", "11808"),
    )
    """Wins over the prefixes: abroad, premium; access codes of carriers, after which any number may follow."""
    per_minute: Annotated[int, Meta(ge=1, le=60)] = 6
    """Attempts of one agent."""
    concurrent: Annotated[int, Meta(ge=1, le=200)] = 8
    """Calls out at once, all agents together."""
    minutes_a_day: Annotated[int, Meta(ge=1, le=1440)] = 180
    """Talk outwards of one agent."""


class DepartmentRules(Rule, frozen=True, kw_only=True):
    """Departments, in the order of lists."""

    departments: Annotated[tuple[Department, ...], Meta(max_length=60)] = (
        Department(code="service", zh="客服部", en="Customer service"),
        Department(code="quality", zh="质量部", en="Quality"),
        Department(code="production", zh="生产部", en="Production"),
        Department(code="development", zh="技术开发部", en="Development"),
        Department(code="purchasing", zh="采购部", en="Purchasing"),
        Department(code="warehouse", zh="仓储物流部", en="Warehouse and transport"),
        Department(code="sales", zh="营销部", en="Sales"),
        Department(code="finance", zh="财务部", en="Finance"),
        Department(code="personnel", zh="人事行政部", en="Personnel"),
        Department(code="safety", zh="安全部", en="Safety"),
        Department(code="office", zh="总办", en="Central office"),
    )


WEB_ADDRESS = (
    r"^https?://([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?"
    r"([/?][!-?A-\[\]-~]*)?$(?!\n)"
)
"""A host, maybe a port, then printable ASCII without `@` and backslash: nothing that two readers take differently."""


class Webhook(Rule, frozen=True, kw_only=True):
    """A system outside that flows may ask. POST of a JSON object, answer a flat JSON object (`ivr` look-up node)."""

    code: Code
    url: Annotated[str, Meta(max_length=500, pattern=WEB_ADDRESS)]
    """No user or password in it; a secret goes into a header made from the service's own environment."""
    is_active: bool = True


class WebhookRules(Rule, frozen=True, kw_only=True):
    """All of them."""

    webhooks: Annotated[tuple[Webhook, ...], Meta(max_length=40)] = ()


class Rulebook(Rule, frozen=True, kw_only=True):
    """All options in force."""

    not_ready: NotReadyRules = NotReadyRules()
    desk: DeskRules = DeskRules()
    calling: CallingRules = msgspec.field(default_factory=CallingRules)
    departments: DepartmentRules = DepartmentRules()
    hours: HoursRules = HoursRules()
    calendar: CalendarRules = CalendarRules()
    hotlines: HotlineRules = HotlineRules()
    webhooks: WebhookRules = WebhookRules()


BY_RULE = frozenset({"missed_offer", "phone_away"})
"""Reasons that only a rule gives."""


def check_change(before: Rule, after: Rule) -> None:
    """Check what the shapes cannot: nothing that the past names may vanish, nothing may mean two things.

    Raises: Invalid `rules.twice`, `rules.reserved`, `rules.vanished`, `rules.no_prefixes`.
    """
    if isinstance(after, CallingRules) and after.is_on and not any(after.prefixes.values()):
        raise Invalid("say which numbers may be called before calling out is switched on", code="rules.no_prefixes")
    keys = _keys_of(after)
    if twice := [key for key, count in Counter(keys).items() if count > 1]:
        raise Invalid(f"{twice[0]} is there twice", code="rules.twice", value=twice[0])
    kept = _kept_codes_of(after)
    for code in kept:
        if code in BY_RULE:
            raise Invalid(f"{code} is given by rule, it cannot be chosen", code="rules.reserved", value=code)
    for code in _kept_codes_of(before):
        if code not in kept:
            raise Invalid(f"{code} stands in records: switch it off instead", code="rules.vanished", value=code)


def _kept_codes_of(rule: Rule) -> list[str]:
    """Codes that records name: they may be switched off, never taken out."""
    return _keys_of(rule) if isinstance(rule, NotReadyRules | DepartmentRules) else []


def _keys_of(rule: Rule) -> list[str]:
    """By what the parts of a rule are told apart."""
    match rule:
        case NotReadyRules():
            return [one.code for one in rule.reasons]
        case DepartmentRules():
            return [one.code for one in rule.departments]
        case HoursRules():
            return [one.code for one in rule.schedules]
        case CalendarRules():
            return [one.on.isoformat() for one in rule.days]
        case HotlineRules():
            return [one.number for one in rule.hotlines]
        case WebhookRules():
            return [one.code for one in rule.webhooks]
    return []
