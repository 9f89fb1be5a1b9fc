"""A supervisor changes a menu: a flawed draft is refused with its line, the next caller hears what was published."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.asterisk.phones import Phones
from tests.browser.system import Crew, Person, RunningSystem, live_feed
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLER = "13800138044"
SAVED_MS = 10_000
"""Typing, a pause, three requests, on a busy machine."""


async def open_flow(page: Page, system: RunningSystem, person: Person, name: str) -> None:
    """Sign in by password and open a menu from the list."""
    await page.goto(f"{system.address}/sign-in?next=/hotline")
    await page.locator("#login").fill(person.login)
    await page.locator("#password").fill(person.password)
    await page.get_by_test_id("sign-in").click()
    await page.locator(f"[data-flow={name}]").click()
    await expect(page.get_by_test_id("diagram")).to_be_visible()


async def is_saved(page: Page) -> None:
    """Wait until the draft has saved itself."""
    await expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=SAVED_MS)


async def steps_of(state: dict[str, dict[str, Any]]) -> list[tuple[str, int, str]]:
    """Outcome, version and words of what the caller pressed."""
    found: list[tuple[str, int, str]] = []

    def pressed() -> bool:
        calls = [call for call in state["calls"].values() if call["caller_number"] == CALLER]
        found[:] = [
            (step["outcome"], step["version"], step["words"])
            for call in calls
            for step in call["menu"]
            if step["digits"]
        ]
        return bool(found)

    await until(pressed, 15, "a key was pressed")
    return found


async def test_a_menu_is_changed_checked_published_heard_and_taken_back(
    system: RunningSystem, crew: Crew, phones: Phones, page: Page
) -> None:
    await open_flow(page, system, crew.supervisor, "selftest")
    await page.locator("[data-node=welcome]").click()
    await page.get_by_test_id("key-row").first.locator("input").nth(1).fill("改过的")
    await is_saved(page)

    await page.get_by_test_id("view-text").click()
    text = page.get_by_test_id("flow-text")
    good = await text.input_value()
    await text.fill(good.replace("to: test", "to: nowhere", 1))
    await page.get_by_test_id("side-check").click()
    flaw = page.get_by_test_id("flaw").and_(page.locator("[data-code=unknown_node]"))
    await expect(flaw).to_contain_text("nowhere", timeout=SAVED_MS)
    line = 1 + next(n for n, one in enumerate(good.splitlines()) if "to: test" in one)
    await expect(flaw).to_have_attribute("data-line", str(line))
    await is_saved(page)
    await expect(page.get_by_test_id("publish")).to_be_disabled()

    await page.keyboard.press("Control+z")
    await expect(flaw).to_have_count(0, timeout=SAVED_MS)
    await is_saved(page)
    await page.get_by_test_id("publish").click()
    await expect(page.get_by_test_id("diff")).to_contain_text("welcome")
    await page.get_by_test_id("publish-go").click()
    await expect(page.get_by_test_id("in-force")).to_contain_text("1")

    async with live_feed(crew.supervisor, "calls") as state:
        await phones.caller(dial="95000", number=CALLER, key="1", stay_s=1)
        assert await steps_of(state) == [("key", 1, "改过的")]

    await page.get_by_test_id("versions").click()
    await page.locator("[data-version='0'] > button").click()
    await page.get_by_test_id("version-put").click()
    await page.locator(".el-message-box").get_by_role("button").last.click()
    await expect(page.locator("[data-version='0']")).to_contain_text("生效中")
    flows = await crew.supervisor.ask("GET", "/api/flows")
    assert {flow["name"]: flow["version"] for flow in flows["flows"]}["selftest"] == 0
