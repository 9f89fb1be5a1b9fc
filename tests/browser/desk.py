"""An agent's desk in a real Chromium, as a test uses it: by its marks and its keys."""

from __future__ import annotations

import contextlib
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.system import Person

_QUIET_MS = 20_000
"""Patience: what is looked for is whether it comes, on a machine that does much else."""


class Desk:
    """One page of one agent."""

    def __init__(self, page: Page, person: Person) -> None:
        self.page = page
        self.person = person
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def mark(self, name: str) -> Locator:
        """The element with this mark."""
        return self.page.get_by_test_id(name)

    async def press(self, key: str) -> None:
        """A key of the desk: Alt and a letter."""
        await self.page.keyboard.press(f"Alt+{key}")

    async def is_registered(self, limit_ms: float = _QUIET_MS) -> None:
        """Wait until the browser telephone can be rung."""
        await expect(self.mark("line-registered")).to_be_visible(timeout=limit_ms)

    async def have_telephone(self) -> None:
        """Wait until this page's telephone can be rung; take it from another page of the agent's."""
        await expect(self.mark("line-registered").or_(self.mark("use-here")).first).to_be_visible(timeout=_QUIET_MS)
        if await self.mark("use-here").count():
            await self.mark("use-here").click()
        await self.is_registered()

    async def is_back(self) -> None:
        """Wait until the telephone has lost its way to the switch and found it again, whatever call is on."""
        line = self.mark("my-call")
        await expect(line).not_to_have_attribute("data-line", "registered", timeout=_QUIET_MS)
        await expect(line).to_have_attribute("data-line", "registered", timeout=30_000)

    async def call_is(self, phase: Literal["idle", "ringing", "talking", "held"], limit_ms: float = _QUIET_MS) -> None:
        """Wait until the telephone strip shows this."""
        await expect(self.mark("my-call")).to_have_attribute("data-phase", phase, timeout=limit_ms)

    async def mode_is(self, mode: str, limit_ms: float = _QUIET_MS) -> None:
        """Wait until the page shows the agent's mode."""
        await expect(self.mark("my-mode")).to_have_attribute("data-mode", mode, timeout=limit_ms)

    async def consult_is(self, state: Literal["dialling", "talking", "conference"]) -> None:
        """Wait until the strip of the consultation shows this."""
        await expect(self.mark("consult")).to_have_attribute("data-state", state, timeout=_QUIET_MS)

    async def be_ready(self) -> None:
        """Choose ready, whatever was before; a dialog of the test before goes."""
        while await self.page.locator(".el-overlay:visible").count():
            await self.page.keyboard.press("Escape")
        for _ in range(2):
            # Wrap-up leads back to what was before it; from there it is one press more.
            if await self.mark("my-mode").get_attribute("data-mode") != "ready":
                await self.press("R")
                with contextlib.suppress(AssertionError):
                    await self.mode_is("ready", 4_000)
        await self.mode_is("ready")

    async def answer(self, limit_ms: float = 20_000) -> None:
        """Wait for the ring and take the call by key."""
        await expect(self.mark("desk-answer")).to_be_visible(timeout=limit_ms)
        await self.press("A")
        await self.call_is("talking")

    async def hang_up(self) -> None:
        """End the call by key."""
        await self.press("X")
        await self.call_is("idle")

    async def send_to(self, target: str, *, by: Literal["transfer", "consult"]) -> None:
        """Transfer or consult: by key into the dialog, type the target, Enter."""
        await self.press("T" if by == "transfer" else "C")
        await expect(self.mark("target")).to_be_focused(timeout=_QUIET_MS)
        await self.page.keyboard.type(target)
        await self.page.keyboard.press("Enter")


async def sign_in(context: BrowserContext, address: str, person: Person) -> Page:
    """Sign in by password and open the desk."""
    page = await context.new_page()
    await page.goto(f"{address}/sign-in?next=/desk")
    await page.locator("#login").fill(person.login)
    await page.locator("#password").fill(person.password)
    await page.get_by_test_id("sign-in").click()
    await expect(page.locator("[data-test=my-mode], [data-test=kind-browser]").first).to_be_visible(timeout=_QUIET_MS)
    return page


async def open_desk(
    browser: Browser, address: str, person: Person, *, phone: Literal["browser", "desk"] = "browser"
) -> Desk:
    """A fresh profile with a microphone; signed in, ready, with the telephone chosen and able to ring."""
    context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
    await context.grant_permissions(["microphone", "notifications"], origin=address)
    desk = Desk(await sign_in(context, address, person), person)
    if await desk.mark(f"kind-{phone}").count():
        await desk.mark(f"kind-{phone}").check()
        await desk.mark("mode-ready").click()
    if phone == "browser":
        await desk.have_telephone()
    await desk.be_ready()
    return desk
