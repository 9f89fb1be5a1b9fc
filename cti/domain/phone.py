"""Telephone numbers as callers send them: hostile text until proven digits; the same number however it is written."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = re.compile(r"[0-9]{3,20}")
_DIALABLE = re.compile(r"\+?[0-9*#]{1,20}")
_NOT_DIGITS = re.compile(r"[^0-9]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_HOME = re.compile(r"86[1-9][0-9]{8,10}")
"""As trunks send +86; no number here is so long and begins with 86."""
ANONYMOUS = ""
MOST_DIGITS = 20


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


def number_key(raw: str) -> str:
    """The digits under which a number is known, in China's national form; empty when there are fewer than 3.

    `+86 138-0013-8000`, `013800138000` and `8613800138000` are `13800138000`; `+86 21 6100 1234` and `862161001234` are
    `02161001234`.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    if "*" in text:  # a masked one is no number
        return ""
    digits = _NOT_DIGITS.sub("", text)
    if text.startswith("+"):
        digits = f"00{digits}"
    if digits.startswith("0086"):
        digits = _national(digits[4:])
    elif _HOME.fullmatch(digits):
        digits = _national(digits[2:])
    elif digits.startswith("0") and _MOBILE.fullmatch(digits[1:]):
        digits = digits[1:]
    return digits[:MOST_DIGITS] if len(digits) >= 3 else ""


def written_forms(key: str) -> tuple[str, ...]:
    """How trunks may send this number: the forms in which recorded calls have it."""
    if not key:
        return ()
    if _MOBILE.fullmatch(key):
        return key, f"0{key}", f"86{key}", f"0086{key}"
    if key.startswith("00"):
        return key, key[2:]
    if key.startswith("0"):
        return key, f"86{key[1:]}", f"0086{key[1:]}"
    return (key,)


def _national(rest: str) -> str:
    return rest if _MOBILE.fullmatch(rest) or rest.startswith(("0", "400", "800")) else f"0{rest}"
