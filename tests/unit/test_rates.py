"""Figures, held to the worked example of 1,000 calls."""

from __future__ import annotations

import pytest

from cti.domain.changes import VisitOutcome as V
from cti.domain.rates import (
    ANSWER_FORMULAS,
    LEVEL_FORMULAS,
    AnswerRule,
    LevelFamily,
    Ratio,
    Request,
    answer_rate,
    error_budget,
    service_level,
    tally,
)

EXAMPLE = [
    *[Request(V.ANSWERED, 12.0)] * 760,
    *[Request(V.ANSWERED, 45.0)] * 120,
    *[Request(V.ABANDONED, 3.0)] * 30,
    *[Request(V.ABANDONED, 12.0)] * 15,
    *[Request(V.ABANDONED, 60.0)] * 35,
    *[Request(V.TIMED_OUT, 120.0)] * 12,
    *[Request(V.LEFT_EMPTY, 90.0)] * 6,
    *[Request(V.LEFT_BY_KEY, 30.0)] * 8,
    *[Request(V.REFUSED_FULL)] * 4,
    *[Request(V.REFUSED_EMPTY)] * 10,
]
"""The same 1,000 calls for every rule."""


def percent(ratio: Ratio) -> float:
    assert ratio.value is not None
    return round(100 * ratio.value, 1)


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (AnswerRule.STRICT, 88.0),
        (AnswerRule.CONTRACT, 88.0),
        (AnswerRule.WAZO, 88.7),
        (AnswerRule.ENTERED, 89.2),
        (AnswerRule.ENTERED_WITHOUT_SHORT, 92.1),
        (AnswerRule.ANSWERED_OR_ABANDONED, 91.7),
        (AnswerRule.ANSWERED_OR_ABANDONED_WITHOUT_SHORT, 94.6),
    ],
)
def test_answer_rate_of_the_example(rule: AnswerRule, wanted: float) -> None:
    rate = answer_rate(EXAMPLE, rule)
    assert percent(rate) == wanted
    assert (rate.name, rate.formula) == (rule, ANSWER_FORMULAS[rule])


@pytest.mark.parametrize(
    ("family", "wanted"),
    [
        (LevelFamily.F1, 86.4),
        (LevelFamily.F2, 83.9),
        (LevelFamily.F2_ASTERISK, 82.3),
        (LevelFamily.F3, 79.2),
        (LevelFamily.F4, 83.1),
        (LevelFamily.F5, 81.6),
    ],
)
def test_service_level_of_the_example(family: LevelFamily, wanted: float) -> None:
    level = service_level(EXAMPLE, 20, family)
    assert percent(level) == wanted
    assert level.name == family
    assert level.formula == LEVEL_FORMULAS[family].replace("Y", "20 s")


def test_a_service_level_that_names_no_family_is_f3() -> None:
    assert service_level(EXAMPLE).name == "F3"


def test_the_contract_counts_opening_hours_only_and_leaves_out_short_abandons_if_told() -> None:
    outside = [Request(V.ABANDONED, 60.0, is_inside_hours=False)] * 100
    assert percent(answer_rate([*EXAMPLE, *outside])) == 88.0
    assert percent(answer_rate([*EXAMPLE, *outside], AnswerRule.STRICT)) == 80.0
    told = answer_rate(EXAMPLE, leave_out_short=True)
    assert (told.part, told.whole) == (880, 970)
    assert "under 5 s" in told.formula


def test_a_person_means_talk_and_the_target_includes_its_last_second() -> None:
    counted = tally([Request(V.ANSWERED_WITHOUT_TALK, 1.0), Request(V.ANSWERED, 20.0), Request(V.ANSWERED, 20.001)])
    assert (counted.answered, counted.answered_in_target, counted.without_talk) == (2, 1, 1)
    assert answer_rate([Request(V.ANSWERED_WITHOUT_TALK, 1.0)], AnswerRule.STRICT).value == 0


def test_a_short_abandon_is_one_under_the_limit() -> None:
    counted = tally([Request(V.ABANDONED, 4.999), Request(V.ABANDONED, 5.0)])
    assert (counted.abandoned, counted.abandoned_short) == (2, 1)


def test_visits_that_go_on_are_no_result_yet() -> None:
    assert tally([Request(V.WAITING), Request(V.TALKING)]).requests == 0


def test_nothing_counted_is_neither_good_nor_bad() -> None:
    assert answer_rate([]).value is None
    assert service_level([]).value is None


def test_every_outcome_but_those_going_on_is_a_request_once() -> None:
    for outcome in set(V) - {V.WAITING, V.TALKING}:
        assert tally([Request(outcome)]).requests == 1, outcome


def test_the_error_budget_tells_how_many_more_may_be_lost() -> None:
    budget = error_budget(answer_rate(EXAMPLE))
    assert (budget.requests, budget.losses, budget.left) == (1000, 120, -20)
    assert budget.formula == "floor(requests x (1 - target)) - losses"
    assert error_budget(answer_rate([Request(V.ANSWERED)] * 1000)).left == 100
    assert error_budget(answer_rate([Request(V.ANSWERED)] * 9)).left == 0
    assert error_budget(answer_rate([])).left == 0


def test_the_budget_goes_on_as_the_last_quarter_of_an_hour_did() -> None:
    budget = error_budget(answer_rate([Request(V.ANSWERED)] * 100)).after(requests=20, losses=5)
    assert (budget.requests, budget.losses, budget.left) == (120, 5, 7)
