"""What msgspec says of a wrong shape, said in plain words and with the line it is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from ivr.text.flaws import Flaw, flaw
from ivr.text.placed_yaml import Path

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at (?:`key` in )?`\$(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(?P<field>\w+)|\[(?P<index>\d+)\]")
WANTED = {
    "array": "a list",
    "object": "a list of fields",
    "bool": "true or false",
    "int": "a whole number",
    "int | null": "a whole number",
    "float": "a number",
    "str": "a text",
    "str | object": "a name, or a value that is read out ({say: ..., of: ...})",
}
UNITS = {"str": "{limit} characters", "array": "{limit} entries", "object": "{limit} entries"}
PATTERNS = {
    "a-z0-9_-": "name",
    "[0-9*#]": "one_key",
    "2[0-3]": "clock",
    "{3,20}": "number",
    "x00-": "characters",
}
"""Part of a pattern -> code of the flaw."""


def shape_flaw(broken: msgspec.ValidationError, path: Path, places: Mapping[Path, int], kind: Any) -> Flaw:
    """Say what is wrong below `path`. `kind`: the type that was wanted there, None when it is not known."""
    found = _MESSAGE.fullmatch(str(broken))
    assert found is not None
    steps = _steps(found["path"] or "")
    return _Said(found["what"], path, steps, places, kind).in_words()


def _steps(text: str) -> Path:
    return tuple(step["field"] or int(step["index"]) for step in _STEP.finditer(text))


class _Said:
    """One message. `steps`: where it points, below `path`."""

    def __init__(self, what: str, path: Path, steps: Path, places: Mapping[Path, int], kind: Any) -> None:
        self.what = what
        self.path = path
        self.steps = steps
        self._places = places
        self._kind = kind

    @property
    def field(self) -> str:
        """`wait_s`, `keys[2].to`, `prompts[1]`; counted from 1, as people do."""
        text = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        return text.removeprefix(".")

    def in_words(self) -> Flaw:
        """The message by the first rule that knows it; as msgspec says it where none does."""
        for pattern, tell in RULES:
            if found := pattern.fullmatch(self.what):
                return tell(self, found)
        return self.tell("shape", why=f"{self.field}: {self.what}")

    def tell(self, code: str, *deeper: str, **values: str | int) -> Flaw:
        """A flaw at the field, or at one below it that the message names."""
        at = (*self.path, *self.steps, *deeper)
        while at not in self._places and at:
            at = at[:-1]
        node = str(self.path[1]) if len(self.path) > 1 else ""
        return flaw(code, line=self._places.get(at, 1), node=node, **values)

    def choices(self) -> str:
        """What may stand in the field."""
        kind = inspect.type_info(self._kind) if self._kind else None
        for step in self.steps:
            kind = _below(kind, step)
        return ", ".join(str(value) for value in kind.values) if isinstance(kind, inspect.LiteralType) else ""


def _below(kind: inspect.Type | None, step: str | int) -> inspect.Type | None:
    if isinstance(kind, inspect.UnionType):
        kind = next((one for one in kind.types if isinstance(one, inspect.StructType)), None)
    if isinstance(step, int) and isinstance(kind, inspect.VarTupleType):
        return kind.item_type
    if isinstance(kind, inspect.StructType):
        return next((field.type for field in kind.fields if field.encode_name == step), None)
    return None


def _pattern(said: _Said, found: re.Match[str]) -> Flaw:
    code = next((code for part, code in PATTERNS.items() if part in found["pattern"]), "characters")
    return said.tell(code, field=said.field)


def _type(said: _Said, found: re.Match[str]) -> Flaw:
    if found["got"] == "null":
        return said.tell("empty", field=said.field)
    return said.tell("type", field=said.field or "this", wanted=WANTED.get(found["wanted"], found["wanted"]))


def _length(said: _Said, found: re.Match[str]) -> Flaw:
    limit = UNITS[found["type"]].format(limit=found["limit"])
    return said.tell("longest" if found["sign"] == "<=" else "shortest", field=said.field, limit=limit)


def _bound(said: _Said, found: re.Match[str]) -> Flaw:
    limit = found["limit"].removesuffix(".0")
    return said.tell("most" if found["sign"] == "<=" else "least", field=said.field, limit=limit)


def _missing(said: _Said, found: re.Match[str]) -> Flaw:
    return said.tell("missing", field=f"{said.field}.{found['name']}".removeprefix("."))


def _unknown(said: _Said, found: re.Match[str]) -> Flaw:
    return said.tell("unknown", found["name"], field=f"{said.field}.{found['name']}".removeprefix("."))


def _choice(said: _Said, found: re.Match[str]) -> Flaw:
    return said.tell("choice", field=said.field, value=found["value"], choices=said.choices())


def _kind(said: _Said, found: re.Match[str]) -> Flaw:
    return said.tell("kind", value=found["value"])


RULES: list[tuple[re.Pattern[str], Callable[[_Said, re.Match[str]], Flaw]]] = [
    (re.compile(r"Expected `str` matching regex '(?P<pattern>.*)'", re.DOTALL), _pattern),
    (re.compile(r"Expected `(?P<wanted>.*)`, got `(?P<got>\w+)`"), _type),
    (re.compile(r"Expected `(?P<type>\w+)` of length (?P<sign>[<>]=) (?P<limit>\d+)"), _length),
    (re.compile(r"Expected `\w+` (?P<sign>[<>]=) (?P<limit>[\d.]+)"), _bound),
    (re.compile(r"Object missing required field `(?P<name>\w+)`"), _missing),
    (re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL), _unknown),
    (re.compile(r"Invalid enum value '(?P<value>.*)'", re.DOTALL), _choice),
    (re.compile(r"Invalid value '(?P<value>.*)'", re.DOTALL), _kind),
]
