"""TypeScript types of the wire, written from the structs themselves (`dashboards/web/src/live/protocol.ts`)."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import msgspec

from cti.domain import changes, entity
from cti.web import shapes, wire

PROTOCOL = Path("dashboards/web/src/live/protocol.ts")
"""Where the generated file lies, seen from the project's folder."""

Schema: TypeAlias = dict[str, object]

_REF = "#/$defs/"
_HEAD = """// Generated from the structs of `cti/seams.py` by `python -m cti types`. Do not edit.
// Instants are ISO 8601 text in UTC; names ending in `_s` are seconds.
"""
_SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_UNIONS: dict[str, object] = {
    "AnyView": changes.AnyView,
    "ToBrowser": wire.ToBrowser,
    "FromBrowser": wire.FromBrowser,
}


def generate(modules: Sequence[ModuleType]) -> str:
    """Return the whole text of `protocol.ts` for the structs of `modules`; the same structs give the same text."""
    structs = list(_structs(modules))
    named: list[object] = [*structs, *_UNIONS.values()]
    roots, components = msgspec.json.schema_components(named, ref_template=_REF + "{name}")
    requests = {struct.__name__ for struct in structs if issubclass(struct, shapes.Wire)}
    parts = [_HEAD]
    parts.extend(_declaration(name, components[name], name in requests) for name in sorted(components))
    parts.extend(
        f"export type {name} = {_type(root)};\n" for name, root in zip(_UNIONS, roots[len(structs) :], strict=True)
    )
    return "\n".join(parts)


def write(root: Path, text: str) -> bool:
    """Write the file below `root`, the project's folder. Tell whether its text was another one before."""
    path = root / PROTOCOL
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def _structs(modules: Iterable[ModuleType]) -> Iterator[type[msgspec.Struct]]:
    """Yield the concrete structs of the seams, in the order of their files."""
    frames = {shapes.Wire, shapes.Answer, entity.View, entity.Entity, changes.Change}
    for module in modules:
        for value in vars(module).values():
            if not (inspect.isclass(value) and issubclass(value, msgspec.Struct)):
                continue
            if value.__module__ == module.__name__ and value not in frames:
                yield value


def _declaration(name: str, schema: Schema, is_request: bool) -> str:
    """Return one exported type. Only a request may leave out what has a default: answers are always whole."""
    note = _note(schema)
    if "enum" in schema:
        return f"{note}export type {name} = {_type(schema)};\n"
    properties, required = schema["properties"], schema["required"]
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    lines = [
        f"  {field}{'?' if is_request and field not in required else ''}: {_type(inner)};\n"
        for field, inner in properties.items()
    ]
    return f"{note}export interface {name} {{\n{''.join(lines)}}}\n"


def _note(schema: Schema) -> str:
    """Return the struct's docstring as a TypeScript comment."""
    text = schema.get("description")
    if not isinstance(text, str):
        return ""
    # Python 3.13 strips the indent of docstrings, older ones do not: the file must not depend on it.
    lines = inspect.cleandoc(text).replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    body = "".join(f" * {line}".rstrip() + "\n" for line in lines)
    return f"/**\n{body} */\n"


def _type(schema: object) -> str:
    """Return the TypeScript spelling of one JSON schema node."""
    assert isinstance(schema, dict)
    match schema:
        case {"$ref": str(reference)}:
            return reference.removeprefix(_REF)
        case {"enum": list(values)}:
            return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)
        case {"anyOf": list(options)}:
            return " | ".join(_type(option) for option in options)
        case {"type": "array"}:
            inner = _type(schema.get("items", {}))
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case {"type": "object"}:
            return f"Record<string, {_type(schema.get('additionalProperties', {}))}>"
        case {"type": str(kind)}:
            return _SCALARS[kind]
    return "unknown"
