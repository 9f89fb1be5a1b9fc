"""Flows and prompts as they are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from cti.domain.errors import Invalid
from cti.domain.hours import HotlineRules
from ivr.library import load_shipped, prompts_used
from ivr.prompt_book import read_shipped
from ivr.text.reading import read_text
from tests.menus import hotline_flows

FLOWS_OF_TESTS = Path(__file__).parent.parent / "flows"


def test_there_is_a_menu_for_every_number_at_any_time() -> None:
    assert set(hotline_flows(HotlineRules())) <= set(load_shipped())


def test_the_menus_of_the_tests_can_be_heard() -> None:
    flows = {name: read_text(text).flow for name, text in load_shipped(FLOWS_OF_TESTS).items()}
    book = read_shipped()
    unheard = [name for flow in flows.values() if flow for name in prompts_used(flow) if not book.exists(name, "zh")]
    assert flows
    assert unheard == []


def test_a_flow_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "night.yaml").write_text("name: night\ntitle: {zh: 夜, en: Night}\nnodes: [\n", "utf-8")
    with pytest.raises(Invalid, match=r"night\.yaml, line [34]: "):
        load_shipped(tmp_path)
