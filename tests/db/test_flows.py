"""Versions of flows, drafts, what is in force, and what callers did at each node; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cti.domain.changes import Change, MenuStepView
from cti.domain.errors import Conflict, DomainError, NotFound
from cti.domain.events import Ticked
from cti.domain.hours import HotlineRules
from cti.domain.rulebook import Rulebook
from cti.store.recorder import Recorder
from cti.store.work import Database
from ivr.library import Library
from ivr.store.counts import count_flow
from ivr.store.flows import (
    NONE,
    add_version,
    find_draft,
    list_drafts,
    list_in_force,
    list_published,
    list_versions,
    newest_version,
    put_in_force,
    save_draft,
    take_draft,
)
from ivr.text.reading import read_text
from ivr.wire import FlowCounts
from tests.floor_words import a_call, at
from tests.menus import short_menu

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def publish(database: Database, flow: str, text: str, *, expected: int, is_shipped: bool = False) -> int:
    """Publish a text and put it in force."""
    async with database.work() as work:
        version = await add_version(work.session, flow, text, note="why", at=NOW, by="li")
        await put_in_force(work.session, flow, version, expected=expected, is_shipped=is_shipped, at=NOW, by="li")
    return version


async def put(database: Database, flow: str, version: int, expected: int, *, is_shipped: bool = False) -> None:
    async with database.work() as work:
        await put_in_force(work.session, flow, version, expected=expected, is_shipped=is_shipped, at=NOW, by="wu")


async def save(database: Database, text: str, version: int, *, by: str = "li", at: datetime = NOW) -> int:
    async with database.work() as work:
        return (await save_draft(work.session, "a", text, version=version, based_on=0, at=at, by=by)).version


# --- versions -----------------------------------------------------------------------------------------------------


async def test_versions_are_numbered_and_each_keeps_its_text(database: Database) -> None:
    async with database.look() as session:
        assert await newest_version(session, "a") == 0
    assert await publish(database, "a", "one", expected=NONE) == 1
    assert await publish(database, "a", "two", expected=1) == 2
    assert await publish(database, "b", "other", expected=0, is_shipped=True) == 1
    async with database.look() as session:
        assert [(one.version, one.text, one.note) for one in await list_versions(session, "a")] == [
            (2, "two", "why"),
            (1, "one", "why"),
        ]
        assert {name: one.version for name, one in (await list_in_force(session)).items()} == {"a": 2, "b": 1}
        assert (await list_published(session))["a", 1] == (NOW, "li")


async def test_who_saw_another_version_in_force_changes_nothing(database: Database) -> None:
    await publish(database, "a", "one", expected=0, is_shipped=True)
    with pytest.raises(Conflict) as refused:
        await put(database, "a", 0, 0, is_shipped=True)
    assert (refused.value.code, refused.value.ids["by"]) == ("flow.changed", "li")
    await put(database, "a", 0, 1, is_shipped=True)
    async with database.look() as session:
        assert (await list_in_force(session))["a"].version == 0


async def test_a_retired_flow_has_no_version_and_comes_back(database: Database) -> None:
    await publish(database, "a", "one", expected=NONE)
    await put(database, "a", NONE, 1)
    async with database.look() as session:
        assert (await list_in_force(session))["a"].version == NONE
    await put(database, "a", 1, NONE)
    async with database.look() as session:
        assert (await list_in_force(session))["a"].version == 1


# --- drafts ---------------------------------------------------------------------------------------------------------


async def test_of_two_writers_the_second_is_told_who_was_faster(database: Database) -> None:
    first = await save(database, "mine", 0)
    second = await save(database, "mine, better", first)
    assert second == first + 1
    for stale in (first, 0):
        with pytest.raises(Conflict) as refused:
            await save(database, "yours", stale, by="wu")
        assert (refused.value.code, refused.value.ids["by"], refused.value.ids["at"]) == (
            "flow.draft_changed",
            "li",
            NOW.isoformat(),
        )
    async with database.look() as session:
        assert [(name, one.text) for name, one in (await list_drafts(session)).items()] == [("a", "mine, better")]


async def test_a_page_with_a_draft_thrown_away_does_not_save_over_the_next(database: Database) -> None:
    old = await save(database, "old", 0)
    async with database.work() as work:
        assert (await take_draft(work.session, "a", old)).text == "old"
    new = await save(database, "new", 0, by="wu", at=NOW + timedelta(seconds=1))
    assert new != old
    with pytest.raises(Conflict):
        await save(database, "old again", old)
    async with database.look() as session:
        draft = await find_draft(session, "a")
    assert draft is not None
    assert draft.text == "new"


@pytest.mark.parametrize(("version", "kind", "code"), [(0, NotFound, "flow.no_draft"), (7, NotFound, "flow.no_draft")])
async def test_nothing_is_taken_where_nothing_is_written(
    database: Database, version: int, kind: type[DomainError], code: str
) -> None:
    with pytest.raises(kind) as refused:
        async with database.work() as work:
            await take_draft(work.session, "a", version)
    assert refused.value.code == code


# --- the library ----------------------------------------------------------------------------------------------------


def library_on(database: Database, *shipped: str) -> Library:
    texts = {name: short_menu(name) for name in shipped}
    return Library(database=database, rulebook=Rulebook, shipped=texts)


async def test_what_was_published_stands_over_what_is_shipped(database: Database) -> None:
    await publish(database, "a", short_menu("a", prompt="welcome"), expected=0, is_shipped=True)
    await publish(database, "new", short_menu("new"), expected=NONE)
    await put(database, "gone", NONE, 0, is_shipped=True)
    library = library_on(database, "a", "b", "gone")
    await library.load()
    assert library.edition.versions == {"a": 1, "b": 0, "new": 1}
    assert library.edition.flows["a"] == read_text(short_menu("a", prompt="welcome")).flow
    assert (library.version_of("gone"), library.unreadable) == (NONE, {})


async def test_a_version_that_cannot_be_read_leaves_the_one_before(database: Database) -> None:
    await publish(database, "a", short_menu("a", prompt="welcome"), expected=0, is_shipped=True)
    await publish(database, "a", "nodes: {end: {kind: of_old}}", expected=1)
    await publish(database, "b", short_menu("another"), expected=0, is_shipped=True)
    await publish(database, "c", "[", expected=NONE)
    library = library_on(database, "a", "b")
    await library.load()
    assert library.edition.versions == {"a": 1, "b": 0}
    assert library.unreadable == {"a": 2, "b": 1, "c": 1}


async def test_drafts_that_can_be_read_are_known(database: Database) -> None:
    first = await save(database, short_menu("a", prompt="welcome"), 0)
    library = library_on(database, "a")
    assert [flow.name for flow in await library.drafts()] == ["a"]
    await save(database, "name: [", first)
    assert await library.drafts() == []


async def test_a_call_keeps_the_edition_it_began_with(database: Database) -> None:
    library = library_on(database, "a", "b")
    await library.load()
    before = library.edition
    library.put("a", 1, read_text(short_menu("a", prompt="welcome")).flow)
    library.put("b", NONE, None)
    assert before.versions == {"a": 0, "b": 0}
    assert set(before.flows) == {"a", "b"}
    assert library.edition.versions == {"a": 1}


async def test_the_fallback_flow_stands_in_and_then_the_dialplan(database: Database) -> None:
    library = library_on(database, "consult-day", HotlineRules().fallback)
    await library.load()
    noon = NOW.astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=12)
    assert library.edition.flow_of("95001", noon) == "consult-day"
    assert library.edition.flow_of("95002", noon) == "fallback"
    library.put("fallback", NONE, None)
    assert library.edition.flow_of("95002", noon) is None


# --- what callers did -------------------------------------------------------------------------------------------------

DAY = date(2026, 11, 24)


def steps(*texts: str) -> tuple[MenuStepView, ...]:
    """`flow/node outcome digits`."""
    made = []
    for number, text in enumerate(texts):
        place, outcome, digits = [*text.split(), ""][:3]
        flow, node = place.split("/")
        made.append(MenuStepView(at=at(number), flow=flow, node=node, digits=digits, outcome=outcome))
    return tuple(made)


async def counted(database: Database, *, since: date = DAY, until: date = DAY) -> FlowCounts:
    calls = [
        a_call(
            "c1", menu=steps("a/hello played", "a/menu entered", "a/menu wrong_key 7", "a/menu key 1", "a/q to_queue")
        ),
        a_call("c2", menu=steps("a/hello played", "a/menu entered", "a/menu hung_up")),
        a_call("c3", menu=steps("a/hello played", "a/menu entered", "a/menu key 2", "b/hello played", "b/x hung_up")),
        a_call("c4", menu=steps("a/menu entered", "a/menu repeat 9", "a/menu entered", "a/menu no_input")),
        a_call("c5", menu=steps("a/q to_queue", "a/rate returned", "a/rate rated 5", "a/bye hang_up")),
        a_call("t", is_test=True, menu=steps("a/hello played", "a/menu entered")),
        a_call("c6", started_at=at(24 * 3600), menu=steps("a/hello hung_up")),
    ]
    recorder = Recorder(database, zone=ZoneInfo("Asia/Shanghai"))
    recorder.offer(Ticked(at=at(0)), [Change("calls", call.call_id, call) for call in calls])
    await recorder.flush()
    async with database.look() as session:
        return await count_flow(session, "a", since, until)


async def test_every_stay_at_a_node_goes_on_leaves_or_hangs_up(database: Database) -> None:
    found = await counted(database)
    assert found.calls == 5
    assert {one.node: (one.came, one.passed, one.left, one.hung_up) for one in found.nodes} == {
        "hello": (3, 3, 0, 0),
        "menu": (5, 3, 0, 1),  # one came twice, and was lost there the second time
        "q": (2, 0, 2, 0),
        "rate": (1, 1, 0, 0),
        "bye": (1, 0, 1, 0),
    }


async def test_keys_and_outcomes_are_counted_for_each_node(database: Database) -> None:
    nodes = {one.node: one for one in (await counted(database)).nodes}
    assert nodes["menu"].keys == {"7": 1, "1": 1, "2": 1, "9": 1}
    assert nodes["menu"].outcomes == {
        "entered": 5,
        "wrong_key": 1,
        "key": 2,
        "hung_up": 1,
        "repeat": 1,
        "no_input": 1,
    }
    assert nodes["rate"].keys == {"5": 1}


async def test_both_days_of_a_span_are_counted(database: Database) -> None:
    found = await counted(database, until=DAY + timedelta(days=1))
    assert (found.calls, found.nodes[1].node, found.nodes[1].hung_up) == (6, "hello", 1)
