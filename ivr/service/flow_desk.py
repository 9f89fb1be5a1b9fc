"""Writing flows: draft, publish, go back, retire. New calls get what is published; those under way keep theirs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cti.domain.errors import Conflict, Invalid
from cti.domain.roles import Actor
from cti.store.audit import record_audit
from cti.store.work import Database, Work
from ivr.hotline_rules import flows_to, hotlines_of
from ivr.kinds.shapes import Flow
from ivr.library import Library
from ivr.proof import BAD, Proof
from ivr.store.flows import NONE, add_version, get_draft, newest_version, put_in_force, save_draft, take_draft
from ivr.wire import DraftSave, FlowGoBack, FlowPublish

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
TOLD_FLAWS = 5
"""So many stand in a refusal; the page shows them all."""


class FlowDesk:
    """Use cases. `turn`: one change at a time of what flows and rules say of each other."""

    def __init__(
        self, *, database: Database, library: Library, proof: Proof, turn: asyncio.Lock, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._library = library
        self._proof = proof
        self._turn = turn
        self._clock = clock

    async def save_draft(self, actor: Actor, name: str, change: DraftSave) -> None:
        """Keep what is being written, flaws and all; an unknown name begins a new flow.

        Raises: Invalid `flow.name`, `flow.based_on`; Conflict `flow.draft_changed`.
        """
        if not NAME.match(name):
            raise Invalid("a flow's name has small letters, digits, - and _, 40 at most", code="flow.name", flow=name)
        async with self._database.work() as work:
            if change.based_on > await newest_version(work.session, name):
                raise Invalid(f"{name} has no version {change.based_on}", code="flow.based_on", flow=name)
            draft = await save_draft(
                work.session,
                name,
                change.text,
                version=change.version,
                based_on=change.based_on,
                at=self._clock(),
                by=actor.login,
            )
            details = {"version": draft.version, "based_on": draft.based_on, "length": len(draft.text)}
            await self._audit(work, actor, "flow.draft", name, details)

    async def drop_draft(self, actor: Actor, name: str, version: int) -> None:
        """Throw a draft away. Raises: NotFound `flow.no_draft`, Conflict `flow.draft_changed`."""
        async with self._database.work() as work:
            draft = await take_draft(work.session, name, version)
            await self._audit(work, actor, "flow.drop", name, {"version": version, "text": draft.text})

    async def publish(self, actor: Actor, name: str, wanted: FlowPublish) -> None:
        """Make the draft the newest version and put it in force.

        Raises: Invalid `flow.flaws`; NotFound `flow.no_draft`; Conflict `flow.draft_changed`, `flow.overtaken` when a
        newer version is in force than the one the draft was made from.
        """
        async with self._turn:
            async with self._database.look() as session:
                draft = await get_draft(session, name, wanted.version)
            in_force = self._library.version_of(name)
            if draft.based_on < in_force:
                raise Conflict(
                    f"this draft was made from version {draft.based_on}, but {in_force} is in force by now",
                    code="flow.overtaken",
                    flow=name,
                    version=in_force,
                )
            flow = await self._flawless(name, draft.text)
            at, by = self._clock(), actor.login
            async with self._database.work() as work:
                await take_draft(work.session, name, wanted.version)
                version = await add_version(work.session, name, draft.text, note=wanted.note, at=at, by=by)
                await self._put(work, actor, name, version, flow, expected=in_force)
                details = {"version": version, "before": in_force, "note": wanted.note}
                await self._audit(work, actor, "flow.publish", name, details)

    async def put_in_force(self, actor: Actor, name: str, wanted: FlowGoBack) -> None:
        """Go back to a version, or retire the flow (`NONE`).

        Raises: NotFound `flow.unknown`; Invalid `flow.flaws`; Conflict `flow.changed`, `flow.in_use`.
        """
        async with self._turn:
            if wanted.version == NONE:
                self._refuse_if_used(name)
                flow = None
            else:
                flow = await self._flawless(name, await self._library.get_text(name, wanted.version))
            async with self._database.work() as work:
                await self._put(work, actor, name, wanted.version, flow, expected=wanted.expected)
                details = {"version": wanted.version, "before": wanted.expected}
                await self._audit(work, actor, "flow.in_force", name, details)

    async def _put(
        self, work: Work, actor: Actor, name: str, version: int, flow: Flow | None, *, expected: int
    ) -> None:
        if expected == self._library.version_of(name):
            # Where the database has a version in force that cannot be read, people see the one that is.
            expected = self._library.unreadable.get(name, expected)
        await put_in_force(
            work.session,
            name,
            version,
            expected=expected,
            is_shipped=name in self._library.shipped,
            at=self._clock(),
            by=actor.login,
        )
        work.after_commit(lambda: self._library.put(name, version, flow))

    async def _flawless(self, name: str, text: str) -> Flow:
        found = await self._proof.read(text, name)
        bad = [flaw for flaw in found.flaws if flaw.level == BAD]
        if bad or found.flow is None:
            told = "; ".join(f"line {flaw.line}: {flaw.text}" for flaw in bad[:TOLD_FLAWS])
            raise Invalid(f"flow {name} has {len(bad)} flaws: {told}", code="flow.flaws", flow=name, count=len(bad))
        return found.flow

    def _refuse_if_used(self, name: str) -> None:
        edition = self._library.edition
        used = [*hotlines_of(edition.hotlines, name), *flows_to(edition.flows, name)]
        used += ["the fallback of all numbers"] if edition.hotlines.fallback == name else []
        if used:
            raise Conflict(f"{name} is in use: {', '.join(used)}", code="flow.in_use", flow=name, by=", ".join(used))

    async def _audit(self, work: Work, actor: Actor, action: str, name: str, details: dict[str, Any]) -> None:
        at = self._clock()
        await record_audit(work.session, actor, action, at=at, about=f"flow:{name}", details=details)
