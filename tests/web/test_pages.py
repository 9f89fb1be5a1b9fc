"""Pages and what is common to all answers: files, headers, sizes, refusals in words."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cti.domain.roles import Role
from cti.store.work import Database
from tests.web.house import House, opened

INDEX = "<!doctype html><div id=app></div>"


@pytest.fixture
async def built(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """A house with a built browser application, and a file beside it that is nobody's business."""
    pages = tmp_path / "static"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text(INDEX)
    (pages / "favicon.svg").write_text("<svg/>")
    (pages / "assets" / "index-4f3a.js").write_text("export {}")
    (pages / ".env").write_text("secret")
    (tmp_path / "hotline.key").write_text("secret")
    (pages / "link.txt").symlink_to(tmp_path / "hotline.key")
    async with opened(database, tmp_path) as house:
        yield house


async def test_every_address_of_the_application_is_its_first_page(built: House) -> None:
    for path in ("/", "/floor", "/agents/1001", "/sign-in?x=1"):
        answer = await built.browser().ask("GET", path)
        assert (answer.status, answer.body) == (200, INDEX), path
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Content-Type"].startswith("text/html")


async def test_hashed_files_are_kept_for_ever_and_others_asked_for_again(built: House) -> None:
    script = await built.browser().ask("GET", "/assets/index-4f3a.js")
    assert "immutable" in script.headers["Cache-Control"]
    assert "javascript" in script.headers["Content-Type"]
    icon = await built.browser().ask("GET", "/favicon.svg")
    assert icon.headers["Cache-Control"] == "no-cache"
    again = await built.browser().ask("GET", "/favicon.svg", If_None_Match=icon.headers["ETag"])
    assert again.status == 304


async def test_a_file_goes_compressed_to_whoever_takes_it_so(built: House) -> None:
    copy = built.pages / "assets" / "index-4f3a.js.gz"
    copy.write_bytes(gzip.compress(b"export {}"))
    taken = await built.browser().ask("GET", "/assets/index-4f3a.js", Accept_Encoding="gzip")
    assert (taken.body, taken.headers["Content-Encoding"]) == ("export {}", "gzip")
    assert "javascript" in taken.headers["Content-Type"]
    assert "immutable" in taken.headers["Cache-Control"]
    plain = await built.browser().ask("GET", "/assets/index-4f3a.js", Accept_Encoding="identity")
    assert plain.body == "export {}"
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize(
    "path",
    [
        "/../hotline.key",
        "/assets/../../hotline.key",
        "/%2e%2e/hotline.key",
        "/..%2fhotline.key",
        "/%2e%2e%2fhotline.key",
        "/assets/..%5c..%5chotline.key",
        "//etc/passwd.txt",
        "/%2fetc%2fpasswd.txt",
        "/assets/%00.js",
        "/link.txt",
        "/.env",
        "/hotline.db",
        "/index.html%00.png",
        "/" + "a/" * 500 + "x.js",
    ],
)
async def test_no_path_leads_out_of_the_folder(built: House, path: str) -> None:
    status, content = await raw(built, f"GET {path} HTTP/1.1")
    assert status in (400, 404), content
    assert b"secret" not in content
    assert b"root:" not in content


async def raw(house: House, line: str, *headers: str, body: bytes = b"") -> tuple[int, bytes]:
    """One request, byte for byte: no client tidies the path up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    head = "\r\n".join([line, "Host: x", "Connection: close", *headers, "", ""])
    writer.write(head.encode("utf-8") + body)
    async with asyncio.timeout(5):
        content = await reader.read()
    writer.close()
    return int(content.split(b" ", 2)[1]), content


async def test_without_built_pages_it_says_what_to_do(house: House) -> None:
    answer = await house.browser().ask("GET", "/floor")
    assert answer.status == 503
    assert "./run" in answer.body
    assert "http" not in answer.body.replace("<html", "")


async def test_pages_built_while_the_service_runs_are_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await house.browser().ask("GET", "/")).status == 503
    monkeypatch.setattr("cti.web.static._RESCAN_S", 0.0)
    house.pages.mkdir()
    (house.pages / "index.html").write_text(INDEX)
    assert (await house.browser().ask("GET", "/")).body == INDEX


@pytest.mark.parametrize("path", ["/", "/api/session", "/api/nothing", "/healthz", "/assets/none.js", "/readyz"])
async def test_every_answer_carries_the_safety_headers(built: House, path: str) -> None:
    headers = (await built.browser().ask("GET", path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "microphone=(self)" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


async def test_answers_of_the_api_are_never_stored(house: House) -> None:
    browser = await house.signed_in(Role.ADMINISTRATOR)
    for path in ("/api/session", "/api/people", "/api/check", "/api/calls/none"):
        assert (await browser.ask("GET", path)).headers["Cache-Control"] == "no-store"


# --- refusals in words ----------------------------------------------------------------------------------------------


async def test_a_request_above_the_limit_is_refused(house: House) -> None:
    body = {"login": "li", "password": "x" * 300_000}
    answer = await house.browser().ask("POST", "/api/session", body)
    assert (answer.status, answer.code) == (413, "request.too_large")


async def test_a_header_without_end_is_refused(house: House) -> None:
    status, _ = await raw(house, "GET /healthz HTTP/1.1", "X-Long: " + "x" * 20_000)
    assert status == 400
    status, _ = await raw(house, "GET /" + "x" * 20_000 + " HTTP/1.1")
    assert status in (400, 414)


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "request.not_json"),
        (b"\xff\xfe", "application/json", 400, "request.not_json"),
        (b"", "application/json", 400, "request.not_json"),
        (b"[" * 200_000, "application/json", 422, "request.kind"),
        (b'{"login":"li"}', "application/json", 422, "request.missing"),
        (b'{"login":"li","password":1}', "application/json", 422, "request.kind"),
        (b'{"login":"li","password":"x"}', "text/plain", 400, "request.not_json"),
        (b"login=li&password=x", "application/x-www-form-urlencoded", 400, "request.not_json"),
    ],
)
async def test_a_body_that_is_no_good_is_refused_in_words(
    house: House, content: bytes, kind: str, status: int, code: str
) -> None:
    browser = house.browser()
    async with browser.http.post(
        f"{browser.address}/api/session", data=content, headers=browser.headers() | {"Content-Type": kind}
    ) as answer:
        problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["code"], problem["status"]) == (status, code, status)
    assert problem["detail"].endswith(".")
    assert "msgspec" not in problem["detail"]


async def test_an_address_and_a_method_that_do_not_exist(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    assert (await browser.ask("GET", "/api/nothing")).code == "http.404"
    answer = await browser.ask("DELETE", "/api/people")
    assert (answer.status, answer.code) == (405, "http.405")
    assert "POST" in answer.headers["Allow"]


async def test_a_fault_of_ours_leaves_a_number_and_no_trace(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the secret inner life")

    monkeypatch.setattr("cti.web.calls.list_calls", breaks)
    browser = await house.signed_in(Role.SUPERVISOR)
    with caplog.at_level(logging.ERROR):
        answer = await browser.ask("GET", "/api/calls")
    assert (answer.status, answer.code) == (500, "error.internal")
    assert "inner life" not in str(answer.body)
    number = answer.body["ids"]["fault"]
    assert number in answer.body["detail"]
    (record,) = [one for one in caplog.records if getattr(one, "fault", "") == number]
    assert record.exc_info is not None
