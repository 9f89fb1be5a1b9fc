"""Flows and prompts as they are shipped."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy
import pytest

from cti.domain.errors import Invalid
from cti.domain.findings import Level
from ivr.edition import Edition
from ivr.library import check_prompts, shipped_flows
from ivr.prompt_book import SHIPPED, read_shipped
from tests.menu_flows import EDITION, Prompts

SPOKEN = {
    "welcome-menu", "wrong-key", "no-input", "lines-busy", "nobody", "please-hold", "queue-timeout", "goodbye",
    "selftest-caller", "robot-agent",
}  # fmt: skip


def test_there_is_a_menu_for_every_number_at_any_time() -> None:
    flows = shipped_flows()
    edition = Edition(flows=flows)
    assert edition.hotlines.fallback in flows
    assert "selftest" in flows


def test_the_menus_of_the_tests_can_be_heard() -> None:
    flows = shipped_flows(Path(__file__).parent.parent / "flows")
    findings = check_prompts(Edition(flows=flows), read_shipped())
    assert [finding.level for finding in findings] == [Level.OK]


def test_a_flow_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "night.yaml").write_text("name: night\ntitle: {zh: 夜, en: Night}\nnodes: [\n", "utf-8")
    with pytest.raises(Invalid, match=r"night\.yaml, line [34]: "):
        shipped_flows(tmp_path)


def test_a_prompt_without_a_recording_is_found_with_its_language() -> None:
    findings = {finding.about: finding for finding in check_prompts(EDITION, Prompts("sorry", "please-hold"))}
    assert set(findings) == {"sorry", "please-hold"}
    assert all(finding.level is Level.BAD and "prompts page" in finding.fix for finding in findings.values())


def test_every_spoken_prompt_is_there_and_not_longer_than_a_caller_bears() -> None:
    book = read_shipped()
    assert all(1 < book.length_s(name, "zh", "female") < 12 for name in SPOKEN)


@pytest.mark.parametrize("name", sorted(SPOKEN))
def test_prompts_are_loud_enough_and_not_clipped(name: str) -> None:
    with wave.open(str(SHIPPED / "zh-CN" / f"{name}.wav"), "rb") as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768
    rms_db = 20 * numpy.log10(numpy.sqrt(numpy.mean(samples**2)))
    assert -24 < rms_db < -16
    assert numpy.max(numpy.abs(samples)) < 0.95
