"""A service with customers and signed-in agents, each with the desk open in one Chromium, for measuring pops."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import aiohttp
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from cti.migrations import migrate
from cti.store.work import Database
from tests.ami_server import HANDS_SECRET, HANDS_USER, SECRET, USER, AmiServer
from tests.browser.conftest import FLAGS
from tests.browser.system import ROOT, Person
from tests.db.test_tickets import DAY, customer_fields, fields
from tests.floor_words import NOON
from tests.waiting import until
from tickets.store import customers, tickets

AGENTS = [str(number) for number in range(1001, 1013)]
CUSTOMERS = 400
TICKETS_EACH = 3
WATCH = """
window.popsSeen = {};
new MutationObserver(() => {
  for (const pop of document.querySelectorAll("[data-test=pop]")) {
    window.popsSeen[pop.dataset.call] ??= [Date.now(), pop.dataset.loaded === "true"];
  }
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-call"] });
"""
"""Runs in each page before anything else: call -> when its pop stood in the document (ms), and whether it was whole."""
LOADED = """
() => performance.getEntries().filter((one) => "encodedBodySize" in one)
  .map((one) => [new URL(one.name).pathname, one.encodedBodySize])
"""


def number_of(customer: int) -> str:
    """The telephone number of a customer."""
    return f"1380013{customer:04}"


async def seed(data: Path) -> None:
    """Migrate the service's database and fill it."""
    url = f"sqlite+aiosqlite:///{data / 'hotline.db'}"
    await migrate(url)
    database = Database(url)
    await database.open()
    async with database.work() as work:
        for index in range(CUSTOMERS):
            known = customer_fields(name=f"客户{index}", company="上海水泵有限公司")
            numbers = [number_of(index), f"021-6100{index:04}"]
            made = await customers.add_customer(work.session, known, numbers, at=NOON, by="Anna")
            for place in range(TICKETS_EACH):
                text = f"水泵漏水，第{place + 1}次报修，请尽快安排师傅上门"
                await tickets.add_ticket(work.session, DAY, fields(customer_id=made.id, text=text))
    await database.close()


@contextlib.asynccontextmanager
async def serving(server: AmiServer, data: Path) -> AsyncIterator[str]:
    """`python -m cti serve` beside the scripted switch. Gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "HOTLINE_DATA_DIR": str(data),
        "HOTLINE_FLOWS_DIR": str(ROOT / "tests" / "flows"),
        "HOTLINE_PORT": str(port),
        "HOTLINE_AMI_HOST": "127.0.0.1",
        "HOTLINE_AMI_PORT": str(server.port),
        "HOTLINE_AMI_USER": USER,
        "HOTLINE_AMI_SECRET": SECRET,
        "HOTLINE_AMI_HANDS_USER": HANDS_USER,
        "HOTLINE_AMI_HANDS_SECRET": HANDS_SECRET,
    }
    with (data / "log").open("wb") as log:
        service = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cti", "serve"), cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
        )
        try:
            await until((data / "first-sign-in-link").exists, 30, "the service is up")
            yield f"http://127.0.0.1:{port}"
        finally:
            service.terminate()
            await service.wait()


class Crew:
    """The administrator, the agents and their pages."""

    def __init__(self, address: str, browser: Browser) -> None:
        self.address = address
        self.pages: list[Page] = []
        self._browser = browser
        self._people: list[aiohttp.ClientSession] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for page in self.pages:
            await page.context.close()
        for http in self._people:
            await http.close()

    async def administrator(self, link: str) -> Person:
        """The first one, by his link."""
        person = self._person("admin")
        await until_listening(self.address)
        await person.sign_in_by_link(link)
        return person

    async def hire(self, admin: Person, number: str) -> None:
        """An agent who is ready, with his telephone on the desk and his page open."""
        body = {"login": f"agent{number}", "name": f"坐席{number}", "role": "agent", "agent_number": number}
        hired = await admin.ask("POST", "/api/people", {**body, "queues": ["consult", "complaints"]})
        person = self._person(body["login"])
        await person.sign_in_by_link(hired["url"])
        await person.ask("POST", "/api/telephone", {"kind": "desk", "page": f"bench{number}".ljust(16, "0")})
        await person.ask("PUT", f"/api/agents/{number}/mode", {"mode": "ready"})
        self.pages.append(await self._open_desk(person))

    async def pops_seen(self) -> dict[str, tuple[float, bool]]:
        """Call -> when its pop stood in the document (s since the epoch), and whether it was whole then."""
        seen: dict[str, tuple[float, bool]] = {}
        for page in self.pages:
            told: dict[str, tuple[float, bool]] = await page.evaluate("window.popsSeen")
            seen |= {call: (at_ms / 1000, whole) for call, (at_ms, whole) in told.items()}
        return seen

    async def first_load(self) -> dict[str, int]:
        """Path -> bytes as they came over the wire, of all that the last page opened has loaded."""
        loaded: list[tuple[str, int]] = await self.pages[-1].evaluate(LOADED)
        return dict(loaded)

    def _person(self, login: str) -> Person:
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._people.append(http)
        return Person(http, self.address, login, f"a long bench passphrase of {login}")

    async def _open_desk(self, person: Person) -> Page:
        context = await self._browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
        await give_cookies(person, context)
        await context.add_init_script(WATCH)
        page = await context.new_page()
        await page.goto(f"{self.address}/desk")
        await page.wait_for_selector(".pops")
        await page.wait_for_load_state("networkidle")
        return page


async def until_listening(address: str) -> None:
    """The link is written a moment before the port is open."""
    port = int(address.rsplit(":", 1)[1])
    for _ in range(200):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.02)


async def give_cookies(person: Person, context: BrowserContext) -> None:
    """Let the page be signed in as the person is."""
    kept: list[Any] = [{"name": one.key, "value": one.value, "url": person.address} for one in person.http.cookie_jar]
    await context.add_cookies(kept)


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, headless."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()
