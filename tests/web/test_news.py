"""Lists that refresh: who is told that something has changed, and that nobody is told what."""

from __future__ import annotations

import asyncio
from typing import Any

from cti.domain.roles import Role
from tests.web.house import Browser, House

COMPLAINT = {"procedure": "complaint", "text": "a secret matter", "channel": "letter", "department": "quality"}


async def heard(socket: Any, topic: str) -> dict[str, Any]:
    """The first change of a topic."""
    while True:
        frame = await asyncio.wait_for(socket.receive_json(), 5)
        for item in frame["items"] if frame["type"] == "changes" else ():
            if item["topic"] == topic:
                return dict(item)


async def follow(browser: Browser, topic: str) -> tuple[Any, dict[str, Any]]:
    socket = await browser.live()
    await socket.send_json({"type": "subscribe", "topics": [topic]})
    while True:
        frame = await asyncio.wait_for(socket.receive_json(), 5)
        if frame["type"] in ("snapshot", "error", "problem", "refused"):
            return socket, frame


async def test_a_department_hears_of_its_own_tickets_and_only_that_something_changed(house: House) -> None:
    agent = await house.signed_in(Role.AGENT, "li", agent_number="1001")
    quality = await house.signed_in(Role.DEPARTMENT, "qi", department="quality")
    finance = await house.signed_in(Role.DEPARTMENT, "fu", department="finance")
    ours, _ = await follow(quality, "tickets.quality")
    theirs, _ = await follow(finance, "tickets.finance")
    await agent.ask("POST", "/api/tickets", COMPLAINT)
    item = await heard(ours, "tickets.quality")
    assert item["value"].keys() == {"type", "changes_count", "changed_at"}
    made = await agent.ask("POST", "/api/tickets", {**COMPLAINT, "department": "finance"})
    assert (await heard(theirs, "tickets.finance"))["value"]["changes_count"] == 1
    edit = {"department": "quality", "version": made.body["version"]}
    await agent.ask("PATCH", f"/api/tickets/{made.body['ticket_id']}", edit)
    assert (await heard(theirs, "tickets.finance"))["value"]["changes_count"] == 2
    assert (await heard(ours, "tickets.quality"))["value"]["changes_count"] == 2


async def test_who_serves_customers_hears_of_every_list(house: House) -> None:
    agent = await house.signed_in(Role.AGENT, "li", agent_number="1001")
    socket, _ = await follow(agent, "customers")
    await agent.ask("POST", "/api/customers", {"name": "Wang"})
    assert (await heard(socket, "customers"))["key"] == "list"


async def test_nobody_follows_lists_that_are_not_his(house: House) -> None:
    quality = await house.signed_in(Role.DEPARTMENT, "qi", department="quality")
    for topic in ("tickets", "customers", "tickets.finance", "tickets."):
        _, frame = await follow(quality, topic)
        assert frame["type"] != "snapshot", topic
