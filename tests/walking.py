"""A caller walked through flows by hand: what a flow asks, without a session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from ivr.kinds.shapes import Flow, Position
from ivr.language.actions import Action, Entered, Input, Note, Pressed
from ivr.language.facts import Facts, QueueFacts
from ivr.language.stepping import start, step

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Wednesday."""
TITLE = {"zh": "流程", "en": "flow"}
ENDS: dict[str, Any] = {"bye": {"kind": "hang_up"}, "person": {"kind": "queue", "queue": "consult"}}
"""Nodes every flow of a test may lead to."""


def flow_of(nodes: Mapping[str, Any], *, name: str = "m", **fields: Any) -> Flow:
    """A flow that starts at its first node, from what would stand in its file."""
    data = {"name": name, "title": TITLE, "start": next(iter(nodes)), "nodes": {**nodes, **ENDS}, **fields}
    return msgspec.convert(data, Flow)


def facts_of(*, queues: Mapping[str, QueueFacts] | None = None, **fields: Any) -> Facts:
    """Facts of a quiet working day, `fields` changed."""
    return Facts(**{"now": NOW, "caller_number": "13800138000", "queues": dict(queues or {}), **fields})


class Walk:
    """One caller. `give` an input, look at `actions`; `seen` are his notes as `node outcome digits`."""

    def __init__(self, *flows: Flow, facts: Facts | None = None, variables: dict[str, str] | None = None) -> None:
        self.flows = {flow.name: flow for flow in flows}
        self.facts = facts or facts_of()
        begun = start(self.flows, flows[0].name)
        self.position = Position(flow=begun.flow, node=begun.node, variables=variables or {})
        self.actions: tuple[Action, ...] = ()
        self.notes: list[Note] = []
        self.give(Entered())

    def give(self, *inputs: Input) -> Action:
        """Give one input after the other; returns the last action."""
        for given in inputs:
            self.actions, self.position = step(self.flows, self.position, given, self.facts)
            self.notes += [action for action in self.actions if isinstance(action, Note)]
        return self.actions[-1]

    def press(self, *keys: str) -> Action:
        """Answer questions with keys, the empty text for none."""
        return self.give(*(Pressed(key) for key in keys))

    @property
    def seen(self) -> list[str]:
        return [" ".join(filter(None, (note.node, note.outcome, note.digits))) for note in self.notes]
