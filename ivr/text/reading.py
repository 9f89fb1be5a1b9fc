"""A flow from its text: every mistake with its line and in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from ivr.kinds.shapes import Flow, Node
from ivr.kinds.table import KINDS
from ivr.language.actions import Name
from ivr.text.flaws import Flaw, flaw
from ivr.text.placed_yaml import Path, Unreadable, parse
from ivr.text.shape_flaws import shape_flaw

MOST_NODES = 500
"""A flow people can still read has 30."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a text. `flow` is None when there are flaws. `lines`: node -> the line it begins at.

    `places`: path -> line, of everything that stands in the text (`("nodes", "welcome", "wait_s")`).
    """

    flow: Flow | None = None
    flaws: tuple[Flaw, ...] = ()
    lines: Mapping[str, int] = MappingProxyType({})
    places: Mapping[Path, int] = MappingProxyType({})


def read_text(text: str) -> Reading:
    """Read a flow. Never raises; only the shape is looked at, whether it is fit for callers is `ivr.checks`."""
    try:
        placed = parse(text)
    except Unreadable as wrong:
        return Reading(flaws=(flaw(wrong.code, line=wrong.line, **wrong.values),))
    if not isinstance(placed.data, dict):
        return Reading(flaws=(flaw("no_mapping", line=1),))
    lines = {str(path[1]): line for path, line in placed.places.items() if len(path) == 2 and path[0] == "nodes"}
    nodes: dict[str, Node] = {}
    flaws = list(_read_nodes(placed.data.get("nodes"), placed.places, nodes))
    flow = None
    try:
        flow = msgspec.convert({**placed.data, "nodes": {}}, Flow, strict=False)
    except msgspec.ValidationError as broken:
        flaws.append(shape_flaw(broken, (), placed.places, Flow))
    if "nodes" not in placed.data:
        flaws.append(flaw("missing", line=1, field="nodes"))
    if flow is not None and not flaws:
        flow = msgspec.structs.replace(flow, nodes=nodes)
    flaws.sort(key=lambda one: one.line)
    return Reading(flow=None if flaws else flow, flaws=tuple(flaws), lines=lines, places=placed.places)


def _read_nodes(data: Any, places: Mapping[Path, int], nodes: dict[str, Node]) -> Iterator[Flaw]:
    """Fill `nodes`, one after the other: msgspec does not say in which of them the mistake is."""
    if data is None:
        return
    if not isinstance(data, dict):
        yield flaw("type", line=places["nodes",], field="nodes", wanted="a list of fields")
        return
    if len(data) > MOST_NODES:
        yield flaw("too_many_nodes", line=places["nodes",], count=len(data), most=MOST_NODES)
        return
    for name, fields in data.items():
        path = ("nodes", name)
        if not is_name(name):
            yield flaw("node_name", line=places[path], node=name)
        elif not isinstance(fields, dict):
            yield flaw("node_shape", line=places[path], node=name)
        else:
            try:
                nodes[name] = msgspec.convert(fields, Node, strict=False)
            except msgspec.ValidationError as broken:
                yield shape_flaw(broken, path, places, KINDS.get(str(fields.get("kind"))))


def is_name(text: str) -> bool:
    """Tell whether this may be the name of a node, a flow, a prompt."""
    try:
        msgspec.convert(text, Name)
    except msgspec.ValidationError:
        return False
    return True
