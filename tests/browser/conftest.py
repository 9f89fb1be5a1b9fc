"""One freshly started system for a module, phones around it, and a headless Chromium."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.phones import Phones
from tests.asterisk.voices import Voice, make_voices
from tests.browser.system import Person, RunningSystem
from tests.parts import require

FLAGS = [
    "--no-sandbox",  # root in CI; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Crew(NamedTuple):
    """Who works in the tests. Agents 1001 and 1002 serve consult and complaints."""

    admin: Person
    supervisor: Person
    first: Person
    second: Person


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Voice]:
    """caller, agent, second."""
    return make_voices(tmp_path_factory.mktemp("voices"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSystem]:
    """A system started for this module."""
    async with RunningSystem(tmp_path_factory.mktemp("hl"), timezone="Asia/Shanghai") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crew(system: RunningSystem) -> Crew:
    """An administrator, a supervisor, two agents."""
    admin = await system.administrator()
    queues = ["consult", "complaints"]
    return Crew(
        admin,
        await system.hire(admin, "sophie", "supervisor", name="苏菲"),
        await system.hire(admin, "anna", "agent", name="安娜", agent_number="1001", queues=queues),
        await system.hire(admin, "ben", "agent", name="贝恩", agent_number="1002", queues=queues),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switch(system: RunningSystem) -> EmbeddedAsterisk:
    """The system's own Asterisk."""
    return await system.switch()


@pytest_asyncio.fixture(loop_scope="module")
async def phones(switch: EmbeddedAsterisk, voices: dict[str, Voice], tmp_path: Path) -> AsyncIterator[Phones]:
    """SIPp phones around it."""
    around = Phones(switch, voices, tmp_path)
    yield around
    await around.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    require("chromium")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser, system: RunningSystem) -> AsyncIterator[Page]:
    """A fresh browser profile; a page that logs an error fails its test."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    await context.close()
    assert not faults, faults
