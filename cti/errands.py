"""One thing that a person asks for: refusals audited, the audit row before the command, one at a time about one thing.

The audit row is committed before the command leaves: an action nobody can account for does not happen. What became of
a command that failed is a second row. What became of one that was taken arrives as events.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from cti.domain.commands import Command
from cti.domain.errors import Conflict, DatabaseAway, DomainError, NotAllowed
from cti.domain.events import Event
from cti.domain.floor import Floor
from cti.domain.ids import CommandId
from cti.domain.roles import Actor
from cti.domain.switch import Reply
from cti.store.audit import record_audit
from cti.store.work import Database

log = logging.getLogger(__name__)


class Line(Protocol):
    """`cti.engine.Engine`, as far as those know it who ask something of the floor."""

    @property
    def floor(self) -> Floor:
        """The floor as it is now."""
        ...

    def submit(self, event: Event) -> None:
        """Put an event in line."""
        ...


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants what of whom, as the audit tells it. `about`: `call:<id>`, `agent:<id>`, ..."""

    actor: Actor
    action: str
    about: str = ""
    details: Mapping[str, Any] = {}
    is_patient: bool = False
    """Waits its turn instead of being refused: keys follow each other faster than Asterisk plays them."""


class Errands:
    """Does errands. `send` gets the one door the commands go through: the switch's, or the hands'."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Callable[[], datetime],
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._busy: set[str] = set()
        self._queue = asyncio.Lock()
        """One for all: Asterisk plays the keys of one AMI session one after another anyhow (manager.c)."""

    def new_id(self) -> CommandId:
        """Return an id under which the audit will know something."""
        return CommandId(self._new_id())

    async def send(
        self,
        errand: Errand,
        send: Callable[[Command], Awaitable[Reply]],
        commands: Sequence[Command],
        *,
        again: Callable[[], Sequence[Command]] | None = None,
    ) -> CommandId:
        """Send the commands of one errand in order; the first that fails ends it.

        `again` plans them once more when the audit is written, for errands that would do harm if what they were planned
        for is over by then.
        Raises: Conflict `desk.busy`, DatabaseAway (nothing was sent), what `again` raises, SwitchError.
        """
        command_id = self.new_id()
        told = {**errand.details, "command_id": command_id, "command": type(commands[0]).__name__}
        async with self._queue if errand.is_patient else self._alone(errand.about):
            await self.audit(errand, "asked", told)
            try:
                for command in commands if again is None else again():
                    await send(command)
            except DomainError as failure:
                await self._audit_late(errand, failure.code, told)
                raise
        return command_id

    @contextlib.asynccontextmanager
    async def refusals_audited(self, errand: Errand) -> AsyncIterator[None]:
        """Audit it when somebody tries what his role does not include."""
        try:
            yield
        except NotAllowed as refusal:
            await self._audit_late(errand, refusal.code, errand.details)
            raise

    async def audit(self, errand: Errand, result: str, details: Mapping[str, Any] | None = None) -> None:
        """Write one row. Raises: DatabaseAway."""
        async with self._database.work() as work:
            await record_audit(
                work.session,
                errand.actor,
                errand.action,
                at=self._clock(),
                about=errand.about,
                result=result,
                details=errand.details if details is None else details,
            )

    async def _audit_late(self, errand: Errand, result: str, details: Mapping[str, Any]) -> None:
        """Audit what has already been decided: a database that is away must not replace the answer."""
        try:
            await self.audit(errand, result, details)
        except DatabaseAway:
            told = {"action": errand.action, "about": errand.about, "result": result, "login": errand.actor.login}
            log.error("not audited", extra=told)

    @contextlib.asynccontextmanager
    async def _alone(self, about: str) -> AsyncIterator[None]:
        # Two people at once: until the first command is answered, the second has nothing certain to act on.
        if about in self._busy:
            raise Conflict("somebody else is doing something with this right now", code="desk.busy", about=about)
        self._busy.add(about)
        try:
            yield
        finally:
            self._busy.discard(about)
