"""Shipped recordings were heard by an offline recogniser, which understood them (see ivr/prompts/hear_prompts.py)."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import warnings
from pathlib import Path
from typing import Any

import pytest

from ivr.prompt_book import SHIPPED
from ivr.prompts import judging
from tests.unit.test_prompts import CATALOGUE, STOPS

HEARD: dict[str, Any] = json.loads((SHIPPED / "heard.json").read_text("utf-8"))
HEARD_SETS = ("zh-female", "zh-male", "en-female")
BAR = 0.2
"""Share of syllables or words that the recogniser (Whisper base, 8 kHz) may get wrong in a sentence."""
KNOWN = {
    **dict.fromkeys(
        ("zh-female/queue-place-end", "zh-male/queue-place-end", "en-female/am", "en-female/pm"),
        "a syllable or two (位, a.m.), which no recogniser of sentences makes out alone",
    ),
    **dict.fromkeys(
        ("zh-male/for-english", "zh-male/goodbye", "zh-male/ticket-state-closed", "en-female/record-kept",
         "en-female/ticket-state-closed"),
        "one word of a short sentence: a quarter of it",
    ),
    "zh-male/night-consult": "咨询 and 较少 are taken for words of nearly the same sound",
    "zh-male/welcome-consult": "as above, in a shorter sentence",
}  # fmt: skip
"""Sentences above the bar, and why they are shipped all the same."""
PARTS_NOT_UNDERSTOOD = 239
"""Parts of sentences (numbers, minutes, months ...) above the bar, of 404 in all sets: the number may not grow.

Two reasons: the recogniser was taught on running speech, and the last sound of a part used to be cut short when it was
made. The parts of zh-female and all digits are made anew without that (99 of 157 before, 55 now); the other two sets'
parts come out anew with the next run of `make_prompts.py`.
"""


class NoRecogniser(UserWarning):
    """Nobody listened to the recordings again in this run."""


def recordings() -> dict[str, Path]:
    """`<set>/<name>` -> file, of all sets that were listened to."""
    return {f"{kind}/{path.stem}": path for kind in HEARD_SETS for path in (SHIPPED / kind).glob("*.alaw")}


def bad_of(heard: dict[str, Any]) -> tuple[dict[str, float], int]:
    """Sentences above the bar that are not known as such, and how many parts of sentences are above it."""
    above = {name: entry["error"] for name, entry in heard.items() if entry["error"] > BAR}
    sentences = {name: error for name, error in above.items() if is_sentence(name)}
    return {name: error for name, error in sentences.items() if name not in KNOWN}, len(above) - len(sentences)


def is_sentence(recording: str) -> bool:
    """Tell whether it can stand alone."""
    kind, name = recording.split("/")
    return CATALOGUE[name][kind[:2]][-1] in STOPS


def test_every_recording_was_heard_as_it_is() -> None:
    found = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in recordings().items()}
    assert {name: entry["sha256"] for name, entry in HEARD.items()} == found


def test_every_sentence_was_understood() -> None:
    bad, parts_count = bad_of(HEARD)
    assert bad == {}
    assert parts_count <= PARTS_NOT_UNDERSTOOD
    assert all(HEARD[name]["error"] > BAR for name in KNOWN), "understood now: no longer known as bad"


@pytest.mark.filterwarnings("default::tests.unit.test_heard.NoRecogniser")
def test_every_recording_is_understood_again_where_the_recogniser_is_there() -> None:
    """HOTLINE_EAR_DIR: the work folder of `hear_prompts.py`, with the recogniser in it. Takes minutes."""
    work = os.environ.get("HOTLINE_EAR_DIR")
    if not work:
        warnings.warn("HOTLINE_EAR_DIR is not set: nobody listened to the prompts again", NoRecogniser, stacklevel=1)
        return
    line = [f"{work}/venv/bin/python", str(SHIPPED / "hear_prompts.py"), "--hear", work, "again"]
    answer = json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
    heard = {name: entry for name, entry in answer.items() if name.startswith(HEARD_SETS)}
    assert heard.keys() == recordings().keys()
    bad, parts_count = bad_of(heard)
    assert bad == {}
    assert parts_count <= PARTS_NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("one two three", "one two three", 0),
        ("press one", "Press 1.", 0),
        ("twenty three", "23", 0),
        ("November the twenty fifth", "November the 25th", 0),
        ("three oh five p.m.", "3:05 pm", 0),
        ("one two three", "one three", 1),
        ("one two three", "one too three four", 2),
    ],
)
def test_errors_in_english_are_counted_by_words(said: str, heard: str, wrong: int) -> None:
    assert judging.compare(said, heard, "en")[0] == wrong


def test_what_was_heard_is_known_for_each_word() -> None:
    assert judging.matches("abcd", "abxd") == (1, [True, True, False, True])
    assert judging.matches("abcd", "bcd") == (1, [False, True, True, True])
    assert judging.matches("", "x") == (1, [])
