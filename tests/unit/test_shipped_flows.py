"""The shipped flows: they can be read, lead on, say only what is there, and keep the promises of P-1 and P-4."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml

from cti.domain.hours import HotlineRules
from ivr.kinds.own_words import OWN_PROMPTS
from ivr.kinds.shapes import Callback, Flow, Menu, QueueNode, Voicemail
from ivr.kinds.table import behaviour_of
from ivr.library import FLOWS
from tests.unit.test_prompts import CATALOGUE

QUEUES = {"consult", "complaints", "service", "fallback", "test"}
NAMES = (
    *("consult-day", "consult-night", "complaints-day", "complaints-night", "service-day", "service-night"),
    *("english", "fallback", "selftest"),
)


def read(path: Path) -> Flow:
    """A flow's file, shape only."""
    return msgspec.convert(yaml.safe_load(path.read_text("utf-8")), Flow)


SHIPPED = {name: read(FLOWS / f"{name}.yaml") for name in NAMES}


def test_the_flows_of_all_hotlines_are_shipped() -> None:
    rules = HotlineRules()
    named = {name for hotline in rules.hotlines for name in (hotline.day, hotline.night)} | {rules.fallback}
    assert named <= SHIPPED.keys()
    assert all(flow.name == name for name, flow in SHIPPED.items())


@pytest.mark.parametrize("flow", SHIPPED.values(), ids=SHIPPED)
def test_every_way_leads_to_a_node_and_every_word_is_in_the_catalogue(flow: Flow) -> None:
    for name, node in flow.nodes.items():
        behaviour = behaviour_of(node)
        assert {way.to for way in behaviour.ways(node)} <= flow.nodes.keys(), name
        for part in (*behaviour.parts(node), *behaviour.own(node)):
            assert not isinstance(part, str) or flow.language in CATALOGUE[part], (name, part)
    assert all({"zh", "en"} <= CATALOGUE[name].keys() for name in OWN_PROMPTS)


@pytest.mark.parametrize("flow", SHIPPED.values(), ids=SHIPPED)
def test_queues_and_boxes_are_those_of_the_contract(flow: Flow) -> None:
    for node in flow.nodes.values():
        assert not isinstance(node, QueueNode | Callback) or node.queue in QUEUES
        assert not isinstance(node, Voicemail) or node.box in QUEUES
        assert not isinstance(node, QueueNode) or node.after or node.queue == "test", "every talk may be rated (P-51)"


@pytest.mark.parametrize("flow", SHIPPED.values(), ids=SHIPPED)
def test_a_menu_is_short_and_its_keys_have_a_meaning(flow: Flow) -> None:
    for node in flow.nodes.values():
        if isinstance(node, Menu):
            assert len([key for key in node.keys if key.key != "9"]) <= 4, "P-4"
            assert all(key.says for key in node.keys)
