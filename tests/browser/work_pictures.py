"""Pictures of an agent's day on the real system: desk, tickets, customers, rules, and what a department sees."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.asterisk.phones import Phones
from tests.browser.system import Person, RunningSystem

SIZE: ViewportSize = {"width": 1280, "height": 720}
NUMBER = "13800138000"
TYPED = "客户反映空压机 K2 启动后异响，停机冷却后再次启动仍有；要求今天答复是否可以继续使用。"
_RING_MS = 20_000


class Studio:
    """One running system, one browser, one folder for the pictures."""

    def __init__(self, system: RunningSystem, browser: Browser, folder: Path) -> None:
        self.system = system
        self.browser = browser
        self.folder = folder

    async def new_page(self) -> Page:
        """A page of a fresh profile, with a microphone."""
        context = await self.browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")
        await context.grant_permissions(["microphone"], origin=self.system.address)
        return await context.new_page()

    async def enter(self, person: Person, path: str = "/") -> Page:
        """Sign in by password and go there."""
        page = await self.new_page()
        await page.goto(f"{self.system.address}/sign-in?next={path}")
        await page.locator("#login").fill(person.login)
        await page.locator("#password").fill(person.password)
        await page.get_by_test_id("sign-in").click()
        await page.wait_for_selector("header.bar")
        return page

    async def shot(self, page: Page, name: str) -> None:
        """One picture, when the page has come to rest."""
        await page.wait_for_timeout(700)
        await page.screenshot(path=self.folder / f"{name}.png")

    async def show(self, page: Page, path: str, name: str) -> None:
        """Go to a page and take its picture."""
        await page.goto(f"{self.system.address}{path}")
        await page.wait_for_load_state("networkidle")
        await self.shot(page, name)


async def fill_files(agent: Person) -> dict[str, Any]:
    """A customer with a history, as somebody received it by letter and mail; returns the complaint."""
    customer = await agent.ask(
        "POST",
        "/api/customers",
        {
            "name": "王芳",
            "company": "苏州恒力精密机械有限公司",
            "kind": "owner",
            "is_vip": True,
            "numbers": [NUMBER, "0512-66668888"],
            "address": "苏州市吴中区东吴南路 120 号",
            "warnings": ["曾因延期交货投诉，请先致歉"],
        },
    )
    ticket = {
        "channel": "letter",
        "customer_id": customer["customer_id"],
        "contact_name": "王芳",
        "contact_number": NUMBER,
    }
    complaint = {"procedure": "complaint", "text": "空压机 K2 启动后异响，第二次来信。", "priority": "high", **ticket}
    made = await agent.ask("POST", "/api/tickets", {**complaint, "department": "quality", "product": "空压机 K2"})
    for procedure, text in (("consultation", "询问滤芯更换周期"), ("order", "追加订购滤芯 20 只")):
        await agent.ask("POST", "/api/tickets", {**ticket, "procedure": procedure, "text": text})
    await agent.ask("POST", f"/api/tickets/{made['ticket_id']}/notes", {"text": "已请质量部今天下午四点前回电。"})
    for index, name in enumerate(("李明", "陈静", "郑强")):
        await agent.ask("POST", "/api/customers", {"name": name, "numbers": [f"1391000000{index}"]})
    return dict(made)


async def take_desk(studio: Studio, phones: Phones, agent: Person) -> None:
    """One call in every state the desk has, with the telephone in the page."""
    page = await studio.enter(agent, "/desk")
    await studio.shot(page, "desk-signed-out-zh")
    await page.get_by_test_id("kind-browser").check()
    await page.get_by_test_id("mode-ready").click()
    await expect(page.get_by_test_id("line-registered")).to_be_visible(timeout=_RING_MS)
    await studio.shot(page, "desk-ready-zh")
    await _key(page, "o")
    await studio.shot(page, "desk-reasons-zh")
    await page.keyboard.press("Escape")
    caller = await phones.caller(number=NUMBER, key="1", stay_s=90)
    await expect(page.get_by_test_id("desk-answer")).to_be_visible(timeout=_RING_MS)
    await studio.shot(page, "desk-ringing-zh")
    await _key(page, "a")
    await _is(page, "talking")
    await _key(page, "n")
    await page.keyboard.type(TYPED)
    await studio.shot(page, "desk-zh")
    await _dialogs(studio, page)
    await _key(page, "h")
    await _is(page, "held")
    await studio.shot(page, "desk-held-zh")
    await _key(page, "h")
    await _is(page, "talking")
    await _consult(studio, page)
    await _turn(page)
    await studio.shot(page, "desk-talking-dark-en")
    await _turn(page)
    await caller.kill()
    await _key(page, "x")
    await expect(page.get_by_test_id("wrap-up-left")).to_be_visible(timeout=_RING_MS)
    await studio.shot(page, "desk-wrap-up-zh")
    await _key(page, "w")
    await studio.shot(page, "desk-close-ask-zh")
    await page.keyboard.press("Escape")
    await _elsewhere(studio, page, agent)


async def _dialogs(studio: Studio, page: Page) -> None:
    for key, name in (("t", "transfer"), ("c", "consult"), ("k", "keypad")):
        await _key(page, key)
        await studio.shot(page, f"desk-{name}-zh")
        await page.keyboard.press("Escape")
        await page.wait_for_timeout(300)


async def _consult(studio: Studio, page: Page) -> None:
    await _key(page, "c")
    await expect(page.get_by_test_id("target")).to_be_focused()
    await page.keyboard.type("1002")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("consult")).to_be_visible(timeout=_RING_MS)
    await studio.shot(page, "desk-consulting-zh")
    await _key(page, "x")
    await studio.shot(page, "desk-consulting-hang-up-zh")
    await _key(page, "b")
    await expect(page.get_by_test_id("consult")).to_have_count(0, timeout=_RING_MS)


async def _elsewhere(studio: Studio, page: Page, agent: Person) -> None:
    other = await page.context.new_page()
    await other.goto(f"{studio.system.address}/desk")
    await expect(other.locator("[data-test=use-here], [data-test=line-registered]").first).to_be_visible(
        timeout=_RING_MS
    )
    await studio.shot(other, "desk-elsewhere-zh")
    await other.close()
    await agent.ask(
        "PUT",
        f"/api/agents/{(await agent.ask('GET', '/api/session'))['agent_id']}/mode",
        {"mode": "not_ready", "reason": "meal"},
    )
    await studio.shot(page, "desk-not-ready-zh")
    await _turn(page)
    await studio.shot(page, "desk-not-ready-dark-en")
    await _turn(page)


async def take_files(studio: Studio, agent: Person, complaint: dict[str, Any]) -> None:
    """Tickets and customers as an agent sees them, in both languages."""
    page = await studio.enter(agent, "/tickets")
    await studio.shot(page, "tickets-zh")
    await studio.show(page, "/tickets?q=nothing", "tickets-none-zh")
    await studio.show(page, f"/tickets/{complaint['ticket_id']}", "ticket-zh")
    await page.get_by_test_id("edit-ticket").click()
    await studio.shot(page, "ticket-edit-zh")
    await studio.show(page, "/customers", "customers-zh")
    await page.get_by_test_id("customer-row").filter(has_text="王芳").click()
    await studio.shot(page, "customer-zh")
    path = page.url.removeprefix(studio.system.address)
    await page.goto(f"{studio.system.address}/tickets")
    await page.get_by_test_id("new-ticket").click()
    await studio.shot(page, "ticket-new-zh")
    await page.keyboard.press("Escape")
    await _turn(page)
    await studio.show(page, "/tickets", "tickets-dark-en")
    await studio.show(page, f"/tickets/{complaint['ticket_id']}", "ticket-dark-en")
    await studio.show(page, path, "customer-dark-en")
    await studio.show(page, "/customers", "customers-dark-en")


async def take_offices(studio: Studio, supervisor: Person, department: Person, agent: Person) -> None:
    """Rules, and a department's list with something new in it."""
    page = await studio.enter(supervisor, "/rules")
    await studio.shot(page, "rules-zh")
    await page.mouse.wheel(0, 700)
    await studio.shot(page, "rules-below-zh")
    await _turn(page)
    await studio.show(page, "/rules", "rules-dark-en")
    office = await studio.enter(department)
    complaint = {"procedure": "complaint", "text": "漏油", "channel": "letter", "department": "quality"}
    await asyncio.sleep(0.05)
    await agent.ask("POST", "/api/tickets", complaint)
    await expect(office.get_by_test_id("news")).to_be_visible(timeout=5_000)
    await studio.shot(office, "tickets-department-zh")


async def _key(page: Page, letter: str) -> None:
    await page.keyboard.press(f"Alt+{letter}")


async def _is(page: Page, phase: str) -> None:
    await expect(page.get_by_test_id("my-call")).to_have_attribute("data-phase", phase, timeout=8_000)


async def _turn(page: Page) -> None:
    """To the other language and the other light."""
    await page.get_by_test_id("language").click()
    await page.get_by_test_id("theme").click()
