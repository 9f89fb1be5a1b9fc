"""Outlet: every caller who enters the menu gets one conversation, and loses it when he leaves or hangs up."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from cti.domain.changes import Change
from cti.domain.events import (
    CallEntered,
    ChannelClosed,
    Event,
    FloorListed,
    ListedChannel,
    MenuEntered,
    MenuLeft,
    MenuStepped,
)
from cti.domain.ids import ChannelId
from cti.domain.switch import Switch
from ivr.conversation import Caller, Conversation, Ending
from ivr.flow import Flow
from ivr.lifeline import Lifeline
from ivr.nodes import Note

log = logging.getLogger(__name__)

RECENT_COUNT = 500
"""Channels remembered as having left the menu, so that an older list does not bring them back."""


class MenuSessions:
    """Conversations of all callers in the menu; at most `callers_limit`, the others fall to the dialplan's switch.

    `submit` takes our `MenuStepped` events; `clock` gives aware UTC instants; `guard_s` is the dialplan's limit.
    """

    def __init__(
        self,
        *,
        switch: Switch,
        submit: Callable[[Event], None],
        flow: Flow,
        clock: Callable[[], datetime],
        lengths_s: Mapping[str, float] | None = None,
        folder: str = "hotline",
        guard_s: float = 2.0,
        renew_every_s: float = 0.5,
        callers_limit: int = 200,
    ) -> None:
        self._switch = switch
        self._submit = submit
        self._flow = flow
        self._clock = clock
        self._lengths_s = lengths_s or {}
        self._folder = folder
        self._callers_limit = callers_limit
        self._lifeline = Lifeline(switch=switch, limit_s=guard_s, every_s=min(renew_every_s, guard_s / 4))
        self._conversations: dict[ChannelId, tuple[Conversation, asyncio.Task[Ending]]] = {}
        self._dialled: dict[ChannelId, str] = {}
        self._left: dict[ChannelId, None] = {}
        self.endings: Counter[str] = Counter()
        """How conversations ended, for the check page; `refused` are those over the limit, `crashed` our own faults."""

    @property
    def callers_count(self) -> int:
        """Callers in the menu now."""
        return len(self._conversations)

    @property
    def late_count(self) -> int:
        """Callers whose limit was not renewed in time."""
        return self._lifeline.late_count

    async def run(self) -> None:
        """Renew the dead-man's switch of all callers until `aclose`."""
        await self._lifeline.run()

    async def aclose(self) -> None:
        """End all conversations; who is still in the menu goes to the fallback queue within the limit."""
        self._lifeline.close()
        tasks = [task for _, task in self._conversations.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take an event. Quick, never waits, never raises."""
        match event:
            case MenuEntered():
                self._left.pop(event.channel_id, None)
                self._forget(event.channel_id)
                hotline = self._dialled.get(event.channel_id, event.exten)
                self._start(Caller(channel_id=event.channel_id, channel=event.channel, hotline=hotline))
            case MenuLeft():
                self._remember_left(event.channel_id)
                self._end(event.channel_id)
            case ChannelClosed():
                self._dialled.pop(event.channel_id, None)
                self._end(event.channel_id)
            case CallEntered():
                self._dialled[event.channel_id] = event.hotline
            case FloorListed():
                self._compare(event.channels)

    def _compare(self, listed: tuple[ListedChannel, ...]) -> None:
        """After a gap: drop conversations without a channel, take over callers without a conversation."""
        present = {row.channel_id for row in listed}
        for channel_id in [known for known in self._conversations if known not in present]:
            self._end(channel_id)
        self._dialled = {channel_id: number for channel_id, number in self._dialled.items() if channel_id in present}
        for row in listed:
            if row.is_in_menu and row.channel_id not in self._conversations and row.channel_id not in self._left:
                hotline = self._dialled.get(row.channel_id, row.exten)
                self._start(Caller(channel_id=row.channel_id, channel=row.channel, hotline=hotline, is_taken_over=True))

    def _start(self, caller: Caller) -> None:
        if not self._switch.is_up:  # a replayed event, or the link is gone again: the list after it is back decides
            return
        if len(self._conversations) >= self._callers_limit:
            self.endings["refused"] += 1
            log.error("too many callers in the menu", extra={"channel": caller.channel})
            return
        conversation = Conversation(
            caller=caller,
            flow=self._flow,
            switch=self._switch,
            lifeline=self._lifeline,
            note=self._note,
            lengths_s=self._lengths_s,
            folder=self._folder,
        )
        self._lifeline.hold(caller.channel_id, caller.channel, at_once=caller.is_taken_over)
        task = asyncio.create_task(conversation.run(), name=f"menu {caller.channel}")
        self._conversations[caller.channel_id] = (conversation, task)
        task.add_done_callback(lambda done: self._done(caller.channel_id, done))

    def _end(self, channel_id: ChannelId) -> None:
        """The channel is out of the menu, by our doing or not."""
        entry = self._conversations.get(channel_id)
        if entry is not None and not entry[0].is_leaving:
            self._lifeline.undo(channel_id)
            self._forget(channel_id)

    def _forget(self, channel_id: ChannelId) -> None:
        entry = self._conversations.pop(channel_id, None)
        if entry is not None:
            self._lifeline.drop(channel_id)
            entry[1].cancel()

    def _done(self, channel_id: ChannelId, task: asyncio.Task[Ending]) -> None:
        entry = self._conversations.get(channel_id)
        if entry is not None and entry[1] is task:
            del self._conversations[channel_id]
            self._lifeline.drop(channel_id)
        if task.cancelled():
            self.endings[Ending.GONE] += 1
        elif error := task.exception():
            self.endings["crashed"] += 1
            log.error("menu conversation crashed", exc_info=error, extra={"channel_id": channel_id})
        else:
            self.endings[task.result()] += 1

    def _note(self, channel_id: ChannelId, note: Note) -> None:
        self._submit(
            MenuStepped(
                at=self._clock(),
                channel_id=channel_id,
                node=note.node,
                flow=self._flow.name,
                digits=note.digits,
                outcome=note.outcome,
            )
        )

    def _remember_left(self, channel_id: ChannelId) -> None:
        self._left[channel_id] = None
        while len(self._left) > RECENT_COUNT:
            del self._left[next(iter(self._left))]
