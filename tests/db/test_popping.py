"""Screen pops: complete in the event that rings, one for each agent and call, over transfers, restarts and outages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cti.domain.changes import CallView, Change, LegKind
from cti.domain.errors import DatabaseAway
from cti.domain.events import MemberOffered, Ticked
from cti.domain.ids import AgentId, CallId
from cti.domain.pop import PopView
from cti.store.audit import list_audit
from cti.store.recorder import Recorder
from cti.store.work import Database
from tests.db.test_tickets import add, customer_fields
from tests.floor_words import NOON, a_call, a_leg, a_whole_call, at
from tests.stories import staffed_floor, story_events
from tests.waiting import until
from tickets.library import load_procedures
from tickets.popping import MOST_OPEN, Popping
from tickets.store import customers, pops

PROCEDURES = load_procedures()
CALLER = "919811000001"


class Page:
    """What browsers have: topic and key -> pop; every key that was ever put up."""

    def __init__(self) -> None:
        self.pops: dict[tuple[str, str], PopView] = {}
        self.put_up: list[tuple[str, str]] = []

    def publish(self, changes: Iterable[Change]) -> None:
        for change in changes:
            key = (change.topic, change.key)
            if isinstance(change.value, PopView):
                if key not in self.pops:
                    self.put_up.append(key)
                self.pops[key] = change.value
            else:
                self.pops.pop(key, None)

    def of(self, agent_id: str, call_id: str = "c-1") -> PopView | None:
        return self.pops.get((f"agent.{agent_id}", f"pop:{call_id}"))


@contextlib.asynccontextmanager
async def running(database: Database, page: Page, **given: Any) -> AsyncIterator[Popping]:
    popping = Popping(database=database, feed=page, procedures=PROCEDURES, clock=lambda: at(60), retry_s=0.01, **given)
    loop = asyncio.create_task(popping.run())
    try:
        yield popping
    finally:
        with contextlib.suppress(DatabaseAway):
            await popping.aclose()
        loop.cancel()
        await asyncio.wait([loop])


async def idle(popping: Popping) -> None:
    await until(lambda: popping.is_idle)


def take(popping: Popping, *calls: CallView, seconds: float = 10) -> None:
    popping.offer(Ticked(at=at(seconds)), [Change("calls", call.call_id, call) for call in calls])


def call_with(*agents: str, answered: Iterable[str] = (), call_id: str = "c-1", **given: Any) -> CallView:
    """The caller's call with these agents on it."""
    legs = [a_leg(f"{call_id}.0")]
    for agent in dict.fromkeys([*answered, *agents]):
        answered_at = at(12) if agent in answered else None
        legs.append(a_leg(f"{call_id}.{agent}", kind=LegKind.AGENT, agent_id=AgentId(agent), answered_at=answered_at))
    return a_call(call_id, legs=tuple(legs), agent_ids=tuple(AgentId(agent) for agent in agents), **given)


async def a_customer(database: Database, name: str = "王芳", number: str = "13800138000") -> int:
    async with database.work() as work:
        made = await customers.add_customer(work.session, customer_fields(name=name), [number], at=NOON, by="A")
    return made.id


# --- recorded traces ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "agents"),
    [
        ("blind", ["1001", "1002"]),
        ("atxfer", ["1001", "1002"]),
        ("noanswer", ["1001", "1002"]),
        ("abandon", ["1001"]),
        ("hold", ["1001"]),
        ("callback", ["1001"]),
    ],
)
async def test_each_agent_of_a_real_call_gets_one_pop_whole_when_the_telephone_rings(
    database: Database, story: str, agents: list[str]
) -> None:
    for number in (CALLER, "919811000009"):
        await a_customer(database, number=number)
    page, offered = Page(), list[tuple[str, str]]()
    events = story_events(story)
    floor = staffed_floor(events[0].at)
    async with running(database, page, on_offered=lambda *key: offered.append(key)) as popping:
        for event in events:
            popping.offer(event, floor.apply(event))
            if isinstance(event, MemberOffered):
                newest = page.pops[page.put_up[-1]]
                assert newest.is_loaded
                assert newest.customer_id is not None
            else:
                await idle(popping)  # a caller waits longer than a read takes
    assert [topic for topic, _ in page.put_up] == [f"agent.{agent}" for agent in agents]
    assert [agent for agent, _ in offered] == agents


async def test_who_did_not_answer_loses_the_pop_and_who_did_keeps_it(database: Database) -> None:
    for story, left in (("noanswer", ["agent.1002"]), ("abandon", []), ("blind", ["agent.1001", "agent.1002"])):
        page = Page()
        events = story_events(story)
        floor = staffed_floor(events[0].at)
        async with running(database, page) as popping:
            for event in events:
                popping.offer(event, floor.apply(event))
        assert [topic for topic, _ in page.pops] == left, story


# --- what stands on it ----------------------------------------------------------------------------


async def test_the_pop_tells_all_that_is_known(database: Database) -> None:
    customer = await a_customer(database)
    order = await add(database, procedure="order", customer_id=customer, text="订单")
    old = await add(database, customer_id=customer, text="旧投诉", state="closed", closed_at=at(-5))
    complaint = await add(database, customer_id=customer, text="投诉")
    stranger = await add(database, text="无名", contact_number="13800138000")
    other = await a_customer(database, "赵强", "13900139000")
    await add(database, customer_id=other, text="别人的")
    recorder = Recorder(database, zone=ZoneInfo("Asia/Shanghai"))
    earlier = [a_whole_call("h-1", started_at=at(-900)), a_whole_call("h-2", caller_number="8613800138000")]
    recorder.offer(Ticked(at=at(0)), [Change("calls", call.call_id, call) for call in earlier])
    await recorder.flush()
    page = Page()
    async with running(database, page) as popping:
        take(popping, call_with())
        await idle(popping)
        take(popping, call_with("1001"))
        pop = page.of("1001")
    assert pop is not None
    assert pop.is_loaded
    assert (pop.customer_id, pop.customers[0].open_ticket_count) == (customer, 2)
    assert [one.number for one in pop.tickets] == [one.number for one in (complaint, stranger, order, old)]
    assert [(one.call_id, one.parts, one.talk_s) for one in pop.contacts] == [("h-2", 1, 60.25), ("h-1", 1, 60.25)]
    assert pop.procedure == "consultation"
    async with database.look() as session:
        audit = [row for row in await list_audit(session) if row.action == "pop.shown"]
    assert [(row.about, row.details) for row in audit] == [("call:c-1", {"agent": "1001", "customers": [customer]})]


async def test_a_transfer_takes_the_draft_and_the_choice_along(database: Database) -> None:
    first, second = await a_customer(database), await a_customer(database, "赵强")
    page = Page()
    async with running(database, page) as popping:
        take(popping, call_with("1001", answered=["1001"]))
        async with database.work() as work:
            fields = {"procedure": "complaint", "category": "", "text": "漏水", "priority": "normal"}
            fields |= {"department": "", "contact_name": "", "contact_number": ""}
            draft = await pops.save_draft(work.session, "c-1", 0, fields, at=NOON, by="Anna")
        popping.put_draft(CallId("c-1"), draft)
        popping.put_choice(CallId("c-1"), pops.Choice(True, second))
        await idle(popping)
        take(popping, call_with("1002", answered=["1001"], transfers=("blind:1002",)), seconds=30)
        pop = page.of("1002")
        assert pop is not None
        assert pop.draft is not None
        assert (pop.draft.text, pop.customer_id, pop.from_agent) == ("漏水", second, "1001")
        assert first != second
        assert page.of("1001") is not None


async def test_one_that_was_put_away_stays_away_until_the_call_comes_again(database: Database) -> None:
    page = Page()
    async with running(database, page) as popping:
        take(popping, call_with("1001", answered=["1001"]))
        assert popping.close(AgentId("1001"), CallId("c-1"))
        take(popping, call_with("1001", answered=["1001"], stage_since=at(20)))
        assert page.of("1001") is None
        take(popping, call_with("1002", answered=["1001", "1002"]))
        take(popping, call_with("1001", answered=["1001", "1002"]))
        assert page.of("1001") is not None


async def test_colleagues_among_themselves_pop_nothing(database: Database) -> None:
    page = Page()
    async with running(database, page) as popping:
        take(popping, call_with("1001", "1002", direction="internal"))
    assert page.put_up == []


async def test_an_agents_page_does_not_grow_without_end(database: Database) -> None:
    page = Page()
    async with running(database, page) as popping:
        for count in range(MOST_OPEN + 5):
            talked = call_with("1001", answered=["1001"], call_id=f"c-{count}")
            take(popping, talked, seconds=count)
            take(popping, call_with(answered=["1001"], call_id=f"c-{count}", ended_at=at(count)), seconds=count)
    assert len(page.pops) == MOST_OPEN
    assert page.of("1001", "c-0") is None


# --- restarts and outages -------------------------------------------------------------------------


async def test_pops_survive_a_restart_and_who_was_not_served_is_gone(database: Database) -> None:
    await a_customer(database)
    page = Page()
    async with running(database, page) as popping:
        take(popping, call_with("1001", answered=["1001"]), call_with("1002", call_id="c-2"))
        take(popping, call_with("1003", answered=["1003"], call_id="c-3"))
        await idle(popping)
        popping.close(AgentId("1003"), CallId("c-3"))
        before = page.of("1001")
        await idle(popping)
    after = Page()
    async with running(database, after) as popping:
        await popping.restore([call_with("1003", answered=["1003"], call_id="c-3")])
        await idle(popping)
        assert after.of("1001") == before
        assert list(after.pops) == [("agent.1001", "pop:c-1")]
        assert popping.serves(AgentId("1001"), number="+86 138 0013 8000")
        assert not popping.serves(AgentId("1002"), number="13800138000")


async def test_without_the_database_the_pop_comes_and_is_filled_in_later(tmp_path: Path, database: Database) -> None:
    customer = await a_customer(database)
    page = Page()
    await database.close()
    async with running(database, page) as popping:
        take(popping, call_with("1001", answered=["1001"]))
        pop = page.of("1001")
        assert pop is not None
        assert not pop.is_loaded
        await until(lambda: (found := page.of("1001")) is not None and found.missing == "database.away")
        await database.open()
        await idle(popping)
        pop = page.of("1001")
        assert pop is not None
        assert (pop.is_loaded, pop.missing, pop.customer_id) == (True, "", customer)


async def test_hostile_names_and_digits_are_kept_as_text(database: Database) -> None:
    page = Page()
    name = "'; drop table pops; --\0<script>\u202e"
    async with running(database, page) as popping:
        take(popping, call_with("1001", answered=["1001"], caller_name=name, caller_number=""))
        await idle(popping)
        assert popping.refused_count == 0
    after = Page()
    async with running(database, after) as popping:
        await popping.restore([])
        await idle(popping)
        pop = after.of("1001")
    assert pop is not None
    assert pop.caller_name == name.replace("\0", "")
