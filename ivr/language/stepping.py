"""One step of a caller through flows. Pure: the session and the simulator drive the same code."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cti.domain.errors import Invalid
from ivr.kinds.shapes import Flow, Node, Position
from ivr.kinds.table import behaviour_of
from ivr.kinds.visiting import Here
from ivr.language.actions import ENDS, Action, Entered, Input
from ivr.language.facts import Facts

LONGEST_WAY = 50
"""Nodes passed in one step. A flow that was checked needs fewer; one that needs more goes round."""


class Stuck(Invalid):
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
    actions, passed = follow(flows, position, given, facts)
    return actions, passed[-1]


def follow(
    flows: Mapping[str, Flow], position: Position, given: Input, facts: Facts
) -> tuple[tuple[Action, ...], tuple[Position, ...]]:
    """As `step`, with every position of the way: the one he was at first, where he is now last. Raises: Stuck."""
    done: list[Action] = []
    passed: list[Position] = []
    while len(passed) < LONGEST_WAY:
        flow, node = _at(flows, position)
        move = behaviour_of(node).take(node, Here(flow, position, facts), given)
        done.extend(move.actions)
        after = move.after(position)
        if not move.flow and not move.to:
            return tuple(done), (*passed, after)
        passed.append(position)
        position, given = _on(flows, move.flow, after), Entered()
    raise Stuck(f"menu {position.flow} goes round at node {position.node}", flow=position.flow, node=position.node)


def _on(flows: Mapping[str, Flow], jump: str, position: Position) -> Position:
    """The position itself, or the start of the flow that is jumped to."""
    if not jump:
        return position
    return msgspec.structs.replace(start(flows, jump), variables=position.variables)


def _at(flows: Mapping[str, Flow], position: Position) -> tuple[Flow, Node]:
    flow = flows.get(position.flow)
    node = flow.nodes.get(position.node) if flow else None
    if flow is None or node is None:
        raise Stuck(f"there is no node {position.node} in menu {position.flow}", flow=position.flow, node=position.node)
    return flow, node


def is_over(actions: tuple[Action, ...]) -> bool:
    """Tell whether these actions end the menu."""
    return bool(actions) and isinstance(actions[-1], ENDS)
