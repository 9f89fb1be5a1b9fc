"""Who talked with whom, and how long: counted from bridge instants, whatever order the events came in.

A room is a bridge, or bridges joined by the two halves of a Local channel (an attended transfer has these until they
optimise away). Talk: two persons or more in a room and none of them holds. Hold: the same while one holds. For a visit,
hold is also the time in which the customer waits in his bridge while his agent is elsewhere, consulting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from cti.domain.changes import LegKind
from cti.domain.ids import BridgeId, ChannelId
from cti.domain.leg import Hold, Leg, Stay, is_local, other_half
from cti.domain.visit import Visit

FAR = datetime.max.replace(tzinfo=UTC)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _Span(NamedTuple):
    """A stay with its end settled; FAR while it lasts."""

    start: datetime
    end: datetime
    leg: Leg
    bridge_id: BridgeId


class _Room(NamedTuple):
    """People who hear each other, or would if nobody held."""

    people: list[Leg]
    is_held: bool


def count_talk(
    legs: dict[ChannelId, Leg],
    stays: Sequence[Stay],
    holds: Sequence[Hold],
    visits: list[Visit],
    since: datetime = LONG_AGO,
) -> datetime | None:
    """Set the talk and hold seconds of all legs and visits, and who talks or is held now.

    Returns the instant up to which it was counted, None when nobody was with anybody. What was
    before `since` has been folded. Cost: a few microseconds for each interval; quadratic in their number.
    """
    spans = [span for stay in stays if (span := _settled(stay, legs, since)) is not None]
    answered = [visit for visit in visits if visit.answered_at is not None]
    _reset(legs.values(), answered)
    if len(spans) < 2:
        return None
    cuts = _cuts(spans, holds, answered)
    for start, end in pairwise(cuts):
        rooms = _rooms(start, spans, holds)
        if rooms:
            _add(rooms, (end - start).total_seconds())
            _add_to_visits(start, (end - start).total_seconds(), rooms, answered)
    _set_present(_rooms(cuts[-1], spans, holds))
    return cuts[-1]


def fold(legs: Iterable[Leg], visits: Iterable[Visit]) -> None:
    """Keep what has been counted so far, so that the intervals behind it may go."""
    for leg in legs:
        leg.folded_talk_s, leg.folded_hold_s, leg.folded_met = leg.talk_s, leg.hold_s, leg.met_customer
    for visit in visits:
        visit.folded_talk_s, visit.folded_hold_s = visit.talk_s, visit.hold_s


def _settled(stay: Stay, legs: dict[ChannelId, Leg], since: datetime) -> _Span | None:
    """A stay ends with its BridgeLeave or its channel's Hangup, whichever instant is earlier."""
    leg = legs.get(stay.channel_id)
    if leg is None:
        return None
    end = min(stay.left_at or FAR, leg.closed_at or FAR)
    start = max(stay.entered_at, since)
    return _Span(start, end, leg, stay.bridge_id) if end > start else None


def _reset(legs: Iterable[Leg], visits: Iterable[Visit]) -> None:
    for leg in legs:
        leg.talk_s, leg.hold_s, leg.met_customer = leg.folded_talk_s, leg.folded_hold_s, leg.folded_met
        leg.is_talking = leg.is_held = False
    for visit in visits:
        visit.talk_s, visit.hold_s = visit.folded_talk_s, visit.folded_hold_s


def _cuts(spans: Iterable[_Span], holds: Iterable[Hold], visits: Iterable[Visit]) -> list[datetime]:
    cuts: set[datetime] = set()
    for span in spans:
        cuts.add(span.start)
        cuts.add(span.end)
    for hold in holds:
        cuts.add(hold.began_at)
        cuts.add(hold.ended_at or FAR)
    for visit in visits:
        cuts.add(visit.talk_from)
        cuts.add(visit.talk_until or FAR)
        # Asterisk: AgentComplete may come before BridgeLeave; what was talked by then counts at once.
        cuts.add(visit.completed_at or FAR)
    cuts.discard(FAR)
    return sorted(cuts)


def _rooms(at: datetime, spans: Iterable[_Span], holds: Sequence[Hold]) -> list[_Room]:
    """Return the rooms at an instant, people only; empty ones are left out."""
    by_bridge: dict[BridgeId, list[Leg]] = {}
    has_local = False
    for start, end, leg, bridge_id in spans:
        if start <= at < end:
            by_bridge.setdefault(bridge_id, []).append(leg)
            has_local = has_local or is_local(leg.channel)
    groups = _joined(by_bridge) if has_local else [({bridge_id}, found) for bridge_id, found in by_bridge.items()]
    rooms = []
    for bridges, found in groups:
        people = [leg for leg in found if leg.is_person]
        if has_local and not any(leg.kind is LegKind.OUTSIDE for leg in people):
            people = [leg for leg in people if not leg.stands_in]  # whom he was promised to is not there yet
        if people:
            inside = {leg.channel_id for leg in people} if holds else set()
            rooms.append(_Room(people, any(_holds(hold, at, bridges, inside) for hold in holds)))
    return rooms


def _holds(hold: Hold, at: datetime, bridges: set[BridgeId], inside: set[ChannelId]) -> bool:
    is_on = hold.began_at <= at and (hold.ended_at is None or at < hold.ended_at)
    return is_on and hold.bridge_id in bridges and hold.channel_id in inside


def _joined(by_bridge: dict[BridgeId, list[Leg]]) -> list[tuple[set[BridgeId], list[Leg]]]:
    """Join bridges that hold the two halves of a Local channel."""
    groups: list[tuple[set[BridgeId], list[Leg]]] = []
    for bridge_id, found in by_bridge.items():
        bridges, members = {bridge_id}, list(found)
        wanted = {other_half(leg.channel) for leg in found if is_local(leg.channel)}
        apart = []
        for group in groups:
            if any(leg.channel in wanted for leg in group[1]):
                bridges |= group[0]
                members += group[1]
            else:
                apart.append(group)
        groups = [*apart, (bridges, members)]
    return groups


def _add(rooms: Iterable[_Room], seconds: float) -> None:
    for people, is_held in rooms:
        if len(people) > 1:
            for leg in people:
                if is_held:
                    leg.hold_s += seconds
                else:
                    leg.talk_s += seconds
                leg.met_customer = leg.met_customer or any(one.is_customer for one in people if one is not leg)


def _add_to_visits(at: datetime, seconds: float, rooms: Sequence[_Room], visits: Iterable[Visit]) -> None:
    for visit in visits:
        if not visit.talk_from <= at < (visit.talk_until or FAR):
            continue
        customers = _room_of(visit.channel_id, rooms)
        agents = _room_of(visit.serving_id, rooms)
        if customers is None or agents is None:
            continue
        if customers is agents and not customers.is_held:
            visit.talk_s += seconds
        else:
            visit.hold_s += seconds


def _room_of(channel_id: ChannelId | None, rooms: Iterable[_Room]) -> _Room | None:
    for room in rooms:
        if any(leg.channel_id == channel_id for leg in room.people):
            return room
    return None


def _set_present(rooms: Iterable[_Room]) -> None:
    for people, is_held in rooms:
        for leg in people:
            leg.is_talking = len(people) > 1 and not is_held
            leg.is_held = len(people) > 1 and is_held
