"""Looking at flows: the list, a page, its versions. What is shown is proofread against today's prompts and queues."""

from __future__ import annotations

from cti.domain.errors import NotFound
from cti.store.work import Database
from ivr.hotline_rules import flows_to, hotlines_of
from ivr.kinds.shapes import Flow
from ivr.library import Library
from ivr.proof import BAD, Proof
from ivr.store.flows import (
    NONE,
    SHIPPED,
    Draft,
    Publications,
    find_draft,
    list_drafts,
    list_published,
    list_versions,
    newest_version,
)
from ivr.wire import DraftView, FlowBrief, FlowList, FlowPage, FlowVersion, FlowVersions


class FlowPages:
    """What people see of flows."""

    def __init__(self, *, database: Database, library: Library, proof: Proof) -> None:
        self._database = database
        self._library = library
        self._proof = proof

    async def list(self) -> FlowList:
        """All flows by name: shipped, published, retired, and those that are only a draft so far."""
        async with self._database.look() as session:
            drafts, published = await list_drafts(session), await list_published(session)
        found = await self._proof.in_force()
        flaw_counts = {name: sum(flaw.level == BAD for flaw in flaws) for name, flaws in found.items()}
        names = sorted({*self._library.shipped, *drafts, *(flow for flow, _ in published)})
        return FlowList(
            flows=[await self._brief(name, drafts.get(name), published, flaw_counts.get(name, 0)) for name in names],
            fallback=self._library.edition.hotlines.fallback,
        )

    async def page(self, name: str) -> FlowPage:
        """The draft when there is one, else the version in force, else the newest. Raises: NotFound `flow.unknown`."""
        async with self._database.look() as session:
            draft = await find_draft(session, name)
            newest = await newest_version(session, name)
        if draft is not None:
            return await self._page(name, draft.text, draft)
        in_force = self._library.version_of(name)
        return await self.version_page(name, newest if in_force == NONE else in_force)

    async def version_page(self, name: str, version: int) -> FlowPage:
        """A published or the shipped version. Raises: NotFound `flow.unknown`."""
        return await self._page(name, await self._library.get_text(name, version), None)

    async def versions(self, name: str) -> FlowVersions:
        """All of them, newest first; none for a flow that is only a draft. Raises: NotFound `flow.unknown`."""
        async with self._database.look() as session:
            published, draft = await list_versions(session, name), await find_draft(session, name)
        is_shipped, in_force = name in self._library.shipped, self._library.version_of(name)
        if not (published or draft or is_shipped):
            raise NotFound(f"there is no flow {name}", code="flow.unknown", flow=name)
        versions = [
            FlowVersion(
                version=one.version,
                published_at=one.published_at,
                published_by=one.published_by,
                note=one.note,
                is_in_force=one.version == in_force,
            )
            for one in published
        ]
        return FlowVersions(versions=versions + ([_shipped(in_force == SHIPPED)] if is_shipped else []))

    async def _page(self, name: str, text: str, draft: Draft | None) -> FlowPage:
        found = await self._proof.read(text, name)
        return FlowPage(
            name=name,
            text=text,
            flow=found.flow,
            flaws=found.flaws,
            lines=found.lines,
            draft=_draft_view(draft) if draft else None,
            in_force=self._library.version_of(name),
            is_shipped=name in self._library.shipped,
        )

    async def _brief(self, name: str, draft: Draft | None, published: Publications, flaw_count: int) -> FlowBrief:
        edition, version = self._library.edition, self._library.version_of(name)
        flow = edition.flows.get(name) or await self._title_page(name, draft, published)
        at, by = published.get((name, version), (None, ""))
        return FlowBrief(
            name=name,
            zh=flow.title.zh if flow else name,
            en=flow.title.en if flow else name,
            language=flow.language if flow else "",
            version=version,
            published_at=at,
            published_by=by,
            has_draft=draft is not None,
            is_shipped=name in self._library.shipped,
            answers=hotlines_of(edition.hotlines, name),
            used_by=flows_to(edition.flows, name),
            flaw_count=flaw_count,
        )

    async def _title_page(self, name: str, draft: Draft | None, published: Publications) -> Flow | None:
        """The flow of which the title is told when none is in force; None when its text cannot be read."""
        newest = max((version for flow, version in published if flow == name), default=SHIPPED)
        text = draft.text if draft else await self._library.text_of(name, newest)
        return (await self._proof.read(text, name)).flow if text is not None else None


def _shipped(is_in_force: bool) -> FlowVersion:
    return FlowVersion(version=SHIPPED, published_at=None, published_by="", note="", is_in_force=is_in_force)


def _draft_view(draft: Draft) -> DraftView:
    return DraftView(version=draft.version, based_on=draft.based_on, saved_at=draft.saved_at, saved_by=draft.saved_by)
