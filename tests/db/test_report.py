"""The menu's figures from recorded calls, on both databases; the definitions of metrics.md on small days."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any

from cti.domain.changes import CallView, MenuStepView, MessageView, NoticeView, RatingView, VisitOutcome
from cti.domain.ids import AgentId
from cti.domain.roles import Role
from cti.store.people import NewAccount, add_account
from cti.store.rows import write_calls
from cti.store.work import Database
from ivr.store.report import DayFigures, Span, list_days, list_keys, list_ratings
from tests.floor_words import a_call, a_visit, at

DAY = date(2026, 11, 24)
SPAN = Span(since=DAY, until=DAY)


def step(outcome: str, node: str = "welcome", digits: str = "", words: str = "", second: float = 5) -> MenuStepView:
    return MenuStepView(at=at(second), flow="consult-day", node=node, digits=digits, outcome=outcome, words=words)


def call(name: str, *outcomes: str, begun: float = 0, lasted: float = 30, **given: Any) -> CallView:
    """A call that made these steps in the menu and ended there."""
    known: dict[str, Any] = {
        "started_at": at(begun),
        "answered_at": at(begun),
        "ended_at": at(begun + lasted),
        "caller_number": f"1380000{sum(map(ord, name)):04}",
        "menu": tuple(step(one, second=begun + 1 + index) for index, one in enumerate(outcomes)),
    }
    return a_call(name, **known | given)


async def write(database: Database, *calls: CallView) -> None:
    async with database.work() as work:
        await write_calls(work.session, {one.call_id: one for one in calls}, UTC)


async def days(database: Database, span: Span = SPAN) -> list[DayFigures]:
    async with database.look() as session:
        return await list_days(session, span)


def queued(name: str, *outcomes: str, **given: Any) -> CallView:
    visit = a_visit(f"{name}#1", entered_at=at(12), outcome=given.pop("outcome", VisitOutcome.ANSWERED))
    return call(name, *outcomes, visits=(visit,), **given)


# --- days -------------------------------------------------------------------------------------------------------------


async def test_every_way_out_of_the_menu_is_counted_once(database: Database) -> None:
    await write(
        database,
        call("status", "entered", "status", "hung_up"),
        call("message", "entered", "recorded"),
        call("bye", "entered", "hang_up"),
        call("gone", "entered", "key", "hung_up"),
        queued("person", "entered", "key", "to_queue"),
        queued("surveyed", "to_queue", "entered", "hang_up"),
        call("closed", "entered", "refused", refusal="closed"),
        call("blocked", "refused", refusal="blocked"),
        call("lines", refusal="lines", answered_at=None),
        queued("full", "to_queue", outcome=VisitOutcome.REFUSED_FULL),
        queued("fell", "entered", fell_back=True),
        call("heard", "notice", "entered", "hung_up", notice=NoticeView(at=at(2), wording="a1")),
    )
    [found] = await days(database)
    assert found == DayFigures(
        day=DAY,
        hotline="95001",
        calls=12,
        contained=3,
        called_again=0,
        to_queue=4,
        hung_up=2,
        fell_back=1,
        notice_heard=1,
        menu_s=found.menu_s,
        refused={"closed": 1, "blocked": 1, "lines": 1, "refused_full": 1},
    )


async def test_who_hangs_up_when_his_message_is_left_got_what_he_wanted(database: Database) -> None:
    message = MessageView(at=at(9), box="consult", name="m-1", length_s=7.5)
    await write(
        database, call("message", "entered", "hung_up", messages=(message,)), call("gone", "entered", "hung_up")
    )
    [found] = await days(database)
    assert (found.contained, found.hung_up) == (1, 1)


async def test_who_calls_again_within_a_day_was_not_helped_by_the_menu(database: Database) -> None:
    day_s = 86_400
    same: dict[str, Any] = {"caller_number": "13800138000"}
    other: dict[str, Any] = {"caller_number": "13900139000"}
    await write(
        database,
        call("a", "status", **same),
        call("b", "to_queue", begun=day_s, **same),
        call("c", "status", **other),
        call("d", "to_queue", begun=day_s + 1, **other),
        call("e", "status", caller_number=""),
        call("f", "status", begun=1, caller_number=""),
        call("g", "status", begun=3, caller_number="13700137000"),
        call("h", "status", begun=9, caller_number="13700137000", is_test=True),
    )
    [found] = await days(database)
    assert (found.contained, found.called_again) == (4, 1)


async def test_the_middle_time_in_the_menu_ends_at_the_first_queue(database: Database) -> None:
    await write(database, call("a", "entered", lasted=10), call("b", "entered", lasted=20))
    assert [one.menu_s for one in await days(database)] == [15.0]
    await write(database, queued("c", "to_queue"), call("d", lasted=900))
    assert [one.menu_s for one in await days(database)] == [12.0]


async def test_days_and_hotlines_stand_apart_and_test_calls_nowhere(database: Database) -> None:
    day_s = 86_400
    await write(
        database,
        call("a", "hang_up"),
        call("b", "hang_up", hotline="95002"),
        call("c", "hang_up", begun=day_s),
        call("d", "hang_up", begun=2 * day_s),
        call("e", "hang_up", is_test=True),
        call("f", direction="out"),
    )
    both = Span(since=DAY, until=DAY + timedelta(days=1))
    found = [(one.day.day, one.hotline, one.calls) for one in await days(database, both)]
    assert found == [(25, "95001", 1), (24, "95001", 1), (24, "95002", 1)]
    narrowed = await days(database, Span(since=DAY, until=DAY, hotline="95002"))
    assert [(one.hotline, one.calls) for one in narrowed] == [("95002", 1)]
    assert await days(database, Span(since=date(2026, 1, 1), until=date(2026, 1, 2))) == []


# --- keys -------------------------------------------------------------------------------------------------------------


async def test_keys_are_counted_at_each_node_with_the_words_of_the_flow(database: Database) -> None:
    menus = (
        (step("key", digits="1", words="投诉"), step("collected", "order", digits="123456")),
        (step("key", digits="1", words="投诉"),),
        (step("wrong_key", digits="7"), step("operator", digits="0", second=6)),
        (step("key", "second", "1", "退货"), step("rated", "survey", "5", "service")),
    )
    await write(database, *(call(f"c{index}", menu=menu) for index, menu in enumerate(menus)))
    async with database.look() as session:
        found = await list_keys(session, SPAN)
        assert await list_keys(session, Span(since=DAY, until=DAY, hotline="95009")) == []
    assert [(one.node, one.key, one.words, one.outcome, one.count) for one in found] == [
        ("second", "1", "退货", "key", 1),
        ("welcome", "1", "投诉", "key", 2),
        ("welcome", "0", "", "operator", 1),
        ("welcome", "7", "", "wrong_key", 1),
    ]


# --- ratings ----------------------------------------------------------------------------------------------------------


async def test_ratings_stand_with_the_agent_who_talked_and_beside_how_many_were_asked(database: Database) -> None:
    async with database.work() as work:
        new = NewAccount(login="li", name="李敏", role=Role.AGENT, agent_number="1001")
        await add_account(work.session, new, at(0))

    def rated(name: str, score: int | None) -> CallView:
        put = (step("entered", "survey", words="service", second=80),)
        given = (
            () if score is None else (RatingView(at=at(85), question="service", score=score, agent_id=AgentId("1001")),)
        )
        return queued(name, menu=put, ratings=given)

    alone = call("x", menu=(step("entered", "survey", words="menu"),))
    await write(database, rated("a", 5), rated("b", 5), rated("c", 1), rated("d", None), alone)
    async with database.look() as session:
        found = await list_ratings(session, SPAN)
        assert await list_ratings(session, Span(since=DAY, until=DAY, hotline="95009")) == []
    assert [(one.question, one.agent_id, one.name, one.asked, one.scores) for one in found] == [
        ("menu", "", "", 1, {}),
        ("service", "1001", "李敏", 4, {5: 2, 1: 1}),
    ]
