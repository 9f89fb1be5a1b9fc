"""Answer rate, service level and error budget: each with the text of its formula beside the number.

The same 1,000 calls give 88.0 % to 94.6 % answered, and 77.1 % to 86.4 % in 20 s, depending on the rule (metrics). So a
figure never stands without the name of its rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from cti.domain.changes import VisitOutcome


class Request(msgspec.Struct, frozen=True, gc=False):
    """One request for a person: a visit, or a refusal at the door.

    `wait_s`: entry to a person answering, or to the end; 0 for a refusal. `is_inside_hours`: during opening hours.
    """

    outcome: VisitOutcome
    wait_s: float = 0.0
    is_inside_hours: bool = True


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """A share with what it was made of. `value` is None when nothing was counted: 0 of 0 is neither good nor bad."""

    name: str
    formula: str
    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """part / whole, 0 to 1."""
        return self.part / self.whole if self.whole else None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Requests sorted by how they ended, with the short abandons and the timely answers apart."""

    answered: int = 0
    answered_in_target: int = 0
    without_talk: int = 0
    abandoned: int = 0
    abandoned_short: int = 0
    abandoned_in_target: int = 0
    timed_out: int = 0
    left_empty: int = 0
    left_by_key: int = 0
    left_by_key_in_target: int = 0
    withdrawn: int = 0
    refused: int = 0
    unknown: int = 0
    other_in_target: int = 0

    @property
    def entered(self) -> int:
        """Visits: requests that stood in a queue."""
        lost = self.abandoned + self.timed_out + self.left_empty + self.withdrawn + self.unknown
        return self.answered + self.without_talk + lost + self.left_by_key

    @property
    def requests(self) -> int:
        """All requests for a person, refusals at the door included."""
        return self.entered + self.refused


def tally(requests: Iterable[Request], *, target_s: float = 20.0, short_abandon_s: float = 5.0) -> Tally:
    """Count requests. Those still waiting or talking are no result yet and are left out."""
    counts = dict.fromkeys(Tally.__struct_fields__, 0)
    for request in requests:
        field = _FIELDS.get(request.outcome)
        if field is None:
            continue
        counts[field] += 1
        in_target = request.wait_s <= target_s
        if field == "abandoned":
            counts["abandoned_short"] += request.wait_s < short_abandon_s
        if field in ("answered", "abandoned", "left_by_key"):
            counts[f"{field}_in_target"] += in_target
        elif field != "refused":
            counts["other_in_target"] += in_target
    return Tally(**counts)


_FIELDS: dict[VisitOutcome, str] = {
    VisitOutcome.ANSWERED: "answered",
    VisitOutcome.ANSWERED_WITHOUT_TALK: "without_talk",
    VisitOutcome.ABANDONED: "abandoned",
    VisitOutcome.TIMED_OUT: "timed_out",
    VisitOutcome.LEFT_EMPTY: "left_empty",
    VisitOutcome.LEFT_BY_KEY: "left_by_key",
    VisitOutcome.WITHDRAWN: "withdrawn",
    VisitOutcome.REFUSED_FULL: "refused",
    VisitOutcome.REFUSED_EMPTY: "refused",
    VisitOutcome.UNKNOWN: "unknown",
}


# --- answer rate ------------------------------------------------------------------------------------------------------


class AnswerRule(StrEnum):
    """Which requests count."""

    STRICT = "strict"
    CONTRACT = "contract"
    ENTERED = "entered"
    ENTERED_WITHOUT_SHORT = "entered_without_short"
    ANSWERED_OR_ABANDONED = "answered_or_abandoned"
    ANSWERED_OR_ABANDONED_WITHOUT_SHORT = "answered_or_abandoned_without_short"
    WAZO = "wazo"


ANSWER_FORMULAS: dict[AnswerRule, str] = {
    AnswerRule.STRICT: "answered / all requests for a person, refusals at the door and short abandons included",
    AnswerRule.CONTRACT: "answered / all requests for a person inside opening hours, refusals at the door included",
    AnswerRule.ENTERED: "answered / all who entered a queue",
    AnswerRule.ENTERED_WITHOUT_SHORT: "answered / all who entered a queue, short abandons left out",
    AnswerRule.ANSWERED_OR_ABANDONED: "answered / (answered + abandoned)",
    AnswerRule.ANSWERED_OR_ABANDONED_WITHOUT_SHORT: "answered / (answered + abandoned), short abandons left out",
    AnswerRule.WAZO: "answered / (answered + abandoned + full + left empty + join empty + timed out)",
}

_ANSWER_WHOLES: dict[AnswerRule, Callable[[Tally], int]] = {
    AnswerRule.STRICT: lambda t: t.requests,
    AnswerRule.CONTRACT: lambda t: t.requests,
    AnswerRule.ENTERED: lambda t: t.entered,
    AnswerRule.ENTERED_WITHOUT_SHORT: lambda t: t.entered - t.abandoned_short,
    AnswerRule.ANSWERED_OR_ABANDONED: lambda t: t.answered + t.abandoned,
    AnswerRule.ANSWERED_OR_ABANDONED_WITHOUT_SHORT: lambda t: t.answered + t.abandoned - t.abandoned_short,
    AnswerRule.WAZO: lambda t: t.answered + t.abandoned + t.refused + t.left_empty + t.timed_out,
}


def answer_rate(
    requests: Iterable[Request],
    rule: AnswerRule = AnswerRule.CONTRACT,
    *,
    short_abandon_s: float = 5.0,
    leave_out_short: bool = False,
) -> Ratio:
    """Return the share of requests that a person answered (talk > 0).

    `leave_out_short` is the contract's option; it changes the formula's text, and has no effect on the other rules.
    """
    is_contract = rule is AnswerRule.CONTRACT
    counted = [one for one in requests if one.is_inside_hours or not is_contract]
    t = tally(counted, short_abandon_s=short_abandon_s)
    leaves_out = is_contract and leave_out_short
    whole = _ANSWER_WHOLES[rule](t) - (t.abandoned_short if leaves_out else 0)
    formula = ANSWER_FORMULAS[rule] + (f", abandons under {short_abandon_s:g} s left out" if leaves_out else "")
    return Ratio(name=rule.value, formula=formula, part=t.answered, whole=whole)


# --- service level ----------------------------------------------------------------------------------------------------


class LevelFamily(StrEnum):
    """Families of `X % in Y s`."""

    F1 = "F1"
    F2 = "F2"
    F2_ASTERISK = "F2 (Asterisk)"
    F3 = "F3"
    F4 = "F4"
    F5 = "F5"


LEVEL_FORMULAS: dict[LevelFamily, str] = {
    LevelFamily.F1: "answered <= Y / answered",
    LevelFamily.F2: "(answered <= Y + abandoned <= Y) / (answered + abandoned)",
    LevelFamily.F2_ASTERISK: "(answered <= Y + abandoned <= Y) / (answered + abandoned + timed out + left empty)",
    LevelFamily.F3: "answered <= Y / (answered + abandoned)",
    LevelFamily.F4: "answered <= Y / (answered + abandoned after Y)",
    LevelFamily.F5: "left the queue <= Y for any reason / queued",
}

_LEVELS: dict[LevelFamily, Callable[[Tally], tuple[int, int]]] = {
    LevelFamily.F1: lambda t: (t.answered_in_target, t.answered),
    LevelFamily.F2: lambda t: (t.answered_in_target + t.abandoned_in_target, t.answered + t.abandoned),
    LevelFamily.F2_ASTERISK: lambda t: (
        t.answered_in_target + t.abandoned_in_target,
        t.answered + t.abandoned + t.timed_out + t.left_empty,
    ),
    LevelFamily.F3: lambda t: (t.answered_in_target, t.answered + t.abandoned),
    LevelFamily.F4: lambda t: (t.answered_in_target, t.answered + t.abandoned - t.abandoned_in_target),
    LevelFamily.F5: lambda t: (
        t.answered_in_target + t.abandoned_in_target + t.left_by_key_in_target + t.other_in_target,
        t.entered,
    ),
}


def service_level(requests: Iterable[Request], target_s: float = 20.0, family: LevelFamily = LevelFamily.F3) -> Ratio:
    """Return the share served within `target_s`, by the family named. Timed out and left empty are no abandons here."""
    part, whole = _LEVELS[family](tally(requests, target_s=target_s))
    formula = LEVEL_FORMULAS[family].replace("Y", f"{target_s:g} s")
    return Ratio(name=family.value, formula=formula, part=part, whole=whole)


# --- error budget -----------------------------------------------------------------------------------------------------

BUDGET_FORMULA = "floor(requests x (1 - target)) - losses"


class ErrorBudget(msgspec.Struct, frozen=True, kw_only=True):
    """How many more may be lost so that the target still holds; negative: it is missed by so many."""

    requests: int
    losses: int
    target: float
    formula: str = BUDGET_FORMULA

    @property
    def left(self) -> int:
        """Losses still allowed."""
        # 1,000 x (1 - 0.9) is 99.99999999999997: a millionth is below any call and above any rounding.
        return math.floor(self.requests * (1 - self.target) + 1e-6) - self.losses

    def after(self, requests: int, losses: int) -> ErrorBudget:
        """The budget if so many more come, and so many of them are lost: the last 15 minutes going on."""
        return ErrorBudget(requests=self.requests + requests, losses=self.losses + losses, target=self.target)


def error_budget(rate: Ratio, target: float = 0.9) -> ErrorBudget:
    """Return the budget of an answer rate (P-9: 90 %)."""
    return ErrorBudget(requests=rate.whole, losses=rate.whole - rate.part, target=target)
