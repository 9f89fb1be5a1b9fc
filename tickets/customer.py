"""Numbers in customers' files, and words to search by. Pure (P-60, P-61)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from cti.domain.phone import masked, number_key

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NUMBER = re.compile(r"[0-9 +()./-]{1,40}")


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
