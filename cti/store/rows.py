"""Views to rows of tables, and rows written by their natural key on either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any, cast

import msgspec
import sqlalchemy
from sqlalchemy import Insert, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.changes import AgentView, CallEnd, CallView, LegView, MessageView, RatingView, VisitView
from cti.store.base import Table, ms
from cti.store.tables import (
    AgentModeRow,
    AgentStateRow,
    CallRow,
    LegRow,
    MenuStepRow,
    MessageRow,
    OfferRow,
    PositionRow,
    RatingRow,
    SegmentRow,
    VisitRow,
)

Rows = list[dict[str, Any]]


def call_rows(view: CallView, zone: tzinfo, *, is_repaired: bool = False) -> dict[type[Table], Rows]:
    """The rows of a call, parents before children. A merged call keeps only its own row: the rest has moved."""
    day = view.started_at.astimezone(zone).date()
    rows: dict[type[Table], Rows] = {CallRow: [_call_row(view, zone) | {"is_repaired": is_repaired}]}
    if view.end is CallEnd.MERGED:
        return rows
    visits = [visit for visit in view.visits if visit.visit_id]
    rows[LegRow] = [_leg_row(view, leg) for leg in view.legs]
    rows[VisitRow] = [_visit_row(view, visit) | {"business_on": day, "is_repaired": is_repaired} for visit in visits]
    rows[OfferRow] = [
        msgspec.structs.asdict(offer)
        | {
            "visit_id": visit.visit_id,
            "call_id": view.call_id,
            "ring_ms": ms(offer.ring_s),
            "outcome": str(offer.outcome),
        }
        for visit in visits
        for offer in visit.offers
    ]
    rows[MenuStepRow] = [
        msgspec.structs.asdict(step)
        | {"call_id": view.call_id, "place": place, "business_on": day}
        | {"hotline": view.hotline, "is_test": view.is_test}
        for place, step in enumerate(view.menu)
    ]
    rows[MessageRow] = [_message_row(view, message) for message in view.messages]
    rows[RatingRow] = [_rating_row(view, rating) | {"business_on": day} for rating in view.ratings]
    rows[SegmentRow] = [msgspec.structs.asdict(segment) | {"call_id": view.call_id} for segment in view.segments]
    return rows


def agent_row(view: AgentView) -> dict[str, Any]:
    """The row of an agent's present state."""
    return {
        "agent_id": view.agent_id,
        "mode": str(view.mode),
        "reason": view.reason,
        "mode_since": view.mode_since,
        "wrap_up_until": view.wrap_up_until,
        "view": stored(view),
    }


def stored(view: CallView | AgentView) -> Any:
    """A view as JSON. PostgreSQL refuses NUL in any text, also inside JSON: it is taken out."""
    encoded = msgspec.json.encode(view)
    if b"\\u0000" in encoded:
        return _clean(msgspec.json.decode(encoded))
    return msgspec.Raw(encoded)  # made once: the database's serializer copies it


def _call_row(view: CallView, zone: tzinfo) -> dict[str, Any]:
    return {
        "call_id": view.call_id,
        "linked_id": view.linked_id,
        "direction": view.direction,
        "hotline": view.hotline,
        "caller_number": view.caller_number,
        "caller_name": view.caller_name,
        "is_test": view.is_test,
        "stage": str(view.stage),
        "started_at": view.started_at,
        "business_on": view.started_at.astimezone(zone).date(),
        "answered_at": view.answered_at,
        "ended_at": view.ended_at,
        "end": str(view.end),
        "refusal": view.refusal,
        "fell_back": view.fell_back,
        "merged_into": view.merged_into,
        "is_reconstructed": view.is_reconstructed,
        "notice_at": view.notice and view.notice.at,
        "notice_wording": view.notice.wording if view.notice else "",
        "view": stored(view),
    }


def _leg_row(call: CallView, leg: LegView) -> dict[str, Any]:
    return {
        "channel_id": leg.channel_id,
        "call_id": call.call_id,
        "channel": leg.channel,
        "kind": str(leg.kind),
        "number": leg.number,
        "name": leg.name,
        "agent_id": leg.agent_id,
        "opened_at": leg.opened_at,
        "answered_at": leg.answered_at,
        "closed_at": leg.closed_at,
        "talk_ms": ms(leg.talk_s),
        "hold_ms": ms(leg.hold_s),
        "cause": leg.cause,
    }


def _visit_row(call: CallView, visit: VisitView) -> dict[str, Any]:
    return {
        "visit_id": visit.visit_id,
        "call_id": call.call_id,
        "channel_id": visit.channel_id,
        "queue": visit.queue,
        "entered_at": visit.entered_at,
        "position": visit.position,
        "answered_at": visit.answered_at,
        "ended_at": visit.ended_at,
        "outcome": str(visit.outcome),
        "agent_id": visit.agent_id,
        "device": visit.device,
        "wait_ms": ms(visit.wait_s),
        "talk_ms": ms(visit.talk_s),
        "hold_ms": ms(visit.hold_s),
        "ended_by": visit.ended_by,
        "is_test": call.is_test,
        "is_reconstructed": visit.is_reconstructed,
    }


def _message_row(call: CallView, message: MessageView) -> dict[str, Any]:
    return {
        "name": message.name,
        "call_id": call.call_id,
        "box": message.box,
        "left_at": message.at,
        "length_ms": ms(message.length_s),
        "hotline": call.hotline,
        "caller_number": call.caller_number,
    }


def _rating_row(call: CallView, rating: RatingView) -> dict[str, Any]:
    served = [visit.queue for visit in call.visits if visit.agent_id == rating.agent_id]
    return {
        "call_id": call.call_id,
        "question": rating.question,
        "score": rating.score,
        "rated_at": rating.at,
        "agent_id": rating.agent_id,
        "queue": served[-1] if served else "",
        "is_test": call.is_test,
    }


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "") if "\0" in value else value
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value


@cache
def _upsert(dialect: str, table: type[Table], given: tuple[str, ...]) -> tuple[Insert, tuple[str, ...]]:
    """The statement and the columns it takes. Kept: making one costs a millisecond."""
    into = cast(sqlalchemy.Table, table.__table__)
    columns = tuple(name for name in given if name in into.c)
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(into)
    keys = [column.name for column in into.primary_key.columns]
    changed = {name: insert.excluded[name] for name in columns if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=changed), columns


async def upsert(session: AsyncSession, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those whose key is there already. Every row must give the same columns."""
    if not rows:
        return
    statement, columns = _upsert(session.get_bind().dialect.name, table, tuple(rows[0]))
    await session.execute(statement, [{name: _without_nul(row[name]) for name in columns} for row in rows])


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) and "\0" in value else value


async def write_calls(session: AsyncSession, views: Mapping[str, CallView], zone: tzinfo) -> None:
    """Write whole calls. Those settled from the switch's book stay: a replay must not undo that."""
    if not views:
        return
    settled = await session.scalars(
        select(CallRow.call_id).where(CallRow.call_id.in_(list(views)), CallRow.is_repaired)
    )
    kept = set(settled)
    each = [call_rows(view, zone) for key, view in views.items() if key not in kept]
    for table in (CallRow, LegRow, VisitRow, OfferRow, SegmentRow, MenuStepRow, MessageRow, RatingRow):
        await upsert(session, table, [row for rows in each for row in rows.get(table, [])])


async def write_agents(session: AsyncSession, views: Mapping[str, AgentView | None]) -> None:
    """Write the present state of agents; None takes one away."""
    await upsert(session, AgentStateRow, [agent_row(view) for view in views.values() if view])
    gone = [key for key, view in views.items() if view is None]
    if gone:
        await session.execute(delete(AgentStateRow).where(AgentStateRow.agent_id.in_(gone)))


async def write_modes(session: AsyncSession, modes: Mapping[tuple[str, datetime, str], str]) -> None:
    """Write the modes agents entered: (agent, instant, mode) -> reason."""
    rows = [
        {"agent_id": agent_id, "begun_at": begun_at, "mode": mode, "reason": reason}
        for (agent_id, begun_at, mode), reason in modes.items()
    ]
    await upsert(session, AgentModeRow, rows)


async def write_position(session: AsyncSession, name: str, value: Mapping[str, Any]) -> None:
    """Note how far a reader has come."""
    row = {"name": name, "value": dict(value), "changed_at": datetime.now(UTC)}
    await upsert(session, PositionRow, [row])
