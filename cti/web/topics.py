"""Who may follow which topic of the live feed."""

from __future__ import annotations

from cti.domain.roles import Actor, Right, may


def may_follow(actor: Actor, topic: str) -> bool:
    """Tell whether this person may follow a topic.

    A department learns of its own tickets only, and of those that something has changed.
    `check` also carries whether the floor's data can be trusted, so whoever sees the floor sees it as well.
    """
    if topic in {"calls", "agents", "queues"}:
        return may(actor.role, Right.SEE_FLOOR)
    if topic == "tickets":
        return may(actor.role, Right.SEE_TICKETS)
    if topic == "customers":
        return may(actor.role, Right.SEE_CUSTOMERS)
    if topic in {"messages", "callbacks"}:
        return may(actor.role, Right.WORK_MESSAGES)
    if actor.department and topic == f"tickets.{actor.department}":
        return may(actor.role, Right.WORK_TICKETS)
    if topic == "check":
        return may(actor.role, Right.SEE_CHECK) or may(actor.role, Right.SEE_FLOOR)
    return actor.agent_id is not None and topic == f"agent.{actor.agent_id}"
