"""One channel in the menu: says, asks and records by one AGI command at a time. What came of it is the next input."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from cti.domain.ids import ChannelId
from cti.domain.switch import MenuResult, Switch
from ivr.driving import agi
from ivr.driving.message_names import FOLDER, free_name, length_of
from ivr.kinds.shapes import Flow
from ivr.language.actions import Ask, Failed, Input, Played, Pressed, Recorded, TakeMessage
from ivr.prompt_book import PLACE, PromptBook

COMMAND_LIMIT_S = 5.0
"""For commands that play nothing; they take 20 ms, 100 ms while the caller sends no sound."""
PLAY_LIMIT_S = 30.0
"""Beyond the length of what is played. Asterisk: playing stands still while keys come in without a pause, as from a
machine (64 at once: 24 s)."""
TAKE_OVER_LIMIT_S = 60.0
"""A caller taken over may still be inside a command of the link that was cut."""
LEAST_MESSAGE_S = 1.0
"""Shorter ones are a breath or the noise of hanging up."""
BEEP = f"{PLACE}/beep"


class CallerChannel:
    """What may be done to a caller in the menu.

    `keep(name, length_s)` is told of each message, also of one that ended with the call.
    Raises, from everything: CallGone, NotSent, SwitchRefused, OutcomeUnknown, Conflict.
    """

    def __init__(
        self,
        *,
        switch: Switch,
        channel: str,
        channel_id: ChannelId,
        prompts: PromptBook,
        messages_folder: Path,
        keep: Callable[[str, str, float], None],
    ) -> None:
        self._switch = switch
        self._channel = channel
        self._channel_id = channel_id
        self._prompts = prompts
        self._folder = messages_folder
        self._keep = keep
        self._recording: tuple[str, str] | None = None
        """Box and name of the message that is being recorded."""

    async def answer(self, *, is_taken_over: bool) -> None:
        """Pick up; wait for a command of another link that still runs."""
        await self.command(agi.ANSWER, TAKE_OVER_LIMIT_S if is_taken_over else COMMAND_LIMIT_S)

    async def say(self, names: tuple[str, ...], flow: Flow) -> Input:
        """Play what there is of the prompts; `Failed` when one could not be heard."""
        files, failed = self._files(names, flow)
        if files:
            length_s = self._length_s(names, flow)
            for part in agi.parts(files):
                failed = await self._say(part, length_s) or failed
        return failed or Played()

    async def ask(self, action: Ask, flow: Flow) -> Input:
        """Play the prompts and take keys; `Failed`, before a word is said, when one of them is missing.

        More prompts than a command holds are said before; keys count from the last command on.
        """
        files, missing = self._files(action.prompts, flow)
        if missing is not None:
            return missing
        *before, last = agi.parts(files)
        length_s = self._length_s(action.prompts, flow)
        for part in before:
            if failed := await self._say(part, length_s):
                return failed
        line = agi.ask(last, max_digits=action.max_digits, wait_s=action.wait_s)
        result = await self.command(line, PLAY_LIMIT_S + length_s + action.wait_s * action.max_digits)
        if not agi.has_run(result):
            return Failed(str(result))
        status, _, digits = (await self.command(agi.ASK_RESULT)).data.partition("/")
        if status == "OK":
            return Pressed(digits or "#")  # Asterisk: the end key alone is OK with no digits; TIMEOUT is no key at all
        return Pressed(digits) if status == "TIMEOUT" else Failed(status)

    async def record(self, action: TakeMessage, flow: Flow) -> Input:
        """Say the prompts, beep, record. `Failed` when nothing was said, or it cannot be kept."""
        if not os.access(self._folder, os.W_OK) or self._folder.name != FOLDER:
            return Failed("the folder of messages cannot be written")
        await self.say(action.prompts, flow)
        await self._say((BEEP,), 0.0)
        name = free_name(self._folder, self._channel_id, action.box)
        self._recording = (action.box, name)
        line = agi.record(str(self._folder / name), limit_s=action.limit_s, silence_s=action.silence_s)
        result = await self.command(line, COMMAND_LIMIT_S + action.limit_s)
        if not agi.has_run(result):
            self._recording = None
            return Failed(str(result))
        length_s = self.keep_message(silence_s=action.silence_s if result.data.startswith("timeout") else 0.0)
        return Recorded(length_s) if length_s else Failed("nothing was said")

    def keep_message(self, *, silence_s: float = 0.0) -> float:
        """Tell of the message that was being recorded, if any; return its seconds, 0 for none worth keeping.

        `silence_s`: of its end, when silence has ended it. A blink of file system work, once a message.
        """
        if self._recording is None:
            return 0.0
        (box, name), self._recording = self._recording, None
        path = self._folder / f"{name}.wav"
        length_s = length_of(path)
        if length_s - silence_s < LEAST_MESSAGE_S:
            with contextlib.suppress(OSError):
                path.unlink()
            return 0.0
        self._keep(box, name, length_s)
        return length_s

    async def command(self, line: str, limit_s: float = COMMAND_LIMIT_S) -> MenuResult:
        """Run one command."""
        return await self._switch.run_menu(self._channel, line, limit_s=limit_s)

    async def _say(self, files: tuple[str, ...], length_s: float) -> Failed | None:
        result = await self.command(agi.say(files), PLAY_LIMIT_S + length_s)
        if not agi.has_run(result):
            return Failed(str(result))
        status = (await self.command(agi.SAY_RESULT)).data
        return None if status == "SUCCESS" else Failed(status)

    def _files(self, names: tuple[str, ...], flow: Flow) -> tuple[list[str], Failed | None]:
        found = {name: self._prompts.file_of(name, flow.language, flow.voice) for name in names}
        missing = [name for name, file in found.items() if file is None]
        files = [file for name in names if (file := found[name]) is not None]
        return files, Failed(f"no prompt {', '.join(missing)}") if missing else None

    def _length_s(self, names: tuple[str, ...], flow: Flow) -> float:
        return sum(self._prompts.length_s(name, flow.language, flow.voice) for name in names)
