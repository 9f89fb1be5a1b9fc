"""A menu with every kind of node that a session can be asked to serve, small enough to be known by heart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ivr.kinds.shapes import Flow
from ivr.language.edition import Edition

TITLE = {"zh": "试", "en": "Try"}
FIRST: dict[str, Any] = {
    "name": "first",
    "title": TITLE,
    "start": "welcome",
    "nodes": {
        "welcome": {
            "kind": "menu",
            "prompts": ["choose"],
            "wrong_key": ["wrong-key"],
            "no_input": ["no-input"],
            "keys": [
                {"key": "1", "to": "consult", "says": "咨询"},
                {"key": "2", "to": "complaints", "says": "投诉"},
                {"key": "3", "to": "order"},
                {"key": "4", "to": "message"},
                {"key": "5", "to": "back"},
                {"key": "6", "to": "outside"},
                {"key": "7", "to": "notice"},
                {"key": "8", "to": "english"},
                {"key": "9", "to": "ask-webhook"},
                {"key": "0", "to": "round"},
            ],
            "otherwise": "consult",
        },
        "consult": {"kind": "queue", "prompts": ["please-hold"], "queue": "consult"},
        "complaints": {"kind": "queue", "queue": "complaints", "priority": 5, "after": "rate"},
        "order": {
            "kind": "collect", "prompts": ["type-order"], "into": "order", "what": "order", "fewest": 3, "most": 8,
            "is_masked": True, "next": "consult", "otherwise": "consult",
        },
        "message": {
            "kind": "voicemail", "prompts": ["leave-message"], "box": "consult", "next": "bye", "otherwise": "sorry",
            "silence_s": 3,
        },
        "back": {"kind": "callback", "queue": "consult", "next": "bye", "otherwise": "sorry", "prompts": ["promised"]},
        "outside": {"kind": "transfer_out", "number": "02012345678", "otherwise": "sorry"},
        "notice": {"kind": "notice", "prompts": ["recorded"], "next": "bye"},
        "english": {"kind": "flow", "flow": "second"},
        "ask-webhook": {
            "kind": "look_up", "what": "webhook", "webhook": "balance", "found": "bye", "not_found": "sorry",
            "failed": "sorry", "limit_s": 0.5,
        },
        "round": {"kind": "flow", "flow": "endless"},
        "rate": {"kind": "survey", "question": "talk", "prompts": ["rate-us"], "next": "bye"},
        "sorry": {"kind": "announce", "prompts": ["sorry"], "next": "bye"},
        "bye": {"kind": "hang_up", "prompts": ["goodbye"]},
    },
}  # fmt: skip
SECOND: dict[str, Any] = {
    "name": "second",
    "title": TITLE,
    "language": "en",
    "start": "consult",
    "nodes": {"consult": {"kind": "queue", "queue": "consult", "prompts": ["please-hold"]}},
}
ENDLESS: dict[str, Any] = {
    "name": "endless",
    "title": TITLE,
    "start": "again",
    "nodes": {"again": {"kind": "flow", "flow": "endless"}},
}


def flows_of(*data: dict[str, Any]) -> dict[str, Flow]:
    """Flows by name."""
    found = [msgspec.convert(one, Flow) for one in data]
    return {flow.name: flow for flow in found}


def edition_of(flows: Iterable[Flow], *, version: int = 0, fallback: str = "first") -> Edition:
    """An edition in which every number is answered by `fallback`."""
    by_name = {flow.name: flow for flow in flows}
    hotlines = msgspec.structs.replace(Edition().hotlines, hotlines=(), fallback=fallback)
    return Edition(flows=by_name, versions=dict.fromkeys(by_name, version), hotlines=hotlines)


EDITION = edition_of(flows_of(FIRST, SECOND, ENDLESS).values(), version=3)


class Prompts:
    """A book in which every prompt lasts a second, but for those that are `missing`."""

    def __init__(self, *missing: str) -> None:
        self._missing = set(missing)

    def file_of(self, name: str, language: str, voice: str) -> str | None:
        return None if name in self._missing else f"hotline/{language}/{name}"

    def length_s(self, name: str, language: str, voice: str) -> float:
        return 1.0

    def exists(self, name: str, language: str) -> bool:
        return name not in self._missing

    def names(self, language: str) -> frozenset[str]:
        return frozenset()

    def text_of(self, name: str, language: str) -> str:
        return ""

    def wording_of(self, names: Iterable[str], language: str, voice: str) -> str:
        return "-".join((language, *names))
