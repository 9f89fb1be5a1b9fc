"""Flows as one graph: which node leads to which, across the jumps between flows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ivr.kinds.shapes import Flow, FlowJump, Node
from ivr.kinds.table import behaviour_of
from ivr.kinds.visiting import Way

Spot = tuple[str, str]
"""(flow, node)"""
Road = tuple[Way, Spot]


class Graph:
    """All flows; `name` is the one that is checked. Ways to what does not exist are left out.

    `roads`: spot -> ways out of it and where they lead.
    """

    def __init__(self, flows: Mapping[str, Flow], name: str) -> None:
        self.flows = flows
        self.flow = flows[name]
        self.roads: dict[Spot, list[Road]] = {
            (flow_name, node_name): list(self._roads(flow_name, node))
            for flow_name, flow in flows.items()
            for node_name, node in flow.nodes.items()
        }

    @property
    def own(self) -> list[Spot]:
        """Spots of the flow that is checked."""
        return [(self.flow.name, node) for node in self.flow.nodes]

    def node(self, spot: Spot) -> Node:
        """The node at a spot."""
        return self.flows[spot[0]].nodes[spot[1]]

    def reach(self, starts: Iterable[Spot], passes: Callable[[Spot], bool] = lambda spot: True) -> set[Spot]:
        """Return every spot a caller may come to; he does not come beyond one that `passes` says no to."""
        found: set[Spot] = set()
        waiting = list(starts)
        while waiting:
            spot = waiting.pop()
            if spot not in found:
                found.add(spot)
                waiting.extend(to for _, to in self.roads.get(spot, ()) if passes(spot))
        return found

    def leading_to(self, goals: Iterable[Spot]) -> set[Spot]:
        """Return every spot from which one of `goals` can be reached, those included."""
        back: dict[Spot, list[Spot]] = {}
        for spot, roads in self.roads.items():
            for _, to in roads:
                back.setdefault(to, []).append(spot)
        found: set[Spot] = set()
        waiting = list(goals)
        while waiting:
            spot = waiting.pop()
            if spot not in found:
                found.add(spot)
                waiting.extend(back.get(spot, ()))
        return found

    def silent(self, spots: Iterable[Spot]) -> dict[Spot, list[Spot]]:
        """Return spot -> where it may lead a caller who does nothing."""
        return {spot: [to for way, to in self.roads[spot] if way.is_silent] for spot in spots}

    def _roads(self, flow: str, node: Node) -> Iterator[Road]:
        if isinstance(node, FlowJump):
            start = self._start(node.flow)
            if start is not None:
                yield Way(("flow",), node.flow, is_instant=True), start
        for way in behaviour_of(node).ways(node):
            if way.to in self.flows[flow].nodes:
                yield way, (flow, way.to)

    def _start(self, flow: str) -> Spot | None:
        found = self.flows.get(flow)
        return (flow, found.start) if found is not None and found.start in found.nodes else None
