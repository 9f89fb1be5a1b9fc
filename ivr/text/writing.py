"""A flow as text: fields in the order of their shapes, what is usual left out, a key or a test on one line. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml
from msgspec.structs import FieldInfo

from ivr.kinds.shapes import Case, Flow, Key, Kind, Shape

PLACE = {"note": 0, "nodes": 2}
"""Fields that do not stand in the order of their shape: the note above the rest, the nodes behind it."""
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
STR, INT, FLOAT, BOOL, MAP, SEQ = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "map", "seq")
)


def write_text(flow: Flow) -> str:
    """Return the text that `read_text` makes this very flow of."""
    return yaml.serialize(_node(flow), Dumper=DUMPER, allow_unicode=True, width=1_000_000)


def _node(value: Any) -> yaml.Node:
    """The value as YAML; what has parts worth a line each is a block, all else stands on one line."""
    if isinstance(value, Shape):
        return _mapping(_fields(value), is_line=not isinstance(value, Flow | Kind | Case))
    if isinstance(value, dict):
        is_line = not any(isinstance(one, Kind) for one in value.values())
        return _mapping([(str(key), _node(one)) for key, one in value.items()], is_line=is_line)
    if isinstance(value, tuple):
        is_line = not any(isinstance(one, Key | Case) for one in value)
        return yaml.SequenceNode(SEQ, [_node(one) for one in value], flow_style=is_line)
    return _scalar(value)


def _scalar(value: str | float) -> yaml.ScalarNode:
    if isinstance(value, str):
        return yaml.ScalarNode(STR, value)
    if isinstance(value, bool):
        return yaml.ScalarNode(BOOL, "true" if value else "false")
    if isinstance(value, int):
        return yaml.ScalarNode(INT, str(value))
    return yaml.ScalarNode(FLOAT if value % 1 else INT, repr(value).removesuffix(".0"))


def _mapping(entries: list[tuple[str, yaml.Node]], *, is_line: bool) -> yaml.MappingNode:
    pairs: list[tuple[yaml.Node, yaml.Node]] = [(yaml.ScalarNode(STR, key), node) for key, node in entries]
    return yaml.MappingNode(MAP, pairs, flow_style=is_line)


def _fields(shape: Shape) -> list[tuple[str, yaml.Node]]:
    kind = [("kind", str(shape.__struct_config__.tag))] if isinstance(shape, Kind) else []
    given = [(field.name, getattr(shape, field.name)) for field in msgspec.structs.fields(type(shape))]
    usual = {field.name: _usual(field) for field in msgspec.structs.fields(type(shape))}
    told = [(name, value) for name, value in given if value != usual[name]]
    return [(name, _node(value)) for name, value in (*kind, *sorted(told, key=lambda one: PLACE.get(one[0], 1)))]


def _usual(field: FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
