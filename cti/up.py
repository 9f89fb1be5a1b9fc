"""`./run`: the supervisor. Starts the switch and the service, keeps both alive, stops both.

It holds no state of the floor and no connection: when it is killed, calls go on, the service goes on, and the next
start adopts the switch and replaces the service.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from cti.address import address_of, ask_ready, choose_port
from cti.asterisk.embedded import EmbeddedAsterisk, SwitchOptions
from cti.child import Child, RestartPlan, end_leftover
from cti.data_folder import claim, make_data_folder
from cti.domain.errors import DomainError
from cti.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parent.parent
SERVE = (sys.executable, "-m", "cti", "serve")
REFUSED = 2
"""Exit code of a service that says in words why it cannot start (`cti.__main__`): trying again would not help."""
STOP_LIMIT_S = 20.0
"""The service's own steps of stopping have limits that add up to less."""
READY_LIMIT_S = 90.0
LOG_LIMIT_BYTES = 50 * 2**20


def say(line: str) -> None:
    """Show one line of progress. A terminal that went away must not keep us from stopping in order."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


@contextlib.contextmanager
def timed(title: str) -> Iterator[None]:
    """Show `title` and the seconds its block took, when it ended well."""
    began = time.monotonic()
    yield
    say(f"  {title:<56} {time.monotonic() - began:6.1f} s")


class Supervisor:
    """One running system: the switch unless it is elsewhere, and the service."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], *, command: Sequence[str] = SERVE) -> None:
        self._settings = settings
        self._data = settings.data_path
        self._log = self._data / "log" / "service.log"
        self._environ = dict(environ)
        self._switch: EmbeddedAsterisk | None = None
        self._child = Child(
            command, environ=self._environ, cwd=ROOT, log=self._log, pid_file=self._data / "service.pid"
        )
        self._stop = asyncio.Event()

    def ask_to_stop(self) -> None:
        """Stop what runs, in order. Asked a second time: at once, without goodbyes."""
        if not self._stop.is_set():
            say("\n  stopping (Ctrl-C once more: at once)")
            self._stop.set()
            return
        self._child.kill()
        if self._switch is not None:
            with contextlib.suppress(DomainError):
                self._switch.kill()
        os._exit(130)

    async def run(self) -> int:
        """Run until asked to stop. Returns the exit code. Raises: DomainError when something cannot start."""
        if left := await end_leftover(self._data / "service.pid", STOP_LIMIT_S):
            say(f"  ended service {left}, left behind by a ./run that was killed")
        port = choose_port(self._settings.host, self._settings.port)
        self._settings = msgspec.structs.replace(self._settings, port=port)
        self._environ |= {"HOTLINE_DATA_DIR": str(self._data), "HOTLINE_PORT": str(port)}
        try:
            return await (self._serve() if self._settings.ami_host else self._with_own_switch())
        except DomainError:
            if self._stop.is_set():  # Ctrl-C reached a step's own child processes first
                return 130
            raise

    # --- the switch -------------------------------------------------------------------------------------------------

    async def _with_own_switch(self) -> int:
        given = self._settings
        self._switch = switch = EmbeddedAsterisk(
            self._data / "asterisk",
            binaries_root=given.asterisk_root_path,
            recordings=given.recordings_path,
            own_prompts=given.own_prompts_path,
            messages=given.messages_path,
            options=SwitchOptions(
                line_limit=given.line_limit,
                menu_guard_s=given.menu_guard_s,
                sip_port=given.sip_port,
                media_address=given.media_address,
                trunk_uri=given.trunk_uri,
            ),
        )
        with timed("Asterisk's programs"):
            await switch.install(_indented)
        if self._stop.is_set():
            return 130
        try:
            with timed("Asterisk"):
                await switch.start(_indented)
            self._tell_service_of(switch)
            keeping = asyncio.create_task(self._keep(switch))
            try:
                return await self._serve()
            finally:
                keeping.cancel()
        finally:
            with timed("Asterisk stopped"):
                await switch.stop()

    def _tell_service_of(self, switch: EmbeddedAsterisk) -> None:
        """Put the switch's whereabouts into the service's environment; secrets by files that only we can read."""
        for name in ("HOTLINE_AMI_SECRET", "HOTLINE_AMI_HANDS_SECRET"):
            self._environ.pop(name, None)
        self._environ |= {
            "HOTLINE_AMI_HOST": switch.ami.host,
            "HOTLINE_AMI_PORT": str(switch.ami.port),
            "HOTLINE_AMI_USER": switch.ami.user,
            "HOTLINE_AMI_SECRET_FILE": self._keep_secret("ami-secret", switch.ami.secret),
            "HOTLINE_AMI_HANDS_USER": switch.hands.user,
            "HOTLINE_AMI_HANDS_SECRET_FILE": self._keep_secret("ami-hands-secret", switch.hands.secret),
            "HOTLINE_QUEUE_LOG": str(switch.queue_log),
            "HOTLINE_RECORDINGS_DIR": str(switch.recordings),
        }

    def _keep_secret(self, name: str, secret: str) -> str:
        """Write a secret where only we can read it; return the path."""
        path = self._data / name
        path.touch(mode=0o600)
        path.write_text(secret, encoding="ascii")
        return str(path)

    async def _keep(self, switch: EmbeddedAsterisk) -> None:
        """Start the switch again when it died. Without it no call is possible, so this never gives up."""
        delay_s = 1.0
        while True:
            await asyncio.sleep(delay_s)
            if switch.pid is not None or self._stop.is_set():
                delay_s = 1.0
                continue
            say("  Asterisk ended by itself; starting it again")
            before = switch.ami
            try:
                await switch.start(_indented)
            except DomainError as refusal:
                say(f"  {refusal.message}")
                delay_s = min(delay_s * 2, 30.0)
                continue
            if switch.ami != before:  # somebody took its port meanwhile
                self._tell_service_of(switch)
                await self._child.end(STOP_LIMIT_S)

    # --- the service ------------------------------------------------------------------------------------------------

    async def _serve(self) -> int:
        """Keep the service alive until asked to stop, or until it dies over and over."""
        plan = RestartPlan()
        stopping = asyncio.create_task(self._stop.wait())
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                shorten(self._log)
                await self._child.start()
                watching = asyncio.create_task(self._watch())
                ended = asyncio.create_task(self._child.wait())
                await asyncio.wait({stopping, ended}, return_when=asyncio.FIRST_COMPLETED)
                watching.cancel()
                if not self._stop.is_set() and not await self._again(plan, ended.result(), time.monotonic() - began):
                    return 1
        finally:
            stopping.cancel()
            with timed("service stopped"):
                await self._child.end(STOP_LIMIT_S)
        return 0

    async def _again(self, plan: RestartPlan, code: int, lived_s: float) -> bool:
        """Wait before the next start. Returns False when another start makes no sense; the reason is said."""
        delay_s = None if code == REFUSED else plan.next_delay_s(lived_s)
        if delay_s is None:
            over = "cannot start" if code == REFUSED else "dies each time it is started"
            say(f"\nThe service {over}. Its last words (all of them: {self._log}):\n{self._child.last_words()}\n")
            return False
        say(f"  the service ended (code {code}) after {lived_s:.0f} s; starting it again in {delay_s} s")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), delay_s)
        return True

    async def _watch(self) -> None:
        """Say when the service is ready, or why it is not; afterwards keep its log from filling the disk."""
        began, told = time.monotonic(), False
        while True:
            ready, reason = await ask_ready(self._settings.host, self._settings.port)
            if ready:
                break
            if not told and time.monotonic() - began > READY_LIMIT_S:
                told = True
                say(f"  not ready after {READY_LIMIT_S:.0f} s: {reason}\n  its log: {self._log}")
            await asyncio.sleep(2 if told else 0.1)
        say(f"  {'service':<56} {time.monotonic() - began:6.1f} s\n\n{self._ready_line()}\n")
        while True:
            await asyncio.sleep(60)
            shorten(self._log)

    def _ready_line(self) -> str:
        address = address_of(self._settings.host, self._settings.port, self._settings.public_url)
        try:
            link = (self._data / "first-sign-in-link").read_text("utf-8").strip()
        except OSError:
            return f"Hotline is ready: {address} (Ctrl-C stops everything)"
        return f"Hotline is ready: {address} - first sign-in (once, within 30 minutes): {link}"


def _indented(text: str) -> None:
    say(f"    {text}")


def shorten(log: Path) -> None:
    """Keep one older part when `log` has grown large. The writer appends, so it goes on in the emptied file."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_LIMIT_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)


def parser() -> argparse.ArgumentParser:
    """Return the options of `./run`; `bootstrap.py` lists the same (a test compares)."""
    options = argparse.ArgumentParser(prog="./run", description="Run the whole system until Ctrl-C.")
    options.add_argument("--host", help="listen there instead of 127.0.0.1")
    options.add_argument("--port", help="web port, 8900 unless told otherwise; 0 takes a free one")
    options.add_argument("--data", metavar="FOLDER", help="where everything is kept, `var` unless told otherwise")
    return options


def with_options(argv: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` with the options in it: they are settings by another way."""
    given = parser().parse_args(argv)
    named = {"HOTLINE_HOST": given.host, "HOTLINE_PORT": given.port, "HOTLINE_DATA_DIR": given.data}
    return {**environ, **{name: value for name, value in named.items() if value is not None}}


async def _run(settings: Settings, environ: Mapping[str, str], command: Sequence[str]) -> int:
    supervisor = Supervisor(settings, environ, command=command)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup ./run
            asyncio.get_running_loop().add_signal_handler(number, supervisor.ask_to_stop)
    return await supervisor.run()


def main(argv: Sequence[str], environ: Mapping[str, str] = os.environ, command: Sequence[str] = SERVE) -> int:
    """Run the whole system until stopped. Returns the exit code; a refusal is one clear line on stderr."""
    environ = with_options(argv, environ)
    try:
        settings = read_settings(environ)
        make_data_folder(settings.data_path)
        with claim(settings.data_path):
            return asyncio.run(_run(settings, environ, command))
    except DomainError as refusal:
        print(f"hotline: {refusal.message}", file=sys.stderr)
        return REFUSED
