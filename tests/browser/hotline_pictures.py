"""Pictures of the hotline's own pages: menus, prompts, hours, the block list, what callers left, figures."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page

from tests.asterisk.phones import Phones
from tests.asterisk.voices import make_voices
from tests.browser.system import Person, live_feed
from tests.browser.work_pictures import Studio
from tests.waiting import until

FLOW = "/hotline/flows/complaints-day"
PAGES = {
    "hotline": "/hotline",
    "prompts": "/hotline/prompts",
    "hours": "/hotline/hours",
    "blocked": "/hotline/blocked",
    "messages": "/messages",
    "reports": "/reports",
}


async def take_hotline(studio: Studio, supervisor: Person, place: Path) -> None:
    """All of them: in Chinese empty and light, then full; in English dark."""
    page = await studio.enter(supervisor, "/hotline")
    for name in ("blocked", "messages", "reports"):
        await studio.show(page, PAGES[name], f"{name}-empty-zh")
    await leave_messages(studio, supervisor, place)
    await supervisor.ask("POST", "/api/blocked", {"number": "13900001111", "why": "多次恶意骚扰"})
    await everything(studio, page, "zh")
    await page.get_by_test_id("language").click()
    await page.get_by_test_id("theme").click()
    await everything(studio, page, "dark-en")


async def everything(studio: Studio, page: Page, look: str) -> None:
    """Each page once, and the editor's faces."""
    for name, path in PAGES.items():
        await studio.show(page, path, f"{name}-{look}")
    await studio.show(page, FLOW, f"flow-{look}")
    await page.locator("[data-node=complaints-menu]").first.click()
    await studio.shot(page, f"flow-node-{look}")
    await page.get_by_test_id("view-text").click()
    await studio.shot(page, f"flow-text-{look}")
    await page.get_by_test_id("view-diagram").click()
    await page.get_by_test_id("side-simulator").click()
    await page.get_by_test_id("sim-start").click()
    await studio.shot(page, f"flow-simulator-{look}")
    await page.get_by_test_id("versions").click()
    await studio.shot(page, f"flow-versions-{look}")
    await page.keyboard.press("Escape")


async def leave_messages(studio: Studio, supervisor: Person, place: Path) -> None:
    """Two callers find nobody signed in and say what they want; one only listens to the first words."""
    phones = Phones(await studio.system.switch(), make_voices(place), place / "hotline")
    async with live_feed(supervisor, "calls") as state:
        for number in ("13800138021", "13800138022"):
            await phones.caller(dial="95002", number=number, key="1", key_after_s=6, stay_s=25)
        await phones.caller(number="13800138023", stay_s=3)
        await until(lambda: sum(bool(call["messages"]) for call in state["calls"].values()) == 2, 60)
    await phones.close()
