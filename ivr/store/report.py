"""What became of callers in the menu, day by day: containment, refusals, keys, ratings (metrics: 'The rest').

Counted are calls from outside; test calls, and calls that were merged into another one, are left out everywhere. A call
belongs to the day it began, a rating to the day of its call.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    Select,
    SQLColumnExpression,
    Subquery,
    case,
    cast,
    exists,
    extract,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cti.store.people_tables import AccountRow
from cti.store.tables import CallRow, MenuStepRow, MessageRow, RatingRow, VisitRow

MEANT = ("status", "recorded", "callback", "hang_up")
"""Steps with which a caller got what the menu is for: state of a ticket told, message left, call back promised,
good-bye heard."""
PRESSED = ("key", "operator", "repeat", "wrong_key")
REFUSED = ("refused_full", "refused_empty")
"""Queues that took nobody; refusals at the door and in the menu stand in the call itself."""
AGAIN_S = 24 * 3600


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Days, both counted in. `hotline` empty: all."""

    since: date
    until: date
    hotline: str = ""


class DayFigures(msgspec.Struct, kw_only=True):
    """One day of one hotline; `ivr.wire_left.MenuDay` says what each figure is."""

    day: date
    hotline: str
    calls: int
    contained: int
    called_again: int
    to_queue: int
    hung_up: int
    fell_back: int
    notice_heard: int
    menu_s: float = 0.0
    refused: dict[str, int] = {}


class KeyFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One key at one node."""

    flow: str
    node: str
    key: str
    words: str
    outcome: str
    count: int


class RatingFigures(msgspec.Struct, kw_only=True):
    """One question and one agent (empty: nobody had talked)."""

    question: str
    agent_id: str
    name: str = ""
    asked: int = 0
    scores: dict[int, int] = {}


async def list_days(session: AsyncSession, span: Span) -> list[DayFigures]:
    """Figures of each day and hotline that had calls, the newest day first.

    contained: no queue, no refusal, not fallen back, a step of `MEANT`; minus who called again within 24 hours
    (metrics: 'menu containment'), who is `called_again`. hung_up: the caller hung up in the menu, and none of that.
    """
    facts = _facts(session, span)
    was_contained = facts.c.is_meant & ~facts.c.is_elsewhere
    sums = (
        func.count().label("calls"),
        _count(was_contained & ~facts.c.is_again).label("contained"),
        _count(was_contained & facts.c.is_again).label("called_again"),
        _count(facts.c.has_visit).label("to_queue"),
        _count(facts.c.is_hung_up & ~facts.c.is_meant & ~facts.c.is_elsewhere).label("hung_up"),
        _count(facts.c.fell_back).label("fell_back"),
        _count(facts.c.has_notice).label("notice_heard"),
    )
    grouped = select(facts.c.day, facts.c.hotline, *sums).group_by(facts.c.day, facts.c.hotline)
    rows = await session.execute(grouped.order_by(facts.c.day.desc(), facts.c.hotline))
    days = {(row.day, row.hotline): DayFigures(**row._mapping) for row in rows}
    for refused in (_refused_calls(span), _refused_visits(span)):
        for day, hotline, reason, count in await session.execute(refused):
            days[day, hotline].refused = days[day, hotline].refused | {reason: count}
    for day, hotline, menu_s in await session.execute(_medians(session, span)):
        days[day, hotline].menu_s = round(float(menu_s), 1)
    return list(days.values())


async def list_keys(session: AsyncSession, span: Span) -> list[KeyFigures]:
    """How often each key was pressed at each node, by flow and node, the most pressed first."""
    step = MenuStepRow
    is_key = step.outcome.in_(PRESSED) & (func.length(step.digits) == 1)
    count = func.count()
    grouped = (
        select(step.flow, step.node, step.digits, func.max(step.words), step.outcome, count)
        .where(*_within(step, span), is_key)
        .group_by(step.flow, step.node, step.digits, step.outcome)
        .order_by(step.flow, step.node, count.desc(), step.digits)
    )
    return [
        KeyFigures(flow=flow, node=node, key=key, words=words or "", outcome=outcome, count=many)
        for flow, node, key, words, outcome, many in await session.execute(grouped)
    ]


async def list_ratings(session: AsyncSession, span: Span) -> list[RatingFigures]:
    """Ratings of each question and agent, and how many were asked (P-51).

    asked: calls in which the question was put, answered or not; whose it was: of the agent who talked last.
    """
    found: dict[tuple[str, str], RatingFigures] = {}

    def of(question: str, agent_id: str | None) -> RatingFigures:
        key = question, agent_id or ""
        return found.setdefault(key, RatingFigures(question=question, agent_id=agent_id or ""))

    for question, agent_id, count in await session.execute(_asked(span)):
        of(question, agent_id).asked = count
    for question, agent_id, score, count in await session.execute(_scores(span)):
        one = of(question, agent_id)
        one.scores = one.scores | {score: count}
    names = await _names(session, {one.agent_id for one in found.values()})
    for one in found.values():
        one.name = names.get(one.agent_id, "")
    return sorted(found.values(), key=lambda one: (one.question, one.agent_id))


# --- days -------------------------------------------------------------------------------------------------------------


def _calls(span: Span) -> list[ColumnElement[bool]]:
    conditions = [
        CallRow.business_on.between(span.since, span.until),
        CallRow.direction == "in",
        ~CallRow.is_test,
        CallRow.merged_into.is_(None),
    ]
    return [*conditions, CallRow.hotline == span.hotline] if span.hotline else conditions


def _facts(session: AsyncSession, span: Span) -> CTE:
    """One row for each call: what happened to it."""
    steps, visits = _steps(span), _visits(span)
    has_visit = visits.c.call_id.is_not(None)
    return (
        select(
            CallRow.business_on.label("day"),
            CallRow.hotline,
            CallRow.fell_back,
            CallRow.notice_at.is_not(None).label("has_notice"),
            has_visit.label("has_visit"),
            (has_visit | (CallRow.refusal != "") | CallRow.fell_back).label("is_elsewhere"),
            ((func.coalesce(steps.c.meant, 0) == 1) | _has_message()).label("is_meant"),
            (func.coalesce(steps.c.hung_up, 0) == 1).label("is_hung_up"),
            _calls_again(session).label("is_again"),
        )
        .outerjoin(steps, steps.c.call_id == CallRow.call_id)
        .outerjoin(visits, visits.c.call_id == CallRow.call_id)
        .where(*_calls(span))
        .cte("facts")
    )


def _has_message() -> ColumnElement[bool]:
    """Most people hang up when they have said what they want: there is no step `recorded` then, but the message."""
    return exists().where(MessageRow.call_id == CallRow.call_id)


def _calls_again(session: AsyncSession) -> ColumnElement[bool]:
    later = aliased(CallRow)
    again = exists().where(
        later.caller_number == CallRow.caller_number,
        later.started_at > CallRow.started_at,
        _seconds(session, CallRow.started_at, later.started_at) <= AGAIN_S,
        later.direction == "in",
        ~later.is_test,
    )
    return (CallRow.caller_number != "") & again


def _steps(span: Span) -> Subquery:
    step = MenuStepRow
    meant = func.max(case((step.outcome.in_(MEANT), 1), else_=0)).label("meant")
    hung_up = func.max(case((step.outcome == "hung_up", 1), else_=0)).label("hung_up")
    return select(step.call_id, meant, hung_up).where(*_within(step, span)).group_by(step.call_id).subquery()


def _visits(span: Span) -> Subquery:
    """Calls that came to a queue. A visit has the day of its entry: that may be the one after its call's."""
    until = span.until + timedelta(days=1)
    first = func.min(VisitRow.entered_at).label("entered_at")
    in_time = VisitRow.business_on.between(span.since, until)
    return select(VisitRow.call_id, first).where(in_time, ~VisitRow.is_test).group_by(VisitRow.call_id).subquery()


def _refused_calls(span: Span) -> Select[date, str, str, int]:
    keys = CallRow.business_on, CallRow.hotline, CallRow.refusal
    return select(*keys, func.count()).where(*_calls(span), CallRow.refusal != "").group_by(*keys)


def _refused_visits(span: Span) -> Select[date, str, str, int]:
    keys = CallRow.business_on, CallRow.hotline, VisitRow.outcome
    count = func.count(VisitRow.call_id.distinct())
    joined = select(*keys, count).join(VisitRow, VisitRow.call_id == CallRow.call_id)
    return joined.where(*_calls(span), VisitRow.outcome.in_(REFUSED)).group_by(*keys)


def _medians(session: AsyncSession, span: Span) -> Select[date, str, float]:
    """Median seconds from the answer to the first queue, or to the end, of calls that were in the menu."""
    steps, visits = _steps(span), _visits(span)
    left_at = func.coalesce(visits.c.entered_at, CallRow.ended_at)
    menu_s = _seconds(session, CallRow.answered_at, left_at)
    keys = CallRow.business_on, CallRow.hotline
    each = (
        select(
            *(key.label(name) for key, name in zip(keys, ("day", "hotline"), strict=True)),
            menu_s.label("menu_s"),
            func.row_number().over(partition_by=keys, order_by=menu_s).label("place"),
            func.count().over(partition_by=keys).label("many"),
        )
        .join(steps, steps.c.call_id == CallRow.call_id)
        .outerjoin(visits, visits.c.call_id == CallRow.call_id)
        .where(*_calls(span), CallRow.answered_at.is_not(None), left_at.is_not(None))
        .subquery()
    )
    in_the_middle = (each.c.place * 2).between(each.c.many, each.c.many + 2)
    middle = select(each.c.day, each.c.hotline, func.avg(each.c.menu_s)).where(in_the_middle)
    return middle.group_by(each.c.day, each.c.hotline)


# --- ratings ----------------------------------------------------------------------------------------------------------


def _asked(span: Span) -> Select[str, str | None, int]:
    """Only a survey's step of coming there has words: its question."""
    step = MenuStepRow
    served = VisitRow.agent_id.is_not(None) & (VisitRow.call_id == step.call_id)
    newest = select(VisitRow.agent_id).where(served).order_by(VisitRow.entered_at.desc()).limit(1)
    put = (
        select(step.call_id, step.words.label("question"), newest.correlate(step).scalar_subquery().label("agent_id"))
        .where(*_within(step, span), step.outcome == "entered", step.words != "")
        .distinct()
        .subquery()
    )
    return select(put.c.question, put.c.agent_id, func.count()).group_by(put.c.question, put.c.agent_id)


def _scores(span: Span) -> Select[str, str | None, int, int]:
    keys = RatingRow.question, RatingRow.agent_id, RatingRow.score
    within = [RatingRow.business_on.between(span.since, span.until), ~RatingRow.is_test]
    scores = select(*keys, func.count()).where(*within).group_by(*keys)
    if span.hotline:
        scores = scores.join(CallRow, CallRow.call_id == RatingRow.call_id).where(CallRow.hotline == span.hotline)
    return scores


async def _names(session: AsyncSession, agent_ids: set[str]) -> dict[str, str]:
    wanted = select(AccountRow.agent_number, AccountRow.name).where(AccountRow.agent_number.in_(agent_ids))
    return {str(number): name for number, name in await session.execute(wanted)}


# --- tools ------------------------------------------------------------------------------------------------------------


def _within(step: type[MenuStepRow], span: Span) -> list[ColumnElement[bool]]:
    conditions = [step.business_on.between(span.since, span.until), ~step.is_test]
    return [*conditions, step.hotline == span.hotline] if span.hotline else conditions


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _seconds(
    session: AsyncSession, since: SQLColumnExpression[Any], until: SQLColumnExpression[Any]
) -> ColumnElement[float]:
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(until) - func.julianday(since)) * 86_400.0
    return cast(extract("epoch", until - since), Float)
