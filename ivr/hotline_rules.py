"""What rules of hours, hotlines and webhooks must fit: the flows in force, the schedules, the dialplan. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from cti.domain.errors import Invalid
from cti.domain.hours import (
    HotlineRules,
    HoursRules,
    find_schedule,
    flow_for,
    hours_state,
    next_change,
)
from cti.domain.rulebook import WebhookRules
from ivr.kinds.shapes import Flow, FlowJump, Hours, LookUpNode
from ivr.language.edition import Edition
from ivr.wire import HotlineNow

ANSWERED = ("95000", "95001", "95002", "95003")
"""Numbers the dialplan answers (`from-trunk`). Another one takes a line there first."""


def check_hotlines(rules: HotlineRules, hours: HoursRules, flows: Collection[str]) -> None:
    """Check that every number rings here and leads somewhere. `flows`: names of those in force.

    Raises: Invalid `hotline.number`, `hotline.schedule`, `hotline.flow`.
    """
    for one in rules.hotlines:
        if one.number not in ANSWERED:
            raise Invalid(
                f"calls to {one.number} do not arrive here: Asterisk answers {', '.join(ANSWERED)}",
                code="hotline.number",
                number=one.number,
                known=", ".join(ANSWERED),
            )
        if find_schedule(hours, one.schedule) is None:
            raise Invalid(f"there are no opening hours {one.schedule}", code="hotline.schedule", schedule=one.schedule)
    for name in (*(name for one in rules.hotlines for name in (one.day, one.night)), rules.fallback):
        if name not in flows:
            raise Invalid(f"flow {name} is not in force: publish it first", code="hotline.flow", flow=name)


def check_hours(rules: HoursRules, hotlines: HotlineRules, flows: Mapping[str, Flow]) -> None:
    """Check that no schedule vanishes that somebody goes by. Raises: Invalid `schedule.in_use`."""
    used = [(one.schedule, one.number) for one in hotlines.hotlines]
    used += [(node.schedule, flow.name) for flow, node in _nodes(flows) if isinstance(node, Hours)]
    for code, by in used:
        if find_schedule(rules, code) is None:
            raise Invalid(f"{by} goes by the opening hours {code}", code="schedule.in_use", schedule=code, by=by)


def check_webhooks(rules: WebhookRules, flows: Mapping[str, Flow]) -> None:
    """Check that no webhook vanishes that a flow asks; one may be switched off. Raises: Invalid `webhook.in_use`."""
    codes = {one.code for one in rules.webhooks}
    for flow, node in _nodes(flows):
        if isinstance(node, LookUpNode) and node.what == "webhook" and node.webhook not in codes:
            raise Invalid(
                f"flow {flow.name} asks webhook {node.webhook}: switch it off instead",
                code="webhook.in_use",
                webhook=node.webhook,
                by=flow.name,
            )


def hotlines_of(rules: HotlineRules, flow: str) -> list[str]:
    """Return the numbers a flow answers, as `95001:day`."""
    found = [f"{one.number}:day" for one in rules.hotlines if one.day == flow]
    found += [f"{one.number}:night" for one in rules.hotlines if one.night == flow]
    return sorted(found)


def flows_to(flows: Mapping[str, Flow], name: str) -> list[str]:
    """Return the names of other flows that go on in this one, in order."""
    jumps = {flow.name for flow, node in _nodes(flows) if isinstance(node, FlowJump) and node.flow == name}
    return sorted(jumps - {name})


def hotlines_now(edition: Edition, now: datetime) -> list[HotlineNow]:
    """Return for every hotline which flow answers it, why, and until when. `now` is aware, in the hotline's zone."""
    return [_now(edition, one.number, one.schedule, one.day != one.night, now) for one in edition.hotlines.hotlines]


def _now(edition: Edition, number: str, schedule: str, has_night: bool, now: datetime) -> HotlineNow:
    hours, calendar = edition.hours, edition.calendar
    flow, why = flow_for(edition.hotlines, hours, calendar, number, now)
    if flow not in edition.flows:
        flow, why = edition.hotlines.fallback, "retired"
    return HotlineNow(
        number=number,
        flow=flow,
        is_open=hours_state(hours, calendar, schedule, now) == "open",
        why=why,
        until=next_change(hours, calendar, schedule, now) if has_night else None,
    )


def _nodes(flows: Mapping[str, Flow]) -> Iterator[tuple[Flow, object]]:
    for flow in flows.values():
        for node in flow.nodes.values():
            yield flow, node
