"""Published versions of flows, which of them is in force, and drafts. Version 0 is the shipped file and has no row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict, NotFound
from ivr.tables import FlowDraftRow, FlowInForceRow, FlowVersionRow

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
NONE = -1
"""In force: no version at all; the flow was never published, or has been retired."""
SHIPPED = 0


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A published version, with its text."""

    version: int
    text: str
    note: str
    published_at: datetime
    published_by: str


Publications = Mapping[tuple[str, int], tuple[datetime, str]]
"""(flow, version) -> when it was published, by whom."""


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """Which version of a flow new calls get; `NONE` when it is retired."""

    version: int
    changed_at: datetime
    changed_by: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What is being written. `based_on`: the version its writer had before him."""

    version: int
    text: str
    based_on: int
    saved_at: datetime
    saved_by: str


# --- versions -------------------------------------------------------------------------------------------------------


async def list_in_force(session: AsyncSession) -> dict[str, InForce]:
    """Flow name -> what was put in force; other flows are in force as shipped."""
    return {row.flow: _in_force(row) for row in await session.scalars(select(FlowInForceRow))}


async def list_published(session: AsyncSession) -> Publications:
    """When every published version of all flows was published, and by whom."""
    versions = select(
        FlowVersionRow.flow, FlowVersionRow.version, FlowVersionRow.published_at, FlowVersionRow.published_by
    )
    return {(flow, version): (at, by) for flow, version, at, by in await session.execute(versions)}


async def find_version(session: AsyncSession, flow: str, version: int) -> Version | None:
    """One published version; None when there is no such."""
    row = await session.get(FlowVersionRow, (flow, version))
    return None if row is None else _version(row)


async def list_versions(session: AsyncSession, flow: str) -> list[Version]:
    """All published versions, newest first."""
    newest = select(FlowVersionRow).where(FlowVersionRow.flow == flow).order_by(FlowVersionRow.version.desc())
    return [_version(row) for row in await session.scalars(newest)]


async def newest_version(session: AsyncSession, flow: str) -> int:
    """Number of the newest published version; 0 when none was ever published."""
    return await session.scalar(select(func.max(FlowVersionRow.version)).where(FlowVersionRow.flow == flow)) or SHIPPED


async def add_version(session: AsyncSession, flow: str, text: str, *, note: str, at: datetime, by: str) -> int:
    """Publish `text` as the next version and return its number. Raises: Conflict `flow.changed`, two at once."""
    version = await newest_version(session, flow) + 1
    row = FlowVersionRow(flow=flow, version=version, text=text, note=note, published_at=at, published_by=by)
    session.add(row)
    await _flush(session, flow)
    return version


async def put_in_force(
    session: AsyncSession, flow: str, version: int, *, expected: int, is_shipped: bool, at: datetime, by: str
) -> None:
    """Let new calls have `version` (`NONE`: none) instead of `expected`.

    Raises: Conflict `flow.changed`, with who and when, when another version is in force by now.
    """
    row = await session.get(FlowInForceRow, flow, with_for_update=True)
    present = (SHIPPED if is_shipped else NONE) if row is None else _in_force(row).version
    if present != expected:
        raise Conflict(
            f"another version of {flow} has been put in force meanwhile: look again",
            code="flow.changed",
            flow=flow,
            by=row.changed_by if row else "",
            at=row.changed_at.isoformat() if row else "",
        )
    if row is None:
        row = FlowInForceRow(flow=flow)
        session.add(row)
    row.version, row.is_retired = max(version, SHIPPED), version == NONE
    row.changed_at, row.changed_by = at, by
    await _flush(session, flow)


# --- drafts ---------------------------------------------------------------------------------------------------------


async def list_drafts(session: AsyncSession) -> dict[str, Draft]:
    """Flow name -> its draft."""
    return {row.flow: _draft(row) for row in await session.scalars(select(FlowDraftRow))}


async def find_draft(session: AsyncSession, flow: str) -> Draft | None:
    """The draft of a flow; None when nothing is being written."""
    row = await session.get(FlowDraftRow, flow)
    return None if row is None else _draft(row)


async def save_draft(
    session: AsyncSession, flow: str, text: str, *, version: int, based_on: int, at: datetime, by: str
) -> Draft:
    """Keep a draft that was made from draft `version` (0: from none) and return it as it is now.

    Raises: Conflict `flow.draft_changed`, with who and when, when somebody else was faster.
    """
    row = await _locked_draft(session, flow, version)
    if row is None:
        row = FlowDraftRow(flow=flow, version=_first_version(at))
        session.add(row)
    else:
        row.version = version + 1
    row.text, row.based_on, row.saved_at, row.saved_by = text, based_on, at, by
    await _flush(session, flow)
    return _draft(row)


async def get_draft(session: AsyncSession, flow: str, version: int) -> Draft:
    """Return the draft of this version. Raises: NotFound `flow.no_draft`, Conflict `flow.draft_changed`."""
    return _draft(await _present(session, flow, version))


async def take_draft(session: AsyncSession, flow: str, version: int) -> Draft:
    """Return the draft of this version, which nobody else can have then: it is published or thrown away.

    Raises: as `get_draft`.
    """
    row = await _present(session, flow, version)
    draft = _draft(row)
    await session.delete(row)
    await session.flush()
    return draft


async def _present(session: AsyncSession, flow: str, version: int) -> FlowDraftRow:
    row = await _locked_draft(session, flow, version)
    if row is None:
        raise NotFound(f"nothing is being written of flow {flow}", code="flow.no_draft", flow=flow)
    return row


async def _locked_draft(session: AsyncSession, flow: str, version: int) -> FlowDraftRow | None:
    """The row, kept from others until the transaction ends; None when nothing is being written."""
    row = await session.get(FlowDraftRow, flow, with_for_update=True)
    if row is not None and row.version != version:
        raise Conflict(
            f"{row.saved_by} has saved this draft at {row.saved_at:%Y-%m-%d %H:%M} UTC: look again",
            code="flow.draft_changed",
            flow=flow,
            by=row.saved_by,
            at=row.saved_at.isoformat(),
        )
    return row


def _first_version(at: datetime) -> int:
    """No number comes twice: a page that still shows a draft thrown away must not save over the next one."""
    return max(1, round((at - _BEGINNING).total_seconds()))


async def _flush(session: AsyncSession, flow: str) -> None:
    """Two people at once may both find no row: the second one's is refused."""
    try:
        await session.flush()
    except IntegrityError as taken:
        raise Conflict(
            "somebody else has just changed this flow: look again", code="flow.changed", flow=flow
        ) from taken


def _version(row: FlowVersionRow) -> Version:
    return Version(
        version=row.version,
        text=row.text,
        note=row.note,
        published_at=row.published_at,
        published_by=row.published_by,
    )


def _in_force(row: FlowInForceRow) -> InForce:
    return InForce(
        version=NONE if row.is_retired else row.version, changed_at=row.changed_at, changed_by=row.changed_by
    )


def _draft(row: FlowDraftRow) -> Draft:
    return Draft(
        version=row.version, text=row.text, based_on=row.based_on, saved_at=row.saved_at, saved_by=row.saved_by
    )
