"""The shipped flows: they can be read, lead on, say only what is there, and keep the promises of P-1 and P-4."""

from __future__ import annotations

from pathlib import Path

import pytest

from cti.domain.hours import HotlineRules, HoursRules
from ivr.checks.around import Around
from ivr.checks.checking import check
from ivr.kinds.own_words import OWN_PROMPTS
from ivr.kinds.shapes import Callback, Flow, Menu, QueueNode, Voicemail
from ivr.library import FLOWS
from ivr.text.reading import Reading, read_text
from ivr.text.writing import write_text
from tests.unit.test_prompts import CATALOGUE

QUEUES = {"consult", "complaints", "service", "fallback", "test"}
NAMES = (
    *("consult-day", "consult-night", "complaints-day", "complaints-night", "service-day", "service-night"),
    *("english", "fallback", "selftest"),
)


def read(path: Path) -> Reading:
    """A flow's file."""
    return read_text(path.read_text("utf-8"))


READINGS = {name: read(FLOWS / f"{name}.yaml") for name in NAMES}
SHIPPED = {name: reading.flow for name, reading in READINGS.items() if reading.flow is not None}


def test_the_flows_of_all_hotlines_are_shipped() -> None:
    rules = HotlineRules()
    named = {name for hotline in rules.hotlines for name in (hotline.day, hotline.night)} | {rules.fallback}
    assert named <= SHIPPED.keys()
    assert all(flow.name == name for name, flow in SHIPPED.items())


@pytest.mark.parametrize("name", NAMES)
def test_the_check_finds_nothing_and_every_word_is_in_the_catalogue(name: str) -> None:
    around = Around(
        flows=SHIPPED,
        first=SHIPPED.keys() - {"english"},
        queues=QUEUES,
        schedules={schedule.code for schedule in HoursRules().schedules},
        webhooks=(),
        has_prompt=lambda prompt, language: language in CATALOGUE.get(prompt, {}),
    )
    reading = READINGS[name]
    assert reading.flaws == ()
    hints = {"no_notice"} if name == "selftest" else set()  # it leads to a machine, by the shortest way
    assert {flaw.code for flaw in check(SHIPPED[name], around, reading.places)} == hints
    assert all({"zh", "en"} <= CATALOGUE[prompt].keys() for prompt in OWN_PROMPTS)


@pytest.mark.parametrize("name", NAMES)
def test_the_form_writes_a_flow_that_is_read_as_the_same(name: str) -> None:
    assert read_text(write_text(SHIPPED[name])).flow == SHIPPED[name]


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
