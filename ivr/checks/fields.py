"""Nodes whose fields contradict each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.checks.around import Found
from ivr.kinds.collecting import LENGTHS
from ivr.kinds.shapes import Collect, Condition, Flow, Menu, Survey, When
from ivr.text.placed_yaml import Path

COUNTED = ("waiting", "ready", "seats", "expected_wait_s")
WORDS = {"blocked": ("yes", "no"), "callback": ("yes", "no"), "number": ("withheld", "known")}
"""Fact -> all it may be."""
BOUNDS, SPAN = ("at_least", "at_most"), ("since", "until")
FIELDS_OF = {
    **dict.fromkeys(COUNTED, ("queue", *BOUNDS)),
    **dict.fromkeys(WORDS, ("is_one_of",)),
    "time": SPAN,
    "variable": ("variable", "is_one_of", *BOUNDS),
}
"""Fact -> fields that say something about it."""


def field_flaws(flow: Flow) -> Iterator[Found]:
    """Yield what is wrong inside single nodes."""
    for name, node in flow.nodes.items():
        match node:
            case Menu():
                yield from _menu(name, node)
            case Survey() if len(set(node.scores.values())) < 2:
                yield Found("few_scores", name, ("scores",))
            case Collect():
                yield from _collect(name, node)
            case Condition():
                for case_at, case in enumerate(node.cases):
                    for at, when in enumerate(case.when):
                        yield from _when(name, when, ("cases", case_at, "when", at))


def _menu(name: str, node: Menu) -> Iterator[Found]:
    if not node.keys:
        yield Found("no_keys", name, ("keys",))
    used: list[tuple[Path, str]] = [(("keys", at, "key"), key.key) for at, key in enumerate(node.keys)]
    used += [(("repeat",), node.repeat)] if node.repeat else []
    used += [(("operator_key",), node.operator_key)] if node.operator else []
    seen: set[str] = set()
    for path, key in used:
        if key in seen:
            yield Found("key_used_twice", name, path, {"key": key})
        seen.add(key)


def _collect(name: str, node: Collect) -> Iterator[Found]:
    limits = {"fewest": str(node.fewest), "most": str(node.most)}
    fewest, most = LENGTHS.get(node.what, (node.fewest, node.most))
    if node.fewest > node.most:
        yield Found("fewest_most", name, ("fewest",), limits)
    elif node.fewest > most or node.most < fewest:
        yield Found("never_fits", name, ("what",), limits)


def _when(name: str, when: When, path: Path) -> Iterator[Found]:
    given = [
        field for field in when.__struct_fields__ if field != "fact" and getattr(when, field) not in (None, "", ())
    ]
    for field in given:
        if field not in FIELDS_OF[when.fact]:
            yield Found("odd_test", name, (*path, field), {"field": field, "fact": when.fact})
    if when.fact == "variable":
        if not when.variable:  # a variable alone asks whether it is known
            yield Found("no_variable", name, path)
    elif not {*given} & {*FIELDS_OF[when.fact]} - {"queue"}:
        yield Found("no_test", name, path)
    if when.at_least is not None and when.at_most is not None and when.at_least > when.at_most:
        limits = {"least": str(when.at_least), "most": str(when.at_most)}
        yield Found("empty_range", name, (*path, "at_least"), limits)
    for word in when.is_one_of:
        if when.fact in WORDS and word not in WORDS[when.fact]:
            values = {"fact": when.fact, "value": word, "choices": ", ".join(WORDS[when.fact])}
            yield Found("odd_word", name, (*path, "is_one_of"), values)
