"""The service as a child process: started, ended with all it started, found again after its supervisor was killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

_LOOK_EVERY_S = 0.05


class Mark(msgspec.Struct, frozen=True):
    """One process, unmistakably: pids are used again, a pid with its start time on this boot is not."""

    pid: int
    started: int
    """Clock ticks after boot, from /proc/<pid>/stat."""
    boot: str


def mark_of(pid: int) -> Mark | None:
    """Return the mark of a living process; None when it is gone or only waits to be buried (a zombie)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks
    return None if fields[0] in "ZX" else Mark(pid=pid, started=int(fields[19]), boot=boot)


def is_alive(mark: Mark) -> bool:
    """Whether exactly this process still runs."""
    return mark_of(mark.pid) == mark


async def _gone_within(mark: Mark, limit_s: float) -> bool:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit_s
    while is_alive(mark):
        if loop.time() > deadline:
            return False
        await asyncio.sleep(_LOOK_EVERY_S)
    return True


async def end(mark: Mark, patience_s: float) -> bool:
    """Ask the process to end, and after `patience_s` end it. Returns whether it went by itself.

    Whatever is left of its process group goes with it: a child leads a group of its own.
    """
    polite = True
    if is_alive(mark):
        _signal(mark.pid, signal.SIGTERM)
        polite = await _gone_within(mark, patience_s)
    if not polite:
        _signal(mark.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(mark.pid, signal.SIGKILL)
    return polite


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


class RestartPlan:
    """When to start a dead service again, and when to stop trying. Pure: times come in."""

    DELAYS_S = (0.2, 1.0, 2.0, 4.0, 8.0)
    """The first is short: callers in the menu wait for us. Five early deaths in a row are a loop."""
    LIVED_S = 60.0
    """A service that lived so long is not looping; its death counts as the first one."""

    def __init__(self) -> None:
        self._early_deaths = 0

    def next_delay_s(self, lived_s: float) -> float | None:
        """Return the seconds to wait after a service that lived `lived_s` died; None: give up."""
        self._early_deaths = 0 if lived_s >= self.LIVED_S else self._early_deaths + 1
        if self._early_deaths > len(self.DELAYS_S):
            return None
        return self.DELAYS_S[max(self._early_deaths - 1, 0)]


class Child:
    """One service process at a time. Its output goes to `log`, its mark to `pid_file`."""

    def __init__(
        self, command: Sequence[str], *, environ: Mapping[str, str], cwd: Path, log: Path, pid_file: Path
    ) -> None:
        self._command = command
        self._environ = environ
        self._cwd = cwd
        self._log = log
        self._pid_file = pid_file
        self._process: Process | None = None
        self._mark: Mark | None = None
        self._log_begin = 0

    async def start(self) -> None:
        """Start it as the leader of a session of its own, so that Ctrl-C reaches only the supervisor."""
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._log_begin = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environ,
                cwd=self._cwd,
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                start_new_session=True,
            )
        self._mark = mark_of(self._process.pid)
        if self._mark is not None:
            self._write_mark(self._mark)

    def _write_mark(self, mark: Mark) -> None:
        part = self._pid_file.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(mark))
        part.replace(self._pid_file)

    async def wait(self) -> int:
        """Return the exit code when it ended; a signal counts as its negative number."""
        if self._process is None:
            raise RuntimeError("wait before start")
        code = await self._process.wait()
        if self._mark is not None:
            mark, self._mark = self._mark, None
            await end(mark, 0)  # what it started must not outlive it and hold the port
            self._forget()
        return code

    def _forget(self) -> None:
        self._pid_file.unlink(missing_ok=True)

    async def end(self, patience_s: float) -> bool:
        """End it when it runs; see `end`."""
        if self._mark is None:
            return True
        polite = await end(self._mark, patience_s)
        await self.wait()
        return polite

    def kill(self) -> None:
        """End it now, with all it started; nobody waits for it."""
        if self._mark is not None and is_alive(self._mark):
            os.killpg(self._mark.pid, signal.SIGKILL)

    def last_words(self, count: int = 12) -> str:
        """Return the last lines it wrote since its start."""
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            log.seek(max(self._log_begin, self._log.stat().st_size - 20_000))
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-count:])
        return ""


def read_mark(pid_file: Path) -> Mark | None:
    """Return the mark in `pid_file` while that process lives, else None."""
    try:
        mark = msgspec.json.decode(pid_file.read_bytes(), type=Mark)
    except (OSError, msgspec.DecodeError):
        return None
    return mark if is_alive(mark) else None


async def end_leftover(pid_file: Path, patience_s: float) -> int | None:
    """End the service a killed supervisor left behind; return its pid, None when there was none."""
    mark = read_mark(pid_file)
    if mark is not None:
        await end(mark, patience_s)
    return mark.pid if mark else None
