"""Proofreading flows: what is wrong with a text, and what callers would stumble over in a flow in force today."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

from cti.domain.rulebook import Rulebook
from ivr.checks.around import Around
from ivr.checks.checking import check
from ivr.library import Library
from ivr.prompt_book import PromptBook
from ivr.text.flaws import Flaw, flaw
from ivr.text.reading import read_text
from ivr.wire import FlawView, FlowCheck

BAD = "bad"


class Proof:
    """Checks against today's prompts, queues, schedules, webhooks and flows. `has_line`: there is a carrier."""

    def __init__(
        self,
        *,
        library: Library,
        rulebook: Callable[[], Rulebook],
        prompts: Callable[[], PromptBook],
        queues: Collection[str],
        has_line: bool,
    ) -> None:
        self._library = library
        self._rulebook = rulebook
        self._prompts = prompts
        self._queues = queues
        self._has_line = has_line
        self._seen: tuple[object, ...] = ()
        self._found: Mapping[str, list[Flaw]] = {}

    async def read(self, text: str, name: str = "") -> FlowCheck:
        """Read a text and check it. `name`: what the flow is called here, which the text must say as well.

        In a thread: a long text takes longer than callers in the menu can wait for the event loop.
        """
        return await asyncio.to_thread(self._read, text, name, self._around())

    async def in_force(self) -> Mapping[str, list[Flaw]]:
        """Return what is wrong with each flow in force. Checked anew only when flows, rules or prompts are others."""
        seen = (self._library.edition.flows, self._rulebook(), self._prompts())
        if len(self._seen) != len(seen) or any(one is not other for one, other in zip(seen, self._seen, strict=True)):
            around = self._around()
            self._found = await asyncio.to_thread(
                lambda: {name: check(flow, around) for name, flow in around.flows.items()}
            )
            self._seen = seen
        return self._found

    def _read(self, text: str, name: str, around: Around) -> FlowCheck:
        reading = read_text(text)
        flaws = list(reading.flaws)
        if reading.flow is not None:
            if name not in ("", reading.flow.name):
                line = reading.places.get(("name",), 0)
                flaws.append(flaw("other_name", line=line, name=name, value=reading.flow.name))
            flaws += check(reading.flow, around, reading.places)
        return FlowCheck(flow=reading.flow, flaws=[_view(one) for one in flaws], lines=dict(reading.lines))

    def _around(self) -> Around:
        book, edition = self._rulebook(), self._library.edition
        led_to = {name for one in book.hotlines.hotlines for name in (one.day, one.night)}
        return Around(
            flows=edition.flows,
            first=led_to | {book.hotlines.fallback},
            queues=self._queues,
            schedules={one.code for one in book.hours.schedules},
            webhooks={one.code for one in book.webhooks.webhooks if one.is_active},
            has_prompt=self._prompts().exists,
            can_call_out=self._has_line and book.calling.is_on,
        )


def _view(found: Flaw) -> FlawView:
    return FlawView(
        code=found.code, level=found.level, line=found.line, node=found.node, text=found.text, values=found.values
    )
