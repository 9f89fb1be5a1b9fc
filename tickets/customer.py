"""Customers' telephone numbers and words to search by: the same number however it is written. Pure (P-60, P-61)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from cti.domain.phone import masked

_NOT_DIGITS = re.compile(r"[^0-9]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NUMBER = re.compile(r"[0-9 +()./-]{1,40}")
MOST_DIGITS = 20


def number_key(raw: str) -> str:
    """The digits under which a number is known, in China's national form; empty when there are fewer than 3.

    `+86 138-0013-8000`, `013800138000` and `8613800138000` are `13800138000`; `+86 21 6100 1234` is `02161001234`.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    if "*" in text:  # a masked one is no number
        return ""
    digits = _NOT_DIGITS.sub("", text)
    if text.startswith("+"):
        digits = f"00{digits}"
    if digits.startswith("0086"):
        digits = _national(digits[4:])
    elif digits.startswith("86") and _MOBILE.fullmatch(digits[2:]):
        digits = digits[2:]
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


def is_number(raw: str) -> bool:
    """Whether this may stand in a customer's file: digits with the usual signs between them."""
    return bool(_NUMBER.fullmatch(raw.strip())) and bool(number_key(raw))


def kept_numbers(given: Sequence[str], before: Sequence[str]) -> list[str]:
    """Numbers of an edited file: one that comes back masked is the number it was made of.

    Who sees only `138****8000` sends that back when nothing was changed.
    """
    left = list(before)
    kept = []
    for number in given:
        found = next((one for one in left if number in {one, masked(one)}), number)
        if found in left:
            left.remove(found)
        kept.append(found)
    return kept


def are_unclear(given: Sequence[str], before: Sequence[str]) -> bool:
    """Whether one of two numbers that look alike when masked was taken out: nobody can tell which."""
    masks = Counter(masked(one) for one in before if one not in given)
    sent = Counter(one for one in given if one not in before)
    return any(0 < sent[mask] < count for mask, count in masks.items())


def clean(text: str) -> str:
    """Text without control characters (tab and line break stay); hostile ones reach pages and tables as text only."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def folded(*texts: str) -> str:
    """Text to search in: one width, one case, single spaces."""
    joined = unicodedata.normalize("NFKC", " ".join(text for text in texts if text)).casefold()
    return " ".join(clean(joined).split())


def search_words(query: str, limit: int = 6) -> list[str]:
    """Words that must all be found; Chinese needs no spaces, since each is looked for inside the text."""
    return folded(query).split()[:limit]


def masked_numbers(numbers: Iterable[str], *, is_whole: bool) -> list[str]:
    """Numbers as this person may see them."""
    return [number if is_whole else masked(number) for number in numbers]


def _national(rest: str) -> str:
    return rest if _MOBILE.fullmatch(rest) or rest.startswith(("0", "400", "800")) else f"0{rest}"
