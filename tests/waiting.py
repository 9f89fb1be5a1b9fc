"""Waiting in tests: for a condition, never for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], limit_s: float = 5.0, what: str = "") -> None:
    """Return when `condition()` is true. Raises: AssertionError after `limit_s`, naming `what`."""
    deadline = asyncio.get_running_loop().time() + limit_s
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {limit_s} s: {what or condition}")
        await asyncio.sleep(0.01)
