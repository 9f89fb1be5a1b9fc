"""Values read out: from a value to the prompts that say it. Pure."""

from __future__ import annotations

import re

from ivr.kinds.shapes import Spoken

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def spoken(part: Spoken, value: str, language: str) -> tuple[str, ...]:
    """Names of the prompts that say `value`; none when it cannot be said."""
    if part.say == "digits" and value.isascii() and value.isdigit():
        return tuple(f"d{digit}" for digit in value)
    if part.say == "prompt" and _NAME.fullmatch(name := part.prefix + value):
        return (name,)
    return ()
