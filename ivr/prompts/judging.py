"""What was heard beside what was to be said: toneless syllables of Mandarin, words of English."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from importlib import import_module
from itertools import count

_ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = {
    "first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine",
    "twelfth": "twelve", "twentieth": "twenty", "thirtieth": "thirty",
}  # fmt: skip
_HANZI = "零一二三四五六七八九"


def units(text: str, language: str, numbers: Container[int] = ()) -> list[str]:
    """The syllables or words of a text. Figures are read digit by digit, but those in `numbers` (their places)."""
    return _syllables(text, numbers) if language == "zh" else _words(text, numbers)


def matches(expected: Sequence[str], heard: Sequence[str]) -> tuple[int, list[bool]]:
    """Edit distance, and for each expected unit whether it was heard in its place."""
    width = len(heard) + 1
    rows = [list(range(width))]
    for at, unit in enumerate(expected, 1):
        row = [at]
        for col in range(1, width):
            row.append(min(rows[-1][col] + 1, row[-1] + 1, rows[-1][col - 1] + (unit != heard[col - 1])))
        rows.append(row)
    found = [False] * len(expected)
    at, col = len(expected), len(heard)
    while at and col:
        if rows[at][col] == rows[at - 1][col - 1] + (expected[at - 1] != heard[col - 1]):
            found[at - 1] = expected[at - 1] == heard[col - 1]
            at, col = at - 1, col - 1
        elif rows[at][col] == rows[at - 1][col] + 1:
            at -= 1
        else:
            col -= 1
    return rows[-1][-1], found


def compare(said: str, heard: str, language: str) -> tuple[int, list[bool]]:
    """The best way to read the figures in what was heard. Those in `said` are single digits."""
    expected, numbers = units(said, language), set[int]()
    best = matches(expected, units(heard, language))
    for place in range(len(re.findall(r"\d+", heard))):
        found = matches(expected, units(heard, language, numbers | {place}))
        if found[0] < best[0]:
            best = found
            numbers.add(place)
    return best


def _syllables(text: str, numbers: Container[int]) -> list[str]:
    places = count()

    def read(found: re.Match[str]) -> str:
        if next(places) in numbers and len(found[0]) < 9:
            return _mandarin(int(found[0]))
        return "".join(_HANZI[int(sign)] for sign in found[0])

    text = re.sub(r"(\d{1,2}):(\d{2})", r"\1点\2分", text)
    said: list[str] = import_module("pypinyin").lazy_pinyin(re.sub(r"[0-9]+", read, text), errors="ignore")
    return said


def _mandarin(value: int) -> str:
    """A number below a hundred million; enough for what a recogniser writes in figures."""
    for size, sign in ((10_000, "万"), (1000, "千"), (100, "百")):
        if value >= size:
            times, rest = divmod(value, size)
            gap = "零" if 0 < rest < size // 10 else ""
            inner = "一" if 10 <= rest < 20 else ""
            head = "两" if times == 2 else _mandarin(times)
            return head + sign + (gap + inner + _mandarin(rest) if rest else "")
    if value < 10:
        return _HANZI[value]
    tens, ones = divmod(value, 10)
    return ("" if tens == 1 else _HANZI[tens]) + "十" + (_HANZI[ones] if ones else "")


def _words(text: str, numbers: Container[int]) -> list[str]:
    text = re.sub(r"\b([ap])\. ?m\b\.?", r"\1m", text.lower())
    text = re.sub(r"(\d)([ap]m)\b", r"\1 \2", text).replace(":0", " oh ").replace(",", " ")
    words: list[str] = []
    places = count()
    for word in re.findall(r"[a-z']+|\d+(?:st|nd|rd|th)?", text):
        figures = re.match(r"\d+", word)
        if not figures:
            words.append(_ORDINALS.get(word, re.sub(r"(?<=[fnxr])th$", "", word)))
        elif next(places) in numbers and len(figures[0]) < 9:
            words += _english(int(figures[0]))
        else:
            words += [_ONES[int(sign)] for sign in figures[0]]
    return words


def _english(value: int) -> list[str]:
    for size, word in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= size:
            times, rest = divmod(value, size)
            return [*_english(times), word, *(_english(rest) if rest else [])]
    if value < 20:
        return [_ONES[value]]
    tens, ones = divmod(value, 10)
    return [_TENS[tens - 2], *([_ONES[ones]] if ones else [])]
