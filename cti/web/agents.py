"""Agents: mode and wrap-up. What comes of it arrives on the live feed."""

from __future__ import annotations

from collections.abc import Callable

from cti.desk import Desk
from cti.domain.errors import Invalid
from cti.domain.ids import AgentId
from cti.domain.roles import Right
from cti.domain.rulebook import Rulebook
from cti.web.routes import Ask, route
from cti.web.wire import Accepted, HelpChange, ModeChange, WrapUpChange


class AgentRoutes:
    """/api/agents"""

    def __init__(self, *, desk: Desk, book: Callable[[], Rulebook]) -> None:
        self._desk = desk
        self._book = book

    @route("PUT", "/api/agents/{agent_id}/mode", Right.SET_OWN_MODE, Right.SET_OTHERS_MODE, status=202)
    async def set_mode(self, ask: Ask, agent_id: str, body: ModeChange) -> Accepted:
        """Choose ready, not ready or signed out, for oneself or, as a supervisor, for another."""
        reasons = {reason.code for reason in self._book().not_ready.reasons if reason.is_active}
        if body.reason and body.reason not in reasons:
            raise Invalid("This reason is not in use.", code="agent.reason", reason=body.reason)
        command_id = await self._desk.set_mode(ask.actor, AgentId(agent_id), body.mode, body.reason)
        return Accepted(command_id=command_id)

    @route("POST", "/api/agents/{agent_id}/wrap-up", Right.SET_OWN_MODE, Right.SET_OTHERS_MODE, status=202)
    async def change_wrap_up(self, ask: Ask, agent_id: str, body: WrapUpChange) -> Accepted:
        """End wrap-up before its time, or ask for more of it."""
        agent = AgentId(agent_id)
        if body.action == "end":
            return Accepted(command_id=await self._desk.end_wrap_up(ask.actor, agent))
        return Accepted(command_id=await self._desk.extend_wrap_up(ask.actor, agent, body.extra_s))

    @route("POST", "/api/agents/{agent_id}/help", Right.SET_OWN_MODE, Right.SET_OTHERS_MODE, status=202)
    async def change_help(self, ask: Ask, agent_id: str, body: HelpChange) -> Accepted:
        """Ask one's supervisor for help, or say that it has come."""
        return Accepted(command_id=await self._desk.change_help(ask.actor, AgentId(agent_id), body.action))
