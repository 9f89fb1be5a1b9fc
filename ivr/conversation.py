"""One caller led through a flow: what the flow wants, one AGI command at a time, what came of it back into the flow."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec

from cti.domain.errors import CallGone, DomainError
from cti.domain.ids import ChannelId
from cti.domain.switch import MenuResult, Switch
from ivr import agi
from ivr.flow import Flow, Position, is_over, step
from ivr.lifeline import Lifeline
from ivr.nodes import Action, Ask, EndCall, Entered, Failed, Input, Note, Played, Pressed, Say, ToQueue

log = logging.getLogger(__name__)

COMMAND_LIMIT_S = 5.0
"""For commands that play nothing; they take 20 ms, 100 ms while the caller sends no sound."""
UNKNOWN_PROMPT_S = 30.0
"""Assumed length of a prompt nobody measured."""
TAKE_OVER_LIMIT_S = 60.0
"""A caller taken over may still be inside a command of the link that was cut."""
STEP_LIMIT = 200
"""Steps before a caller who goes round in the menu is given to the fallback queue."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who is led: `hotline` is the number dialled, empty when not known."""

    channel_id: ChannelId
    channel: str
    hotline: str
    is_taken_over: bool = False


class Ending(StrEnum):
    """How a conversation ended. `gone`: hung up or left the menu; `given_up`: left to the dialplan's switch."""

    TO_QUEUE = "to_queue"
    HANG_UP = "hang_up"
    GONE = "gone"
    GIVEN_UP = "given_up"


class Conversation:
    """The one owner of a channel in the menu.

    `lengths_s`: prompt name -> seconds; `folder`: where Asterisk has the prompts, below its sounds.
    """

    def __init__(
        self,
        *,
        caller: Caller,
        flow: Flow,
        switch: Switch,
        lifeline: Lifeline,
        note: Callable[[ChannelId, Note], None],
        lengths_s: Mapping[str, float],
        folder: str,
    ) -> None:
        self.caller = caller
        self.is_leaving = False
        """We have told the channel to leave the menu: its AsyncAGIEnd is our doing."""
        self._flow = flow
        self._switch = switch
        self._lifeline = lifeline
        self._note = note
        self._lengths_s = lengths_s
        self._folder = folder
        self._node = flow.start_for(caller.hotline)

    async def run(self) -> Ending:
        """Lead the caller to the end of the menu, or as far as caller and link allow."""
        try:
            await self._command(agi.ANSWER, TAKE_OVER_LIMIT_S if self.caller.is_taken_over else COMMAND_LIMIT_S)
            return await self._walk()
        except CallGone:
            return Ending.GONE
        except DomainError as lost:
            # The command may still be running: a second one is not allowed. The dead-man's switch has the caller.
            log.warning(
                "caller left to the fallback queue", extra={"channel": self.caller.channel, "why": lost.message}
            )
            self._note(self.caller.channel_id, Note(self._node, "", "failed"))
            return Ending.GIVEN_UP

    async def _walk(self) -> Ending:
        position = Position(self._node)
        given: Input = Entered()
        for _ in range(STEP_LIMIT):
            actions, position = step(self._flow, position, given)
            self._node = position.node
            for action in actions:
                given = await self._do(action)
            if is_over(actions):
                return Ending.HANG_UP if isinstance(actions[-1], EndCall) else Ending.TO_QUEUE
        await self._leave()
        return Ending.GIVEN_UP

    async def _do(self, action: Action) -> Input:
        match action:
            case Say():
                return await self._say(action)
            case Ask():
                return await self._ask(action)
            case Note():
                self._note(self.caller.channel_id, action)
            case ToQueue():
                await self._command(agi.set_target(action.queue))
                await self._leave()
            case EndCall():
                self.is_leaving = True
                with contextlib.suppress(CallGone):
                    await self._command(agi.HANG_UP)
        return Played()

    async def _say(self, action: Say) -> Input:
        result = await self._command(agi.say(action.prompts, self._folder), self._limit_s(action.prompts))
        if not agi.has_run(result):
            return self._failed(result)
        status = (await self._command(agi.SAY_RESULT)).data
        return Played() if status == "SUCCESS" else self._failed(status)

    async def _ask(self, action: Ask) -> Input:
        line = agi.ask(action.prompts, self._folder, max_digits=action.max_digits, wait_s=action.wait_s)
        result = await self._command(line, self._limit_s(action.prompts) + action.wait_s)
        if not agi.has_run(result):
            return self._failed(result)
        status, _, digits = (await self._command(agi.ASK_RESULT)).data.partition("/")
        if status == "OK":
            return Pressed(digits or "#")  # Asterisk: the end key alone is OK with no digits; TIMEOUT is no key at all
        return Pressed(digits) if status == "TIMEOUT" else self._failed(status)

    def _failed(self, why: object) -> Failed:
        log.warning("menu step failed", extra={"channel": self.caller.channel, "node": self._node, "why": str(why)})
        return Failed(str(why))

    async def _leave(self) -> None:
        """Hand the channel back to the dialplan, which switches the limit off itself."""
        await self._lifeline.release(self.caller.channel_id)
        self.is_leaving = True
        with contextlib.suppress(CallGone):  # its AsyncAGIEnd may overtake the result
            await self._command(agi.BREAK)

    def _limit_s(self, prompts: tuple[str, ...]) -> float:
        return COMMAND_LIMIT_S + sum(self._lengths_s.get(prompt, UNKNOWN_PROMPT_S) for prompt in prompts)

    async def _command(self, line: str, limit_s: float = COMMAND_LIMIT_S) -> MenuResult:
        return await self._switch.run_menu(self.caller.channel, line, limit_s=limit_s)
