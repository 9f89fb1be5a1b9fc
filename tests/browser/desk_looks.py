"""Pictures of the agent's desk in every scene of the made-up service (dashboards/web/dev/mock.mjs).

.venv/bin/python -m tests.browser.desk_looks FOLDER [BUILT_PAGES]
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.browser.conftest import FLAGS
from tests.browser.screenshots import shot

WEB = Path(__file__).resolve().parents[2] / "dashboards/web"
FAKE_MICROPHONE = "--use-fake-device-for-media-stream"
SMALL: ViewportSize = {"width": 1280, "height": 720}
WIDE: ViewportSize = {"width": 1920, "height": 1080}
CALL_SCENES = ["ringing", "stranger", "talking", "held", "consulting", "conference", "paused", "stranded", "two_pops"]
SCENES = ["signed_out", "ready", "not_ready", *CALL_SCENES, "wrap_up", "away", "missed", "elsewhere"]


async def main(folder: Path, pages: Path) -> None:
    """Every scene in Chinese and light, the busiest ones in English and dark, and wide."""
    async with made_up_service(pages) as address, async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS, FAKE_MICROPHONE])
        page = await enter(browser, address, SMALL)
        for scene in SCENES:
            await show(page, address, scene)
            await shot(page, folder, f"desk-{scene}-zh")
        await with_dialogs(page, address, folder)
        await page.get_by_test_id("language").click()
        await page.get_by_test_id("theme").click()
        for scene in ("ready", "ringing", "talking", "consulting", "wrap_up"):
            await show(page, address, scene)
            await shot(page, folder, f"desk-{scene}-dark-en")
        wide = await enter(browser, address, WIDE)
        await show(wide, address, "two_pops")
        await shot(wide, folder, "desk-two_pops-wide-zh")
        await browser.close()


async def with_dialogs(page: Page, address: str, folder: Path) -> None:
    """What opens over the desk."""
    await show(page, address, "talking")
    for key, name in (("t", "transfer"), ("k", "keypad"), ("o", "reasons")):
        await page.keyboard.press(f"Alt+{key}")
        await shot(page, folder, f"desk-{name}-zh")
        await page.keyboard.press("Escape")
        await page.wait_for_timeout(300)
    await show(page, address, "ready")
    await page.keyboard.press("Alt+q")
    await shot(page, folder, "desk-telephone-zh")
    await page.keyboard.press("Escape")
    await page.wait_for_timeout(300)
    await page.keyboard.press("?")
    await shot(page, folder, "desk-keys-zh")
    await page.keyboard.press("Escape")
    await page.wait_for_timeout(300)


async def show(page: Page, address: str, scene: str) -> None:
    """Set the scene. Calls are shown with the telephone on the desk: the made-up service speaks hardly any SIP."""
    phone = "browser" if scene in ("ready", "wrap_up", "elsewhere", "missed", "signed_out") else "desk"
    await page.request.post(f"{address}/mock/scene/{scene}?phone={phone}")
    if scene == "elsewhere":
        await page.reload()
        await page.wait_for_timeout(2_000)


async def enter(browser: Browser, address: str, size: ViewportSize) -> Page:
    """Sign in as the agent."""
    context = await browser.new_context(
        viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", permissions=["microphone"]
    )
    page = await context.new_page()
    await page.goto(f"{address}/desk")
    await page.locator("#login").fill("agent")
    await page.locator("#password").fill("any")
    await page.get_by_test_id("sign-in").click()
    await page.wait_for_selector("header.bar")
    return page


@asynccontextmanager
async def made_up_service(pages: Path) -> AsyncIterator[str]:
    """Run dev/mock.mjs on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "MOCK_PORT": str(port), "MOCK_STATIC": f"{pages}/"}
    mock = await asyncio.create_subprocess_exec("node", "dev/mock.mjs", cwd=WEB, env=env, stdout=PIPE)
    try:
        assert mock.stdout is not None
        await mock.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        mock.terminate()
        await mock.wait()


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    built = Path(sys.argv[2]) if len(sys.argv) > 2 else WEB.parent / "static"
    asyncio.run(main(Path(sys.argv[1]), built))
