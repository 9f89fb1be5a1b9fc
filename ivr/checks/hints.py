"""What may be meant, and most often is a mistake. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.checks.around import Around, Found
from ivr.checks.graph import Graph, Spot
from ivr.kinds.parts import parts_of
from ivr.kinds.shapes import (
    Callback,
    Condition,
    FlowJump,
    Kind,
    LookUpNode,
    Menu,
    Notice,
    QueueNode,
    Spoken,
    TicketStatus,
    TransferOut,
)
from ivr.kinds.values import OF_CUSTOMER, OF_TICKET, is_standing
from ivr.text.placed_yaml import Path


def hints(graph: Graph, around: Around) -> Iterator[Found]:
    """Yield everything that does not keep a flow from being published."""
    yield from _unset(graph)
    yield from _no_person(graph)
    yield from _no_notice(graph, around)
    if not around.can_call_out:
        for name, node in graph.flow.nodes.items():
            if isinstance(node, Callback | TransferOut):
                yield Found("not_outwards", name)


def _no_person(graph: Graph) -> Iterator[Found]:
    """A person who calls back is one too."""
    people = graph.leading_to(
        spot for spot in graph.roads if isinstance(graph.node(spot), QueueNode | TransferOut | Callback)
    )
    for spot in graph.own:
        if isinstance(graph.node(spot), Menu) and spot not in people:
            yield Found("no_person", spot[1])


def _no_notice(graph: Graph, around: Around) -> Iterator[Found]:
    """Callers come in where a number is answered, and where no other flow leads to (auditors; P-5)."""
    jumps = {node.flow for flow in graph.flows.values() for node in flow.nodes.values() if isinstance(node, FlowJump)}
    first = [name for name in graph.flows if name in around.first or name not in jumps]
    starts = [(name, graph.flows[name].start) for name in first if graph.flows[name].start in graph.flows[name].nodes]
    unheard = graph.reach(starts, passes=lambda spot: not isinstance(graph.node(spot), Notice))
    for spot in graph.own:
        if spot in unheard and isinstance(node := graph.node(spot), QueueNode):
            yield Found("no_notice", spot[1], values={"queue": node.queue})


# --- variables --------------------------------------------------------------------------------------------------------


def _unset(graph: Graph) -> Iterator[Found]:
    known = _known(graph)
    for spot in graph.own:
        for path, variable in _used(graph.node(spot)):
            if variable not in known.get(spot, set()) and not is_standing(variable):
                code = "needs_look_up" if variable in OF_CUSTOMER else "variable_unset"
                yield Found(code, spot[1], path, {"variable": variable})


def _used(node: Kind) -> Iterator[tuple[Path, str]]:
    for path, part in parts_of(node):
        is_own = isinstance(node, TicketStatus) and path[0] == "found"
        if isinstance(part, Spoken) and not (is_own and part.of in OF_TICKET):
            yield path, part.of
    if isinstance(node, LookUpNode):
        yield from ((("sends", at), name) for at, name in enumerate(node.sends))
    if isinstance(node, Callback) and node.number_from:
        yield ("number_from",), node.number_from
    if isinstance(node, Condition):
        for case_at, case in enumerate(node.cases):
            for at, when in enumerate(case.when):
                if when.variable:
                    yield ("cases", case_at, "when", at, "variable"), when.variable


def _known(graph: Graph) -> dict[Spot, set[str]]:
    """spot -> variables that at least one way to it sets. Goes round until nothing new is learnt."""
    known: dict[Spot, set[str]] = {}
    waiting = list(graph.roads)
    while waiting:
        spot = waiting.pop()
        for way, to in graph.roads[spot]:
            learnt = known.get(spot, set()).union(way.sets) - known.get(to, set())
            if learnt:
                known.setdefault(to, set()).update(learnt)
                waiting.append(to)
    return known
