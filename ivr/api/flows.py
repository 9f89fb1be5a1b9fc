"""Routes of flows: who may see them reads, who may edit them writes, checks, publishes and goes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo

import msgspec

from cti.domain.errors import Invalid
from cti.domain.roles import Right
from cti.store.work import Database
from cti.web.routes import Ask, route
from ivr.proof import Proof
from ivr.service.flow_desk import FlowDesk
from ivr.service.flow_pages import FlowPages
from ivr.service.simulator import Simulator
from ivr.store.counts import count_flow
from ivr.text.writing import write_text
from ivr.wire import (
    DraftSave,
    FlowCheck,
    FlowCounts,
    FlowFormIn,
    FlowGoBack,
    FlowList,
    FlowPage,
    FlowPublish,
    FlowTextIn,
    FlowVersions,
    FlowWritten,
    SimulateIn,
    SimulateOut,
)

MOST_DAYS = 92


class DaysQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Days, both counted in; yesterday when left out."""

    since: date | None = None
    until: date | None = None


class DraftQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which draft is meant."""

    version: int


class FlowRoutes:
    """/api/flows"""

    def __init__(
        self,
        *,
        database: Database,
        pages: FlowPages,
        desk: FlowDesk,
        proof: Proof,
        simulator: Simulator,
        clock: Callable[[], datetime],
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._pages = pages
        self._desk = desk
        self._proof = proof
        self._simulator = simulator
        self._clock = clock
        self._zone = zone

    @route("GET", "/api/flows", Right.SEE_FLOWS)
    async def list(self, ask: Ask) -> FlowList:
        """All flows, with what is in force, who leads to them, and how many flaws callers would stumble over."""
        return await self._pages.list()

    @route("POST", "/api/flows/check", Right.SEE_FLOWS)
    async def check(self, ask: Ask, body: FlowTextIn) -> FlowCheck:
        """Check a text that is not saved, against today's prompts, queues and flows."""
        return await self._proof.read(body.text)

    @route("POST", "/api/flows/write", Right.SEE_FLOWS)
    async def write(self, ask: Ask, body: FlowFormIn) -> FlowWritten:
        """Write a form's flow as text."""
        return FlowWritten(text=await asyncio.to_thread(write_text, body.flow))

    @route("POST", "/api/flows/simulate", Right.SEE_FLOWS)
    async def simulate(self, ask: Ask, body: SimulateIn) -> SimulateOut:
        """What the session would do now: one step of a call that is only thought."""
        return await self._simulator.step(body)

    @route("GET", "/api/flows/{name}", Right.SEE_FLOWS)
    async def show(self, ask: Ask, name: str) -> FlowPage:
        """The draft when there is one, else the version in force."""
        return await self._pages.page(name)

    @route("PUT", "/api/flows/{name}/draft", Right.EDIT_FLOWS)
    async def save_draft(self, ask: Ask, name: str, body: DraftSave) -> FlowPage:
        """Keep what is being written; an unknown name begins a new flow."""
        await self._desk.save_draft(ask.actor, name, body)
        return await self._pages.page(name)

    @route("DELETE", "/api/flows/{name}/draft", Right.EDIT_FLOWS, status=204)
    async def drop_draft(self, ask: Ask, name: str, query: DraftQuery) -> None:
        """Throw the draft away."""
        await self._desk.drop_draft(ask.actor, name, query.version)

    @route("POST", "/api/flows/{name}/publish", Right.EDIT_FLOWS)
    async def publish(self, ask: Ask, name: str, body: FlowPublish) -> FlowPage:
        """Put the draft in force for new calls; refused while it has a bad flaw."""
        await self._desk.publish(ask.actor, name, body)
        return await self._pages.page(name)

    @route("POST", "/api/flows/{name}/in-force", Right.EDIT_FLOWS)
    async def put_in_force(self, ask: Ask, name: str, body: FlowGoBack) -> FlowPage:
        """Go back to an older version, or retire the flow."""
        await self._desk.put_in_force(ask.actor, name, body)
        return await self._pages.page(name)

    @route("GET", "/api/flows/{name}/versions", Right.SEE_FLOWS)
    async def versions(self, ask: Ask, name: str) -> FlowVersions:
        """Published versions, newest first."""
        return await self._pages.versions(name)

    @route("GET", "/api/flows/{name}/versions/{version}", Right.SEE_FLOWS)
    async def version(self, ask: Ask, name: str, version: int) -> FlowPage:
        """One version; 0 is the shipped one."""
        return await self._pages.version_page(name, version)

    @route("GET", "/api/flows/{name}/counts", Right.SEE_FLOWS)
    async def count(self, ask: Ask, name: str, query: DaysQuery) -> FlowCounts:
        """How many callers came to each node, went on, left there and hung up."""
        yesterday = self._clock().astimezone(self._zone).date() - timedelta(days=1)
        since = query.since or query.until or yesterday
        until = query.until or max(since, yesterday)
        if not timedelta() <= until - since < timedelta(days=MOST_DAYS):
            raise Invalid(f"choose 1 to {MOST_DAYS} days", code="days.range", most=MOST_DAYS)
        async with self._database.look() as session:
            return await count_flow(session, name, since, until)
