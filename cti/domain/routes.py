"""Which function takes which event: the type of dispatch tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from cti.domain.events import Event
from cti.domain.state import State

E = TypeVar("E", bound=Event)
Route = Callable[[State, Event], None]


def route(kind: type[E], take: Callable[[State, E], None]) -> tuple[type[Event], Route]:
    """Return a table row: events of exactly `kind` go to `take`."""
    return kind, cast(Route, take)
