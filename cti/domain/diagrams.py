"""State diagrams of the floor as mermaid text, made from the tables that the tests hold the code to."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum
from typing import TypeVar

from cti.domain.agent import MODE_STEPS
from cti.domain.changes import AgentMode, CallStage, OfferOutcome, VisitOutcome
from cti.domain.offer import OFFER_STEPS
from cti.domain.stages import CALL_STEPS
from cti.domain.visit import VISIT_STEPS

S = TypeVar("S", bound=StrEnum)


def call_stages() -> str:
    """The diagram of `CallStage`."""
    return state_diagram(CALL_STEPS, CallStage.ARRIVING)


def visit_outcomes() -> str:
    """The diagram of `VisitOutcome`."""
    return state_diagram(VISIT_STEPS, VisitOutcome.WAITING)


def offer_outcomes() -> str:
    """The diagram of `OfferOutcome`."""
    return state_diagram(OFFER_STEPS, OfferOutcome.RINGING)


def agent_modes() -> str:
    """The diagram of `AgentMode`."""
    return state_diagram(MODE_STEPS, AgentMode.SIGNED_OUT)


def state_diagram(steps: Mapping[S, Set[S]], start: S) -> str:
    """Return `steps` as a mermaid state diagram; states without a next one lead to the end."""
    lines = ["stateDiagram-v2", f"    [*] --> {start}"]
    for state in type(start):
        nexts = steps.get(state, frozenset())
        lines += [f"    {state} --> {one}" for one in sorted(nexts)]
        if not nexts:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)


def chapter() -> str:
    """All diagrams as they stand in ARCHITECTURE.md."""
    drawn = {
        "A call": call_stages(),
        "A visit": visit_outcomes(),
        "An offer": offer_outcomes(),
        "An agent's mode": agent_modes(),
    }
    return "\n\n".join(f"{title}:\n\n```mermaid\n{diagram}\n```" for title, diagram in drawn.items())
