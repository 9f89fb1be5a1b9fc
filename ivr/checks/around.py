"""What a flow is checked against, and what a check finds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import msgspec

from ivr.kinds.shapes import Flow
from ivr.text.placed_yaml import Path


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """The world a flow is to live in. None: that is not looked at."""

    flows: Mapping[str, Flow] = {}
    """Flows in force by name; the one that is checked stands before the one of its name."""
    first: Collection[str] = ()
    """Flows that answer a number, or stand in for one that does."""
    queues: Collection[str] | None = None
    schedules: Collection[str] | None = None
    webhooks: Collection[str] | None = None
    """Those that are switched on."""
    has_prompt: Callable[[str, str], bool] | None = None
    """Prompt and language -> whether callers would hear something."""
    can_call_out: bool = True


class Found(msgspec.Struct, frozen=True):
    """A flaw that has no line yet. `path`: below the node, or below the flow where there is no node."""

    code: str
    node: str = ""
    path: Path = ()
    values: dict[str, str] = {}
