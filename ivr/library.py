"""Flows as they were shipped, and the check that callers hear every prompt of those in force."""

from __future__ import annotations

from pathlib import Path

from cti.domain.errors import Invalid
from cti.domain.findings import Finding, Level
from ivr.checks.prompts import prompts_of
from ivr.edition import Edition
from ivr.kinds.parts import parts_of
from ivr.kinds.shapes import Flow, Spoken
from ivr.kinds.table import behaviour_of
from ivr.prompt_book import PromptBook
from ivr.reading import read_text

FLOWS = Path(__file__).parent / "flows"


def shipped_flows(folder: Path = FLOWS) -> dict[str, Flow]:
    """Return every flow of a folder by its name. Raises: Invalid, naming file and line."""
    flows = [_read(path) for path in sorted(folder.glob("*.yaml"))]
    return {flow.name: flow for flow in flows}


def _read(path: Path) -> Flow:
    reading = read_text(path.read_text("utf-8"))
    if reading.flow is None:
        first = reading.flaws[0]
        raise Invalid(f"{path.name}, line {first.line}: {first.text}", code=f"flow.{first.code}", file=path.name)
    return reading.flow


def check_prompts(edition: Edition, prompts: PromptBook) -> list[Finding]:
    """One finding for each prompt that callers would not hear, or a single one that all is well."""
    wanted = {(name, flow.language) for flow in edition.flows.values() for name in prompts_used(flow)}
    findings = [
        Finding(
            code="prompt.bad",
            level=Level.BAD,
            text=f"a menu plays prompt {name}, which has no recording ({language})",
            fix="Record it on the prompts page, or take it out of the menu.",
            about=name,
        )
        for name, language in sorted(wanted)
        if not prompts.exists(name, language)
    ]
    text = f"all {len(wanted)} prompts of {len(edition.flows)} menus have a recording"
    return findings or [Finding(code="prompt.ok", level=Level.OK, text=text)]


def prompts_used(flow: Flow) -> frozenset[str]:
    """Return every prompt that may be heard in a flow, those included that values are read out with."""
    own = (part for node in flow.nodes.values() for part in behaviour_of(node).own(node))
    said = (part for node in flow.nodes.values() for _, part in parts_of(node))
    names: set[str] = set()
    for part in (*own, *said):
        names.update(prompts_of(part.say, flow.language) if isinstance(part, Spoken) else (part,))
    return frozenset(names)
