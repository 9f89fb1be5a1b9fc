"""What callers leave, in the house: messages, blocked callers, figures."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from cti.desk import Desk
from cti.hub import Hub
from cti.store.work import Database
from ivr.api.blocked import BlockedRoutes
from ivr.api.messages import MessageRoutes
from ivr.api.report import ReportRoutes
from ivr.blocking import BlockList
from ivr.message_files import MessageShelf
from ivr.message_news import MessageNews
from tests.web.clock import Clock


class Left:
    """Its parts, and the routes made of them."""

    def __init__(self, database: Database, folder: Path, hub: Hub, clock: Clock) -> None:
        self.shelf = MessageShelf(folder / "messages", folder / "playable")
        self.blocks = BlockList(database, clock)
        self.news = MessageNews(publish=hub.publish, written=self._written, clock=clock)
        self._database = database
        self._clock = clock

    def owners(self, desk: Desk) -> list[object]:
        """The routes."""
        messages = MessageRoutes(
            database=self._database, shelf=self.shelf, news=self.news, desk=desk, clock=self._clock
        )
        blocked = BlockedRoutes(database=self._database, blocks=self.blocks, desk=desk, clock=self._clock)
        report = ReportRoutes(database=self._database, clock=self._clock, zone=ZoneInfo("Asia/Shanghai"))
        return [messages, blocked, report]

    async def _written(self) -> None:
        """The database has all: tests write it themselves."""
