"""Where Asterisk and we disagree: found by comparing, named, and never hidden by a silent correction (law 6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cti.domain.agent import Agent
from cti.domain.call import Call
from cti.domain.changes import DifferenceView
from cti.domain.events import FloorListed, ListedChannel
from cti.domain.ids import Device, QueueName
from cti.domain.leg import Leg
from cti.domain.options import FloorOptions
from cti.domain.state import State

MEMBERSHIP_KINDS = ("member_missing", "member_extra", "pause")


def key_of(difference: DifferenceView) -> str:
    """Return the key on topic `check`."""
    return f"drift:{difference.kind}:{difference.about}"


def gone_legs(state: State, listed: FloorListed) -> list[tuple[Call, Leg]]:
    """List the channels we hold and Asterisk does not. What was seen after the list was taken does not count."""
    present = {row.channel_id for row in listed.channels}
    return [
        (call, leg)
        for call in state.calls.values()
        for leg in call.legs.values()
        if leg.closed_at is None and leg.channel_id not in present and leg.seen_at <= listed.at
    ]


def unseen_channels(state: State, listed: FloorListed) -> list[ListedChannel]:
    """List the channels Asterisk has and we do not, oldest first. A channel we saw end is no ghost."""
    unknown = [row for row in listed.channels if not state.knows(row.channel_id)]
    return sorted(unknown, key=lambda row: -row.age_s)


def corrected(kind: str, about: str, ours: str, theirs: str, at: datetime) -> DifferenceView:
    """A difference that the list itself has settled."""
    return DifferenceView(kind=kind, about=about, ours=ours, theirs=theirs, found_at=at, can_repair=False)


def membership_differences(agent: Agent, options: FloorOptions, at: datetime) -> Iterator[DifferenceView]:
    """Compare the queues and pauses an agent should have with those Asterisk has."""
    wanted, actual = agent.wanted_queues(options), set(agent.member_of)
    for queue in sorted(wanted - actual):
        yield _membership("member_missing", queue, agent.device, "member", "absent", at)
    for queue in sorted(actual - wanted):
        yield _membership("member_extra", queue, agent.device, "absent", "member", at)
    for queue in sorted(wanted & actual):
        if agent.member_of[queue] != agent.should_be_paused:
            ours, theirs = ("paused", "open") if agent.should_be_paused else ("open", "paused")
            yield _membership("pause", queue, agent.device, ours, theirs, at)


def has_membership_difference(agent: Agent, options: FloorOptions) -> bool:
    """Tell whether `membership_differences` would yield any; cheap."""
    wanted, is_paused = agent.wanted_queues(options), agent.should_be_paused
    return agent.member_of.keys() != wanted or any(paused != is_paused for paused in agent.member_of.values())


def _membership(kind: str, queue: QueueName, device: Device, ours: str, theirs: str, at: datetime) -> DifferenceView:
    about = f"{queue}/{device}"
    return DifferenceView(kind=kind, about=about, ours=ours, theirs=theirs, found_at=at, can_repair=True)


def split_about(about: str) -> tuple[QueueName, Device]:
    """Take the `about` of a membership difference apart: `consult/PJSIP/1007`."""
    queue, _, device = about.partition("/")
    return QueueName(queue), Device(device)
