"""The Asterisk process of one home: found by its pid file, asked through its control socket, ended by its pid."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from cti.asterisk.binaries import Binaries, SwitchSetupError

_BOOT_LIMIT_S = 30.0
"""0.3 s on an idle machine; a machine that boots everything at once takes longer."""
_STOP_LIMIT_S = 10.0
_SOCKET_PATH_LIMIT = 100
"""A Unix socket's path holds 107 bytes."""
_START = 'umask 077; ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"; "$@" >&2 & echo $!'
"""Each call takes about ten open files; the usual limit of 1,024 would end at the hundredth call."""


class SwitchProcess:
    """One Asterisk, whoever started it: this process, or one before it."""

    def __init__(self, binaries: Binaries, home: Path) -> None:
        self._binaries = binaries
        self._conf = home / "etc" / "asterisk.conf"
        self._pid_file = home / "run" / "asterisk.pid"
        self._socket = home / "run" / "asterisk.ctl"
        self._logs = (home / "log" / "console.out", home / "log" / "messages.log")

    @property
    def pid(self) -> int | None:
        """The living process of this home, None when there is none. A number another program got does not count."""
        try:
            pid = int(self._pid_file.read_text(encoding="ascii"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self._conf).encode() in command and _lives(pid) else None

    def ask(self, command: str, *, limit_s: float = 5.0) -> str | None:
        """Run a console command and return what it prints; None when the control socket does not answer."""
        try:
            done = subprocess.run(
                [*self._binaries.command, "-C", str(self._conf), "-rx", command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=limit_s,
            )
        except subprocess.TimeoutExpired:
            return None
        return None if done.returncode else done.stdout

    def is_answering(self) -> bool:
        """Tell whether it lives and its control socket answers. A frozen one does not."""
        return self.pid is not None and "booted" in (self.ask("core waitfullybooted", limit_s=3) or "")

    def start(self) -> None:
        """Start in a session of its own, so that it outlives us, and wait until fully booted.

        Raises: SwitchSetupError with the end of its log.
        """
        if len(os.fsencode(self._socket)) > _SOCKET_PATH_LIMIT:
            raise SwitchSetupError(
                f"the path {self._socket} is too long for a socket ({_SOCKET_PATH_LIMIT} bytes at most):"
                " choose a shorter data folder (HOTLINE_DATA_DIR)",
                code="switch.path",
            )
        for leftover in (self._pid_file, self._socket):
            leftover.unlink(missing_ok=True)
        child = self._spawn()
        deadline = time.monotonic() + _BOOT_LIMIT_S
        while not (self._socket.exists() and self.is_answering()):
            if not _lives(child) or time.monotonic() > deadline:
                _signal(child, signal.SIGKILL)
                raise SwitchSetupError(
                    f"Asterisk did not start. Its last words:\n{self._last_words()}", code="switch.start"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """End it: politely, which closes its files well, then by its pid. Does nothing when it is not there."""
        if (pid := self.pid) is None:
            return
        _signal(pid, signal.SIGCONT)
        self.ask("core stop now", limit_s=3)
        if not self._is_gone(_STOP_LIMIT_S):
            self.kill()

    def kill(self) -> None:
        """End it by its pid and wait until it is gone and its ports are free."""
        self.send_signal(signal.SIGKILL)
        self._is_gone(_STOP_LIMIT_S)

    def send_signal(self, number: signal.Signals) -> None:
        """Signal the process when there is one."""
        if (pid := self.pid) is not None:
            _signal(pid, number)

    def _is_gone(self, limit_s: float) -> bool:
        deadline = time.monotonic() + limit_s
        while self.pid is not None and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.pid is None

    def _spawn(self) -> int:
        """Start by way of a shell that ends at once: the switch is nobody's child, so nobody has to bury it."""
        environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self._conf.parent.parent)}
        with self._logs[0].open("ab") as console:
            shell = subprocess.run(
                ["/bin/sh", "-c", _START, "sh", *self._binaries.command, "-C", str(self._conf), "-f"],
                cwd="/",
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=console,
                start_new_session=True,
                text=True,
            )
        return int(shell.stdout)

    def _last_words(self) -> str:
        lines: list[str] = []
        for log in self._logs:
            with contextlib.suppress(OSError):
                lines += log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
        return "\n".join(lines)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _lives(pid: int) -> bool:
    """Tell whether the process runs. One that ended and was not buried yet (state Z) does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
