"""What callers did at each node of a flow, counted from the steps of their calls. Test calls are left out.

A stay is a run of steps of one call at one node; being asked again is the same stay, coming back another one. It ends
as its last step says:

    came    = all stays
    left    = the last step is one of LEAVING: the menu ended here as meant (queue, number, callback, good-bye, refusal)
    hung up = the last step is `hung_up`
    passed  = neither, and the call has a later step, of this flow or another one

The rest of those who came are still there, or were lost with the service.

Days are those on which the calls began, in the hotline's zone.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cti.store.tables import MenuStepRow
from ivr.wire import FlowCounts, NodeCount

LEAVING = ("to_queue", "to_number", "callback", "hang_up", "refused")
PRESSING = ("key", "repeat", "operator", "wrong_key", "rated")
COMING = ("entered", "returned")
"""Steps that begin a stay, even at the node of the step before."""


async def count_flow(session: AsyncSession, flow: str, since: date, until: date) -> FlowCounts:
    """Count all versions of a flow; both days are counted in. Nodes nobody came to are not in it."""
    nodes: dict[str, NodeCount] = {}
    for row in await session.execute(_stays(flow, since, until)):
        came, left, hung_up, passed = (int(value or 0) for value in row[1:])
        nodes[row[0]] = NodeCount(
            node=row[0], came=came, passed=passed, left=left, hung_up=hung_up, outcomes={}, keys={}
        )
    steps = _steps(flow, since, until)
    outcome_counts = select(MenuStepRow.node, MenuStepRow.outcome, func.count()).where(steps)
    for node, outcome, count in await session.execute(outcome_counts.group_by(MenuStepRow.node, MenuStepRow.outcome)):
        if node in nodes:  # a step written since the first look
            nodes[node].outcomes[outcome] = count
    pressed = and_(steps, MenuStepRow.outcome.in_(PRESSING), func.length(MenuStepRow.digits) == 1)
    key_counts = select(MenuStepRow.node, MenuStepRow.digits, func.count()).where(pressed)
    for node, key, count in await session.execute(key_counts.group_by(MenuStepRow.node, MenuStepRow.digits)):
        if node in nodes:
            nodes[node].keys[key] = count
    calls = await session.scalar(select(func.count(distinct(MenuStepRow.call_id))).where(steps)) or 0
    return FlowCounts(since=since, until=until, calls=calls, nodes=sorted(nodes.values(), key=lambda one: one.node))


def _stays(flow: str, since: date, until: date) -> Select[str, int, int, int, int]:
    """node, came, left, hung up, passed. The step after one may be of another flow; places count on without a gap."""
    after = aliased(MenuStepRow)
    is_last = after.node.is_(None)
    ends = or_(is_last, after.flow != MenuStepRow.flow, after.node != MenuStepRow.node, after.outcome.in_(COMING))
    left, hung_up = MenuStepRow.outcome.in_(LEAVING), MenuStepRow.outcome == "hung_up"
    return (
        select(
            MenuStepRow.node,
            func.count(),
            func.count().filter(left),
            func.count().filter(hung_up),
            func.count().filter(~left, ~hung_up, ~is_last),
        )
        .outerjoin(after, and_(after.call_id == MenuStepRow.call_id, after.place == MenuStepRow.place + 1))
        .where(_steps(flow, since, until), ends)
        .group_by(MenuStepRow.node)
    )


def _steps(flow: str, since: date, until: date) -> ColumnElement[bool]:
    return and_(MenuStepRow.flow == flow, MenuStepRow.business_on.between(since, until), ~MenuStepRow.is_test)
