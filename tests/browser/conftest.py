"""One freshly started system for a module, phones around it, and a headless Chromium."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Playwright, async_playwright

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.phones import Phones
from tests.asterisk.voices import Voice, make_voices
from tests.browser.calls import Calls
from tests.browser.chromium import FLAGS, speaking_chromium
from tests.browser.desk import Desk, open_desk
from tests.browser.system import CARRIER_PORT, Crew, RunningSystem, live_feed
from tests.browser.tones import CALLER_HZ, FIRST_HZ, SECOND_HZ, make_tone
from tests.parts import require
from tests.waiting import until


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Voice]:
    """caller, agent, second."""
    return make_voices(tmp_path_factory.mktemp("voices"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSystem]:
    """A system started for this module."""
    carrier = f"sip:127.0.0.1:{CARRIER_PORT}"
    data = tmp_path_factory.mktemp("hl")
    async with RunningSystem(data, timezone="Asia/Shanghai", trunk_uri=carrier) as running:
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
async def playwright() -> AsyncIterator[Playwright]:
    """Playwright, which drives Debian's Chromium."""
    require("chromium")
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        yield playwright


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """A Chromium without a microphone."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(
    playwright: Playwright, system: RunningSystem, crew: Crew, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """Agent 1001 at a desk with a browser telephone."""
    async with speaking_chromium(playwright, tmp_path_factory.mktemp("first"), FIRST_HZ) as browser:
        desk = await open_desk(browser, system.address, crew.first)
        yield desk
    assert not desk.faults, desk.faults


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ben(
    playwright: Playwright, system: RunningSystem, crew: Crew, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """Agent 1002 likewise."""
    async with speaking_chromium(playwright, tmp_path_factory.mktemp("second"), SECOND_HZ) as browser:
        desk = await open_desk(browser, system.address, crew.second)
        yield desk
    assert not desk.faults, desk.faults


@pytest_asyncio.fixture(loop_scope="module")
async def callers(switch: EmbeddedAsterisk, tmp_path: Path) -> AsyncIterator[Phones]:
    """Callers who speak at 1000 Hz."""
    around = Phones(switch, {"caller": make_tone(tmp_path, "caller", CALLER_HZ)}, tmp_path)
    yield around
    await around.close()


@pytest_asyncio.fixture(loop_scope="module")
async def calls(system: RunningSystem, crew: Crew, callers: Phones, switch: EmbeddedAsterisk) -> AsyncIterator[Calls]:
    """The floor as the supervisor follows it, and callers. Afterwards no call is left for the next test."""
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        yield Calls(system, crew, callers, state)
        await callers.close()
        await asyncio.to_thread(switch.console, "channel request hangup all")
        await until(
            lambda: not any(call["stage"] != "ended" for call in state["calls"].values()), 15, "no call is left"
        )
