"""A small strict part of YAML, with the line of everything: mappings, lists, texts. Pure.

Every scalar is a text, as written: `1`, `08:00` and `no` mean what they look like, and the shapes say which of them are
numbers. Nothing can refer to anything else in the text, so a small text stays small when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

LONGEST_TEXT_BYTES = 200_000
DEEPEST = 12
"""A flow needs 8: nodes, a node, cases, a case, its tests, a test, a list of words, a word."""
Path = tuple[str | int, ...]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unreadable(Exception):
    """The text is not in our part of YAML. `code` and `values` as in `ivr.text.flaws`."""

    def __init__(self, code: str, line: int, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.values = values


class Placed(msgspec.Struct, frozen=True):
    """What stands in a text. `data`: dicts, lists, texts and None (nothing behind a colon). `places`: path -> line."""

    data: Any
    places: dict[Path, int]


class _Level:
    """A mapping or a list that is not closed yet."""

    def __init__(self, path: Path, data: dict[str, Any] | list[Any]) -> None:
        self.path = path
        self.data = data
        self.key: str | None = None
        """Of a mapping: the key whose value comes next."""


def parse(text: str) -> Placed:
    """Read a text. Raises: Unreadable. Cost: about 1 s for the longest text."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError as broken:
        raise Unreadable("unreadable", 0, why="half a character") from broken
    if len(encoded) > LONGEST_TEXT_BYTES:
        raise Unreadable("too_long", 0, most=str(LONGEST_TEXT_BYTES))
    try:
        return _build(yaml.parse(text, Loader=LOADER))
    except yaml.MarkedYAMLError as broken:
        raise _unreadable(broken) from broken
    except yaml.YAMLError as broken:
        raise Unreadable("unreadable", 0, why="a character that cannot stand in a text") from broken


def _unreadable(broken: yaml.MarkedYAMLError) -> Unreadable:
    mark = broken.problem_mark or broken.context_mark
    line = mark.line + 1 if mark else 0
    if broken.context and ("alias" in broken.context or "anchor" in broken.context):
        return Unreadable("no_alias", line)  # the star key without quotes
    return Unreadable("unreadable", line, why=broken.problem or broken.context or "")


def _build(events: Iterator[yaml.Event]) -> Placed:
    places: dict[Path, int] = {}
    levels: list[_Level] = []
    data: Any = None
    documents = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise Unreadable("one_flow", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            data = levels.pop().data
        elif isinstance(event, yaml.NodeEvent):
            _refuse(event, line, len(levels))
            if (found := _put(event, line, levels, places)) is not None:
                levels.append(found)
            elif not levels:
                data = event.value if isinstance(event, yaml.ScalarEvent) else None
    return Placed(data, places)


def _refuse(event: yaml.NodeEvent, line: int, depth: int) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise Unreadable("no_alias", line)
    if getattr(event, "tag", None) is not None:
        raise Unreadable("no_tag", line)
    if depth > DEEPEST:
        raise Unreadable("too_deep", line)


def _put(event: yaml.NodeEvent, line: int, levels: list[_Level], places: dict[Path, int]) -> _Level | None:
    """Put a node into what is open; returns it when it opens a level itself."""
    value: Any = _value(event)
    above = levels[-1] if levels else None
    path: Path = ()
    if above is not None:
        if isinstance(above.data, list):
            path = (*above.path, len(above.data))
            above.data.append(value)
        elif above.key is None:
            _take_key(above, value, line, places)
            return None
        else:
            path = (*above.path, above.key)
            above.data[above.key], above.key = value, None
    places.setdefault(path, line)
    return _Level(path, value) if isinstance(value, dict | list) else None


def _take_key(level: _Level, key: Any, line: int, places: dict[Path, int]) -> None:
    if not isinstance(key, str):
        raise Unreadable("unreadable", line, why="a field's name is a word")
    path = (*level.path, key)
    if path in places:
        raise Unreadable("key_twice", line, field=key)
    places[path] = line
    level.key = key


def _value(event: yaml.NodeEvent) -> Any:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    assert isinstance(event, yaml.ScalarEvent)
    is_nothing = event.value == "" and event.implicit[0]
    return None if is_nothing else str(event.value)
