"""Is this menu fit to meet callers? Shape, graph, prompts and queues, with the reasons in plain words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from cti.domain.errors import Invalid
from ivr.flow import DEFAULT, Flow
from ivr.nodes import Menu, Queue


class Flaw(msgspec.Struct, frozen=True):
    """Something wrong with a flow. `code` is stable, `text` is for the person who wrote the flow."""

    code: str
    node: str
    text: str


def read_flow(data: object, *, prompts: Collection[str] | None = None, queues: Collection[str] | None = None) -> Flow:
    """Build a flow from parsed YAML or JSON and check it.

    Raises: Invalid, with one plain sentence for each flaw.
    """
    try:
        flow = msgspec.convert(data, Flow)
    except msgspec.ValidationError as broken:
        raise Invalid(f"the menu cannot be read: {broken}", code="flow.shape") from broken
    flaws = check_flow(flow, prompts=prompts, queues=queues)
    if flaws:
        raise Invalid("; ".join(flaw.text for flaw in flaws), code=f"flow.{flaws[0].code}", flow=flow.name)
    return flow


def check_flow(
    flow: Flow, *, prompts: Collection[str] | None = None, queues: Collection[str] | None = None
) -> list[Flaw]:
    """List what is wrong with a flow; empty when it may go live.

    `prompts`, `queues`: what exists; None leaves that part out.
    """
    flaws = [*_start_flaws(flow), *_exit_flaws(flow), *_key_flaws(flow)]
    if not flaws:  # these walk the graph, so it must be whole
        flaws = [*_unreachable(flow), *_endless(flow)]
    if prompts is not None:
        flaws += _missing_prompts(flow, prompts)
    if queues is not None:
        flaws += _missing_queues(flow, queues)
    return flaws


def _start_flaws(flow: Flow) -> Iterator[Flaw]:
    if DEFAULT not in flow.starts:
        yield Flaw("no_start", "", f"menu {flow.name} does not say where a call starts: add `{DEFAULT}` to `starts`")
    for number, node in flow.starts.items():
        if node not in flow.nodes:
            yield Flaw("unknown_node", node, f"calls to {number} start at node {node}, which does not exist")


def _exit_flaws(flow: Flow) -> Iterator[Flaw]:
    for name, node in flow.nodes.items():
        for target in dict.fromkeys(node.exits()):
            if target not in flow.nodes:
                yield Flaw("unknown_node", name, f"node {name} leads to node {target}, which does not exist")


def _key_flaws(flow: Flow) -> Iterator[Flaw]:
    for name, node in flow.nodes.items():
        if not isinstance(node, Menu):
            continue
        if not node.keys:
            yield Flaw("no_keys", name, f"menu {name} offers no key")
        seen = [key.key for key in node.keys]
        for key in dict.fromkeys(seen):
            if seen.count(key) > 1:
                yield Flaw("key_twice", name, f"menu {name} uses key {key} twice")


def _reachable(flow: Flow, *starts: str) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(flow.nodes[name].exits())
    return found


def _unreachable(flow: Flow) -> Iterator[Flaw]:
    reached = _reachable(flow, *flow.starts.values())
    for name in flow.nodes:
        if name not in reached:
            yield Flaw("unreachable", name, f"no way leads to node {name}")


def _endless(flow: Flow) -> Iterator[Flaw]:
    for name in flow.nodes:
        if not any(flow.nodes[other].silent_exit() is None for other in _reachable(flow, name)):
            yield Flaw("dead_end", name, f"from node {name} a caller can reach neither a queue nor the end of the call")
        elif _loops_in_silence(flow, name):
            yield Flaw("loop", name, f"a caller at node {name} who presses nothing goes round for ever")


def _loops_in_silence(flow: Flow, name: str) -> bool:
    seen: set[str] = set()
    at: str | None = name
    while at is not None and at not in seen:
        seen.add(at)
        at = flow.nodes[at].silent_exit()
    return at is not None


def _missing_prompts(flow: Flow, prompts: Collection[str]) -> Iterator[Flaw]:
    for name, node in flow.nodes.items():
        for prompt in dict.fromkeys(node.prompts_used()):
            if prompt not in prompts:
                yield Flaw("missing_prompt", name, f"node {name} plays prompt {prompt}, which does not exist")


def _missing_queues(flow: Flow, queues: Collection[str]) -> Iterator[Flaw]:
    for name, node in flow.nodes.items():
        if isinstance(node, Queue) and node.queue not in queues:
            yield Flaw("unknown_queue", name, f"node {name} sends callers to queue {node.queue}, which does not exist")
