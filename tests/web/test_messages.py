"""Messages callers left: whose they are, how they are worked, heard and called back, and who hears of new ones."""

from __future__ import annotations

import io
import struct
import wave
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from cti.domain.changes import MessageView
from cti.domain.commands import Originate
from cti.domain.events import MessageLeft
from cti.domain.ids import ChannelId
from cti.domain.roles import Role
from cti.store.rows import write_calls
from tests.floor_words import a_call, at
from tests.web.house import Browser, House
from tests.web.test_desk import may_call
from tests.web.test_news import follow, heard

NUMBER = "13800138000"


async def left(house: House, name: str, box: str = "complaints", *, second: float = 30, number: str = NUMBER) -> None:
    """A call in which a message was left."""
    message = MessageView(at=at(second), box=box, name=name, length_s=12.5)
    call = a_call(f"c-{name}", messages=(message,), caller_number=number, started_at=at(second - 20), ended_at=at(90))
    async with house.database.work() as work:
        await write_calls(work.session, {call.call_id: call}, UTC)


def write(folder: Path, name: str, samples: bytes = b"\x01\x00" * 8000) -> Path:
    """Its file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples)
    return path


async def listed(browser: Browser, query: str = "") -> list[dict[str, Any]]:
    return list((await browser.ask("GET", f"/api/messages{query}")).body["messages"])


async def sound(browser: Browser, name: str, **more: str) -> tuple[int, bytes]:
    url = f"{browser.address}/api/messages/{name}/sound"
    async with browser.http.get(url, headers=browser.headers(**more)) as answer:
        return answer.status, await answer.read()


# --- the list ---------------------------------------------------------------------------------------------------------


async def test_a_message_is_taken_noted_done_and_laid_down_again(house: House) -> None:
    await left(house, "m1")
    leader = await house.signed_in(Role.TEAM_LEADER, "wang")
    [message] = await listed(leader)
    assert (message["state"], message["version"], message["number"], message["length_s"]) == ("new", 0, NUMBER, 12.5)
    taken = await leader.ask("PUT", "/api/messages/m1", {"version": 0, "state": "taken"})
    assert (taken.body["state"], taken.body["version"], taken.body["changed_by"]) == ("taken", 1, "Wang")
    done = await leader.ask("PUT", "/api/messages/m1", {"version": 1, "state": "done", "note": "已回电\n满意"})
    assert (done.body["state"], done.body["note"]) == ("done", "已回电\n满意")
    unkept = await leader.ask("PUT", "/api/messages/m1", {"version": 2, "state": "new", "note": "a\0b"})
    assert (unkept.status, unkept.code) == (422, "request.format")
    again = await leader.ask("PUT", "/api/messages/m1", {"version": 2, "state": "new"})
    assert (again.body["state"], again.body["version"]) == ("new", 3)
    assert await house.audit() == [("message.change", "ok")] * 3


async def test_two_people_cannot_take_the_same_message(house: House) -> None:
    await left(house, "m1")
    first, second = await house.signed_in(Role.SUPERVISOR), await house.signed_in(Role.SUPERVISOR)
    assert (await first.ask("PUT", "/api/messages/m1", {"version": 0, "state": "taken"})).status == 200
    late = await second.ask("PUT", "/api/messages/m1", {"version": 0, "state": "taken"})
    assert (late.status, late.code) == (409, "message.changed")


async def test_an_agent_has_the_boxes_of_his_queues_and_masked_numbers(house: House) -> None:
    await left(house, "m1", "complaints")
    await left(house, "m2", "consult")
    agent = await house.signed_in(Role.AGENT, agent_number="1001", queues=("complaints",))
    page = (await agent.ask("GET", "/api/messages")).body
    assert [(one["name"], one["number"]) for one in page["messages"]] == [("m1", "138****8000")]
    assert page["new_count"] == 1
    for method, path, body in (
        ("PUT", "/api/messages/m2", {"version": 0, "state": "taken"}),
        ("GET", "/api/messages/m2/sound", None),
        ("POST", "/api/messages/m2/call", {}),
    ):
        refused = await agent.ask(method, path, body)
        assert (refused.status, refused.code) == (404, "message.unknown"), path


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
async def test_who_serves_nobody_works_no_messages(house: House, role: Role) -> None:
    browser = await house.signed_in(role)
    assert (await browser.ask("GET", "/api/messages")).status == 403


async def test_the_list_narrows_counts_and_pages(house: House) -> None:
    for number in range(53):
        await left(house, f"m{number:02}", "consult" if number % 2 else "complaints", second=100 + number)
    leader = await house.signed_in(Role.TEAM_LEADER)
    await leader.ask("PUT", "/api/messages/m51", {"version": 0, "state": "done"})
    page = (await leader.ask("GET", "/api/messages")).body
    assert (len(page["messages"]), page["messages"][0]["name"], page["new_count"]) == (50, "m52", 52)
    rest = await leader.ask("GET", f"/api/messages?before={page['next_before'].replace('+', '%2B')}")
    assert ([one["name"] for one in rest.body["messages"]], rest.body["next_before"]) == (["m02", "m01", "m00"], None)
    assert [one["name"] for one in await listed(leader, "?state=done")] == ["m51"]
    assert {one["box"] for one in await listed(leader, "?box=consult&state=new")} == {"consult"}
    for cursor in ("x", "2026-11-24T12:00:00~m1", "2026-11-24T12:00:00%2B00:00~"):
        assert (await leader.ask("GET", f"/api/messages?before={cursor}")).code == "cursor.broken"


# --- the sound --------------------------------------------------------------------------------------------------------


async def test_a_message_is_heard_in_pieces_and_audited_once(house: House) -> None:
    await left(house, "m1")
    write(house.left.shelf.folder, "m1")
    leader = await house.signed_in(Role.TEAM_LEADER)
    assert (await listed(leader))[0]["is_playable"]
    assert [
        (status, len(body))
        for status, body in (await sound(leader, "m1"), await sound(leader, "m1", Range="bytes=0-9"))
    ] == [
        (200, 16044),
        (206, 10),
    ]
    assert await house.audit() == [("message.play", "ok")]


async def test_a_header_that_was_never_finished_is_repaired(house: House) -> None:
    await left(house, "m1")
    path = write(house.left.shelf.folder, "m1")
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", 0)
    data[4:8] = struct.pack("<I", 0)
    path.write_bytes(data)
    leader = await house.signed_in(Role.TEAM_LEADER)
    _, body = await sound(leader, "m1")
    with wave.open(io.BytesIO(body)) as file:
        assert (file.getnframes(), file.readframes(8000)) == (8000, b"\x01\x00" * 8000)
    assert path.read_bytes() == bytes(data), "the original stays as it is"


async def test_what_cannot_be_heard_is_said_in_words(house: House) -> None:
    leader = await house.signed_in(Role.TEAM_LEADER)
    write(house.left.shelf.folder, "empty", b"")
    (house.left.shelf.folder / "damaged.wav").write_bytes(b"<html>")
    (house.left.shelf.folder / "link.wav").symlink_to("/etc/passwd")
    for name, code in (("empty", "empty"), ("damaged", "damaged"), ("gone", "missing"), ("link", "missing")):
        await left(house, name)
        assert (await leader.ask("GET", f"/api/messages/{name}/sound")).code == f"message.{code}"
    assert not any(one["is_playable"] for one in await listed(leader))
    assert (await leader.ask("GET", "/api/messages/nobody/sound")).code == "message.unknown"
    assert await house.audit() == []


# --- calling back, and news -------------------------------------------------------------------------------------------


async def test_an_agent_calls_back_a_number_he_does_not_see(house: House) -> None:
    house.boot()
    may_call(house)
    await left(house, "m1")
    await left(house, "m2", number="")
    agent = await house.signed_in(Role.AGENT, agent_number="1001", queues=("complaints",))
    await agent.ask("PUT", "/api/agents/1001/mode", {"mode": "not_ready", "reason": "break"})
    called = await agent.ask("POST", "/api/messages/m1/call", {})
    assert called.status == 202, called.body
    assert [command for command in house.switch.sent if isinstance(command, Originate)]
    withheld = await agent.ask("POST", "/api/messages/m2/call", {})
    assert (withheld.status, withheld.code) == (409, "dial.withheld")


async def test_pages_hear_of_a_new_message_and_of_one_that_was_worked(house: House) -> None:
    house.boot()
    await left(house, "m1")
    agent = await house.signed_in(Role.AGENT, agent_number="1001", queues=("complaints",))
    socket, _ = await follow(agent, "messages")
    house.line.submit(
        MessageLeft(at=house.clock(), channel_id=ChannelId("x-1.1"), box="complaints", name="m1", length_s=3.0)
    )
    item = await heard(socket, "messages")
    assert (item["key"], item["value"]["changes_count"]) == ("list", 1)
    await agent.ask("PUT", "/api/messages/m1", {"version": 0, "state": "taken"})
    assert (await heard(socket, "messages"))["value"]["changes_count"] == 2


async def test_a_department_is_told_nothing_of_messages(house: House) -> None:
    quality = await house.signed_in(Role.DEPARTMENT, "qi", department="quality")
    _, frame = await follow(quality, "messages")
    assert frame["type"] != "snapshot"
