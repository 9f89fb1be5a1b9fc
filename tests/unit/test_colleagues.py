"""Whom a customer can be passed on to, and why not."""

from __future__ import annotations

from cti.domain.changes import AgentMode, AgentPhase
from cti.domain.colleagues import list_colleagues, why_not
from cti.domain.ids import AgentId
from tests.floor_words import an_agent

READY = {"mode": AgentMode.READY, "device_state": 1}


def test_who_is_ready_and_free_comes_first_and_oneself_not_at_all() -> None:
    agents = [
        an_agent("1001", **READY),
        an_agent("1002", mode=AgentMode.SIGNED_OUT, device_state=1),
        an_agent("1003", **READY, phase=AgentPhase.TALKING),
        an_agent("1004", mode=AgentMode.NOT_READY, device_state=1),
        an_agent("1005", **READY),
    ]
    assert [one.agent_id for one in list_colleagues(agents, AgentId("1001"))] == ["1005", "1004", "1003", "1002"]


def test_who_cannot_take_a_call_says_why() -> None:
    assert why_not(an_agent("1001", **READY)) == ""
    assert why_not(an_agent("1001", **READY, phase=AgentPhase.RINGING)) == "transfer.target_busy"
    assert why_not(an_agent("1001", mode=AgentMode.READY, device_state=5)) == "transfer.target_away"
    assert why_not(an_agent("1001", mode=AgentMode.SIGNED_OUT, device_state=1)) == "transfer.target_away"
