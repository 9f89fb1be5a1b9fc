"""The catalogue of prompts and the recordings that lie beside it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy
import pytest
import yaml
from numpy.typing import NDArray

from cti.asterisk.sounds import NEEDED
from ivr.prompt_book import RATE_HZ
from ivr.prompt_book import SHIPPED as PROMPTS

CATALOGUE: dict[str, dict[str, Any]] = yaml.safe_load((PROMPTS / "catalogue.yaml").read_text("utf-8"))
PROVENANCE: dict[str, Any] = json.loads((PROMPTS / "provenance.json").read_text("utf-8"))["files"]
SETS = ("zh-female", "zh-male", "en-female")
COMPLETE = SETS
"""Sets with a recording of every text of their language."""
STOPS = "。！？.!?"


def said_in(kind: str) -> dict[str, str]:
    """Name -> words of a set's language."""
    return {name: entry[kind[:2]] for name, entry in CATALOGUE.items() if kind[:2] in entry}


def files_of(kind: str) -> dict[str, Path]:
    """Name -> recording of a set."""
    return {path.stem: path for path in (PROMPTS / kind).glob("*.alaw")}


def samples_of(path: Path) -> NDArray[numpy.float64]:
    """A-law (G.711) as numbers from -1 to 1."""
    codes = numpy.frombuffer(path.read_bytes(), dtype=numpy.uint8).astype(numpy.int32) ^ 0x55
    step, place = (codes >> 4) & 7, (codes & 15) << 4
    size = numpy.where(step == 0, place + 8, (place + 264) << numpy.maximum(step - 1, 0))
    return numpy.where(codes & 0x80, size, -size) / 32768


def dbfs(value: float) -> float:
    """A level in dB below full scale."""
    return float(20 * numpy.log10(value))


def test_no_prompt_stands_in_the_catalogue_twice() -> None:
    names = re.findall(r"^([a-z0-9][a-z0-9_-]*):", (PROMPTS / "catalogue.yaml").read_text("utf-8"), re.MULTILINE)
    assert len(names) == len(set(names)) == len(CATALOGUE)


def test_every_prompt_has_a_name_words_and_a_purpose() -> None:
    for name, entry in CATALOGUE.items():
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name)
        assert entry.keys() <= {"zh", "en", "what", "by"}, name
        assert {"zh", "en"} & entry.keys(), name
        assert all(isinstance(words, str) and words.strip() for words in entry.values()), name
        assert entry.get("by", "zh-female") in SETS, name


def test_every_sentence_is_there_in_both_languages() -> None:
    """Parts of values differ by language; whole sentences may not. An invitation in English needs none."""
    for name, entry in CATALOGUE.items():
        if entry.get("zh", "x")[-1] in STOPS and name != "for-english":
            assert {"zh", "en"} <= entry.keys(), name


def test_what_the_dialplan_says_is_there_in_both_languages() -> None:
    assert all({"zh", "en"} <= CATALOGUE[name].keys() for name in NEEDED)


@pytest.mark.parametrize("kind", SETS)
def test_every_recording_says_a_text_of_the_catalogue_and_is_the_one_that_was_made_for_it(kind: str) -> None:
    texts = said_in(kind)
    files = files_of(kind)
    assert files.keys() == {key.partition("/")[2] for key in PROVENANCE if key.startswith(f"{kind}/")}
    for name, path in files.items():
        made = PROVENANCE[f"{kind}/{name}"]
        assert made["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest(), name
        assert made["text"] == texts[name], name


@pytest.mark.parametrize("kind", COMPLETE)
def test_every_text_is_recorded(kind: str) -> None:
    assert said_in(kind).keys() - files_of(kind).keys() == set()


@pytest.mark.parametrize("kind", SETS)
def test_recordings_are_loud_enough_not_clipped_and_no_longer_than_a_caller_bears(kind: str) -> None:
    texts = said_in(kind)
    for name, path in files_of(kind).items():
        samples = samples_of(path)
        is_sentence = texts[name][-1] in STOPS
        voiced = samples[numpy.abs(samples) > 0.003]
        assert (0.7 if is_sentence else 0.2) < len(samples) / RATE_HZ < (20 if is_sentence else 2.5), name
        assert -25 < dbfs(numpy.sqrt(numpy.mean(voiced**2))) < -15, name
        assert dbfs(numpy.max(numpy.abs(samples))) < -2.5, name
