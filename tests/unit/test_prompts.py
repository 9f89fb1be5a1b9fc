"""The catalogue of prompts and the recordings that lie beside it."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ivr.library import FLOWS

PROMPTS = FLOWS.parent / "prompts"
CATALOGUE: dict[str, dict[str, Any]] = yaml.safe_load((PROMPTS / "catalogue.yaml").read_text("utf-8"))
SETS = ("zh-female", "zh-male", "en-female")


def test_every_prompt_has_a_name_words_and_a_purpose() -> None:
    for name, entry in CATALOGUE.items():
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name)
        assert entry.keys() <= {"zh", "en", "what", "by"}, name
        assert {"zh", "en"} & entry.keys(), name
        assert all(isinstance(words, str) and words.strip() for words in entry.values()), name
        assert entry.get("by", "zh-female") in SETS, name


def test_every_sentence_is_there_in_both_languages() -> None:
    """Parts of values differ by language; whole sentences may not."""
    for name, entry in CATALOGUE.items():
        if entry.get("zh", "x")[-1] in "。！？" or entry.get("en", "x")[-1] in "!?":
            assert {"zh", "en"} <= entry.keys(), name
