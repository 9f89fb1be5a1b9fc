"""Outlet: tells callers who wait their place and the minutes expected, as often as their flow says.

Half of a Local pair whispers into the waiting channel (ChanSpy), the other half says the prompts (`extensions.conf`,
queue-words): the music goes on, the place is kept, and nothing of it is in the recording. Nobody is told anything while
a telephone rings for him, and the whisper ends when he leaves the queue. Times are the events'.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex

import msgspec

from cti.domain.changes import CallView, Change, OfferOutcome
from cti.domain.commands import HangUp, Originate
from cti.domain.errors import DomainError
from cti.domain.events import (
    CallerAbandoned,
    CallerJoined,
    CallerLeft,
    ChannelClosed,
    ChannelOpened,
    Event,
    FloorListed,
    Ticked,
)
from cti.domain.floor import Floor
from cti.domain.ids import ChannelId, QueueName
from cti.domain.switch import Switch
from ivr.driving.outside import Caller
from ivr.kinds.prospects import prospects
from ivr.kinds.shapes import Flow, QueueNode
from ivr.language.actions import ToQueue
from ivr.prompt_book import PromptBook

log = logging.getLogger(__name__)

WHISPERING = "words-"
"""What the ids of channels begin with that say such words."""
MOST_A_SECOND = 4
"""Eighty callers who are told every half minute are three a second; more at once would come as a burst of channels."""
MOST_AT_ONCE = 16
LIMIT_S = 5.0
LONGEST_S = 60.0
"""A whisper that has not been seen to end after this is forgotten (the dialplan ends it by then)."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller is to be told while he waits."""

    channel: str
    flow: Flow
    every_s: int
    says_position: bool
    says_wait: bool


class _Waiting(msgspec.Struct):
    """A caller in a queue. `due_at`: when he is told again."""

    wish: Wish
    due_at: datetime


class _Whisper(msgspec.Struct):
    """Words being said. `channel`: of the half that whispers, as soon as Asterisk has named it."""

    caller_id: ChannelId
    began_at: datetime
    channel: str = ""
    is_over: bool = False
    """The caller has left: ended as soon as it can be named."""


class WaitingWords:
    """`place_of`: queue and place of a waiting channel; `expected_s(queue, ahead)`: seconds still to wait.

    `flows`: those in force, for callers who waited already when this service began.
    """

    def __init__(
        self,
        *,
        switch: Switch,
        floor: Floor,
        place_of: Callable[[ChannelId], tuple[QueueName, int] | None],
        expected_s: Callable[[QueueName, int], float | None],
        flows: Callable[[], Mapping[str, Flow]],
        prompts: Callable[[], PromptBook],
    ) -> None:
        self._switch = switch
        self._floor = floor
        self._place_of = place_of
        self._expected_s = expected_s
        self._flows = flows
        self._prompts = prompts
        self._wishes: dict[ChannelId, Wish] = {}
        """Of callers who are on their way to a queue, or in one."""
        self._waiting: dict[ChannelId, _Waiting] = {}
        self._whispers: dict[ChannelId, _Whisper] = {}
        self._to_send: asyncio.Queue[Originate | HangUp] = asyncio.Queue()
        self.told_count = 0
        self.failed_count = 0

    @property
    def whispering_count(self) -> int:
        """Callers who are being told now."""
        return len(self._whispers)

    def expect(self, caller: Caller, action: ToQueue, flow: Flow) -> None:
        """A caller is about to be handed to a queue. Quick, never raises."""
        wish = _wish(caller.channel, flow, action)
        if wish is not None:
            self._wishes[caller.channel_id] = wish

    async def run(self) -> None:
        """Ask Asterisk, one command after the other, until cancelled."""
        while True:
            command = await self._to_send.get()
            try:
                await self._switch.send(command, limit_s=LIMIT_S)
            except DomainError as failed:
                if isinstance(command, Originate):
                    self.failed_count += 1
                    self._whispers.pop(command.channel_id, None)
                    log.warning("a waiting caller was not told", extra={"why": failed.message})

    # --- outlet -----------------------------------------------------------------------------------------------------

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take an event. Quick, never waits, never raises."""
        match event:
            case CallerJoined():
                self._join(event.channel_id, event.at)
            case CallerLeft() | CallerAbandoned():
                self._leave(event.channel_id)
            case ChannelClosed():
                self._close(event.channel_id)
            case ChannelOpened() if event.channel_id in self._whispers:
                self._name(self._whispers[event.channel_id], event.channel)
            case FloorListed():
                self._list(event)
            case Ticked():
                self._tell_due(event.at)

    def _join(self, channel_id: ChannelId, at: datetime) -> None:
        wish = self._wishes.get(channel_id)
        if wish is not None:
            self._waiting[channel_id] = _Waiting(wish, at + timedelta(seconds=wish.every_s))

    def _leave(self, channel_id: ChannelId) -> None:
        """His wish stays: from his queue he may come into the fallback queue."""
        if self._waiting.pop(channel_id, None) is not None:
            for whisper in self._whispers.values():
                if whisper.caller_id == channel_id:
                    whisper.is_over = True
                    self._end(whisper)

    def _close(self, channel_id: ChannelId) -> None:
        self._leave(channel_id)
        self._wishes.pop(channel_id, None)
        self._whispers.pop(channel_id, None)

    def _name(self, whisper: _Whisper, channel: str) -> None:
        whisper.channel = channel
        if whisper.is_over:
            self._end(whisper)

    def _end(self, whisper: _Whisper) -> None:
        if whisper.channel:
            self._to_send.put_nowait(HangUp(channel=whisper.channel))

    def _list(self, listed: FloorListed) -> None:
        """What nobody saw begin or end. Who waits since before this service began is told what his flow says now."""
        there = {row.channel_id for row in listed.callers}
        for channel_id in [one for one in self._waiting if one not in there]:
            self._leave(channel_id)
        present = {row.channel_id for row in listed.channels}
        for channel_id in [one for one in (*self._wishes, *self._whispers) if one not in present]:
            self._close(channel_id)
        for row in listed.callers:
            if row.channel_id not in self._wishes and (wish := self._wish_of(row.channel_id)) is not None:
                self._wishes[row.channel_id] = wish
            if row.channel_id not in self._waiting:
                self._join(row.channel_id, listed.at)

    def _wish_of(self, channel_id: ChannelId) -> Wish | None:
        call = self._floor.call_of(channel_id)
        step = next((one for one in reversed(call.menu) if one.outcome == "to_queue"), None) if call else None
        flow = None if step is None else self._flows().get(step.flow)
        node = None if flow is None or step is None else flow.nodes.get(step.node)
        channel = next((leg.channel for leg in call.legs if leg.channel_id == channel_id), "") if call else ""
        return _wish(channel, flow, node) if flow is not None and isinstance(node, QueueNode) else None

    # --- telling ----------------------------------------------------------------------------------------------------

    def _tell_due(self, at: datetime) -> None:
        for channel_id, whisper in list(self._whispers.items()):
            if (at - whisper.began_at).total_seconds() > LONGEST_S:
                del self._whispers[channel_id]
        told = {whisper.caller_id for whisper in self._whispers.values()}
        due = sorted(
            (one.due_at, channel_id)
            for channel_id, one in self._waiting.items()
            if one.due_at <= at and channel_id not in told
        )
        free_count = min(MOST_A_SECOND, MOST_AT_ONCE - len(self._whispers))
        for _, channel_id in due:
            if free_count > 0 and not self._rings_for(channel_id):
                free_count -= self._tell(channel_id, at)

    def _rings_for(self, channel_id: ChannelId) -> bool:
        call = self._floor.call_of(channel_id)
        return call is not None and _rings(call, channel_id)

    def _tell(self, channel_id: ChannelId, at: datetime) -> bool:
        """Begin to tell one caller, when there is something to tell."""
        one = self._waiting[channel_id]
        one.due_at = at + timedelta(seconds=one.wish.every_s)
        files = self._files(channel_id, one.wish)
        if not files:
            return False
        whisper_id = ChannelId(f"{WHISPERING}{token_hex(6)}")
        self._whispers[whisper_id] = _Whisper(channel_id, at)
        self._to_send.put_nowait(plan_words(one.wish.channel, whisper_id, files))
        self.told_count += 1
        return True

    def _files(self, channel_id: ChannelId, wish: Wish) -> tuple[str, ...]:
        """What he hears; nothing when nobody can say, or a prompt is missing: half a sentence is worse than none."""
        place = self._place_of(channel_id)
        if place is None:
            return ()
        queue, number = place
        names = prospects(
            wish.flow,
            ahead_count=number - 1 if wish.says_position else None,
            wait_s=self._expected_s(queue, number - 1) if wish.says_wait else None,
        )
        book, language, voice = self._prompts(), wish.flow.language, wish.flow.voice
        files = [book.file_of(name, language, voice) for name in names]
        return tuple(file for file in files if file is not None) if None not in files else ()


def plan_words(channel: str, whisper_id: ChannelId, files: Sequence[str]) -> Originate:
    """Return what whispers these prompts (files below Asterisk's sounds) to whoever waits on `channel`."""
    return Originate(
        channel="Local/words@queue-words/n",
        channel_id=whisper_id,
        application="ChanSpy",
        data=f"{channel},qwS",
        variables={"HOTLINE_WORDS": "+".join(files)},
        timeout_s=LIMIT_S,
    )


def _wish(channel: str, flow: Flow, said: ToQueue | QueueNode) -> Wish | None:
    if not said.words_every_s or not (said.says_position or said.says_wait):
        return None
    return Wish(
        channel=channel,
        flow=flow,
        every_s=said.words_every_s,
        says_position=said.says_position,
        says_wait=said.says_wait,
    )


def _rings(call: CallView, channel_id: ChannelId) -> bool:
    return any(
        offer.outcome is OfferOutcome.RINGING
        for visit in call.visits
        if visit.channel_id == channel_id
        for offer in visit.offers
    )
