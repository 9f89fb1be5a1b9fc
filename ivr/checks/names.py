"""Names in a flow that name nothing: nodes, flows, queues, schedules, webhooks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ivr.checks.around import Around, Found
from ivr.kinds.parts import parts_of
from ivr.kinds.shapes import (
    Callback,
    Condition,
    Flow,
    FlowJump,
    Hours,
    Kind,
    LookUpNode,
    QueueNode,
    Spoken,
    Voicemail,
)
from ivr.kinds.table import behaviour_of
from ivr.kinds.values import queue_in
from ivr.text.placed_yaml import Path


def name_flaws(flow: Flow, around: Around) -> Iterator[Found]:
    """Yield every name that names nothing."""
    if flow.start not in flow.nodes:
        yield Found("unknown_start", path=("start",), values={"to": flow.start})
    for name, node in flow.nodes.items():
        for way in behaviour_of(node).ways(node):
            if way.to not in flow.nodes:
                yield Found("unknown_node", name, way.field, {"to": way.to})
        yield from _queues(name, node, around.queues)
        if isinstance(node, FlowJump) and node.flow not in {*around.flows, flow.name}:
            yield Found("unknown_flow", name, ("flow",), {"to": node.flow})
        if isinstance(node, Hours) and _lacks(around.schedules, node.schedule):
            yield Found("unknown_schedule", name, ("schedule",), {"schedule": node.schedule})
        if isinstance(node, LookUpNode) and node.what == "webhook":
            yield from _webhook(name, node, around.webhooks)


def _webhook(name: str, node: LookUpNode, webhooks: Collection[str] | None) -> Iterator[Found]:
    if not node.webhook:
        yield Found("no_webhook", name)
    elif _lacks(webhooks, node.webhook):
        yield Found("unknown_webhook", name, ("webhook",), {"webhook": node.webhook})


def _queues(name: str, node: Kind, queues: Collection[str] | None) -> Iterator[Found]:
    for path, queue in _queues_named(node):
        if _lacks(queues, queue):
            yield Found("unknown_queue", name, path, {"queue": queue})


def _queues_named(node: Kind) -> Iterator[tuple[Path, str]]:
    if isinstance(node, QueueNode | Callback):
        yield ("queue",), node.queue
    if isinstance(node, Voicemail):
        yield ("box",), node.box
    if isinstance(node, Condition):
        for case_at, case in enumerate(node.cases):
            for at, when in enumerate(case.when):
                if queue := when.queue or queue_in(when.variable):
                    yield ("cases", case_at, "when", at), queue
    for path, part in parts_of(node):
        if isinstance(part, Spoken) and (queue := queue_in(part.of)):
            yield path, queue


def _lacks(known: Collection[str] | None, name: str) -> bool:
    return known is not None and name not in known
