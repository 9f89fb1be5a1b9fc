"""Prompts that callers would not hear. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Literal

from ivr.checks.around import Around, Found
from ivr.kinds.parts import parts_of
from ivr.kinds.shapes import Flow, Kind, Parts, Spoken
from ivr.kinds.table import behaviour_of
from ivr.language.speech import spoken
from ivr.text.placed_yaml import Path

Language = Literal["zh", "en"]
SAMPLES: dict[str, Callable[[], Iterator[str]]] = {
    "digits": lambda: iter(("0123456789",)),
    "number": lambda: _numbers(),
    "count": lambda: _numbers(),
    "minutes": lambda: (str(minute) for minute in range(181)),
    "time": lambda: (f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)),
    "date": lambda: (f"{date(2028, 1, 1) + timedelta(days=day)}" for day in range(366)),
    "prompt": lambda: iter(()),
}
"""Values that together use every prompt a value may need. Which prompts `prompt` may name is known to nobody."""


def prompt_flaws(flow: Flow, around: Around) -> Iterator[Found]:
    """Yield every prompt without a recording in the flow's language, once for each place."""
    if around.has_prompt is None:
        return
    for name, node in flow.nodes.items():
        for path, prompt in dict.fromkeys(_prompts(node, flow.language)):
            if not around.has_prompt(prompt, flow.language):
                yield Found("missing_prompt", name, path, {"prompt": prompt})


def _prompts(node: Kind, language: Language) -> Iterator[tuple[Path, str]]:
    own: Parts = behaviour_of(node).own(node)
    for path, part in (*parts_of(node), *(((), part) for part in own)):
        if isinstance(part, Spoken):
            yield from ((path, prompt) for prompt in prompts_of(part.say, language))
        else:
            yield path, part


@cache
def prompts_of(
    say: Literal["digits", "number", "count", "minutes", "time", "date", "prompt"], language: Language
) -> tuple[str, ...]:
    """Every prompt that may be needed to read out a value. Cost: some milliseconds, once."""
    part = Spoken(say=say, of="sample")
    return tuple(dict.fromkeys(prompt for value in SAMPLES[say]() for prompt in spoken(part, value, language)))


def _numbers() -> Iterator[str]:
    yield from map(str, (*range(121), *range(200, 1000, 100), *(10**power for power in range(3, 8)), 20_003))
