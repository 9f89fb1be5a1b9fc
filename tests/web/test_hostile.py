"""Bytes no browser of ours sends: refused in words, logged as no fault, and harmless to everybody else."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator

import pytest

from cti.domain.roles import Role
from tests.web.house import Browser, House

SIGN_IN = b'{"login":"amy","password":"three small owls"}'


@pytest.fixture(autouse=True)
async def _no_fault(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Whatever is sent here is a mistake of who sent it: none may end in our own fault."""
    yield
    assert [
        one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR and one.name.startswith("cti")
    ] == []


async def raw(house: House, *headers: bytes, body: bytes = SIGN_IN, path: bytes = b"/api/session") -> tuple[int, bytes]:
    """POST these very bytes. Returns status and answer."""
    host = f"127.0.0.1:{house.server.port}".encode()
    lines = [b"POST " + path + b" HTTP/1.1", b"Host: " + host, b"Connection: close"]
    if not any(line.startswith((b"Origin", b"Referer")) for line in headers):
        lines.append(b"Origin: http://" + host)
    if not any(line.startswith(b"Content-Length") for line in headers):
        lines.append(b"Content-Length: " + str(len(body)).encode())
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(b"\r\n".join([*lines, b"Content-Type: application/json", *headers, b"", body]))
    async with asyncio.timeout(5):
        # Not to the end of the connection: the server lingers when it has not taken the whole body.
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next((line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        answer += await reader.readexactly(int(length.split(b":")[1]))
    writer.close()
    await writer.wait_closed()
    return int(answer.split(b" ", 2)[1]), answer


async def test_a_browser_whose_name_is_no_utf_8_may_sign_in(house: House) -> None:
    await house.add("amy", Role.SUPERVISOR)
    status, answer = await raw(house, b"User-Agent: \xff\xfe")
    assert status == 200, answer


@pytest.mark.parametrize(
    "header", [b"Origin: http://\xff", b"Referer: http://\xff/", b"Referer: http://[", b"Origin: ["]
)
async def test_an_origin_that_is_no_text_is_foreign(house: House, header: bytes) -> None:
    status, answer = await raw(house, header)
    assert status == 403
    assert b'"code":"origin.foreign"' in answer
    assert b"Content-Security-Policy" in answer


async def test_a_cookie_and_a_token_that_are_no_text_are_no_session(house: House) -> None:
    cookie, token = b"Cookie: hotline=\xff\xfe", b"X-CSRF-Token: \xff"
    status, _ = await raw(house, cookie, token, path=b"/api/session/language", body=b'{"language":"en"}')
    assert status == 401


async def test_a_body_that_cannot_be_unpacked_is_refused(house: House) -> None:
    status, answer = await raw(house, b"Content-Encoding: gzip", body=b"this is not gzip")
    assert status == 400
    assert b'"code":"request.not_json"' in answer


async def test_a_small_body_that_unpacks_to_a_large_one_is_refused(house: House) -> None:
    bomb = gzip.compress(b'{"login":"' + b"x" * 5_000_000 + b'"}')
    assert len(bomb) < 100_000
    status, answer = await raw(house, b"Content-Encoding: gzip", body=bomb)
    assert status == 413
    assert b'"code":"request.too_large"' in answer


async def test_a_body_announced_too_large_is_refused_before_it_comes(house: House) -> None:
    status, answer = await raw(house, b"Content-Length: 99999999", body=b"{")
    assert status == 413
    assert b'"code":"request.too_large"' in answer


async def test_a_body_that_never_comes_whole_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti.web.endpoint._BODY_LIMIT_S", 0.05)
    status, answer = await raw(house, b"Content-Length: 100", body=b"{")
    assert status == 400
    assert b'"code":"request.slow"' in answer


async def test_two_lengths_for_one_body_are_refused(house: House) -> None:
    status, _ = await raw(house, b"Transfer-Encoding: chunked")
    assert status == 400


@pytest.fixture
async def supervisor(house: House) -> Browser:
    return await house.signed_in(Role.SUPERVISOR)


@pytest.mark.parametrize(
    "path", ["/api/calls/%00", "/api/calls/hx-1.1%00", "/api/calls/%ff", "/api/calls/%0d%0aAction:%20Ping"]
)
async def test_an_id_of_strange_characters_is_not_found(supervisor: Browser, path: str) -> None:
    assert (await supervisor.ask("GET", path)).status == 404
    assert (await supervisor.ask("POST", f"{path}/hang-up", {})).status == 404


@pytest.mark.parametrize("name", ["number", "queue", "agent", "outcome", "before"])
async def test_a_search_for_what_no_text_holds_is_refused_with_its_field(supervisor: Browser, name: str) -> None:
    answer = await supervisor.ask("GET", f"/api/calls?{name}=%00")
    assert (answer.status, answer.code, answer.body["ids"]) == (422, "request.format", {"field": name})


async def test_a_day_that_is_none_is_refused_in_words(supervisor: Browser) -> None:
    answer = await supervisor.ask("GET", "/api/calls?day=yesterday")
    assert answer.body["detail"] == "Day must be a date such as 2026-01-31."
    assert answer.body["ids"] == {"field": "day"}


# --- what people type -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login", "wang\n"),
        ("login", "wang\x00"),
        ("name", "\x00"),
        ("name", " "),
        ("name", "王\n芳"),
        ("name", "王芳\n"),
        ("name", "a\x1b[2J"),
        ("agent_number", "1001\n"),
        ("queues", ["consult\n"]),
    ],
)
async def test_line_breaks_and_what_cannot_be_seen_are_in_no_name(house: House, field: str, value: object) -> None:
    admin = await house.signed_in(Role.ADMINISTRATOR)
    person = {"login": "wang", "name": "王芳", "role": "agent", "agent_number": "1001", "queues": ["consult"]}
    answer = await admin.ask("POST", "/api/people", person | {field: value})
    assert (answer.status, answer.code) == (422, "request.format")
    assert "regex" not in answer.body["detail"]


async def test_names_of_all_alphabets_are_taken(house: House) -> None:
    admin = await house.signed_in(Role.ADMINISTRATOR)
    for number, name in enumerate(["王芳", "阿卜杜拉·买买提", "O'Neil <b>", "Zoë 🎧", " 丁 "]):
        answer = await admin.ask("POST", "/api/people", {"login": f"p{number}", "name": name, "role": "auditor"})
        assert (answer.status, answer.body["person"]["name"]) == (201, name)


async def test_a_refusal_names_the_field_and_not_where_it_stood(house: House) -> None:
    admin = await house.signed_in(Role.ADMINISTRATOR)
    answer = await admin.ask("POST", "/api/people", {"login": "wang", "name": "W", "role": "king"})
    assert answer.body["detail"] == "Role cannot be 'king'."
    assert answer.body["ids"] == {"field": "role"}
