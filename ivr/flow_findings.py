"""What the check page says of the menus: flows with flaws, flows that cannot be read, years without holidays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from cti.domain.findings import Finding, Level
from cti.domain.hours import CalendarRules, missing_years
from ivr.language.edition import Edition
from ivr.library import Library
from ivr.proof import BAD, Proof
from ivr.text.flaws import Flaw

TOLD_FLAWS = 3


async def flow_findings(library: Library, proof: Proof, today: date) -> list[Finding]:
    """Look at every flow in force, with today's prompts, queues and rules. `today`: in the hotline's zone."""
    edition = library.edition
    found = [*_unreadable(library), *_not_in_force(edition), *_flawed(await proof.in_force())]
    if not found:
        text = f"{len(edition.flows)} flows are in force, none of them has a flaw"
        found = [Finding(code="flow.ok", level=Level.OK, text=text)]
    return [*found, *calendar_findings(edition.calendar, today)]


def calendar_findings(calendar: CalendarRules, today: date) -> Iterator[Finding]:
    """One for each year that is near and has no public holidays: every day would be an ordinary one."""
    missing = missing_years(calendar, today)
    for year in missing:
        yield Finding(
            code="calendar.missing",
            level=Level.WARN,
            text=f"the calendar has no public holidays of {year}",
            fix=f"Enter the holidays and make-up workdays of {year} when the State Council has announced them.",
            about=str(year),
        )
    if not missing:
        yield Finding(code="calendar.ok", level=Level.OK, text="the calendar has the public holidays of this year")


def _unreadable(library: Library) -> Iterator[Finding]:
    for name, version in library.unreadable.items():
        in_force = library.edition.versions.get(name)
        instead = "callers get the fallback flow" if in_force is None else f"version {in_force} is in force"
        yield Finding(
            code="flow.unreadable",
            level=Level.BAD,
            text=f"version {version} of flow {name} cannot be read: {instead}",
            fix="Open the flow, mend the text and publish it again.",
            about=name,
        )


def _not_in_force(edition: Edition) -> Iterator[Finding]:
    """Flows that hotlines lead to; without the fallback flow the dialplan leads callers to the fallback queue."""
    rules = edition.hotlines
    for name in sorted({name for one in rules.hotlines for name in (one.day, one.night)} - {rules.fallback}):
        if name not in edition.flows:
            yield _none(name, Level.WARN, f"flow {name} is not in force: {rules.fallback} answers instead")
    if rules.fallback not in edition.flows:
        yield _none(rules.fallback, Level.BAD, f"the fallback flow {rules.fallback} is not in force")


def _none(name: str, level: Level, text: str) -> Finding:
    fix = "Publish the flow, or choose another one for the hotline."
    return Finding(code="flow.none", level=level, text=text, fix=fix, about=name)


def _flawed(flaws: Mapping[str, list[Flaw]]) -> Iterator[Finding]:
    for name, found in flaws.items():
        bad = [flaw.text for flaw in found if flaw.level == BAD]
        if bad:
            more = f", and {len(bad) - TOLD_FLAWS} more" if len(bad) > TOLD_FLAWS else ""
            yield Finding(
                code="flow.flawed",
                level=Level.BAD,
                text=f"flow {name}: {'; '.join(bad[:TOLD_FLAWS])}{more}",
                fix="Open the flow, mend what is marked and publish it again.",
                about=name,
            )
