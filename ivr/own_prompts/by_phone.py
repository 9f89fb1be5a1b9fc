"""Recordings by telephone, from ringing somebody to the recording in force. One task each; a restart forgets them."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from cti.domain.changes import Change
from cti.domain.errors import DomainError, NotFound, SwitchRefused
from cti.domain.event import Event
from cti.domain.events import ChannelClosed, ChannelStateChanged, OriginateEnded, PromptRecorded
from cti.domain.ids import AgentId, ChannelId
from cti.domain.roles import Actor
from cti.domain.switch import Switch
from cti.errands import Errand, Errands, Line
from cti.store.work import Database
from ivr.own_prompts.keeper import OwnPrompts
from ivr.own_prompts.sound import Sound
from ivr.own_prompts.takes import BUSY, CHECKING, MADE, OURS, Take, apply, fail, plan_take
from ivr.own_prompts.workbench import Workbench

log = logging.getLogger(__name__)

LIMIT_S = 450.0
"""The dialplan ends the call after seven minutes; later nothing comes any more."""
KEEP = timedelta(minutes=30)
"""How long one may still ask what became of a take."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What a take is of, and what it became."""

    actor: Actor
    name: str
    language: str
    text: str
    take: Take
    changed: asyncio.Event
    sound: list[Sound]
    """Empty until it is made."""


class PhoneTakes:
    """Rings people and takes in what they say. An outlet: `offer` hears what happens on the channels."""

    def __init__(
        self,
        *,
        line: Line,
        switch: Switch,
        database: Database,
        prompts: OwnPrompts,
        workbench: Workbench,
        recorded: Path,
        clock: Callable[[], datetime],
        limit_s: float = LIMIT_S,
    ) -> None:
        self._line = line
        self._switch = switch
        self._errands = Errands(database=database, clock=clock)
        self._prompts = prompts
        self._workbench = workbench
        self._recorded = recorded
        self._clock = clock
        self._limit_s = limit_s
        self._takes: dict[str, Recorded] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, event: Event, changes: Sequence[Change]) -> None:
        """Take what happens on our channels."""
        if not self._takes or not isinstance(
            event, ChannelStateChanged | ChannelClosed | OriginateEnded | PromptRecorded
        ):
            return
        one = self._takes.get(event.channel_id or "")
        if one is not None:
            apply(one.take, event)
            one.changed.set()

    async def begin(self, actor: Actor, name: str, language: str, agent_id: str, text: str) -> str:
        """Ring an agent's telephone for a recording, and return the take's id.

        Raises: as `plan_take`, Conflict `desk.busy`, DatabaseAway, SwitchError.
        """
        channel_id = ChannelId(f"{OURS}{secrets.token_hex(8)}")
        command = plan_take(self._line.floor.agent_view(AgentId(agent_id)), channel_id)
        self._forget_old()
        take = Take(channel_id=channel_id, began_at=self._clock())
        one = Recorded(
            actor=actor, name=name, language=language, text=text, take=take, changed=asyncio.Event(), sound=[]
        )
        self._takes[channel_id] = one
        about = f"prompt:{language}/{name}"
        errand = Errand(actor=actor, action="prompt.by_phone", about=about, details={"agent_id": agent_id})
        try:
            await self._errands.send(errand, self._switch.send, [command])
        except DomainError:
            del self._takes[channel_id]
            raise
        task = asyncio.create_task(self._run(one), name=channel_id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return channel_id

    def get(self, take_id: str) -> Recorded:
        """Return a take of the last half hour. Raises: NotFound `prompt.take_unknown`."""
        one = self._takes.get(take_id)
        if one is None:
            raise NotFound("this recording by telephone is not known any more", code="prompt.take_unknown")
        return one

    async def aclose(self) -> None:
        """Let go of what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _run(self, one: Recorded) -> None:
        take, path = one.take, self._recorded / f"{one.take.channel_id}.wav"
        try:
            async with asyncio.timeout(self._limit_s):
                while take.state in BUSY and take.state != CHECKING:
                    await one.changed.wait()
                    one.changed.clear()
            if take.state == CHECKING:
                await self._keep(one, path)
                take.state = MADE
        except TimeoutError:
            fail(take, SwitchRefused("nothing was heard of the recording", code="prompt.take_lost"))
        except DomainError as refusal:
            fail(take, refusal)
        except OSError as broken:
            log.error("a recording by telephone cannot be read", extra={"file": path.name, "why": str(broken)})
            fail(take, SwitchRefused("the recorded file is not there", code="prompt.take_lost"))
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _keep(self, one: Recorded, path: Path) -> None:
        # Copied: beside the recordings nothing of ours may be written.
        with self._workbench.file() as mine:
            await asyncio.to_thread(shutil.copyfile, path, mine)
            sound = await self._workbench.finish(mine)
        await self._prompts.add(one.actor, one.name, one.language, sound, source="phone", text=one.text)
        one.sound.append(sound)

    def _forget_old(self) -> None:
        before = self._clock() - KEEP
        self._takes = {
            key: one for key, one in self._takes.items() if one.take.state in BUSY or one.take.began_at > before
        }
