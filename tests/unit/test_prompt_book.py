"""Which recording callers hear: own before shipped, the female voice where the male one lacks a prompt."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.prompt_book import Book, Own, Recording, read_shipped


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, samples in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(samples)
    return folder


@pytest.fixture
def book(tmp_path: Path) -> Book:
    (tmp_path / "catalogue.yaml").write_text("welcome: {zh: 您好, en: Hello, what: greeting}\nd1: {zh: 一}\n", "utf-8")
    files = {
        "zh-female/welcome.alaw": b"f" * 8000,
        "zh-female/d1.alaw": b"1" * 4000,
        "zh-male/welcome.alaw": b"m" * 16000,
        "en-female/welcome.alaw": b"e" * 8000,
    }
    return read_shipped(put(tmp_path, files))


def own(samples: bytes = b"o", text: str = "") -> Own:
    found = Recording(file="hotline/own/zh-welcome-7", path=Path("x"), length_s=2.5, sha256=samples.hex())
    return Own(recording=found, text=text)


def test_each_voice_says_its_own_and_the_female_one_what_the_male_lacks(book: Book) -> None:
    assert book.file_of("welcome", "zh", "male") == "hotline/zh-male/welcome"
    assert book.file_of("d1", "zh", "male") == "hotline/zh-female/d1"
    assert book.length_s("welcome", "zh", "male") == 2.0
    assert book.length_s("d1", "zh", "male") == 0.5
    assert book.file_of("welcome", "en", "male") == "hotline/en-female/welcome"


def test_what_is_not_recorded_in_a_language_is_not_there(book: Book) -> None:
    assert book.file_of("d1", "en", "female") is None
    assert book.length_s("d1", "en", "female") == 0
    assert not book.exists("d1", "en")
    assert book.exists("d1", "zh")
    assert book.names("zh") == {"welcome", "d1"}
    assert book.names("en") == {"welcome"}


def test_an_own_recording_stands_before_the_shipped_one_in_every_voice_of_its_language_only(book: Book) -> None:
    changed = book.with_own({("zh", "welcome"): own(), ("zh", "promo"): own()})
    for voice in ("female", "male"):
        assert changed.file_of("welcome", "zh", voice) == "hotline/own/zh-welcome-7"
    assert changed.length_s("welcome", "zh", "female") == 2.5
    assert changed.file_of("welcome", "en", "female") == "hotline/en-female/welcome"
    assert changed.exists("promo", "zh")
    assert changed.names("zh") == {"welcome", "d1", "promo"}
    assert book.file_of("welcome", "zh", "female") == "hotline/zh-female/welcome"
    assert changed.with_own({}).file_of("welcome", "zh", "female") == "hotline/zh-female/welcome"


def test_the_words_are_the_catalogues_but_never_beside_an_own_recording(book: Book) -> None:
    assert book.text_of("welcome", "zh") == "您好"
    assert book.text_of("welcome", "en") == "Hello"
    assert book.text_of("d1", "en") == ""
    assert book.with_own({("zh", "welcome"): own()}).text_of("welcome", "zh") == ""
    assert book.with_own({("zh", "welcome"): own(text="欢迎")}).text_of("welcome", "zh") == "欢迎"


def test_the_wording_changes_with_the_recordings_that_are_heard_and_with_nothing_else(book: Book) -> None:
    words = book.wording_of(["welcome", "d1"], "zh", "female")
    assert len(words) == 12
    assert int(words, 16) >= 0
    assert words != book.wording_of(["d1", "welcome"], "zh", "female")
    assert words != book.wording_of(["welcome", "d1"], "zh", "male")
    assert words == book.with_own({("zh", "promo"): own()}).wording_of(["welcome", "d1"], "zh", "female")
    first = book.with_own({("zh", "welcome"): own(b"1")}).wording_of(["welcome", "d1"], "zh", "female")
    second = book.with_own({("zh", "welcome"): own(b"2")}).wording_of(["welcome", "d1"], "zh", "female")
    assert len({words, first, second}) == 3
    assert book.wording_of(["gone"], "zh", "female") == book.wording_of(["away"], "zh", "female")


def test_a_folder_without_sets_or_catalogue_is_an_empty_book(tmp_path: Path) -> None:
    empty = read_shipped(tmp_path)
    assert empty.names("zh") == frozenset()
    assert empty.text_of("welcome", "zh") == ""


def test_the_shipped_prompts_have_lengths_a_caller_bears() -> None:
    book = read_shipped()
    assert {"wrong-key", "no-input", "goodbye", "please-hold", "nobody", "queue-timeout"} <= book.names("zh")
    assert all(0 < book.length_s(name, "zh", "female") < 60 for name in book.names("zh"))
