"""A system outside that answers, hangs, lies, refuses: a real server on each side of the edge."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cti.domain.rulebook import Webhook, WebhookRules
from ivr.language.actions import Found, LookUp, NotFound
from ivr.looking import Asking, LookUps, Values
from ivr.webhook import MOST_BYTES, WebhookFailed, Webhooks, plain_fields

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
ASKING = Asking(call_id="c1", hotline="95003", caller_number="13800138000")
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Outside:
    """A system outside: keeps what it was asked, answers as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.answer: Answering = lambda request: self.say({"state": "shipped"})
        self.server: TestServer
        self.hooks: Webhooks

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((dict(request.headers), await request.read()))
        return await self.answer(request)

    async def say(self, body: object, **given: Any) -> web.Response:
        return web.json_response(body, **given)

    async def ask(self, *, limit_s: float = 2.0, secret: str = "") -> dict[str, str] | None:
        self.hooks = self.made(secret)
        try:
            return await self.hooks.ask("order", {"hotline": "95003", "variables": {"n": "1"}}, ("state",), limit_s)
        finally:
            await self.hooks.aclose()

    def made(self, secret: str = "") -> Webhooks:
        known = (Webhook(code="order", url=str(self.server.make_url("/order"))),)
        off = (Webhook(code="off", url=str(self.server.make_url("/order")), is_active=False),)
        return Webhooks(rules=lambda: WebhookRules(webhooks=known + off), secret=secret, clock=lambda: NOW)


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    one = Outside()
    app = web.Application()
    app.router.add_post("/order", one.take)
    one.server = TestServer(app)
    await one.server.start_server()
    yield one
    await one.server.close()


async def test_it_gets_what_the_node_sends_and_answers_with_the_field_that_was_asked_for(outside: Outside) -> None:
    outside.answer = lambda request: outside.say({"state": "shipped", "other": {"deep": 1}})
    assert await outside.ask() == {"state": "shipped"}
    headers, body = outside.asked[0]
    assert json.loads(body) == {"hotline": "95003", "variables": {"n": "1"}}
    assert "X-Hotline-Signature" not in headers
    assert "Cookie" not in headers


async def test_a_request_is_signed_with_the_secret(outside: Outside) -> None:
    await outside.ask(secret="owl")
    headers, body = outside.asked[0]
    at = headers["X-Hotline-Timestamp"]
    assert at == str(int(NOW.timestamp()))
    expected = hmac.new(b"owl", at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Hotline-Signature"] == f"sha256={expected}"


async def test_a_404_means_that_there_is_no_such_thing(outside: Outside) -> None:
    outside.answer = lambda request: outside.say({"state": "x"}, status=404)
    assert await outside.ask() is None
    assert outside.hooks.troubles == {}


async def hang(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte now and then: never silent, never done."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("answering", [hang, drip])
async def test_one_that_hangs_is_given_up_in_time(outside: Outside, answering: Answering) -> None:
    outside.answer = answering
    begun = asyncio.get_running_loop().time()
    with pytest.raises(WebhookFailed, match=r"no answer within 0\.2 s"):
        await outside.ask(limit_s=0.2)
    assert asyncio.get_running_loop().time() - begun < 1
    assert outside.hooks.troubles["order"].count == 1


def raw(body: bytes, **headers: str) -> Answering:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, headers={"Content-Type": "application/json", **headers})

    return answer


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>busy</html>", "no JSON object"),
        (b'["state"]', "no JSON object"),
        (b"", "no JSON object"),
        (b"\xff\xfe", "no JSON object"),
        (b'{"state":' + b"[" * 20_000, "odd|recursion|no JSON object"),
        (b'{"state":"' + b"x" * MOST_BYTES + b'"}', "longer than"),
        (b'{"state":{"deep":1}}', "no short plain value"),
        (b'{"state":["a"]}', "no short plain value"),
        (b'{"state":""}', "no short plain value"),
        (b'{"state":"' + b"x" * 41 + b'"}', "no short plain value"),
        (b'{"state":"a\\u0000b"}', "no short plain value"),
        (b'{"state":"a\\nb"}', "no short plain value"),
        (b'{"state":"${SHELL(id)}"}', "no short plain value"),
        (b'{"state":"a\\" b"}', "no short plain value"),
    ],
)
async def test_one_that_lies_is_not_believed(outside: Outside, body: bytes, why: str) -> None:
    outside.answer = raw(body)
    with pytest.raises(WebhookFailed, match=f"(?i){why}"):
        await outside.ask()


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_unpacked(outside: Outside) -> None:
    outside.answer = raw(gzip.compress(b" " * 10_000_000), **{"Content-Encoding": "gzip"})
    with pytest.raises(WebhookFailed, match="no JSON object"):
        await outside.ask()


async def test_one_that_refuses_or_sends_elsewhere_is_not_followed(outside: Outside) -> None:
    for status in (500, 403, 204, 302):
        outside.answer = lambda request, status=status: redirect(status)  # type: ignore[misc]
        with pytest.raises(WebhookFailed, match=f"answered {status}"):
            await outside.ask()
    assert len(outside.asked) == 4


async def redirect(status: int) -> web.StreamResponse:
    return web.Response(status=status, headers={"Location": "/order"})


async def test_one_that_is_gone_off_or_unknown_is_named_and_forgiven_when_it_works_again(outside: Outside) -> None:
    hooks = outside.made()
    for code, why in (("off", "switched off"), ("who", "no such webhook")):
        with pytest.raises(WebhookFailed, match=why):
            await hooks.ask(code, {}, (), 1)
    outside.answer = lambda request: outside.say([])
    for count in (1, 2):
        with pytest.raises(WebhookFailed):
            await hooks.ask("order", {}, ("state",), 1)
        assert hooks.troubles["order"].count == count
    outside.answer = lambda request: outside.say({})
    assert await hooks.ask("order", {}, ("state",), 1) == {}
    assert "order" not in hooks.troubles
    await outside.server.close()
    with pytest.raises(WebhookFailed):
        await hooks.ask("order", {}, ("state",), 1)
    await hooks.aclose()


def test_numbers_words_and_yes_or_no_become_text() -> None:
    answer = json.dumps(
        {"n": 12, "f": 1.5, "yes": True, "no": False, "gone": None, "due": "2026-11-25", "at": "15:20", "zh": "已发货"}
    ).encode()
    found = plain_fields(answer, ("n", "f", "yes", "no", "gone", "due", "at", "zh", "missing"))
    assert found == {
        "n": "12", "f": "1.5", "yes": "yes", "no": "no", "due": "2026-11-25", "at": "15:20", "zh": "已发货",
    }  # fmt: skip


# --- which look goes where --------------------------------------------------------------------------------------------


class Known:
    """Customers and tickets, as the tickets side answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.values: Values | None = {"customer_known": "yes"}

    async def customer(self, number: str) -> Values | None:
        self.asked.append((number,))
        return self.values

    async def ticket(self, number: str, last4: str, *, caller_number: str, call_id: str) -> Values | None:
        self.asked.append((number, last4, caller_number, call_id))
        return self.values


async def test_each_look_up_goes_to_who_knows(outside: Outside) -> None:
    known, hooks = Known(), outside.made()
    looks = LookUps(customer=known.customer, ticket=known.ticket, webhooks=hooks)
    assert await looks.look_up(LookUp("customer", {}), ASKING) == Found({"customer_known": "yes"})
    known.values = None
    assert await looks.look_up(LookUp("ticket", {"number": "1", "last4": "8000"}), ASKING) == NotFound()
    assert known.asked == [("13800138000",), ("1", "8000", "13800138000", "c1")]
    sent = {"order": "77"}
    assert await looks.look_up(LookUp("webhook:order", sent, takes=("state",)), ASKING) == Found({"state": "shipped"})
    assert json.loads(outside.asked[0][1]) == {"hotline": "95003", "variables": {"order": "77"}}
    await looks.look_up(LookUp("webhook:order", sent | {"number": "138"}), ASKING)
    assert json.loads(outside.asked[1][1])["caller_number"] == "138"
    await hooks.aclose()
