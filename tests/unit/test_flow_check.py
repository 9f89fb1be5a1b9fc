"""What the check says about menus that must not meet callers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from cti.domain.errors import Invalid
from ivr.flow_check import check_flow, read_flow

Data = dict[str, Any]
GOOD: Data = {
    "name": "m",
    "starts": {"default": "hello"},
    "nodes": {
        "hello": {"kind": "announce", "prompts": ["hi"], "next": "ask"},
        "ask": {
            "kind": "menu",
            "prompts": ["menu"],
            "wrong_key": ["wrong"],
            "keys": [{"key": "1", "to": "q"}, {"key": "*", "to": "hello"}, {"key": "9", "to": "bye"}],
            "otherwise": "bye",
        },
        "q": {"kind": "queue", "queue": "consult", "prompts": ["hold"]},
        "bye": {"kind": "hang_up"},
    },
}


def changed(change: Callable[[Data], object]) -> Data:
    """A good menu with one thing spoilt."""
    data = copy.deepcopy(GOOD)
    change(data)
    return data


def test_a_good_menu_has_no_flaw() -> None:
    flow = read_flow(GOOD, prompts={"hi", "menu", "wrong", "hold"}, queues={"consult"})
    assert check_flow(flow) == []
    assert flow.prompts_used() == {"hi", "menu", "wrong", "hold"}


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda d: d["nodes"]["hello"].update(next="nowhere"), "unknown_node", "node hello leads to node nowhere"),
        (lambda d: d["nodes"]["ask"].update(otherwise="nowhere"), "unknown_node", "node ask leads to node nowhere"),
        (lambda d: d["nodes"]["ask"]["keys"][0].update(to="x"), "unknown_node", "leads to node x"),
        (lambda d: d["starts"].update({"95000": "gone"}), "unknown_node", "calls to 95000 start at node gone"),
        (lambda d: d.update(starts={"95000": "hello"}), "no_start", "does not say where a call starts"),
        (lambda d: d["nodes"]["ask"].update(keys=[]), "no_keys", "offers no key"),
        (lambda d: d["nodes"]["ask"]["keys"][1].update(key="1"), "key_twice", "uses key 1 twice"),
        (lambda d: d["nodes"].update(alone={"kind": "hang_up"}), "unreachable", "no way leads to node alone"),
        (lambda d: d["nodes"]["ask"].update(otherwise="hello"), "loop", "presses nothing goes round for ever"),
        (lambda d: d["nodes"]["ask"].update(otherwise="ask"), "loop", "presses nothing goes round for ever"),
        (
            lambda d: d["nodes"].update(q={"kind": "announce", "prompts": ["x"], "next": "q"}),
            "dead_end",
            "from node q a caller can reach neither a queue nor the end",
        ),
    ],
)
def test_a_spoilt_graph_is_named_in_plain_words(change: Callable[[Data], object], code: str, words: str) -> None:
    with pytest.raises(Invalid) as found:
        read_flow(changed(change))
    assert found.value.code == f"flow.{code}"
    assert words in found.value.message


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["nodes"]["hello"].pop("next"),
        lambda d: d["nodes"]["hello"].update(next="a b"),
        lambda d: d["nodes"]["q"].update(queue="x,y"),
        lambda d: d["nodes"]["hello"].update(prompts=["../../etc/passwd"]),
        lambda d: d["nodes"]["ask"]["keys"][0].update(key="12"),
        lambda d: d["nodes"]["ask"].update(tries=0),
        lambda d: d["nodes"]["hello"].update(kind="teleport"),
        lambda d: d["nodes"]["hello"].update(nxet="typo"),
        lambda d: d.update(nodes="none"),
    ],
)
def test_a_menu_of_the_wrong_shape_is_refused(change: Callable[[Data], object]) -> None:
    with pytest.raises(Invalid) as found:
        read_flow(changed(change))
    assert found.value.code == "flow.shape"


def test_prompts_and_queues_must_exist_when_they_are_known() -> None:
    flow = read_flow(GOOD)
    flaws = check_flow(flow, prompts={"hi", "menu"}, queues={"complaints"})
    assert [(flaw.code, flaw.node) for flaw in flaws] == [
        ("missing_prompt", "ask"),
        ("missing_prompt", "q"),
        ("unknown_queue", "q"),
    ]


def test_all_flaws_are_told_at_once() -> None:
    def spoil(data: Data) -> None:
        data["nodes"]["hello"]["next"] = "x"
        data["nodes"]["ask"]["otherwise"] = "y"

    with pytest.raises(Invalid, match=r"node x.*; .*node y"):
        read_flow(changed(spoil))
