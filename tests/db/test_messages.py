"""Messages and blocked callers on both databases: pages, two people at once, names, counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cti.domain.changes import MessageView
from cti.domain.errors import Conflict, NotFound
from cti.store.rows import write_calls
from cti.store.work import Database
from ivr.adopting import SETTLED, adopt_messages
from ivr.message_files import MessageShelf
from ivr.store import blocked, messages
from ivr.store.blocked import StoredBlock
from tests.floor_words import a_call, a_leg, at


async def left(database: Database, *names: str, box: str = "complaints", second: float = 30) -> None:
    """Calls in which a message was left at the same instant."""
    calls = [
        a_call(f"c-{name}", messages=(MessageView(at=at(second), box=box, name=name, length_s=12.5),)) for name in names
    ]
    async with database.work() as work:
        await write_calls(work.session, {one.call_id: one for one in calls}, UTC)


async def change(database: Database, name: str, version: int, state: str) -> None:
    async with database.work() as work:
        await messages.change_message(work.session, name, version, state=state, note="x", at=at(60), by="Wang")


async def test_pages_go_on_where_the_last_ended_even_at_one_instant(database: Database) -> None:
    await left(database, "a", "b", "c")
    await left(database, "d", box="consult", second=31)
    found: list[str] = []
    before: str | None = ""
    async with database.look() as session:
        while before is not None:
            page = await messages.list_messages(session, before=before, limit=2)
            found += [one.name for one in page.messages]
            before = page.next
        narrowed = await messages.list_messages(session, boxes=("consult",))
        assert await messages.count_new(session) == 4
        assert await messages.count_new(session, ("consult",)) == 1
        assert await messages.count_new(session, ()) == 0
    assert found == ["d", "c", "b", "a"]
    assert [one.name for one in narrowed.messages] == ["d"]


async def test_who_was_later_is_told(database: Database) -> None:
    await left(database, "a")
    await change(database, "a", 0, "taken")
    with pytest.raises(Conflict):
        await change(database, "a", 0, "done")
    await change(database, "a", 1, "done")
    async with database.look() as session:
        one = await messages.get_message(session, "a")
        assert (one.state, one.version, one.changed_by, one.length_s) == ("done", 2, "Wang", 12.5)
        assert [each.name for each in (await messages.list_messages(session, state="done")).messages] == ["a"]
        with pytest.raises(NotFound):
            await messages.get_message(session, "a", boxes=("consult",))


async def test_a_call_that_is_written_again_keeps_who_works_its_message(database: Database) -> None:
    await left(database, "a")
    await change(database, "a", 0, "taken")
    await left(database, "a")
    async with database.look() as session:
        assert (await messages.get_message(session, "a")).state == "taken"
        assert await messages.known_names(session, {"a", "b"}) == {"a"}
        assert await messages.known_names(session, set()) == set()


async def test_a_number_is_blocked_once_and_its_refused_calls_are_counted(database: Database) -> None:
    first = StoredBlock(digits="13800138000", why="one", until=None, at=at(0), by="Wang")
    second = StoredBlock(digits="13800138000", why="two", until=at(0) + timedelta(days=1), at=at(5), by="Li")
    calls = [a_call(f"c{index}", refusal=refusal) for index, refusal in enumerate(("blocked", "blocked", "closed"))]
    async with database.work() as work:
        await write_calls(work.session, {one.call_id: one for one in calls}, UTC)
        await blocked.put_blocked(work.session, first)
        await blocked.put_blocked(work.session, second)
    async with database.look() as session:
        assert await blocked.list_blocked(session) == [second]
        assert await blocked.count_refused(session, ("13800138000", "1"), at(-1)) == {"13800138000": 2}
    async with database.work() as work:
        assert await blocked.delete_blocked(work.session, "13800138000")
        assert not await blocked.delete_blocked(work.session, "13800138000")


async def test_a_message_whose_service_died_gets_its_row_once(database: Database, tmp_path: Path) -> None:
    call = a_call("c-dead", legs=(a_leg("ast-1795.3"),), caller_number="13800138000")
    async with database.work() as work:
        await write_calls(work.session, {call.call_id: call}, UTC)
    shelf = MessageShelf(tmp_path, tmp_path / "copies")
    said_s = {"ast-1795.3-1.complaints": 4, "ast-1795.3-2.complaints": 0.2, "nobody-1.consult": 4}
    for name, length_s in said_s.items():
        (tmp_path / f"{name}.wav").write_bytes(bytes(44 + int(16_000 * length_s)))
    now = datetime.now(UTC)
    assert await adopt_messages(database, shelf, now) == 0, "still being recorded, for all we know"
    assert await adopt_messages(database, shelf, now + SETTLED * 2) == 1
    assert await adopt_messages(database, shelf, now + SETTLED * 2) == 0
    async with database.look() as session:
        [found] = (await messages.list_messages(session)).messages
    assert (found.call_id, found.box, found.length_s, found.caller_number) == ("c-dead", "complaints", 4, "13800138000")
