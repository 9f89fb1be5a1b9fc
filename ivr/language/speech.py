"""How values are read out: numbers, waits, times and dates as names of prompts, in Mandarin and English. Pure (P-4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from ivr.kinds.shapes import Spoken

Language = Literal["zh", "en"]
Names = tuple[str, ...]

MOST = 99_999_999
"""The largest number that is read as a number; a longer one can only be read digit by digit."""
WAN = 10_000
DAY_MINUTES = 24 * 60
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_DIGITS = re.compile(r"\+?[0-9]{1,64}", re.ASCII)
_TIME = re.compile(r"(?:[0-9-]{10}[T ])?([0-9]{2}):([0-9]{2})(?::[0-9]{2}.*)?", re.ASCII)
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?", re.ASCII)
_PROMPT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


def spoken(part: Spoken, value: str, language: Language, *, today: date | None = None) -> Names:
    """Return the prompts that say `value`, in order; none when it is empty or not of the part's kind.

    `today`: says 今天 and 明天, and leaves the year out where it is this one's.
    """
    match part.say:
        case "digits":
            return digits(value)
        case "number" | "count":
            return _of_number(value, number if part.say == "number" else count, language)
        case "minutes":
            return _of_number(value, minutes, language)
        case "time":
            return _time(value, language)
        case "date":
            return _date(value, language, today)
        case "prompt":
            name = f"{part.prefix}{value}"
            return (name,) if value and _PROMPT.fullmatch(name) else ()


def digits(value: str) -> Names:
    """One by one: `13800138000`, `+86...`. 1 is 一: callers know 幺 from people, but type what they hear."""
    if not _DIGITS.fullmatch(value):
        return ()
    return tuple("plus" if sign == "+" else f"d{sign}" for sign in value)


def number(value: int, language: Language) -> Names:
    """两千零三, two thousand three. `value`: 0 to `MOST`."""
    return _english(value) if language == "en" else _mandarin(value)


def count(value: int, language: Language) -> Names:
    """As `number`, but two of something is 两."""
    return ("count-2",) if value == 2 and language == "zh" else number(value, language)


def minutes(value: int, language: Language) -> Names:
    """两分钟; from an hour on 一小时五分钟. 0 is 不到一分钟; a day and more says nothing."""
    if value >= DAY_MINUTES:
        return ()
    if value == 0 or (value == 60 and language == "zh"):
        return (f"m{value}",)
    hours, rest = divmod(value, 60)
    said = (*count(hours, language), "hour" if (hours, language) == (1, "en") else "hours") if hours else ()
    if not rest:
        return said
    if language == "zh" or rest == 1:
        return (*said, f"m{rest}")
    return (*said, *number(rest, language), "minutes")


def _of_number(value: str, say: Callable[[int, Language], Names], language: Language) -> Names:
    if not _COUNT.fullmatch(value) or int(value) > MOST:
        return ()
    return say(int(value), language)


# --- numbers ---------------------------------------------------------------------------------------------------------


def _mandarin(value: int) -> Names:
    """By ten thousands. 零 stands for any row of missing places between two that are there."""
    if value < 20:
        return _below_hundred(value)
    high, low = divmod(value, WAN)
    if not high:
        return _below_wan(value)
    said = (*(count(high, "zh") if high == 2 else _mandarin(high)), "wan")
    if not low:
        return said
    return (*said, *(("d0",) if low < 1000 else ()), *_below_wan(low, is_inside=True))


def _below_wan(value: int, *, is_inside: bool = False) -> Names:
    """1 to 9999. `is_inside`: behind a higher place, where ten is 一十."""
    thousands, rest = divmod(value, 1000)
    hundreds, ones = divmod(rest, 100)
    said: list[str] = [f"n{thousands}000"] if thousands else []
    if hundreds:
        said.append(f"n{hundreds}00")
    if not ones:
        return tuple(said)
    if (hundreds and ones < 10) or (thousands and not hundreds):
        said.append("d0")
    if 10 <= ones < 20 and (said or is_inside):
        said.append("d1")
    return (*said, *_below_hundred(ones))


def _below_hundred(value: int) -> Names:
    """0 to 99: both languages put tens and ones side by side."""
    if value < 10:
        return (f"d{value}",)
    if value < 20:
        return (f"n{value}",)
    tens, ones = divmod(value, 10)
    return (f"n{tens}0", f"d{ones}") if ones else (f"n{tens}0",)


def _english(value: int) -> Names:
    said: list[str] = []
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        times, value = divmod(value, size)
        if times:
            said += [*_english(times), name]
    return (*said, *_below_hundred(value)) if value or not said else tuple(said)


# --- times and dates -------------------------------------------------------------------------------------------------


def _time(value: str, language: Language) -> Names:
    """`15:20`, also inside `2026-11-25T15:20:00`: 下午三点二十分, three twenty p.m."""
    found = _TIME.fullmatch(value)
    if not found:
        return ()
    hour, minute = int(found[1]), int(found[2])
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return ()
    if language == "zh":
        return (f"t{hour}", *_minute(minute, "d0"), "minute-mark") if minute else (f"t{hour}",)
    if not minute and hour in (0, 12, 24):
        return (f"t{hour}",)
    return (*_below_hundred((hour - 1) % 12 + 1), *(_minute(minute, "oh") if minute else ()), _half(hour))


def _minute(minute: int, zero: str) -> Names:
    return (*((zero,) if minute < 10 else ()), *_below_hundred(minute))


def _half(hour: int) -> str:
    return "am" if hour < 12 else "pm"


def _date(value: str, language: Language, today: date | None) -> Names:
    """`2026-11-25`, also as the beginning of an instant: 十一月二十五日, November the twenty-fifth."""
    found = _DATE.fullmatch(value)
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        return ()
    if day is None:
        return ()
    if today is not None and day in (today, today + timedelta(days=1)):
        return ("today" if day == today else "tomorrow",)
    year = "" if today is not None and today.year == day.year else f"{day.year:04d}"
    if language == "zh":
        said = (*digits(year), "year-mark") if year else ()
        return (*said, f"month{day.month}", *_below_hundred(day.day), "day-mark")
    return (f"month{day.month}", f"day{day.day}", *(_english_year(day.year) if year else ()))


def _english_year(year: int) -> Names:
    """2026: twenty twenty-six. 2005: two thousand five."""
    century, rest = divmod(year, 100)
    if century % 10 == 0 and rest < 10:
        return _english(year)
    if not rest:
        return (*_below_hundred(century), "hundred")
    return (*_below_hundred(century), *_minute(rest, "oh"))
