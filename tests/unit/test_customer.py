"""The same number however it is written; words to search by."""

from __future__ import annotations

import pytest

from cti.domain.phone import number_key, written_forms
from tickets.customer import clean, folded, is_number, kept_numbers, search_words


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("013800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("021-6100 1234", "02161001234"),
        ("+86 21 6100 1234", "02161001234"),
        ("862161001234", "02161001234"),
        ("864008001234", "4008001234"),
        ("86123456", "86123456"),
        ("(021) 61001234", "02161001234"),
        ("400-800-1234", "4008001234"),
        ("+1 555 123 4567", "0015551234567"),
        ("919811000001", "919811000001"),
        ("95001", "95001"),
        ("12", ""),
        ("", ""),
        ("anonymous", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_number_is_known_by_its_national_digits(written: str, key: str) -> None:
    assert number_key(written) == key


@pytest.mark.parametrize("number", ["13800138000", "02161001234", "0015551234567", "95001"])
def test_every_form_a_trunk_may_send_is_the_same_number(number: str) -> None:
    forms = written_forms(number)
    assert number in forms
    assert {number_key(form) for form in forms if not form.startswith("1555")} == {number}
    assert written_forms("") == ()


@pytest.mark.parametrize(
    "text", ["", "abc", "12", "138001380001380013800013800138000138001380", "138\n00138000", "=1+1"]
)
def test_what_is_no_number_stays_out_of_the_file(text: str) -> None:
    assert not is_number(text)


def test_a_masked_number_that_comes_back_is_the_one_it_was_made_of() -> None:
    before = ["13800138000", "02161001234"]
    assert kept_numbers(["138****8000", "02161001234", "555666"], before) == ["13800138000", "02161001234", "555666"]
    assert kept_numbers(["138****8000", "138****8000"], ["13800138000", "13811118000"]) == [
        "13800138000",
        "13811118000",
    ]
    assert kept_numbers(["139****8000"], before) == ["139****8000"]
    assert not is_number("139****8000")
    assert number_key("139****8000") == ""


def test_words_are_found_whatever_width_and_case() -> None:
    assert folded("Ｐｕｍｐ  A-1", "", "水泵\u3000漏水") == "pump a-1 水泵 漏水"
    assert search_words(" 漏水  PUMP ") == ["漏水", "pump"]
    assert len(search_words("a b c d e f g h")) == 6


def test_control_characters_go_and_lines_stay() -> None:
    assert clean("a\0b\x1b[31mc\r\nd\te\x7f\x9f") == "ab[31mc\nd\te"
