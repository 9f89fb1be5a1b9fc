"""The pictures of the states are those of the code."""

from __future__ import annotations

from pathlib import Path

from cti.domain.changes import CallStage
from cti.domain.diagrams import call_stages, chapter

ARCHITECTURE = Path(__file__).resolve().parent.parent.parent / "ARCHITECTURE.md"


def test_the_architecture_shows_the_states_as_they_are() -> None:
    text = ARCHITECTURE.read_text("utf-8")
    shown = text.split("<!-- states: begin -->")[1].split("<!-- states: end -->")[0]
    assert shown.strip() == chapter(), "put the output of cti.domain.diagrams.chapter() between the two marks"


def test_every_stage_of_a_call_is_drawn() -> None:
    for stage in CallStage:
        assert f"{stage}" in call_stages()
