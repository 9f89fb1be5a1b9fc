"""Which page of which agent has the browser telephone. It survives a restart; the SIP secret is not in it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.ids import AccountId, AgentId
from cti.store.people_tables import TelephoneGrantRow


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One page that may register. `token_hash`: the session it ends with."""

    agent_id: AgentId
    account_id: AccountId
    page: str
    token_hash: str
    granted_at: datetime


async def list_holdings(session: AsyncSession) -> list[Holding]:
    """All of them."""
    rows = await session.scalars(select(TelephoneGrantRow))
    return [
        Holding(
            agent_id=AgentId(row.agent_number),
            account_id=AccountId(row.account_id),
            page=row.page,
            token_hash=row.token_hash,
            granted_at=row.granted_at,
        )
        for row in rows
    ]


async def put_holding(session: AsyncSession, holding: Holding) -> None:
    """Store it; the agent's earlier one is gone."""
    await session.merge(
        TelephoneGrantRow(
            agent_number=holding.agent_id,
            account_id=holding.account_id,
            page=holding.page,
            token_hash=holding.token_hash,
            granted_at=holding.granted_at,
        )
    )
    await session.flush()


async def drop_holding(session: AsyncSession, agent_id: AgentId) -> None:
    """No page has the agent's browser telephone any more."""
    await session.execute(delete(TelephoneGrantRow).where(TelephoneGrantRow.agent_number == agent_id))
