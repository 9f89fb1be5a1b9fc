"""Outlet: every caller who enters the menu gets one conversation, and loses it when he leaves or hangs up."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from cti.domain.changes import Change
from cti.domain.events import (
    BridgeEntered,
    CallEntered,
    CallerJoined,
    ChannelClosed,
    Event,
    FloorListed,
    ListedChannel,
    MenuEntered,
    MenuFellBack,
    MenuLeft,
    MessageLeft,
)
from cti.domain.ids import ChannelId
from cti.domain.switch import Switch
from ivr.driving.channel import CallerChannel
from ivr.driving.conversation import Beginning, Conversation, Ending
from ivr.driving.lifeline import Lifeline
from ivr.driving.outside import Caller, Outside
from ivr.kinds.shapes import Position
from ivr.language.edition import Edition
from ivr.prompt_book import PromptBook

log = logging.getLogger(__name__)

RECENT_COUNT = 500
"""Channels remembered as having left the menu, so that an older list does not bring them back."""
LATE_S = 0.3
"""An entry that waited so long to be heard of, as when many come at once, is renewed at once, not at the next turn."""
COMING_BACK = ("survey", "returned")
"""Extensions of the dialplan at which callers come back: after a talk, after a number where nobody answered."""
Place = tuple[str, int, str]
"""Flow, version, node."""


class MenuSessions:
    """Conversations of all callers in the menu; at most `callers_limit`, the others fall to the dialplan's switch.

    `edition`, `prompts`: as new calls get them. `place_of`: where a caller was last, for those who are taken over.
    `guard_s`: the dialplan's limit.
    """

    def __init__(
        self,
        *,
        switch: Switch,
        outside: Outside,
        edition: Callable[[], Edition],
        prompts: Callable[[], PromptBook],
        place_of: Callable[[ChannelId], Place | None],
        messages_folder: Path,
        guard_s: float = 2.0,
        renew_every_s: float = 0.8,
        callers_limit: int = 200,
    ) -> None:
        self._switch = switch
        self._outside = outside
        self._edition = edition
        self._prompts = prompts
        self._place_of = place_of
        self._messages_folder = messages_folder
        self._callers_limit = callers_limit
        self._lifeline = Lifeline(switch=switch, limit_s=guard_s, every_s=min(renew_every_s, guard_s * 0.4))
        self._conversations: dict[ChannelId, tuple[Conversation, asyncio.Task[Ending]]] = {}
        self._dialled: dict[ChannelId, str] = {}
        self._left: dict[ChannelId, None] = {}
        self._departed: dict[ChannelId, Conversation] = {}
        """Left the menu without us; what comes next says whether he hung up or the dialplan took him."""
        self._going_on: dict[ChannelId, Beginning] = {}
        """With what callers go on who may come back."""
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
                self._enter(event)
            case MenuLeft():
                self._remember_left(event.channel_id)
                self._end(event.channel_id)
            case ChannelClosed():
                self._close(event.channel_id)
            case CallEntered():
                self._dialled[event.channel_id] = event.hotline
            case CallerJoined() | BridgeEntered():
                self._departed.pop(event.channel_id, None)
            case MenuFellBack():
                if (departed := self._departed.pop(event.channel_id, None)) is not None:
                    departed.note("failed")
            case FloorListed():
                self._compare(event.channels)

    # --- coming -----------------------------------------------------------------------------------------------------

    def _enter(self, event: MenuEntered) -> None:
        self._left.pop(event.channel_id, None)
        self._departed.pop(event.channel_id, None)
        self._forget(event.channel_id)
        going_on = self._going_on.pop(event.channel_id, None)
        caller = self._caller(event.channel_id, event.channel, event.exten)
        is_late = (self._outside.clock() - event.at).total_seconds() > LATE_S
        self._start(caller, going_on if caller.comes_back else None, at_once=is_late)

    def _caller(self, channel_id: ChannelId, channel: str, exten: str, *, is_taken_over: bool = False) -> Caller:
        comes_back = exten in COMING_BACK
        return Caller(
            channel_id=channel_id,
            channel=channel,
            hotline=self._dialled.get(channel_id, "" if comes_back else exten),
            is_taken_over=is_taken_over,
            comes_back=comes_back,
        )

    def _compare(self, listed: tuple[ListedChannel, ...]) -> None:
        """After a gap: drop conversations without a channel, take over callers without a conversation."""
        present = {row.channel_id for row in listed}
        for channel_id in {*self._conversations, *self._departed} - present:
            self._close(channel_id)
        self._dialled = {channel_id: number for channel_id, number in self._dialled.items() if channel_id in present}
        self._going_on = {channel_id: one for channel_id, one in self._going_on.items() if channel_id in present}
        for row in listed:
            if row.is_in_menu and row.channel_id not in self._conversations and row.channel_id not in self._left:
                self._take_over(row)

    def _take_over(self, row: ListedChannel) -> None:
        """At the node where he was; at the start when this edition has no such node. Variables are lost."""
        caller = self._caller(row.channel_id, row.channel, row.exten, is_taken_over=True)
        place = None if caller.comes_back else self._place_of(row.channel_id)
        edition = self._edition()
        position = None
        if place is not None and place[0] in edition.flows and place[2] in edition.flows[place[0]].nodes:
            position = Position(flow=place[0], node=place[2])
        self._start(caller, Beginning(edition=edition, prompts=self._prompts(), position=position), at_once=True)

    def _start(self, caller: Caller, beginning: Beginning | None, *, at_once: bool) -> None:
        if not self._switch.is_up:  # a replayed event, or the link is gone again: the list after it is back decides
            return
        if len(self._conversations) >= self._callers_limit:
            self.endings["refused"] += 1
            log.error("too many callers in the menu", extra={"channel": caller.channel})
            return
        conversation = self._make(caller, beginning or Beginning(edition=self._edition(), prompts=self._prompts()))
        self._lifeline.hold(caller.channel_id, caller.channel, at_once=at_once)
        task = asyncio.create_task(conversation.run(), name=f"menu {caller.channel}")
        self._conversations[caller.channel_id] = (conversation, task)
        task.add_done_callback(lambda done: self._done(conversation, done))

    def _make(self, caller: Caller, beginning: Beginning) -> Conversation:
        def keep(box: str, name: str, length_s: float) -> None:
            at = self._outside.clock()
            left = MessageLeft(at=at, channel_id=caller.channel_id, box=box, name=name, length_s=length_s)
            self._outside.submit(left)

        channel = CallerChannel(
            switch=self._switch,
            channel=caller.channel,
            channel_id=caller.channel_id,
            prompts=beginning.prompts,
            messages_folder=self._messages_folder,
            keep=keep,
        )
        return Conversation(
            caller=caller, beginning=beginning, channel=channel, lifeline=self._lifeline, outside=self._outside
        )

    # --- going ------------------------------------------------------------------------------------------------------

    def _end(self, channel_id: ChannelId) -> None:
        """The channel is out of the menu, by our doing or not."""
        entry = self._conversations.get(channel_id)
        if entry is not None and not entry[0].is_leaving:
            self._departed[channel_id] = entry[0]
            self._lifeline.undo(channel_id)
            self._forget(channel_id)

    def _close(self, channel_id: ChannelId) -> None:
        """The caller is gone. He hung up in the menu when nothing took him out of it before."""
        self._end(channel_id)
        if self._conversations.pop(channel_id, None) is not None:
            self._lifeline.drop(channel_id)
        self._dialled.pop(channel_id, None)
        self._going_on.pop(channel_id, None)
        if (departed := self._departed.pop(channel_id, None)) is not None:
            departed.note("hung_up")

    def _forget(self, channel_id: ChannelId) -> None:
        entry = self._conversations.pop(channel_id, None)
        if entry is not None:
            self._lifeline.drop(channel_id)
            entry[0].caller_left()
            entry[1].cancel()

    def _done(self, conversation: Conversation, task: asyncio.Task[Ending]) -> None:
        channel_id = conversation.caller.channel_id
        entry = self._conversations.get(channel_id)
        if entry is not None and entry[1] is task:
            del self._conversations[channel_id]
            self._lifeline.drop(channel_id)
        self.endings[self._ending_of(conversation, task, is_known=entry is not None)] += 1

    def _ending_of(self, conversation: Conversation, task: asyncio.Task[Ending], *, is_known: bool) -> str:
        channel_id = conversation.caller.channel_id
        if task.cancelled():
            return Ending.GONE
        if error := task.exception():
            log.error("menu conversation crashed", exc_info=error, extra={"channel_id": channel_id})
            return "crashed"
        if task.result() is Ending.GONE and is_known:  # the channel's own event is on its way
            self._departed[channel_id] = conversation
        elif (beginning := conversation.going_on) is not None:
            self._going_on[channel_id] = beginning
        return task.result()

    def _remember_left(self, channel_id: ChannelId) -> None:
        self._left[channel_id] = None
        while len(self._left) > RECENT_COUNT:
            del self._left[next(iter(self._left))]
