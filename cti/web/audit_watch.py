"""Watches over the audit log: its chain is read at start and once a day; a break is a red finding."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from cti.domain.errors import DatabaseAway
from cti.domain.findings import Finding, Level
from cti.store.audit import ChainReport, check_chain
from cti.store.work import Database

log = logging.getLogger(__name__)

_EVERY_S = 24 * 3600.0
_AGAIN_S = 60.0
"""While the database is away."""


class AuditWatch:
    """Keeps the newest report. Reading the whole table for each look at the check page would be too much."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.report: ChainReport | None = None

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            is_read = await self.look()
            await asyncio.sleep(_EVERY_S if is_read else _AGAIN_S)

    async def look(self) -> bool:
        """Read the chain. Its head goes to the service's log: a tail cut off later shows against it."""
        try:
            async with self._database.look() as session:
                self.report = await check_chain(session)
        except DatabaseAway:
            return False
        extra = {"rows": self.report.count, "head": self.report.head, "broken_at": self.report.broken_at}
        log.log(logging.ERROR if self.report.broken_at is not None else logging.INFO, "audit chain read", extra=extra)
        return True

    async def check(self) -> Iterable[Finding]:
        """The report as a finding."""
        if self.report is None:
            return [Finding(code="audit.unread", level=Level.UNKNOWN, text="The audit log was not read yet.")]
        if self.report.broken_at is None:
            return [
                Finding(code="audit.whole", level=Level.OK, text=f"The audit log is whole: {self.report.count} rows.")
            ]
        return [
            Finding(
                code="audit.broken",
                level=Level.BAD,
                text=f"The audit log was changed: row {self.report.broken_at} does not fit the one before it.",
                fix="Keep the database as it is, and compare it with the newest backup.",
                about=str(self.report.broken_at),
            )
        ]
