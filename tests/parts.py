"""Parts a machine may lack. A test that needs one says so by name when skipped; in CI the lack is a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import NoReturn

import pytest

from tests.postgres import find_binaries

LOOKS: dict[str, Callable[[], object]] = {
    "postgresql": find_binaries,
    "sipp": lambda: shutil.which("sipp"),
    "espeak-ng": lambda: shutil.which("espeak-ng"),
    "ffmpeg": lambda: shutil.which("ffmpeg"),
    "sox": lambda: shutil.which("sox"),
    "chromium": lambda: shutil.which("chromium") or shutil.which("chromium-browser"),
}


def needs(part: str) -> pytest.MarkDecorator:
    """Mark a test that needs `part`. In CI (`CI=true`) it runs, and fails, without it."""
    is_here = bool(LOOKS[part]())
    return pytest.mark.skipif(not is_here and os.environ.get("CI") != "true", reason=f"needs {part}")


def require(part: str) -> None:
    """Inside a fixture or a helper: as `needs`, for the test that is running."""
    if not LOOKS[part]():
        lacks(part)


def lacks(what: str) -> NoReturn:
    """Skip the running test naming `what` this machine has not; fail it when `CI=true`."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"needs {what}", pytrace=False)
    pytest.skip(f"needs {what}")
