"""One step of a caller through flows. Pure: the session and the simulator drive the same code."""

from __future__ import annotations

from collections.abc import Mapping

from cti.domain.errors import DomainError
from ivr.actions import ENDS, Action, Entered, Input
from ivr.facts import Facts
from ivr.kinds.shapes import Flow, Node, Position
from ivr.kinds.table import behaviour_of
from ivr.kinds.visiting import Here

LONGEST_WAY = 50
"""Nodes passed in one step. A flow that was checked needs fewer; one that needs more goes round."""


class Stuck(DomainError):
    """The flow leads nowhere: it goes round without the caller, or names what is not there."""

    code = "flow.stuck"


def start(flows: Mapping[str, Flow], name: str) -> Position:
    """Where a caller begins in a flow. Raises: Stuck when there is no such flow."""
    flow = flows.get(name)
    if flow is None:
        raise Stuck(f"there is no menu {name}", flow=name)
    return Position(flow=name, node=flow.start)


def step(
    flows: Mapping[str, Flow], position: Position, given: Input, facts: Facts
) -> tuple[tuple[Action, ...], Position]:
    """Take one input; return what to do now, and where the caller then is.

    The last action gives the next input or ends the menu (`is_over`); those before it are done in order, whatever
    comes of them. Raises: Stuck, nothing else, whatever the input.
    """
    done: list[Action] = []
    for _ in range(LONGEST_WAY):
        flow, node = _at(flows, position)
        move = behaviour_of(node).take(node, Here(flow, position, facts), given)
        done.extend(move.actions)
        position = move.after(position)
        if move.flow:
            begun = start(flows, move.flow)
            position = Position(flow=begun.flow, node=begun.node, variables=position.variables)
        elif not move.to:
            return tuple(done), position
        given = Entered()
    raise Stuck(f"menu {position.flow} goes round at node {position.node}", flow=position.flow, node=position.node)


def _at(flows: Mapping[str, Flow], position: Position) -> tuple[Flow, Node]:
    flow = flows.get(position.flow)
    node = flow.nodes.get(position.node) if flow else None
    if flow is None or node is None:
        raise Stuck(f"there is no node {position.node} in menu {position.flow}", flow=position.flow, node=position.node)
    return flow, node


def is_over(actions: tuple[Action, ...]) -> bool:
    """Tell whether these actions end the menu."""
    return bool(actions) and isinstance(actions[-1], ENDS)
