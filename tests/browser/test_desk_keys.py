"""A whole working day of one call without the mouse, in both languages: from signing in to the meal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, Playwright, expect

from tests.browser.calls import Calls
from tests.browser.chromium import speaking_chromium
from tests.browser.desk import Desk
from tests.browser.system import Crew, RunningSystem
from tests.browser.tones import FIRST_HZ

pytestmark = pytest.mark.asyncio(loop_scope="module")

TITLES = {"zh": "我的坐席", "en": "My desk"}


@pytest_asyncio.fixture(loop_scope="module")
async def blank(playwright: Playwright, system: RunningSystem, tmp_path: Path) -> AsyncIterator[Page]:
    """A page of a fresh profile with a microphone; nobody has signed in."""
    async with speaking_chromium(playwright, tmp_path, FIRST_HZ) as browser:
        context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
        await context.grant_permissions(["microphone"], origin=system.address)
        yield await context.new_page()


async def sign_in_by_keys(page: Page, system: RunningSystem, crew: Crew) -> Desk:
    """Name, password, Enter; then the telephone in the page, and ready."""
    desk = Desk(page, crew.first)
    await page.goto(f"{system.address}/sign-in?next=/desk")
    await expect(page.locator("#login")).to_be_focused()
    await page.keyboard.type(crew.first.login)
    await page.keyboard.press("Tab")
    await page.keyboard.type(crew.first.password)
    await page.keyboard.press("Enter")
    await expect(desk.mark("kind-browser")).to_be_visible(timeout=15_000)
    for _ in range(30):
        if await page.evaluate("document.activeElement?.name") == "kind":
            break
        await page.keyboard.press("Tab")
    if not await desk.mark("kind-browser").is_checked():
        await page.keyboard.press("ArrowUp")
    await expect(desk.mark("kind-browser")).to_be_checked()
    await desk.press("R")
    await desk.is_registered()
    await desk.mode_is("ready")
    return desk


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_call_is_lived_through_without_the_mouse(
    calls: Calls, blank: Page, system: RunningSystem, crew: Crew, language: str
) -> None:
    await crew.first.ask("POST", "/api/session/language", {"language": language})
    await crew.first.ask("PUT", "/api/agents/1001/mode", {"mode": "signed_out"})
    desk = await sign_in_by_keys(blank, system, crew)
    await expect(blank.locator("header.bar")).to_contain_text(TITLES[language])
    await calls.ring(desk, "13800138009", stay_s=30)
    await desk.answer()
    await desk.press("T")
    await expect(desk.mark("target")).to_be_focused()
    await blank.keyboard.press("ArrowDown")
    await expect(blank.locator("#targets [aria-selected=true]")).to_have_count(1)
    await blank.keyboard.press("Escape")
    await desk.press("N")
    await blank.keyboard.type("hinge broken")
    await blank.keyboard.press("Control+Enter")
    await expect(desk.mark("saved-number").first).to_contain_text("T20", timeout=5_000)
    await desk.hang_up()
    await desk.mode_is("wrap_up")
    await desk.press("W")
    await expect(desk.mark("pop")).to_have_count(0)
    await desk.press("O")
    await blank.keyboard.press("2")
    await desk.mode_is("not_ready")
    assert not desk.faults, desk.faults
