"""Small menus, and a book of prompts that are nowhere: enough for whoever needs flows in force."""

from __future__ import annotations

from pathlib import Path

from cti.domain.hours import HotlineRules
from ivr.prompt_book import Book, Recording

PROMPTS = ("welcome", "press-one", "notice", "bye")
BOOK = Book(
    shipped={
        ("zh", "female"): {
            name: Recording(file=f"hotline/zh-female/{name}", path=Path(name), length_s=1.0, sha256=name)
            for name in PROMPTS
        }
    },
    texts={("zh", name): f"（{name}）" for name in PROMPTS},
)


def short_menu(name: str, *, prompt: str = "bye") -> str:
    """The shortest flow: it says one prompt and hangs up."""
    return f"""name: {name}
title: {{zh: 短, en: Short}}
start: end
nodes:
  end: {{kind: hang_up, prompts: [{prompt}]}}
"""


def hotline_flows(rules: HotlineRules) -> tuple[str, ...]:
    """Names of the flows that hotlines lead to."""
    return tuple(sorted({name for one in rules.hotlines for name in (one.day, one.night)} | {rules.fallback}))


SHIPPED_MENUS = {name: short_menu(name) for name in hotline_flows(HotlineRules())}
