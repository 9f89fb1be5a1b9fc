"""Calls back that were promised: who sees them, takes them back, calls by hand, and hears that the list has changed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cti.domain.commands import Originate
from cti.domain.events import ChannelOpened
from cti.domain.ids import ChannelId, LinkedId, QueueName
from cti.domain.roles import Role
from cti.domain.rulebook import CallingRules
from ivr.promises.promise import NO_ANSWER, Promise
from ivr.promises.promise_list import changed
from ivr.store.callbacks import save_promises
from tests.web.house import Browser, House
from tests.web.test_news import follow, heard

NUMBER = "13800138000"


@pytest.fixture
def way_out(house: House) -> None:
    """Agents and supervisors may call mobile numbers."""
    rules = CallingRules(is_on=True, prefixes={"agent": ("13",), "supervisor": ("13",)})
    house.rules.book = msgspec.structs.replace(house.rules.book, calling=rules)


async def promised(house: House, queue: str = "complaints", number: str = NUMBER) -> Promise:
    """A caller asked for it; he is still on the line."""
    channel = f"x-{queue}-{number}"
    opened = ChannelOpened(
        at=house.clock(),
        channel_id=ChannelId(channel),
        linked_id=LinkedId(channel),
        channel=f"PJSIP/trunk-{number}",
        number=number,
    )
    house.line.submit(opened)
    return await house.callbacks.take(
        channel_id=ChannelId(channel), hotline="95002", queue=QueueName(queue), number=number
    )


async def listed(browser: Browser, query: str = "") -> list[dict[str, Any]]:
    return list((await browser.ask("GET", f"/api/callbacks{query}")).body["callbacks"])


@pytest.mark.usefixtures("way_out")
async def test_a_promise_is_listed_and_taken_back_by_name_and_audited(house: House) -> None:
    promise = await promised(house)
    leader = await house.signed_in(Role.TEAM_LEADER, "wang")
    [one] = await listed(leader)
    assert (one["id"], one["number"], one["queue"], one["state"]) == (promise.id, NUMBER, "complaints", "waiting")
    answer = await leader.ask("DELETE", f"/api/callbacks/{promise.id}")
    assert (answer.status, answer.body["callbacks"], answer.body["open_count"]) == (200, [], 0)
    [done] = await listed(leader, "?state=done")
    assert (done["state"], done["why"], done["changed_by"]) == ("cancelled", "by_person", "Wang")
    again = await leader.ask("DELETE", f"/api/callbacks/{promise.id}")
    assert (again.status, again.code) == (404, "callback.unknown")
    assert await house.audit() == [("callback.cancel", "ok")]


@pytest.mark.usefixtures("way_out")
async def test_an_agent_has_those_of_his_queues_and_masked_numbers(house: House) -> None:
    mine = await promised(house)
    other = await promised(house, "consult", "13900139000")
    agent = await house.signed_in(Role.AGENT, agent_number="1001", queues=("complaints",))
    page = (await agent.ask("GET", "/api/callbacks")).body
    assert [(one["id"], one["number"]) for one in page["callbacks"]] == [(mine.id, "138****8000")]
    assert page["open_count"] == 1
    for method, path in (("DELETE", f"/api/callbacks/{other.id}"), ("POST", f"/api/callbacks/{other.id}/call")):
        refused = await agent.ask(method, path, {} if method == "POST" else None)
        assert (refused.status, refused.code) == (404, "callback.unknown"), path


@pytest.mark.usefixtures("way_out")
async def test_who_did_not_answer_is_called_by_hand(house: House) -> None:
    house.boot()
    promise = await promised(house)
    async with house.database.work() as work:
        await save_promises(work.session, [changed(promise, NO_ANSWER, house.clock(), "rang")])
    agent = await house.signed_in(Role.AGENT, agent_number="1001", queues=("complaints",))
    await agent.ask("PUT", "/api/agents/1001/mode", {"mode": "not_ready", "reason": "break"})
    answer = await agent.ask("POST", f"/api/callbacks/{promise.id}/call", {})
    assert answer.status == 202, answer.body
    [dialled] = house.switch.sent_of(Originate)
    assert isinstance(dialled, Originate)
    assert dialled.exten == NUMBER


@pytest.mark.usefixtures("way_out")
async def test_pages_hear_that_there_is_a_new_promise_and_nothing_of_it(house: House) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER)
    socket, _ = await follow(leader, "callbacks")
    await promised(house)
    item = await heard(socket, "callbacks")
    assert (item["key"], item["value"]["changes_count"]) == ("list", 1)
    assert NUMBER not in str(item)
    await socket.close()
    auditor = await house.signed_in(Role.AUDITOR)
    socket, frame = await follow(auditor, "callbacks")
    assert frame["type"] != "snapshot"
    await socket.close()


async def test_a_cursor_that_is_not_ours_is_refused(house: House) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER)
    for cursor in ("x", "2026-11-24T12:00:00~1", "2026-11-24T12:00:00%2B00:00~one"):
        assert (await leader.ask("GET", f"/api/callbacks?before={cursor}")).code == "cursor.broken"
