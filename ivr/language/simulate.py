"""A call that is only thought: the very steps of the session, answers given by whoever tries the flow. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ivr.kinds.shapes import Flow, Position
from ivr.language.actions import Action, Ask, Entered, Input, NoticePlayed, Say, TakeMessage
from ivr.language.facts import Facts
from ivr.language.stepping import follow, is_over, start


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """What the session would do now. `path`: nodes passed in this step, the last is the present one."""

    actions: tuple[Action, ...]
    position: Position
    is_over: bool
    path: tuple[str, ...]


def simulate(
    flows: Mapping[str, Flow], name: str, position: Position | None, given: Input | None, facts: Facts
) -> Simulated:
    """Take one step. `position` None: a call begins in flow `name`; `given` None: the caller has just come there.

    Raises: Stuck, when the flow leads nowhere: one that is only being written may.
    """
    at = start(flows, name) if position is None else position
    actions, passed = follow(flows, at, given or Entered(), facts)
    path = tuple(one.node for one in passed)
    return Simulated(actions=actions, position=passed[-1], is_over=is_over(actions), path=path)


def prompts_in(actions: Sequence[Action]) -> tuple[str, ...]:
    """Names of the prompts that these actions play, each once, in order."""
    playing = (action for action in actions if isinstance(action, Say | Ask | TakeMessage | NoticePlayed))
    return tuple(dict.fromkeys(prompt for action in playing for prompt in action.prompts))
