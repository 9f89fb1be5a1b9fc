"""The check of a flow as a whole. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ivr.checks.around import Around, Found
from ivr.checks.fields import field_flaws
from ivr.checks.graph import Graph
from ivr.checks.hints import hints
from ivr.checks.names import name_flaws
from ivr.checks.prompts import prompt_flaws
from ivr.checks.roads import road_flaws
from ivr.kinds.shapes import Flow
from ivr.text.flaws import Flaw, flaw
from ivr.text.placed_yaml import Path

NOWHERE: Mapping[Path, int] = MappingProxyType({})
BROKEN_ROADS = frozenset({"unknown_start", "unknown_node"})


def check(flow: Flow, around: Around, places: Mapping[Path, int] = NOWHERE) -> list[Flaw]:
    """List what is wrong with a flow, by line; with nothing `bad` in it the flow may be published.

    `places`: of `Reading`, for the lines. A flow without bad flaws never raises `Stuck`, and a caller who does
    nothing comes to its end.
    """
    flaws = [_placed(found, places) for found in _all(flow, around)]
    return sorted(flaws, key=lambda one: (one.line, one.level, one.code))


def _all(flow: Flow, around: Around) -> Iterator[Found]:
    yield from field_flaws(flow)
    yield from prompt_flaws(flow, around)
    names = list(name_flaws(flow, around))
    yield from names
    if not any(found.code in BROKEN_ROADS for found in names):  # what walks the graph wants it whole
        graph = Graph({**around.flows, flow.name: flow}, flow.name)
        yield from road_flaws(graph)
        yield from hints(graph, around)


def _placed(found: Found, places: Mapping[Path, int]) -> Flaw:
    path: Path = ("nodes", found.node, *found.path) if found.node else found.path
    while path and path not in places:
        path = path[:-1]
    return flaw(found.code, line=places.get(path, 0), node=found.node, **found.values)
