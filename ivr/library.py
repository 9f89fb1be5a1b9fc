"""The library of flows: the shipped files are version 0, what was published stands over them, some may be retired."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from cti.domain.errors import Invalid, NotFound
from cti.domain.rulebook import Rulebook
from cti.store.work import Database
from ivr.checks.prompts import prompts_of
from ivr.kinds.parts import parts_of
from ivr.kinds.shapes import Flow, Spoken
from ivr.kinds.table import behaviour_of
from ivr.language.edition import Edition
from ivr.store.flows import NONE, SHIPPED, find_version, list_drafts, list_in_force
from ivr.text.reading import read_text

log = logging.getLogger(__name__)

FLOWS = Path(__file__).parent / "flows"


class Library:
    """Flows in force. `rulebook` gives the rules in force, `shipped` is flow name -> text.

    `edition` is another object after each publish, and is never changed: a call keeps the one it began with.
    """

    def __init__(self, *, database: Database, rulebook: Callable[[], Rulebook], shipped: Mapping[str, str]) -> None:
        self.shipped = shipped
        self.unreadable: dict[str, int] = {}
        """Flow -> the version that should be in force and cannot be read; an older one is, or none."""
        self._database = database
        self._rulebook = rulebook
        self._flows: Mapping[str, Flow] = {}
        self._versions: Mapping[str, int] = {}

    @property
    def edition(self) -> Edition:
        """What a call that comes in now gets."""
        book = self._rulebook()
        return Edition(
            flows=self._flows,
            versions=self._versions,
            hours=book.hours,
            calendar=book.calendar,
            hotlines=book.hotlines,
        )

    def version_of(self, flow: str) -> int:
        """Return the version in force; `NONE` for a flow that is not."""
        return self._versions.get(flow, NONE)

    async def load(self) -> None:
        """Read every flow in force. Raises: DatabaseAway."""
        async with self._database.look() as session:
            standing = {name: one.version for name, one in (await list_in_force(session)).items()}
        self.unreadable = {}
        self._flows, self._versions = {}, {}
        for name in sorted({*self.shipped, *standing}):
            version = standing.get(name, SHIPPED)
            if version != NONE:
                await self._load(name, version)

    def put(self, name: str, version: int, flow: Flow | None) -> None:
        """Let new calls have this version from now on; None: none of it. Called after the commit that says so."""
        self._flows = {key: one for key, one in self._flows.items() if key != name} | ({name: flow} if flow else {})
        versions = {key: one for key, one in self._versions.items() if key != name}
        self._versions = versions | ({name: version} if flow else {})
        self.unreadable.pop(name, None)

    async def text_of(self, name: str, version: int) -> str | None:
        """Return the text of a version; None when there is none. Raises: DatabaseAway."""
        if version == SHIPPED:
            return self.shipped.get(name)
        async with self._database.look() as session:
            found = await find_version(session, name, version)
        return found.text if found else None

    async def get_text(self, name: str, version: int) -> str:
        """Return the text of a version. Raises: NotFound `flow.unknown`, DatabaseAway."""
        text = await self.text_of(name, version)
        if text is None:
            raise NotFound(f"there is no flow {name} of version {version}", code="flow.unknown", flow=name)
        return text

    async def drafts(self) -> list[Flow]:
        """Return the flows that are being written, as far as they can be read. Raises: DatabaseAway."""
        async with self._database.look() as session:
            texts = [draft.text for draft in (await list_drafts(session)).values()]
        # In a thread: a long text takes longer than callers in the menu can wait for the event loop.
        readings = await asyncio.to_thread(lambda: [read_text(text) for text in texts])
        return [reading.flow for reading in readings if reading.flow is not None]

    async def _load(self, name: str, wanted: int) -> None:
        """Put the newest version up to `wanted` in force that this program can read."""
        for version in range(wanted, NONE, -1):
            text = await self.text_of(name, version)
            flow = read_text(text).flow if text is not None else None
            if flow is not None and flow.name == name:
                self.put(name, version, flow)
                break
        if self.version_of(name) != wanted:
            log.error("version %d of flow %s cannot be read: %d is in force", wanted, name, self.version_of(name))
            self.unreadable[name] = wanted


def load_shipped(folder: Path = FLOWS) -> dict[str, str]:
    """Return flow name -> text of every flow of a folder. Raises: Invalid, naming file and line."""
    texts = {}
    for path in sorted(folder.glob("*.yaml")):
        text = path.read_text("utf-8")
        reading = read_text(text)
        if reading.flow is None:
            first = reading.flaws[0]
            raise Invalid(f"{path.name}, line {first.line}: {first.text}", code=f"flow.{first.code}", file=path.name)
        texts[reading.flow.name] = text
    return texts


def prompts_used(flow: Flow) -> frozenset[str]:
    """Return every prompt that may be heard in a flow, those included that values are read out with."""
    own = (part for node in flow.nodes.values() for part in behaviour_of(node).own(node))
    said = (part for node in flow.nodes.values() for _, part in parts_of(node))
    names: set[str] = set()
    for part in (*own, *said):
        names.update(prompts_of(part.say, flow.language) if isinstance(part, Spoken) else (part,))
    return frozenset(names)
