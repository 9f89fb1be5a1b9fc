"""Debian's Chromium as these tests start it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, Playwright

from tests.browser.tones import make_microphone

FLAGS = [
    "--no-sandbox",  # root in CI; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MEDIA_FLAGS = [
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",  # candidates on 127.0.0.1, where the switch of these tests listens
]


@contextlib.asynccontextmanager
async def speaking_chromium(playwright: Playwright, folder: Path, hz: int) -> AsyncIterator[Browser]:
    """A Chromium of its own whose microphone is a tone: one file for each browser process."""
    microphone = make_microphone(folder / f"microphone-{hz}.wav", hz)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = [*FLAGS, *MEDIA_FLAGS, f"--use-file-for-fake-audio-capture={microphone}"]
    browser = await playwright.chromium.launch(executable_path=path, args=flags)
    try:
        yield browser
    finally:
        await browser.close()
