"""Which recording callers hear for a prompt: the company's own before the shipped one.

A book is never changed: a call keeps the one it began with, so its words stay the same while others are uploaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
import yaml

SHIPPED = Path(__file__).parent / "prompts"
SETS = {("zh", "female"): "zh-female", ("zh", "male"): "zh-male", ("en", "female"): "en-female"}
"""(language, voice) -> folder of shipped recordings. A voice that lacks a prompt says it as `female` does."""
PLACE = "hotline"
"""Folder below Asterisk's sounds in which the sets and `own` lie."""
RATE_HZ = 8000
"""A-law has one byte a sample."""


class PromptBook(Protocol):
    """What flows and calls ask about prompts. Files are named as Asterisk plays them: below its sounds, no ending."""

    def file_of(self, name: str, language: str, voice: str) -> str | None:
        """Return the file to play; None when there is no recording in that language."""
        ...

    def length_s(self, name: str, language: str, voice: str) -> float:
        """Return how long it takes, 0 for a prompt without a recording."""
        ...

    def exists(self, name: str, language: str) -> bool:
        """Tell whether callers would hear it."""
        ...

    def names(self, language: str) -> frozenset[str]:
        """Return every prompt with a recording in that language."""
        ...

    def text_of(self, name: str, language: str) -> str:
        """Return what is said, as far as somebody wrote it down."""
        ...

    def wording_of(self, names: Iterable[str], language: str, voice: str) -> str:
        """Return 12 hex digits that change when one of these recordings is another one: which words were played."""
        ...


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One recording. `file`: as Asterisk plays it; `path`: where its A-law samples are."""

    file: str
    path: Path
    length_s: float
    sha256: str


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """A recording of the company's own that is in force. `text` may be empty."""

    recording: Recording
    text: str = ""


Name = str
Shelf = Mapping[Name, Recording]


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """The recordings of one moment (a `PromptBook`).

    `shipped`: (language, voice) -> its set; `texts`, `own`: by (language, name).
    """

    shipped: Mapping[tuple[str, str], Shelf]
    texts: Mapping[tuple[str, str], str]
    own: Mapping[tuple[str, str], Own] = msgspec.field(default_factory=dict)

    def find(self, name: str, language: str, voice: str) -> Recording | None:
        """Find the recording that callers hear; None when there is none."""
        own = self.own.get((language, name))
        return own.recording if own is not None else self.find_shipped(name, language, voice)

    def find_shipped(self, name: str, language: str, voice: str) -> Recording | None:
        """Find the shipped recording, by the female voice where this one lacks it."""
        shelves = (self.shipped.get((language, one), {}) for one in (voice, "female"))
        return next((shelf[name] for shelf in shelves if name in shelf), None)

    def voices_of(self, name: str, language: str) -> dict[str, Recording]:
        """Return voice -> shipped recording, only what each voice says itself."""
        return {voice: shelf[name] for (at, voice), shelf in self.shipped.items() if at == language and name in shelf}

    def file_of(self, name: str, language: str, voice: str) -> str | None:
        """As `PromptBook`."""
        found = self.find(name, language, voice)
        return None if found is None else found.file

    def length_s(self, name: str, language: str, voice: str) -> float:
        """As `PromptBook`."""
        found = self.find(name, language, voice)
        return 0.0 if found is None else found.length_s

    def exists(self, name: str, language: str) -> bool:
        """As `PromptBook`."""
        return (language, name) in self.own or bool(self.voices_of(name, language))

    def names(self, language: str) -> frozenset[str]:
        """As `PromptBook`."""
        shipped = {name for (at, _), shelf in self.shipped.items() if at == language for name in shelf}
        return frozenset(shipped | {name for at, name in self.own if at == language})

    def text_of(self, name: str, language: str) -> str:
        """As `PromptBook`. An own recording without a text has none: the shipped words are not what it says."""
        own = self.own.get((language, name))
        return own.text if own is not None else self.texts.get((language, name), "")

    def wording_of(self, names: Iterable[str], language: str, voice: str) -> str:
        """As `PromptBook`."""
        found = (self.find(name, language, voice) for name in names)
        marks = "|".join("" if one is None else one.sha256 for one in found)
        return hashlib.sha256(marks.encode()).hexdigest()[:12]

    def with_own(self, own: Mapping[tuple[str, str], Own]) -> Book:
        """Return the book with these own recordings in force and no others."""
        return msgspec.structs.replace(self, own=dict(own))


# --- reading what is shipped ----------------------------------------------------------------------------------------


def read_shipped(folder: Path = SHIPPED) -> Book:
    """Read the sets and the catalogue; a set that is not there is empty.

    Raises: OSError, yaml.YAMLError, for a catalogue that cannot be read.
    """
    shipped = {key: _read_set(folder / name, f"{PLACE}/{name}") for key, name in SETS.items()}
    return Book(shipped=shipped, texts=_read_texts(folder / "catalogue.yaml"))


def recording_at(path: Path, file: str) -> Recording:
    """Return the recording that is in an A-law file. Raises: OSError."""
    samples = path.read_bytes()
    digest = hashlib.sha256(samples).hexdigest()
    return Recording(file=file, path=path, length_s=len(samples) / RATE_HZ, sha256=digest)


def _read_set(folder: Path, place: str) -> dict[Name, Recording]:
    return {path.stem: recording_at(path, f"{place}/{path.stem}") for path in sorted(folder.glob("*.alaw"))}


def _read_texts(path: Path) -> dict[tuple[str, str], str]:
    """(language, name) -> text. The file: name -> `zh`, `en` (texts), `what` it is for."""
    if not path.exists():
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries: dict[str, dict[str, Any]] = yaml.load(path.read_text("utf-8"), loader) or {}
    return {
        (language, name): str(entry[language])
        for name, entry in entries.items()
        for language in ("zh", "en")
        if entry.get(language)
    }
