"""A call that is only thought, one step at a time, in a world that whoever tries the flow makes up. Nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo

from cti.domain.errors import Invalid
from ivr.kinds.shapes import Flow
from ivr.language.edition import Edition
from ivr.language.facts import Facts
from ivr.language.simulate import Simulated, prompts_in, simulate
from ivr.library import Library
from ivr.prompt_book import PromptBook
from ivr.proof import Proof
from ivr.wire import SaidView, SimulatedWorld, SimulateIn, SimulateOut

YEARS = range(2000, 2101)
"""The first and the last year there is have no day before or behind."""


class Simulator:
    """Walks the flows in force, or a text before it is published among them. `zone`: the hotline's."""

    def __init__(self, *, library: Library, proof: Proof, prompts: Callable[[], PromptBook], zone: tzinfo) -> None:
        self._library = library
        self._proof = proof
        self._prompts = prompts
        self._zone = zone

    async def step(self, asked: SimulateIn) -> SimulateOut:
        """Take one step. Raises: Invalid `flow.unreadable`, `flow.stuck` (where a caller would be), `request.range`."""
        if asked.world.now.year not in YEARS:
            raise Invalid("Choose a time of this century.", code="request.range", field="world.now")
        edition = self._library.edition
        flows, name = dict(edition.flows), asked.name
        if asked.text is not None:
            flow = await self._read(asked.text)
            flows[flow.name], name = flow, flow.name
        found = simulate(flows, name, asked.position, asked.given, self._facts(asked.world, edition))
        return self._shown(found, flows)

    async def _read(self, text: str) -> Flow:
        found = await self._proof.read(text)
        if found.flow is None:
            first = found.flaws[0]
            raise Invalid(f"line {first.line}: {first.text}", code="flow.unreadable", line=first.line)
        return found.flow

    def _facts(self, world: SimulatedWorld, edition: Edition) -> Facts:
        return Facts(
            now=world.now.astimezone(self._zone),
            hotline=world.hotline,
            caller_number=world.caller_number,
            is_blocked=world.is_blocked,
            queues=world.queues,
            hours=edition.hours,
            calendar=edition.calendar,
            can_call_back=world.can_call_back,
        )

    def _shown(self, found: Simulated, flows: Mapping[str, Flow]) -> SimulateOut:
        language, book = flows[found.position.flow].language, self._prompts()
        said = [
            SaidView(prompt=name, text=book.text_of(name, language), exists=book.exists(name, language))
            for name in prompts_in(found.actions)
        ]
        return SimulateOut(
            actions=list(found.actions),
            said=said,
            position=found.position,
            is_over=found.is_over,
            path=list(found.path),
        )
