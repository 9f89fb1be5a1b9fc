"""What a person may ask of the live floor: check, plan, audit, then ask. No state is touched here.

The audit row is committed before the command leaves: an action nobody can account for does not happen. What became of
a command that failed is a second row. What became of one that was taken arrives as events.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from cti.domain import rules
from cti.domain.commands import Command
from cti.domain.errors import Conflict, DatabaseAway, DomainError, NotAllowed
from cti.domain.events import AgentModeSet, Event, WrapUpEnded, WrapUpExtended
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, CallId, ChannelId, CommandId
from cti.domain.roles import Actor, Right, may
from cti.domain.switch import Switch
from cti.store.audit import record_audit
from cti.store.work import Database

log = logging.getLogger(__name__)


class Line(Protocol):
    """`cti.engine.Engine`, as far as the desk knows it."""

    @property
    def floor(self) -> Floor:
        """The floor as it is now."""
        ...

    def submit(self, event: Event) -> None:
        """Put an event in line."""
        ...


class Desk:
    """Use cases of the live floor. Every one returns the id under which the audit knows it."""

    def __init__(
        self,
        *,
        engine: Line,
        switch: Switch,
        database: Database,
        clock: Callable[[], datetime],
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._engine = engine
        self._switch = switch
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._busy: set[str] = set()

    async def set_mode(self, actor: Actor, agent_id: AgentId, mode: str, reason: str) -> CommandId:
        """Choose an agent's mode: our own truth, so it is an event and no command.

        One's own mode needs no audit row (the mode log keeps it), and so works while the database is away.
        Raises: as `rules.may_set_mode`.
        """
        about = f"agent:{agent_id}"
        details = {"mode": mode, "reason": reason}
        async with self._refusals_audited(actor, "agent.mode", about, details):
            rules.may_set_mode(self._engine.floor, actor, agent_id, mode)
        command_id = self._command_id()
        if actor.agent_id != agent_id:
            await self._audit(actor, "agent.mode", about, "ok", details)
        kept_reason = reason if mode == "not_ready" else ""
        self._engine.submit(
            AgentModeSet(at=self._clock(), agent_id=agent_id, mode=mode, reason=kept_reason, by=actor.login)
        )
        return command_id

    async def end_wrap_up(self, actor: Actor, agent_id: AgentId) -> CommandId:
        """Say that the notes are done. Raises: as `rules.may_change_wrap_up`."""
        return await self._change_wrap_up(actor, agent_id, WrapUpEnded(at=self._clock(), agent_id=agent_id))

    async def extend_wrap_up(self, actor: Actor, agent_id: AgentId, extra_s: float) -> CommandId:
        """Ask for `extra_s` more. Raises: as `rules.may_change_wrap_up`."""
        event = WrapUpExtended(at=self._clock(), agent_id=agent_id, extra_s=extra_s)
        return await self._change_wrap_up(actor, agent_id, event)

    async def hang_up(self, actor: Actor, call_id: CallId) -> CommandId:
        """Hang a call up, or one's own part of it. Raises: as `rules.plan_hang_up`, SwitchError."""
        about = f"call:{call_id}"
        async with self._refusals_audited(actor, "call.hang_up", about):
            command = rules.plan_hang_up(self._engine.floor, actor, call_id)
        return await self._send(actor, "call.hang_up", about, command)

    async def transfer(self, actor: Actor, call_id: CallId, target: str) -> CommandId:
        """Transfer the customer blindly. Raises: as `rules.plan_transfer`, SwitchError."""
        about, details = f"call:{call_id}", {"target": target}
        async with self._refusals_audited(actor, "call.transfer", about, details):
            command = rules.plan_transfer(self._engine.floor, actor, call_id, target)
        return await self._send(actor, "call.transfer", about, command, details)

    async def place_test_call(self, actor: Actor, key: str, answered_by: str) -> CommandId:
        """Let the self-test's caller dial the hotline. Raises: NotAllowed, Invalid, SwitchError."""
        details = {"key": key, "answered_by": answered_by}
        async with self._refusals_audited(actor, "test_call", "", details):
            _need(actor, Right.PLACE_TEST_CALL)
            # A random id: should the same Originate ever reach Asterisk twice, the second one fails.
            command = rules.plan_test_call(key, answered_by, ChannelId(f"test-{self._new_id()}"))
        return await self._send(actor, "test_call", f"channel:{command.channel_id}", command, details)

    async def repair(self, actor: Actor, key: str) -> CommandId:
        """Settle a difference between Asterisk and us. Raises: NotAllowed, as `rules.plan_repair`, SwitchError."""
        async with self._refusals_audited(actor, "repair", key):
            _need(actor, Right.REPAIR)
            command = rules.plan_repair(self._engine.floor, key)
        return await self._send(actor, "repair", key, command)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _change_wrap_up(self, actor: Actor, agent_id: AgentId, event: Event) -> CommandId:
        about = f"agent:{agent_id}"
        async with self._refusals_audited(actor, "agent.wrap_up", about):
            rules.may_change_wrap_up(self._engine.floor, actor, agent_id)
        if actor.agent_id != agent_id:
            await self._audit(actor, "agent.wrap_up", about, "ok", {"event": type(event).__name__})
        self._engine.submit(event)
        return self._command_id()

    async def _send(
        self, actor: Actor, action: str, about: str, command: Command, details: Mapping[str, Any] | None = None
    ) -> CommandId:
        command_id = self._command_id()
        told = {**(details or {}), "command_id": command_id, "command": type(command).__name__}
        with self._alone(about):
            await self._audit(actor, action, about, "asked", told)
            try:
                await self._switch.send(command)
            except DomainError as failure:
                await self._audit_late(actor, action, about, failure.code, told)
                raise
        return command_id

    @contextlib.contextmanager
    def _alone(self, about: str) -> Iterator[None]:
        # Two people at once: until the first command is answered, the second has nothing certain to act on.
        if about in self._busy:
            raise Conflict("somebody else is doing something with this right now", code="desk.busy", about=about)
        self._busy.add(about)
        try:
            yield
        finally:
            self._busy.discard(about)

    @contextlib.asynccontextmanager
    async def _refusals_audited(
        self, actor: Actor, action: str, about: str, details: Mapping[str, Any] | None = None
    ) -> AsyncIterator[None]:
        try:
            yield
        except NotAllowed as refusal:
            await self._audit_late(actor, action, about, refusal.code, details)
            raise

    async def _audit(
        self, actor: Actor, action: str, about: str, result: str, details: Mapping[str, Any] | None = None
    ) -> None:
        async with self._database.work() as work:
            await record_audit(
                work.session, actor, action, at=self._clock(), about=about, result=result, details=details
            )

    async def _audit_late(
        self, actor: Actor, action: str, about: str, result: str, details: Mapping[str, Any] | None = None
    ) -> None:
        """Audit what has already been decided: a database that is away must not replace the answer."""
        try:
            await self._audit(actor, action, about, result, details)
        except DatabaseAway:
            log.error("not audited", extra={"action": action, "about": about, "result": result, "login": actor.login})

    def _command_id(self) -> CommandId:
        return CommandId(self._new_id())


def _need(actor: Actor, right: Right) -> None:
    if not may(actor.role, right):
        raise NotAllowed("Your role does not include this.", code="role", role=actor.role)
