"""One line of the check page: what was looked at, how it stands, and what to do about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """`unknown`: could not be looked at; never shown as well."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`code` chooses the translated sentence; `text` is English and complete; `fix` is one sentence."""

    code: str
    level: Level
    text: str
    fix: str = ""
    about: str = ""
