"""What a flow asks, done: for one caller, one action at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from cti.domain import events as e
from cti.domain.errors import CallGone, DomainError
from cti.domain.ids import QueueName
from ivr.driving import agi
from ivr.driving.channel import CallerChannel
from ivr.driving.lifeline import Lifeline
from ivr.driving.outside import Caller, Outside
from ivr.kinds.shapes import Flow
from ivr.language.actions import (
    Action,
    Ask,
    EndCall,
    Failed,
    Input,
    LookUp,
    NoticePlayed,
    Played,
    Rate,
    Say,
    TakeCallback,
    TakeMessage,
    ToNumber,
    ToQueue,
)
from ivr.prompt_book import PromptBook

QUIET_S = 1.5
"""A look-up may take so long in silence; then music tells the caller that he is not forgotten."""
PROMISE_LIMIT_S = 3.0
"""For writing a promise of a call back down."""


class Doing:
    """Does what a flow asks for one caller. Raises, from everything: as `CallerChannel`."""

    def __init__(
        self, *, caller: Caller, channel: CallerChannel, prompts: PromptBook, lifeline: Lifeline, outside: Outside
    ) -> None:
        self.is_leaving = False
        """We have told the channel to leave the menu: its AsyncAGIEnd is our doing."""
        self.after = ""
        """Node at which he goes on when he comes back; empty: he does not."""
        self._caller = caller
        self._channel = channel
        self._prompts = prompts
        self._lifeline = lifeline
        self._outside = outside

    async def do(self, action: Action, flow: Flow) -> Input:
        """Do it and return what came of it; an end that could not be is `Failed`."""
        match action:
            case Say():
                return await self._channel.say(action.prompts, flow)
            case Ask():
                return await self._channel.ask(action, flow)
            case TakeMessage():
                return await self._channel.record(action, flow)
            case LookUp():
                return await self._look_up(action)
            case TakeCallback():
                return await self._take_callback(action)
            case ToNumber():
                return await self._to_number(action, flow)
            case ToQueue():
                await self._to_queue(action, flow)
            case EndCall():
                await self._hang_up()
            case Rate():
                self.tell(e.CallerRated, question=action.question, score=action.score)
            case NoticePlayed():
                wording = self._prompts.wording_of(action.prompts, flow.language, flow.voice)
                self.tell(e.NoticeHeard, wording=wording)
        return Played()

    async def leave(self) -> None:
        """Hand the channel back to the dialplan, which switches the limit off itself. Without a target: fallback."""
        await self._lifeline.release(self._caller.channel_id)
        self.is_leaving = True
        with contextlib.suppress(CallGone):  # its AsyncAGIEnd may overtake the result
            await self._channel.command(agi.BREAK)

    def tell(self, kind: Callable[..., e.Event], **fields: object) -> None:
        """Submit an event about this caller."""
        self._outside.submit(kind(at=self._outside.clock(), channel_id=self._caller.channel_id, **fields))

    # --- asking others ----------------------------------------------------------------------------------------------

    async def _look_up(self, action: LookUp) -> Input:
        asking = asyncio.create_task(self._asked(action), name=f"look-up {action.what} {self._caller.channel}")
        try:
            await asyncio.wait({asking}, timeout=QUIET_S)
            if not asking.done():
                await self._channel.command(agi.MUSIC)
                await asyncio.wait({asking})
                await self._channel.command(agi.NO_MUSIC)
            return await asking
        finally:
            asking.cancel()

    async def _asked(self, action: LookUp) -> Input:
        try:
            async with asyncio.timeout(action.limit_s):
                return await self._outside.look_up(action, self._caller)
        except TimeoutError:
            return Failed(f"{action.what}: no answer within {action.limit_s:g} s")
        except DomainError as failed:
            return Failed(failed.message)

    async def _take_callback(self, action: TakeCallback) -> Input:
        try:
            async with asyncio.timeout(PROMISE_LIMIT_S):
                await self._outside.take_callback(self._caller, action)
        except TimeoutError:
            return Failed(f"the promise was not written down within {PROMISE_LIMIT_S:g} s")
        except DomainError as failed:
            return Failed(failed.message)
        self.tell(e.CallbackKept, queue=QueueName(action.queue), number=action.number)
        return Played()

    # --- ends -------------------------------------------------------------------------------------------------------

    async def _to_queue(self, action: ToQueue, flow: Flow) -> None:
        if action.priority:
            await self._set("PRIO", str(action.priority))
        await self._set_way(flow, action.after)
        await self._set("TARGET", action.queue)
        self._outside.on_queued(self._caller, action, flow)
        await self.leave()

    async def _to_number(self, action: ToNumber, flow: Flow) -> Input:
        try:
            await self._outside.may_call(self._caller, action.number)
        except DomainError as refused:
            return Failed(refused.message)
        await self._set("NUMBER", action.number)
        await self._set_way(flow, action.after)
        await self._set("TARGET", agi.OUT)
        await self.leave()
        return Played()

    async def _hang_up(self) -> None:
        self.is_leaving = True
        with contextlib.suppress(CallGone):
            await self._channel.command(agi.HANG_UP)

    async def _set_way(self, flow: Flow, after: str) -> None:
        """Tell the dialplan the caller's language, and where he goes on when he comes back."""
        if flow.language != "zh":
            await self._set("LANGUAGE", flow.language)
        self.after = after
        if after:
            await self._set("AFTER_NODE", f"{flow.name}/{after}")

    async def _set(self, name: str, value: str) -> None:
        await self._channel.command(agi.set_variable(name, value))
