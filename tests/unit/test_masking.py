"""What is hidden from whom."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cti.domain.changes import ConsultView, LegKind, MenuStepView
from cti.domain.roles import Actor, Right, Role, may
from cti.hub import EVERYTHING
from cti.web.masking import MASKED, audience_of, masked_text, masked_view
from cti.web.topics import may_follow
from tests.floor_words import a_call, a_leg, an_agent, at


@pytest.mark.parametrize("role", Role)
def test_who_may_see_numbers_sees_everything_and_others_the_masked_view(role: Role) -> None:
    assert audience_of(role) == (EVERYTHING if may(role, Right.SEE_NUMBERS) else MASKED)


def test_outside_numbers_are_masked_wherever_they_stand() -> None:
    call = a_call(
        caller_number="13800138000",
        caller_name="+8613800138000",
        legs=(
            a_leg("c", number="13800138000", name="13800138000"),
            a_leg("o", kind=LegKind.OUTSIDE, number="01012345678"),
            a_leg("a", kind=LegKind.AGENT, number="1001", name="Wang 1001"),
        ),
        menu=(
            MenuStepView(at=at(0), flow="f", node="choose", digits="1", outcome="key"),
            MenuStepView(at=at(1), flow="f", node="number", digits="01012345678", outcome="key"),
        ),
        transfers=("blind:13800138000", "blind:1002"),
    )
    seen = masked_view(call)
    assert seen is not call
    text = repr(seen)
    assert "13800138000" not in text
    assert "01012345678" not in text
    assert "138****8000" in text
    assert "Wang 1001" in text
    assert "blind:1002" in text
    assert "digits='1'" in text


def test_short_numbers_are_ours_and_stay() -> None:
    assert masked_text("95001 1007 13800138000") == "95001 1007 138****8000"


def actor(role: Role, agent: str | None = None) -> Actor:
    return Actor(account_id=None, login="x", role=role, agent_id=agent)  # type: ignore[arg-type]


@pytest.mark.parametrize("topic", ["", "agent.", "agent.None", "agent.1002", "calls ", "Calls", "board.1"])
def test_a_topic_that_is_not_ones_own_is_refused(topic: str) -> None:
    assert not may_follow(actor(Role.AGENT, "1001"), topic)
    assert not may_follow(actor(Role.AGENT), topic)


def test_an_agent_follows_the_own_topic_and_not_the_floor() -> None:
    assert may_follow(actor(Role.AGENT, "1001"), "agent.1001")
    assert not any(may_follow(actor(Role.AGENT, "1001"), topic) for topic in ("calls", "agents", "queues", "check"))


def test_a_number_outside_that_is_consulted_is_masked_wherever_it_stands() -> None:
    consult = ConsultView(target="13800138000", agent_id=None, state="dialling", since=at(0))
    seen = masked_view(an_agent(consult=consult))
    half = replace(a_leg("h", kind=LegKind.HELPER, number=""), channel="Local/o13800138000@transfer-out-00000002;1")
    call = masked_view(a_call(legs=(half,)))
    assert "13800138000" not in f"{seen} {call}"
    assert "138****8000" in f"{seen}"
    assert masked_view(an_agent()) == an_agent()
