"""Flows made at random: any value the shapes allow, and graphs that hang together."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from ivr.kinds.shapes import Flow

NAMES = ("a", "b2", "null", "no", "1", "08", "a-b_c", "yes", "on", "x" * 40)
TEXT_OF_PATTERN: dict[str, st.SearchStrategy[str]] = {
    "[0-9*#]": st.sampled_from("0123456789*#"),
    "2[0-3]": st.sampled_from(("00:00", "08:30", "23:59", "24:00")),
    "{3,20}": st.sampled_from(("110", "01012345678", "12345678901234567890")),
}
SHOWN = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


def value_of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Values of one type of the shapes."""
    match kind:
        case inspect.StructType():
            return fields_of(kind)
        case inspect.UnionType():
            return st.one_of([value_of(one) for one in kind.types])
        case inspect.VarTupleType():
            most = min(kind.max_length or 3, 3)
            return st.lists(value_of(kind.item_type), min_size=kind.min_length or 0, max_size=most).map(tuple)
        case inspect.DictType():
            keys, values = value_of(kind.key_type), value_of(kind.value_type)
            return st.dictionaries(keys, values, min_size=kind.min_length or 0, max_size=3)
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.StrType():
            return _text(kind)
        case inspect.IntType():
            return st.integers(kind.ge if kind.ge is not None else -9, kind.le if kind.le is not None else 10**6)
        case inspect.FloatType():
            return st.floats(kind.ge, kind.le)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
    raise AssertionError(f"no values for {kind}")


def fields_of(kind: inspect.StructType) -> st.SearchStrategy[Any]:
    """Structs of one shape; fields that may be left out sometimes are."""
    wanted = {field.name: value_of(field.type) for field in kind.fields if field.required}
    usual = {field.name: value_of(field.type) for field in kind.fields if not field.required}
    return st.fixed_dictionaries(wanted, optional=usual).map(lambda fields: kind.cls(**fields))


def _text(kind: inspect.StrType) -> st.SearchStrategy[str]:
    pattern = kind.pattern or ""
    for part, texts in TEXT_OF_PATTERN.items():
        if part in pattern:
            return texts | st.just("") if "?$" in pattern else texts
    if "a-z0-9_-" in pattern:
        return st.sampled_from((*NAMES, "") if "?$" in pattern else NAMES)
    texts = SHOWN if pattern else st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
    return texts.filter(lambda text: len(text) >= (kind.min_length or 0))


ANY_FLOW: st.SearchStrategy[Flow] = value_of(inspect.type_info(Flow))
"""Right in shape; its nodes may lead anywhere."""
