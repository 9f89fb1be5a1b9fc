"""What a node has said, and where it stands in its shape. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec

from ivr.kinds.shapes import Kind, Part, Parts, SomeParts


def parts_of(node: Kind) -> Iterator[tuple[tuple[str, int], Part]]:
    """Yield (field, place in it) and part, of every field that holds what is said."""
    for field in _fields_said(type(node)):
        for at, part in enumerate(getattr(node, field)):
            yield (field, at), part


@cache
def _fields_said(kind: type[Kind]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.type in (Parts, SomeParts))
