"""What the check page says of the menus in force."""

from __future__ import annotations

from datetime import date

import pytest

from cti.domain.findings import Level
from cti.domain.rulebook import Rulebook
from cti.store.work import Database
from ivr.flow_findings import flow_findings
from ivr.library import Library
from ivr.proof import Proof
from ivr.store.flows import NONE
from ivr.text.reading import read_text
from tests.menus import BOOK, SHIPPED_MENUS, short_menu

TODAY = date(2026, 11, 26)


@pytest.fixture
def library() -> Library:
    """All flows of the hotlines in force as they are shipped; no version is looked up."""
    library = Library(database=Database("sqlite+aiosqlite://"), rulebook=Rulebook, shipped=SHIPPED_MENUS)
    for name, text in SHIPPED_MENUS.items():
        library.put(name, 0, read_text(text).flow)
    return library


async def found(library: Library) -> list[tuple[str, Level, str]]:
    proof = Proof(library=library, rulebook=Rulebook, prompts=lambda: BOOK, queues=("consult",), has_line=False)
    return [(one.code, one.level, one.about) for one in await flow_findings(library, proof, TODAY)]


async def test_flows_without_a_flaw_are_one_line(library: Library) -> None:
    assert await found(library) == [("flow.ok", Level.OK, ""), ("calendar.ok", Level.OK, "")]


async def test_a_prompt_deleted_under_a_flow_in_force_is_found(library: Library) -> None:
    library.put("consult-day", 3, read_text(short_menu("consult-day", prompt="gone")).flow)
    assert ("flow.flawed", Level.BAD, "consult-day") in await found(library)


async def test_a_flow_that_hotlines_lead_to_and_nobody_published_is_found(library: Library) -> None:
    library.put("consult-day", NONE, None)
    library.put("fallback", NONE, None)
    assert (await found(library))[:2] == [
        ("flow.none", Level.WARN, "consult-day"),
        ("flow.none", Level.BAD, "fallback"),
    ]


async def test_a_version_that_cannot_be_read_is_found(library: Library) -> None:
    library.unreadable["consult-day"] = 2
    assert (await found(library))[0] == ("flow.unreadable", Level.BAD, "consult-day")


async def test_flows_are_checked_anew_when_they_are_others(library: Library) -> None:
    book = Rulebook()
    proof = Proof(library=library, rulebook=lambda: book, prompts=lambda: BOOK, queues=(), has_line=False)
    first = await proof.in_force()
    assert await proof.in_force() is first
    library.put("consult-day", 1, read_text(short_menu("consult-day", prompt="gone")).flow)
    assert not any(flaw.code == "missing_prompt" for flaw in first["consult-day"])
    assert any(flaw.code == "missing_prompt" for flaw in (await proof.in_force())["consult-day"])
