"""The menus of the house: flows in force, their check, and the routes of both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import ivr.api
from cti.store.rulebook import Rules
from cti.store.work import Database
from ivr.library import Library
from ivr.proof import Proof
from tests.menus import BOOK, SHIPPED_MENUS

QUEUES = ("consult", "complaints", "fallback", "test")


class Menus:
    """Put together as the composition root does, with small menus and recordings that are nowhere."""

    def __init__(self, database: Database, rules: Rules, clock: Callable[[], datetime]) -> None:
        self.library = Library(database=database, rulebook=lambda: rules.book, shipped=SHIPPED_MENUS)
        self._database = database
        self._rules = rules
        self._clock = clock

    def owners(self) -> list[object]:
        """The routes."""
        proof = Proof(
            library=self.library,
            rulebook=lambda: self._rules.book,
            prompts=lambda: BOOK,
            queues=QUEUES,
            has_line=True,
        )
        return ivr.api.make_flow_owners(
            database=self._database,
            rules=self._rules,
            library=self.library,
            proof=proof,
            prompts=lambda: BOOK,
            clock=self._clock,
            zone=ZoneInfo("Asia/Shanghai"),
        )
