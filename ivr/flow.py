"""A menu as a graph, and one step through it. Pure: the session and a simulator drive the same code."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ivr.nodes import Action, EndCall, Entered, Input, Name, Node, ToQueue

DEFAULT = "default"


class Flow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A checked menu. `starts`: dialled number -> first node; `default` for all others."""

    name: Name
    starts: dict[Annotated[str, Meta(pattern=r"^(default|[0-9]{1,15})$")], Name]
    nodes: dict[Name, Node]

    def start_for(self, hotline: str) -> str:
        """The first node for the number the caller dialled."""
        return self.starts.get(hotline, self.starts[DEFAULT])

    def prompts_used(self) -> frozenset[str]:
        """Names of all prompts of all nodes."""
        return frozenset(prompt for node in self.nodes.values() for prompt in node.prompts_used())


class Position(msgspec.Struct, frozen=True):
    """Where a caller is. `tries`: times he gave nothing or a wrong key at this node."""

    node: str
    tries: int = 0


def step(flow: Flow, position: Position, given: Input) -> tuple[tuple[Action, ...], Position]:
    """Take one input; return what to do now, and where the caller then is.

    The last action gives the next input (`Say`, `Ask`) or ends the menu (`ToQueue`, `EndCall`); those before it are
    done in order, whatever comes of them.
    """
    if isinstance(given, Entered):
        return flow.nodes[position.node].enter(position.node), Position(position.node)
    outcome = flow.nodes[position.node].take(position.node, position.tries, given)
    if outcome.goto is None:
        return outcome.actions, Position(position.node, outcome.tries)
    return (*outcome.actions, *flow.nodes[outcome.goto].enter(outcome.goto)), Position(outcome.goto)


def is_over(actions: tuple[Action, ...]) -> bool:
    """Tell whether these actions end the menu."""
    return bool(actions) and isinstance(actions[-1], ToQueue | EndCall)
