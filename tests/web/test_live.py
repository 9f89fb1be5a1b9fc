"""The live feed: who gets in, who may follow what, what hostile and slow browsers meet."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import WSMsgType

from cti.domain.roles import Role
from cti.store import sessions
from cti.store.work import Database
from cti.web.sessions import hash_of
from tests.waiting import until
from tests.web.house import FAST_LIVE, Browser, House, opened


@pytest.fixture
async def hasty(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """A house whose live feed has no patience."""
    async with opened(database, tmp_path, live_options=FAST_LIVE) as house:
        yield house


async def subscribe(browser_socket: Any, *topics: str) -> None:
    await browser_socket.send_json({"type": "subscribe", "topics": list(topics)})


async def told(browser_socket: Any, kind: str) -> dict[str, Any]:
    """The next message of `kind`; others are passed over."""
    while True:
        message = await asyncio.wait_for(browser_socket.receive_json(), 5)
        if message["type"] == kind:
            return dict(message)


async def closed_with(browser_socket: Any) -> int:
    """Read until the end. Returns the close code."""
    async with asyncio.timeout(5):
        while True:
            message = await browser_socket.receive()
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                return int(browser_socket.close_code or 0)


# --- the door -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["http://evil.example", "", "null", "http://127.0.0.1:1"])
async def test_a_foreign_page_gets_no_socket_whatever_its_cookie(house: House, origin: str) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    browser.origin = origin
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.live()
    assert refused.value.status == 403
    assert house.web.live.sockets == set()


async def test_without_a_session_there_is_no_socket(house: House) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await house.browser().live()
    assert refused.value.status == 401


async def test_one_person_cannot_open_sockets_without_end(hasty: House) -> None:
    browser = await hasty.signed_in(Role.SUPERVISOR)
    async with contextlib.AsyncExitStack() as open_ones:
        for _ in range(FAST_LIVE.sockets_per_account):
            await open_ones.enter_async_context(browser.live())
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await browser.live()
        assert refused.value.status == 429
        other = await hasty.signed_in(Role.SUPERVISOR)
        async with other.live() as fine:
            await subscribe(fine, "calls")
            await told(fine, "snapshot")


# --- what is followed -----------------------------------------------------------------------------------------------


async def test_a_snapshot_and_then_numbered_changes(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    house.play("arrive")
    async with browser.live() as feed:
        await subscribe(feed, "calls", "agents")
        first = await told(feed, "snapshot")
        assert (first["topic"], len(first["items"])) == ("calls", 1)
        assert (await told(feed, "snapshot"))["topic"] == "agents"
        house.play("join")
        changes = (await told(feed, "changes"))["items"]
        assert [one["seq"] for one in changes] == list(range(first["seq"] + 1, first["seq"] + 1 + len(changes)))
        assert changes[-1]["value"]["stage"] == "waiting"


async def test_many_changes_between_two_turns_travel_in_one_frame(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        await subscribe(feed, "calls")
        await told(feed, "snapshot")
        for number in range(50):
            house.call_entered(number)
        assert len((await told(feed, "changes"))["items"]) >= 50


async def test_what_is_no_longer_followed_is_not_sent(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        await subscribe(feed, "calls", "agents")
        await told(feed, "snapshot")
        await told(feed, "snapshot")
        await feed.send_json({"type": "unsubscribe", "topics": ["calls"]})
        await subscribe(feed, "queues")
        await told(feed, "snapshot")
        house.play("arrive")
        house.know("1001")
        items = (await told(feed, "changes"))["items"]
        assert {one["topic"] for one in items} == {"agents"}


TOPICS = ("calls", "agents", "queues", "check", "agent.1001", "agent.1002", "board.1", "", "calls\0")


@pytest.mark.parametrize(
    ("role", "number", "allowed"),
    [
        (Role.SUPERVISOR, None, {"calls", "agents", "queues", "check"}),
        (Role.TEAM_LEADER, "1002", {"calls", "agents", "queues", "check", "agent.1002"}),
        (Role.ADMINISTRATOR, None, {"calls", "agents", "queues", "check"}),
        (Role.AGENT, "1001", {"agent.1001"}),
        (Role.DEPARTMENT, None, set()),
        (Role.AUDITOR, None, set()),
    ],
)
async def test_each_role_follows_its_own_topics(
    house: House, role: Role, number: str | None, allowed: set[str]
) -> None:
    browser = await house.signed_in(role, agent_number=number)
    async with browser.live() as feed:
        for topic in TOPICS:
            await subscribe(feed, topic)
            message = await asyncio.wait_for(feed.receive_json(), 5)
            if topic in allowed:
                assert (message["type"], message["topic"]) == ("snapshot", topic)
            else:
                assert (message["type"], message["code"]) == ("refused", "live.topic")
    assert house.web.live.counts["topic"] == len(TOPICS) - len(allowed)


async def test_an_agent_hears_of_the_own_call_only(house: House) -> None:
    for number in ("1002", "1003"):
        house.know(number, "complaints")
    agent = await house.signed_in(Role.AGENT, agent_number="1001", queues=("complaints",))
    house.boot()
    async with agent.live() as feed:
        await subscribe(feed, "agent.1001")
        assert set((await told(feed, "snapshot"))["items"]) == {"agent"}
        house.play("arrive", "join", "offer", "answer", "arrive")
        calls = [one["key"] for one in (await told(feed, "changes"))["items"] if one["key"].startswith("call:")]
        assert len(set(calls)) == 1


# --- numbers --------------------------------------------------------------------------------------------------------


def without_pops(frame: Any) -> str:
    """What a frame carries, but for the pops: the caller an agent serves is shown to him whole."""
    items = frame["items"]
    values = [*items.values()] if isinstance(items, dict) else [one["value"] for one in items]
    return json.dumps([one for one in values if one and one["type"] != "PopView"])


@pytest.mark.parametrize(
    ("role", "number", "topic", "is_masked"),
    [
        (Role.SUPERVISOR, None, "calls", False),
        (Role.TEAM_LEADER, None, "calls", False),
        (Role.ADMINISTRATOR, None, "calls", True),
        (Role.AGENT, "1001", "agent.1001", True),
    ],
)
async def test_numbers_are_masked_for_roles_that_may_not_see_them(
    house: House, role: Role, number: str | None, topic: str, is_masked: bool
) -> None:
    browser = await house.signed_in(role, agent_number=number, queues=("complaints",) if number else ())
    for agent in {"1001", "1002", "1003"} - {number}:
        house.know(agent, "complaints")
    house.boot()
    async with browser.live() as feed:
        await subscribe(feed, topic)
        frames = [await feed.receive_str()]
        house.play("arrive", "join", "offer", "answer")
        frames.append(await feed.receive_str())
        await subscribe(feed, topic)
        frames.append(await feed.receive_str())
    heard = "".join(without_pops(json.loads(frame)) for frame in frames)
    assert ("13800138000" in heard) is not is_masked
    assert ("138****8000" in heard) is is_masked


# --- the end of a session -------------------------------------------------------------------------------------------


async def test_signing_out_closes_the_sockets_of_that_session_only(house: House) -> None:
    await house.add("li", Role.SUPERVISOR)
    here, there = house.browser(), house.browser()
    await here.sign_in("li")
    await there.sign_in("li")
    async with here.live() as ends, there.live() as stays:
        await here.ask("DELETE", "/api/session")
        assert (await told(ends, "bye"))["code"] == "session.over"
        assert await closed_with(ends) == 1008
        await subscribe(stays, "calls")
        await told(stays, "snapshot")


async def test_a_session_ended_elsewhere_loses_its_socket_at_the_next_look(hasty: House) -> None:
    browser = await hasty.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        await told(feed, "ping")
        async with hasty.database.work() as work:  # as the command line would, in another process
            await sessions.end_session(work.session, hash_of(browser.cookie), hasty.clock())
        assert (await told(feed, "bye"))["code"] == "session.over"
        assert await closed_with(feed) == 1008


async def test_an_expired_session_loses_its_socket(hasty: House) -> None:
    browser = await hasty.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        await told(feed, "ping")
        hasty.clock.advance(12 * 3600)
        assert (await told(feed, "bye"))["code"] == "session.over"


async def test_an_open_page_keeps_its_session_from_falling_asleep(hasty: House) -> None:
    browser = await hasty.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        for _ in range(3):
            hasty.clock.advance(3600)
            at = hasty.clock()

            async def seen(since: Any = at) -> bool:
                async with hasty.database.look() as session:
                    found = await sessions.find_session(session, hash_of(browser.cookie))
                return found is not None and found.seen_at >= since

            for _ in range(200):
                if await seen():
                    break
                await told(feed, "ping")
            assert await seen()
    assert (await browser.ask("GET", "/api/session")).status == 200


async def test_at_the_end_every_browser_hears_when_to_come_back(house: House) -> None:
    browsers = [await house.signed_in(Role.SUPERVISOR) for _ in range(3)]
    async with browsers[0].live() as one, browsers[1].live() as two:
        await asyncio.gather(house.web.stop(), *(ends_well(feed) for feed in (one, two)))
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browsers[2].live()
    assert refused.value.status == 429


async def ends_well(feed: Any) -> None:
    bye = await told(feed, "bye")
    assert bye["code"] == "shutdown"
    assert 3 <= bye["after_s"] <= 6
    assert await closed_with(feed) == 1001


async def test_a_browser_without_a_word_is_given_up(database: Database, tmp_path: Path) -> None:
    options = msgspec.structs.replace(FAST_LIVE, silence_s=0.2)
    async with opened(database, tmp_path, live_options=options) as house:
        browser = await house.signed_in(Role.SUPERVISOR)
        async with browser.live() as feed:
            await closed_with(feed)
        assert house.web.live.counts["silent"] == 1
        async with browser.live() as feed:
            for _ in range(8):
                await told(feed, "ping")
                await feed.send_json({"type": "pong"})
        assert house.web.live.counts["silent"] == 1


# --- hostile browsers -----------------------------------------------------------------------------------------------

GARBAGE: list[str | bytes] = [
    "",
    "{",
    "null",
    "[]",
    '"subscribe"',
    "1e999",
    '{"type":"subscribe"}',
    '{"type":"subscribe","topics":"calls"}',
    '{"type":"subscribe","topics":[1]}',
    '{"type":"subscribe","topics":["calls"],"more":1}',
    '{"type":"drop table"}',
    json.dumps({"type": "subscribe", "topics": ["x"] * 21}),
    json.dumps({"type": "subscribe", "topics": ["x" * 61]}),
    "[" * 5000,
    '{"type":"pong","😀":1}',
    '{"a":' + "[" * 60_000,
    b"\x00\xff binary",
]


async def test_garbage_is_answered_counted_and_harms_nobody(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        for text in GARBAGE:
            await (feed.send_bytes(text) if isinstance(text, bytes) else feed.send_str(text))
            assert (await told(feed, "refused"))["code"] == "live.not_understood"
        await subscribe(feed, "calls")
        await told(feed, "snapshot")
    assert house.web.live.counts["not_understood"] == len(GARBAGE)


async def test_endless_garbage_ends_the_socket(hasty: House) -> None:
    browser = await hasty.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        for _ in range(FAST_LIVE.refusals_limit):
            await feed.send_str("{")
        assert (await told(feed, "bye"))["code"] == "live.garbage"
        assert await closed_with(feed) == 1008


async def test_too_many_messages_are_refused(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        for _ in range(60):
            await feed.send_json({"type": "pong"})
        assert (await told(feed, "refused"))["code"] == "live.rate"
    assert house.web.live.counts["rate"] > 5


async def test_a_message_of_64_kib_and_more_closes_the_socket(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    async with browser.live() as feed:
        await feed.send_str("x" * 70_000)
        assert await closed_with(feed) == 1009
    await until(lambda: house.web.live.counts["too_big"] == 1)


async def test_text_that_is_no_utf_8_closes_the_socket(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    reader, writer = await raw_socket(browser)
    mask = os.urandom(4)
    writer.write(b"\x81\x82" + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(b"\xff\xfe")))
    header = await asyncio.wait_for(reader.readexactly(4), 5)
    assert header[0] == 0x88
    assert int.from_bytes(header[2:4], "big") == 1007
    writer.close()
    await until(lambda: not house.web.live.sockets)


async def raw_socket(browser: Browser, receive_buffer: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket after its handshake, byte for byte."""
    host, port = browser.address.removeprefix("http://").split(":")
    made = socket.socket()
    if receive_buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.setblocking(False)
    await asyncio.get_running_loop().sock_connect(made, (host, int(port)))
    # With a limit this small the reader stops taking from the socket as soon as nobody reads from it.
    reader, writer = await asyncio.open_connection(sock=made, limit=1024)
    lines = [
        "GET /api/live HTTP/1.1",
        f"Host: {host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in browser.headers().items()),
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    assert b"101" in await reader.readline()
    while await reader.readline() != b"\r\n":
        pass
    return reader, writer


async def frames_of(reader: asyncio.StreamReader) -> AsyncIterator[tuple[int, bytes]]:
    """(opcode, content) of each frame until the end."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            first, second = await reader.readexactly(2)
            length = second & 0x7F
            if length > 125:
                length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
            yield first & 0x0F, await reader.readexactly(length)


def masked_text(message: dict[str, Any]) -> bytes:
    """A client's text frame; the mask is zero."""
    content = json.dumps(message).encode()
    assert len(content) < 126
    return bytes([0x81, 0x80 | len(content)]) + bytes(4) + content


async def test_a_browser_that_never_reads_is_closed_and_delays_nobody(hasty: House) -> None:
    dead, quick = await hasty.signed_in(Role.SUPERVISOR), await hasty.signed_in(Role.SUPERVISOR)
    reader, writer = await raw_socket(dead, receive_buffer=4096)
    writer.write(masked_text({"type": "subscribe", "topics": ["calls"]}))
    async with quick.live() as feed:
        await subscribe(feed, "calls")
        await told(feed, "snapshot")
        number = 0
        while not hasty.web.live.counts["slow"]:
            number += 1
            assert number < 5000, "a browser that never reads is never noticed"
            hasty.call_entered(number)
            began = asyncio.get_running_loop().time()
            await told(feed, "changes")
            assert asyncio.get_running_loop().time() - began < 1
    # It begins to read within the time it is given to hear why: the code is there.
    async with asyncio.timeout(5):
        codes = [int.from_bytes(content[:2], "big") async for opcode, content in frames_of(reader) if opcode == 8]
    assert codes == [1013]
    writer.close()
    await until(lambda: not hasty.web.live.sockets)
    assert not hasty.hub.subscriptions


async def test_a_browser_that_never_reads_at_all_is_thrown_away(hasty: House) -> None:
    dead = await hasty.signed_in(Role.SUPERVISOR)
    _, writer = await raw_socket(dead, receive_buffer=4096)
    writer.write(masked_text({"type": "subscribe", "topics": ["calls"]}))
    await until(lambda: hasty.hub.subscriptions and next(iter(hasty.hub.subscriptions)).topics)
    number = 0
    while not hasty.web.live.counts["slow"]:
        number += 1
        assert number < 20_000, "a browser that never reads is never noticed"
        hasty.call_entered(number)
        await asyncio.sleep(0)
    await until(lambda: not hasty.web.live.sockets, what="gone")
    writer.close()


async def test_an_abrupt_end_leaves_nothing_behind(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    _, writer = await raw_socket(browser)
    await until(lambda: house.web.live.sockets)
    writer.transport.abort()
    await until(lambda: not house.web.live.sockets)
    assert not house.hub.subscriptions
