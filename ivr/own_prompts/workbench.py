"""Files made into recordings, one at a time, each in a process of its own with limits on time, memory and priority."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cti.domain.errors import Invalid
from cti.web.problem import TooMany
from ivr.own_prompts.convert import Verdict
from ivr.own_prompts.sound import Sound

log = logging.getLogger(__name__)

LIMIT_S = 90.0
MOST_WAITING = 4
ROOT = Path(__file__).resolve().parents[2]


class Workbench:
    """Looks at files and makes recordings of them. `folder`: for what is being worked on."""

    def __init__(self, folder: Path, *, limit_s: float = LIMIT_S) -> None:
        self._folder = folder
        self._limit_s = limit_s
        self._turn = asyncio.Lock()
        self._waiting = 0

    @contextlib.contextmanager
    def file(self) -> Iterator[Path]:
        """A fresh, empty file of our own for something that is still to come; it is gone afterwards."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix="taken-", suffix=".in")
        os.close(descriptor)
        path = Path(name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
            _target(path).unlink(missing_ok=True)

    async def finish(self, source: Path) -> Sound:
        """Return the recording made of one of our files. Raises: Invalid with the reason, TooMany."""
        # One at a time: reading two minutes of MP3 and filtering them takes a core for seconds.
        if self._waiting >= MOST_WAITING:
            raise TooMany("Too many recordings are being looked at.", after_s=10, code="prompt.busy")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._finish(source)
        finally:
            self._waiting -= 1

    async def _finish(self, source: Path) -> Sound:
        target = _target(source)
        verdict = await self._judge(source, target)
        if verdict.code:
            raise Invalid(verdict.text, code=verdict.code)
        return Sound(
            samples=await asyncio.to_thread(target.read_bytes),
            level_dbfs=verdict.level_dbfs,
            peak_dbfs=verdict.peak_dbfs,
            trimmed_s=verdict.trimmed_s,
        )

    async def _judge(self, source: Path, target: Path) -> Verdict:
        command = (sys.executable, "-m", "ivr.own_prompts.convert", str(source), str(target))
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._limit_s):
                said, complained = await process.communicate()
        except TimeoutError:
            return Verdict(code="prompt.too_hard", text=f"reading it takes longer than {self._limit_s:g} s")
        finally:
            await _end(process)
        try:
            return msgspec.json.decode(said, type=Verdict)
        except msgspec.DecodeError:
            log.error(
                "a recording could not be looked at", extra={"said": complained[-2000:].decode("utf-8", "replace")}
            )
            return Verdict(code="prompt.too_hard", text="it could not be read within the limits of memory and time")


def _target(source: Path) -> Path:
    return source.with_suffix(".alaw")


async def _end(process: asyncio.subprocess.Process) -> None:
    """With its ffmpeg: both are in a session of their own."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
