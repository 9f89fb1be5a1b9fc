"""Traces and their expectations; a floor with the traces' agents; changes applied the way a browser applies them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
import yaml

from cti.asterisk.decode import events_of
from cti.domain import events as e
from cti.domain.changes import CallView, Change, Snapshot
from cti.domain.floor import Floor, FloorOptions
from cti.domain.ids import AgentId, QueueName
from cti.domain.telephones import DESK, devices_of
from tests.raw_ami import TRACES, trace_bytes

STORIES = sorted(path.stem for path in TRACES.glob("*.yaml"))
AGENTS = ("1001", "1002", "1003")


@cache
def story_events(name: str) -> tuple[e.Event, ...]:
    """The domain events of a trace."""
    return tuple(events_of(trace_bytes(name)))


def expectation(name: str) -> dict[str, Any]:
    """What stands beside a trace."""
    loaded: dict[str, Any] = yaml.safe_load((TRACES / f"{name}.yaml").read_text())
    return loaded


def seconds(sum_of_instants: str) -> float:
    """`119.187062 - 110.121420` -> 9.065642"""
    terms = re.findall(r"([+-]?)\s*([0-9.]+)", sum_of_instants)
    return sum((-1 if sign == "-" else 1) * float(number) for sign, number in terms)


def staffed_floor(at: datetime, agents: Iterable[str] = AGENTS, options: FloorOptions | None = None) -> Floor:
    """A floor whose agents are signed in and ready."""
    floor = Floor(options)
    for number in agents:
        device, others = devices_of(AgentId(number), DESK)
        known = e.AgentKnown(
            at=at,
            agent_id=AgentId(number),
            name=f"Agent {number}",
            device=device,
            other_devices=others,
            queues=(QueueName("complaints"),),
        )
        floor.apply(known)
        floor.apply(e.AgentModeSet(at=at, agent_id=AgentId(number), mode="ready"))
    return floor


def told(name: str) -> Floor:
    """A floor that has heard a whole trace."""
    events = story_events(name)
    floor = staffed_floor(events[0].at)
    for event in events:
        floor.apply(event)
    return floor


def merge(snapshot: Snapshot, changes: Iterable[Change]) -> None:
    """Do to a snapshot what a browser does."""
    for change in changes:
        if change.value is None:
            del snapshot[change.topic][change.key]
        else:
            snapshot[change.topic][change.key] = change.value


def ticks(floor: Floor, count: int) -> list[Change]:
    """Let seconds go by; return what changed."""
    return [one for _ in range(count) for one in floor.apply(e.Ticked(at=floor.as_of + timedelta(seconds=1)))]


def calls_of(floor: Floor) -> dict[str, CallView]:
    """Calls without what depends on the order of delivery inside a millisecond: since when the stage is."""
    epoch = datetime.fromtimestamp(0, floor.as_of.tzinfo)
    return {key: msgspec.structs.replace(view, stage_since=epoch) for key, view in floor.calls.items()}
