"""Pictures of every page, for people to look at: Chinese and English, full and empty, light and dark.

.venv/bin/python -m tests.browser.screenshots FOLDER [work | hotline]

`work`: only the agent's desk, tickets, customers and rules; `hotline`: only menus, prompts, hours, messages, figures.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from ivr.library import FLOWS
from tests.asterisk.phones import Phones
from tests.asterisk.voices import make_voices
from tests.browser.chromium import FLAGS, MEDIA_FLAGS
from tests.browser.hotline_pictures import take_hotline
from tests.browser.system import Person, RunningSystem, live_feed
from tests.browser.work_pictures import SIZE, Studio, fill_files, take_desk, take_files, take_offices
from tests.waiting import until


async def main(folder: Path, part: str = "") -> None:
    """Start a system, let people call, take the pictures, stop."""
    with tempfile.TemporaryDirectory(prefix="hl") as place:
        # The menus as they are shipped: the tests' own are quicker than anybody wants to hear.
        menus = {"flows_dir": str(FLOWS)} if part == "hotline" else {}
        async with RunningSystem(Path(place) / "data", **menus) as system, async_playwright() as playwright:
            playwright.selectors.set_test_id_attribute("data-test")
            path = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS, *MEDIA_FLAGS])
            take = {"work": take_work, "hotline": take_menus}.get(part, take_all)
            await take(system, browser, folder, Path(place))
            await browser.close()


async def take_all(system: RunningSystem, browser: Browser, folder: Path, place: Path) -> None:
    """Everything, in an order in which each picture shows what it should."""
    admin = await system.administrator()
    door = await new_page(browser)
    await door.goto(f"{system.address}/")
    await door.wait_for_selector("#login")
    await shot(door, folder, "sign-in-zh")
    hired = await hire(system, admin)
    floor = await enter(system, browser, hired["sophie"])
    await shot(floor, folder, "floor-empty-zh")
    await floor.goto(f"{system.address}/calls")
    await shot(floor, folder, "calls-empty-zh")
    await with_calls(system, browser, folder, place, hired, floor)
    await at_work(Studio(system, browser, folder), admin, hired, place)
    await take_office(system, browser, folder, admin)


async def take_office(system: RunningSystem, browser: Browser, folder: Path, admin: Person) -> None:
    """What an administrator sees: people, and the check page."""
    office = await enter(system, browser, admin)
    for name in ("people", "check"):
        await office.goto(f"{system.address}/{name}")
        await shot(office, folder, f"{name}-zh")
    await office.get_by_test_id("show-fine").click()
    await shot(office, folder, "check-all-zh")
    await office.get_by_test_id("language").click()
    await shot(office, folder, "check-en")
    await office.goto(f"{system.address}/people")
    await shot(office, folder, "people-en")
    await office.get_by_test_id("add-person").click()
    await shot(office, folder, "people-add-en")
    await office.keyboard.press("Escape")


async def take_work(system: RunningSystem, browser: Browser, folder: Path, place: Path) -> None:
    """Only the pages of those who serve customers."""
    admin = await system.administrator()
    await at_work(Studio(system, browser, folder), admin, await hire(system, admin), place)
    await take_office(system, browser, folder, admin)


async def take_menus(system: RunningSystem, browser: Browser, folder: Path, place: Path) -> None:
    """Only the hotline's own pages."""
    admin = await system.administrator()
    supervisor = (await hire(system, admin))["sophie"]
    await take_hotline(Studio(system, browser, folder), supervisor, place)


async def hire(system: RunningSystem, admin: Person) -> dict[str, Person]:
    """A supervisor and two agents, by login."""
    hired = {"sophie": await system.hire(admin, "sophie", "supervisor", name="苏菲")}
    for login, name, number in (("anna", "安娜", "1001"), ("ben", "贝恩", "1002")):
        queues = ["consult", "complaints"]
        hired[login] = await system.hire(admin, login, "agent", name=name, agent_number=number, queues=queues)
    return hired


async def with_calls(
    system: RunningSystem, browser: Browser, folder: Path, place: Path, hired: dict[str, Person], floor: Page
) -> None:
    """The pages that need callers."""
    phones = Phones(await system.switch(), make_voices(place), place)
    await phones.agent_phone("1001", ring_s=0.5, talk_s=40)
    await phones.silent_phone("1002")
    for login, number in (("anna", "1001"), ("ben", "1002")):
        await hired[login].ask("PUT", f"/api/agents/{number}/mode", {"mode": "ready"})
    await floor.goto(f"{system.address}/floor")
    async with live_feed(hired["sophie"], "calls", "agents") as state:
        await until(lambda: sum("consult" in agent["member_of"] for agent in state["agents"].values()) == 2, 20)
        for index in range(5):
            await phones.caller(number=f"1380013800{index}", key="2" if index % 2 else "1", stay_s=45)
        await until(lambda: sum(call["stage"] == "waiting" for call in state["calls"].values()) >= 2, 30)
        await phones.caller(number="13911112222", key="1", key_after_s=20, stay_s=30)
        await until(lambda: any(call["stage"] == "menu" for call in state["calls"].values()), 10)
        await shot(floor, folder, "floor-zh")
        await floor.locator("tr[data-stage=talking] button[aria-expanded]").first.click()
        await shot(floor, folder, "floor-details-zh")
        await hired["anna"].ask("POST", "/api/agents/1001/help", {"action": "ask"})
        await shot(floor, folder, "floor-help-zh")
        await floor.get_by_test_id("theme").click()
        await floor.get_by_test_id("language").click()
        await shot(floor, folder, "floor-dark-en")
        await floor.get_by_test_id("test-call").click()
        await floor.get_by_test_id("test-start").click()
        await floor.wait_for_timeout(9_000)
        await shot(floor, folder, "test-call-en")
        await phones.close()
    await floor.keyboard.press("Escape")
    await floor.get_by_test_id("language").click()
    await floor.get_by_test_id("theme").click()
    await floor.goto(f"{system.address}/calls")
    await shot(floor, folder, "calls-zh")
    await floor.get_by_test_id("history-row").first.click()
    await shot(floor, folder, "call-zh")


async def at_work(studio: Studio, admin: Person, hired: dict[str, Person], place: Path) -> None:
    """The agent's desk, tickets, customers and rules; nobody else is ready, so that every call is the agent's."""
    anna, system = hired["anna"], studio.system
    quinn = await system.hire(admin, "quinn", "department", name="质量部", department="quality")
    complaint = await fill_files(anna)
    for login, number in (("anna", "1001"), ("ben", "1002")):
        mode = {"mode": "signed_out"} if login == "anna" else {"mode": "not_ready", "reason": "meal"}
        await hired[login].ask("PUT", f"/api/agents/{number}/mode", mode)
    phones = Phones(await system.switch(), make_voices(place), place / "work")
    await phones.silent_phone("1002")
    await take_desk(studio, phones, anna)
    await phones.close()
    await take_files(studio, anna, complaint)
    await take_offices(studio, hired["sophie"], quinn, anna)


async def new_page(browser: Browser) -> Page:
    """A page of a fresh profile."""
    context = await browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")
    return await context.new_page()


async def enter(system: RunningSystem, browser: Browser, person: Person) -> Page:
    """Sign in by password."""
    page = await new_page(browser)
    await page.goto(f"{system.address}/")
    await page.locator("#login").fill(person.login)
    await page.locator("#password").fill(person.password)
    await page.get_by_test_id("sign-in").click()
    await page.wait_for_selector("header.bar")
    return page


async def shot(page: Page, folder: Path, name: str) -> None:
    """One picture, when the page has come to rest."""
    await page.wait_for_timeout(700)
    await page.screenshot(path=folder / f"{name}.png")


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:3]))
