"""Diagrams are made from the tables the floor is held to."""

from __future__ import annotations

from cti.domain.diagrams import agent_modes, call_stages, offer_outcomes, visit_outcomes


def test_a_diagram_has_a_beginning_every_step_and_an_end() -> None:
    assert agent_modes().splitlines()[:2] == ["stateDiagram-v2", "    [*] --> signed_out"]
    assert "    wrap_up --> ready" in agent_modes()
    assert "    talking --> held" in call_stages()
    assert call_stages().endswith("    ended --> [*]")
    assert "    talking --> answered" in visit_outcomes()
    assert "    ringing --> rang_out" in offer_outcomes()


def test_no_diagram_leads_back_to_its_beginning() -> None:
    assert "--> arriving" not in call_stages().replace("[*] --> arriving", "")
    assert "--> waiting" not in visit_outcomes().replace("[*] --> waiting", "")
