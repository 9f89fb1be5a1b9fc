"""One caller led through a flow, step by step, until he leaves the menu: by the flow, by himself, or by a fault."""

from __future__ import annotations

import contextlib
import logging
from enum import StrEnum

import msgspec

from cti.domain.errors import CallGone, DomainError
from cti.domain.events import MenuStepped
from ivr.driving import agi
from ivr.driving.channel import CallerChannel
from ivr.driving.doing import Doing
from ivr.driving.lifeline import Lifeline
from ivr.driving.outside import Caller, Outside
from ivr.kinds.shapes import FlowJump, Position
from ivr.language.actions import Action, Entered, Failed, Input, Note, Played, ToNumber, ToQueue
from ivr.language.edition import Edition
from ivr.language.stepping import Stuck, is_over, start, step
from ivr.prompt_book import PromptBook

log = logging.getLogger(__name__)

STEP_LIMIT = 200
"""Steps before a caller who goes round in the menu is given to the fallback queue."""


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """With what a conversation begins, and goes on after a talk. `position` None: the caller's hotline decides."""

    edition: Edition
    prompts: PromptBook
    position: Position | None = None


class Ending(StrEnum):
    """How a conversation ended. `gone`: hung up or left the menu; `given_up`: left to the dialplan."""

    TO_QUEUE = "to_queue"
    TO_NUMBER = "to_number"
    HANG_UP = "hang_up"
    GONE = "gone"
    GIVEN_UP = "given_up"


class Conversation:
    """The one owner of a channel in the menu."""

    def __init__(
        self, *, caller: Caller, beginning: Beginning, channel: CallerChannel, lifeline: Lifeline, outside: Outside
    ) -> None:
        self.caller = caller
        self.position = beginning.position
        """Where the caller is; None: nobody led him anywhere yet."""
        self._beginning = beginning
        self._edition = beginning.edition
        self._channel = channel
        self._outside = outside
        self._doing = Doing(
            caller=caller, channel=channel, prompts=beginning.prompts, lifeline=lifeline, outside=outside
        )

    async def run(self) -> Ending:
        """Lead the caller to the end of the menu, or as far as caller and link allow."""
        try:
            return await self._lead()
        except CallGone:
            self._channel.keep_message()
            return Ending.GONE
        except Stuck as broken:
            log.error("a caller is stuck in the menu", extra={"channel": self.caller.channel, "why": broken.message})
            self.note("failed")
            with contextlib.suppress(DomainError):
                await self._doing.leave()
            return Ending.GIVEN_UP
        except DomainError as lost:
            # The command may still be running: a second one is not allowed. The dead-man's switch has the caller.
            log.warning("caller left to the dialplan", extra={"channel": self.caller.channel, "why": lost.message})
            self.note("failed")
            return Ending.GIVEN_UP
        except Exception:  # our own fault: he shall not wait in silence until the limit runs out
            with contextlib.suppress(DomainError):
                await self._doing.leave()
            raise

    @property
    def is_leaving(self) -> bool:
        """We have told the channel to leave the menu: its AsyncAGIEnd is our doing."""
        return self._doing.is_leaving

    @property
    def going_on(self) -> Beginning | None:
        """With what he goes on when he comes back; None when he does not."""
        if not self._doing.after or self.position is None:
            return None
        position = _moved(self.position, self._doing.after)
        return msgspec.structs.replace(self._beginning, position=position)

    def caller_left(self) -> None:
        """He hung up, or something else took his channel: what he had said is kept."""
        self._channel.keep_message()

    def note(self, outcome: str) -> None:
        """Tell the floor what became of the caller at the node where he is."""
        if self.position is not None:
            self._note(self.position.flow, Note(self.position.node, "", outcome))

    # --- the way ----------------------------------------------------------------------------------------------------

    async def _lead(self) -> Ending:
        if not self.caller.comes_back:
            self.position = self.position or self._first()
        await self._channel.answer(is_taken_over=self.caller.is_taken_over)
        position = self.position = self.position or await self._returned_to()
        if self.caller.comes_back:
            self.note("returned")
        given: Input = Entered()
        for _ in range(STEP_LIMIT):
            flow, facts = position.flow, self._outside.facts(self.caller, self._edition)
            actions, position = step(self._edition.flows, position, given, facts)
            self.position = position
            given = await self._do_all(actions, flow)
            if is_over(actions) and not isinstance(given, Failed):
                return _ending_of(actions[-1])
            if is_over(actions):
                position, given = _after_refusal(actions[-1], position), Entered()
        raise Stuck("the caller goes round in the menu")

    def _first(self) -> Position:
        """At the start of the flow that answers the number he dialled."""
        name = self._edition.flow_of(self.caller.hotline, self._outside.facts(self.caller, self._edition).now)
        if name is None:
            raise Stuck(f"no menu answers {self.caller.hotline}")
        return start(self._edition.flows, name)

    async def _returned_to(self) -> Position:
        """Where the dialplan says that he goes on."""
        flow, _, node = (await self._channel.command(agi.COMES_BACK_TO)).data.partition("/")
        if flow not in self._edition.flows or node not in self._edition.flows[flow].nodes:
            raise Stuck(f"there is no node {node} in menu {flow} to come back to")
        return Position(flow=flow, node=node)

    async def _do_all(self, actions: tuple[Action, ...], noted_in: str) -> Input:
        """Do the actions in order. `noted_in`: the flow to which their notes belong, until one jumps."""
        given: Input = Played()
        for action in actions:
            if isinstance(action, Note):
                self._note(noted_in, action)
                noted_in = self._flow_after(noted_in, action)
                continue
            assert self.position is not None
            given = await self._doing.do(action, self._edition.flows[self.position.flow])
            if isinstance(given, Failed):
                told = {"channel": self.caller.channel, "node": self.position.node, "why": given.reason}
                log.warning("menu step failed", extra=told)
        return given

    def _flow_after(self, flow: str, note: Note) -> str:
        """A note behind a jump belongs to the flow that was jumped to."""
        node = self._edition.flows[flow].nodes.get(note.node) if note.outcome == "to_flow" else None
        return node.flow if isinstance(node, FlowJump) else flow

    def _note(self, flow: str, note: Note) -> None:
        self._doing.tell(
            MenuStepped,
            node=note.node,
            flow=flow,
            digits=note.digits,
            outcome=note.outcome,
            version=self._edition.versions.get(flow, 0),
            words=note.words,
        )


def _after_refusal(action: Action, position: Position) -> Position:
    """A number outside that may not be called is as one where nobody answers."""
    if not isinstance(action, ToNumber) or not action.after:
        raise Stuck("the menu cannot end as it wants to, and does not say what then")
    return _moved(position, action.after)


def _moved(position: Position, node: str) -> Position:
    return msgspec.structs.replace(position, node=node, tries=0, stage="")


def _ending_of(action: Action) -> Ending:
    if isinstance(action, ToQueue):
        return Ending.TO_QUEUE
    return Ending.TO_NUMBER if isinstance(action, ToNumber) else Ending.HANG_UP
