"""Telephone numbers as callers send them: hostile text until proven digits."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9]{3,20}")
_DIALABLE = re.compile(r"\+?[0-9*#]{1,20}")
ANONYMOUS = ""


def caller_number(raw: str) -> str:
    """Return the digits of a caller's number, or `ANONYMOUS` when it is anything but digits (security: 6.2 a)."""
    number = raw.removeprefix("+")
    return number if _DIGITS.fullmatch(number) and number.strip("0") else ANONYMOUS


def is_dialable(number: str) -> bool:
    """Tell whether `number` may stand in a dial string: digits, `*`, `#`, one leading `+`, 20 at most."""
    return bool(_DIALABLE.fullmatch(number))


def masked(number: str) -> str:
    """Hide the middle of a number for logs and for roles that may not see it: `13800138000` -> `138****8000`."""
    if len(number) < 7:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
