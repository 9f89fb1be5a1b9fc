"""Values read out, checked by a reader that knows nothing of how they were made."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.kinds.shapes import Spoken
from ivr.language.speech import MOST, Language, count, minutes, number, spoken
from tests.unit.test_prompts import CATALOGUE

CHINESE = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
STEPS = {"十": 10, "百": 100, "千": 1000}
ENGLISH = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip


def heard(names: tuple[str, ...], language: Language) -> str:
    """The words of these prompts as one text. Every prompt must be in the catalogue."""
    return ("" if language == "zh" else " ").join(CATALOGUE[name][language] for name in names)


def said(say: str, value: str, language: Language = "zh", *, today: date | None = None) -> str:
    """The words for a value."""
    part = Spoken(say=say, of="x", prefix="ticket-state-" if say == "prompt" else "")  # type: ignore[arg-type]
    return heard(spoken(part, value, language, today=today), language)


def read_chinese(text: str) -> int:
    """A number from its characters. 零 is only a filler."""
    if "万" in text:
        high, low = text.split("万")
        return read_chinese(high) * 10_000 + (read_chinese(low) if low else 0)
    total, digit = 0, 0
    for sign in text:
        if sign in STEPS:
            total += (digit or 1) * STEPS[sign]
            digit = 0
        else:
            digit = CHINESE[sign]
    return total + digit


def read_english(text: str) -> int:
    """A number from its words."""
    total, part = 0, 0
    for word in text.split():
        if word == "hundred":
            part *= 100
        elif word in ("thousand", "million"):
            total, part = total + part * (1000 if word == "thousand" else 1_000_000), 0
        else:
            part += ENGLISH[word]
    return total + part


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "零"), (2, "二"), (10, "十"), (12, "十二"), (20, "二十"), (100, "一百"), (105, "一百零五"),
        (110, "一百一十"), (112, "一百一十二"), (200, "两百"), (222, "两百二十二"), (1010, "一千零一十"),
        (2003, "两千零三"), (10_000, "一万"), (10_500, "一万零五百"), (20_000, "两万"), (100_015, "十万零一十五"),
        (105_000, "十万五千"), (120_000, "十二万"), (10_002_000, "一千万两千"), (20_000_002, "两千万零二"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_read_them(value: int, words: str) -> None:
    assert said("number", str(value)) == words


def test_numbers_up_to_eleven_thousand_mean_what_they_are() -> None:
    for value in range(11_000):
        assert read_chinese(heard(number(value, "zh"), "zh")) == value
        assert read_english(heard(number(value, "en"), "en")) == value


@given(st.integers(0, MOST))
def test_every_number_means_what_it_is(value: int) -> None:
    words = heard(number(value, "zh"), "zh")
    assert read_chinese(words) == value
    assert read_english(heard(number(value, "en"), "en")) == value
    assert "零零" not in words
    assert value == 0 or not words.endswith("零")
    assert not {"二百", "二千", "零十", "百十", "千十"} & {words[at : at + 2] for at in range(len(words))}


def test_two_people_are_not_counted_as_the_digit_two() -> None:
    assert [said("count", value) for value in ("1", "2", "12", "20", "22")] == ["一", "两", "十二", "二十", "二十二"]
    assert count(2, "en") == number(2, "en")


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "不到一分钟", "less than a minute"),
        (1, "一分钟", "one minute"),
        (2, "两分钟", "two minutes"),
        (12, "十二分钟", "twelve minutes"),
        (60, "六十分钟", "one hour"),
        (61, "一小时一分钟", "one hour one minute"),
        (125, "两小时五分钟", "two hours five minutes"),
        (1439, "二十三小时五十九分钟", "twenty three hours fifty nine minutes"),
    ],
)
def test_minutes(value: int, chinese: str, english: str) -> None:
    assert (said("minutes", str(value)), said("minutes", str(value), "en")) == (chinese, english)


def test_every_wait_of_a_day_means_what_it_is() -> None:
    for value in range(1, 1440):
        words = heard(minutes(value, "zh"), "zh")
        hours, _, rest = words.rpartition("小时")
        assert 60 * read_chinese(hours) + read_chinese(rest.removesuffix("分钟")) == value
        assert not re.search(r"(?<!十)二(分钟|小时)", words), "两分钟, but 十二分钟"
        words = heard(minutes(value, "en"), "en").replace("hours", "hour").replace("minutes", "minute")
        hours, _, rest = words.rpartition("hour")
        assert 60 * read_english(hours) + read_english(rest.removesuffix("minute")) == value


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("00:00", "凌晨零点", "midnight"),
        ("00:05", "凌晨零点零五分", "twelve oh five a.m."),
        ("02:10", "凌晨两点十分", "two ten a.m."),
        ("09:30", "上午九点三十分", "nine thirty a.m."),
        ("12:00", "中午十二点", "noon"),
        ("12:01", "中午十二点零一分", "twelve oh one p.m."),
        ("15:20", "下午三点二十分", "three twenty p.m."),
        ("21:00", "晚上九点", "nine p.m."),
        ("24:00", "晚上十二点", "midnight"),
        ("2026-11-25T18:05:00", "晚上六点零五分", "six oh five p.m."),
    ],
)
def test_times_of_day(value: str, chinese: str, english: str) -> None:
    assert (said("time", value), said("time", value, "en")) == (chinese, english)


def test_dates_leave_out_what_everybody_knows() -> None:
    today = date(2026, 11, 25)
    assert said("date", "2026-11-25", today=today) == "今天"
    assert said("date", "2026-11-26T15:20", today=today) == "明天"
    assert said("date", "2026-12-02", today=today) == "十二月二日"
    assert said("date", "2027-01-31", today=today) == "二零二七年一月三十一日"
    assert said("date", "2026-11-25") == "二零二六年十一月二十五日"


def test_dates_in_english() -> None:
    assert said("date", "2026-11-26", "en", today=date(2026, 11, 25)) == "tomorrow"
    assert said("date", "2026-11-25", "en") == "November the twenty-fifth twenty twenty six"
    assert said("date", "2005-01-02", "en") == "January the second two thousand five"
    assert said("date", "2100-02-20", "en") == "February the twentieth twenty one hundred"


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_date_means_what_it_is(day: date) -> None:
    year, rest = said("date", day.isoformat()).split("年")
    month, rest = rest.split("月")
    assert "".join(str(CHINESE[sign]) for sign in year) == f"{day.year}"
    assert (read_chinese(month), read_chinese(rest.removesuffix("日"))) == (day.month, day.day)
    assert said("date", day.isoformat(), "en")


def test_digits_are_said_one_by_one() -> None:
    assert said("digits", "13800138000") == "一三八零零一三八零零零"
    assert said("digits", "+8610") == "加八六一零"
    assert said("digits", "007", "en") == "zero zero seven"


def test_a_prompt_is_named_by_the_value() -> None:
    assert said("prompt", "working") == "您的工单正在处理中。"
    assert spoken(Spoken(say="prompt", of="x", prefix="a" * 39), "bc", "zh") == (), "no name is longer than 40"
    for value in ("", " ", "../x", "x y", "x\n", "状态"):
        assert spoken(Spoken(say="prompt", of="x", prefix="state-"), value, "zh") == ()


KINDS: tuple[Literal["digits", "number", "count", "minutes", "time", "date"], ...] = (
    "digits", "number", "count", "minutes", "time", "date",
)  # fmt: skip


@pytest.mark.parametrize("say", KINDS)
@pytest.mark.parametrize(
    "value", ["", " ", "x y", "-1", "1.5", "٣", "一", "1\n", "25:00", "24:01", "12:60", "2026-02-30", "../x", "9" * 99]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_no_such_value_is_not_said(say: str, value: str, language: Language) -> None:
    assert spoken(Spoken(say=say, of="x"), value, language) == ()  # type: ignore[arg-type]


@given(st.sampled_from(KINDS), st.text(max_size=20), st.sampled_from(["zh", "en"]))
def test_whatever_comes_names_only_prompts_of_the_catalogue(say: str, value: str, language: Language) -> None:
    for name in spoken(Spoken(say=say, of="x"), value, language):  # type: ignore[arg-type]
        assert language in CATALOGUE[name]
