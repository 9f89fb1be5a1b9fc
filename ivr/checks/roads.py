"""Ways that lead nowhere: nodes nobody comes to, dead ends, circles, more nodes in a row than a step passes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import islice

from ivr.checks.around import Found
from ivr.checks.graph import Graph, Spot
from ivr.kinds.shapes import FlowJump
from ivr.kinds.table import behaviour_of
from ivr.language.stepping import LONGEST_WAY

MOST_IN_A_ROW = LONGEST_WAY - 2
"""The node that takes the input and the one that waits for the next are passed in the same step."""
MOST_CIRCLES = 20
"""Circles share nodes: who has mended some checks again."""


def road_flaws(graph: Graph) -> Iterator[Found]:
    """Yield the flaws of the roads. The graph is whole: every way of the flow leads to a node."""
    start = (graph.flow.name, graph.flow.start)
    reached = graph.reach([start])
    for _, node in (spot for spot in graph.own if spot not in reached):
        yield Found("unreachable", node)
    ending = graph.leading_to(spot for spot in graph.roads if _may_end(graph, spot))
    for _, node in (spot for spot in graph.own if spot not in ending):
        yield Found("dead_end", node)
    silent = graph.silent(sorted(graph.reach(graph.own)))
    circles = list(islice(_circles(silent), MOST_CIRCLES))
    for circle in circles:
        yield from _circle(graph, circle, ending)
    if not circles:
        yield from _long_ways(graph, silent)


def _may_end(graph: Graph, spot: Spot) -> bool:
    """The call may leave the menu here. A jump into the unknown is a flaw of its own."""
    node = graph.node(spot)
    return behaviour_of(node).is_end or (isinstance(node, FlowJump) and not graph.roads[spot])


def _circle(graph: Graph, circle: list[Spot], ending: set[Spot]) -> Iterator[Found]:
    """One flaw for a circle that touches the flow; where there is no end at all, that has been said."""
    own = [spot for spot in graph.own if spot in circle]
    if own and any(spot in ending for spot in circle):
        at = circle.index(own[0])
        turned = [*circle[at:], *circle[:at], circle[at]]
        yield Found("loop", own[0][1], values={"path": " > ".join(_called(graph, spot) for spot in turned)})


def _called(graph: Graph, spot: Spot) -> str:
    return spot[1] if spot[0] == graph.flow.name else f"{spot[0]}/{spot[1]}"


def _circles(roads: Mapping[Spot, list[Spot]]) -> Iterator[list[Spot]]:
    """Yield circles until there is none left; each is opened at one spot before the next is looked for."""
    left = {spot: list(nexts) for spot, nexts in roads.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
            return
        except CycleError as found:
            circle: list[Spot] = found.args[1][:0:-1]  # spots were given as each other's followers: turn them round
            yield circle
            left[circle[0]] = []


def _long_ways(graph: Graph, silent: Mapping[Spot, list[Spot]]) -> Iterator[Found]:
    """One flaw for each node of the flow from which too many follow without the caller."""
    row: dict[Spot, int] = {}
    for spot in TopologicalSorter(silent).static_order():
        nexts = [row.get(to, 0) for way, to in graph.roads[spot] if way.is_instant]
        row[spot] = 1 + max(nexts) if nexts else 0
    for spot in graph.own:
        if row.get(spot, 0) > MOST_IN_A_ROW:
            yield Found("long_way", spot[1], values={"count": str(row[spot]), "most": str(MOST_IN_A_ROW)})
