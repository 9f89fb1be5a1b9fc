"""A private Asterisk of this system: installed, configured, started, adopted and stopped without root.

It runs in a session of its own and outlives the service: a restarted service adopts it, and calls go on meanwhile.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import msgspec

from cti.asterisk import debian, sounds
from cti.asterisk.binaries import Binaries, SwitchSetupError
from cti.asterisk.debian import Progress
from cti.asterisk.home import AMI_USER, HANDS_USER, SwitchHome, SwitchOptions
from cti.asterisk.identity import Identity
from cti.asterisk.ports import LOOPBACK, is_free, with_ports
from cti.asterisk.process import SwitchProcess
from cti.asterisk.render import TEMPLATES

__all__ = ["AMI_USER", "AmiAddress", "EmbeddedAsterisk", "Progress", "SwitchOptions", "SwitchSetupError"]

_RELOADS = {
    "extensions.conf": "dialplan reload",
    "queues.conf": "queue reload all",
    "manager.conf": "manager reload",
    "http.conf": "module reload http",
    "pjsip.conf": "module reload res_pjsip.so",
    "pjsip_agents.conf": "module reload res_pjsip.so",
}
"""What an adopted switch is told when its configuration has changed meanwhile. Calls are not touched.

What is not here (modules, sorcery, media) is read by a start only: the check page says so.
"""


class AmiAddress(msgspec.Struct, frozen=True):
    """Where and as whom the service logs in."""

    host: str
    port: int
    user: str
    secret: str


class EmbeddedAsterisk:
    """One Asterisk with all its files under `home`. Several run side by side, one home each."""

    def __init__(
        self,
        home: Path,
        *,
        binaries_root: Path,
        recordings: Path | None = None,
        options: SwitchOptions | None = None,
        prompts: Path = sounds.PROMPTS,
        own_prompts: Path | None = None,
        messages: Path | None = None,
        templates: Path = TEMPLATES,
    ) -> None:
        self.home = home.absolute()
        self.recordings = (recordings or self.home / "recordings").absolute()
        self.options = options or SwitchOptions()
        self.was_adopted = False
        """The last `start` found it running."""
        self._binaries_root = binaries_root.resolve()
        self.own_prompts = (own_prompts or self.home / "own-prompts").absolute()
        self.message_folder = (messages or self.home / "messages").absolute()
        """What callers leave, not recordings of talks."""
        self._folder = SwitchHome(
            self.home,
            self.recordings,
            prompts=prompts,
            templates=templates,
            own_prompts=self.own_prompts,
            messages=self.message_folder,
        )
        self._binaries: Binaries | None = None
        self._identity: Identity | None = None

    # --- life -------------------------------------------------------------------------------------------------------

    async def install(self, progress: Progress = lambda text: None) -> None:
        """Have an Asterisk: the distribution's own when it is new enough, else unpacked packages. At once when there.

        Raises: SwitchSetupError.
        """
        self._binaries = await asyncio.to_thread(
            lambda: Binaries.of_distribution() or debian.install(self._binaries_root, progress)
        )

    async def start(self, progress: Progress = lambda text: None) -> None:
        """Return when Asterisk is fully booted; a living one of the same home is adopted. Installs when needed.

        Raises: SwitchSetupError, saying what to do.
        """
        if self._binaries is None:
            await self.install(progress)
        await asyncio.to_thread(self._start, progress)

    async def stop(self) -> None:
        """End Asterisk and every call on it: politely, after 10 s by force. Does nothing when none was installed."""
        if self._binaries is not None:
            await asyncio.to_thread(self._process.stop)

    def kill(self) -> None:
        """End it the hard way (fault tests): no goodbye to anybody."""
        self._process.send_signal(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it hang (fault tests): sockets stay open, nothing answers."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """End a `freeze`."""
        self._process.send_signal(signal.SIGCONT)

    @property
    def pid(self) -> int | None:
        """Process id, None when it does not run."""
        return self._process.pid

    def console(self, command: str) -> str:
        """Run a console command and return what it prints. Raises: SwitchSetupError when nothing answers."""
        said = self._process.ask(command)
        if said is None:
            raise SwitchSetupError("Asterisk's console does not answer", code="switch.console")
        return said

    # --- where things are -------------------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        """Asterisk's version as its package says it."""
        return self._found.version

    @property
    def ami(self) -> AmiAddress:
        """Where the service logs in; known after `start`."""
        identity = self._known
        return AmiAddress(host=LOOPBACK, port=identity.ami_port, user=AMI_USER, secret=identity.ami_secret)

    @property
    def hands(self) -> AmiAddress:
        """Where the service logs in for what needs class `system`; known after `start`."""
        identity = self._known
        return AmiAddress(host=LOOPBACK, port=identity.ami_port, user=HANDS_USER, secret=identity.hands_secret)

    @property
    def sip_port(self) -> int:
        """UDP port on 127.0.0.1 for phones and the trunk; known after `start`."""
        return self._known.sip_port

    @property
    def http_port(self) -> int:
        """TCP port on 127.0.0.1 for SIP over WebSocket (path `/ws`); known after `start`."""
        return self._known.http_port

    @property
    def queue_log(self) -> Path:
        """The book of record of the queues."""
        return self.home / "log" / "queue_log"

    @property
    def messages(self) -> Path:
        """Asterisk's own log of notices, warnings and errors."""
        return self.home / "log" / "messages.log"

    @property
    def system_name(self) -> str:
        """The name that each genuine AMI event carries."""
        return self._known.system_name

    def telephone(self, number: str) -> tuple[str, str]:
        """Return SIP user and secret of an agent's phone. Raises: KeyError for a number without one."""
        return number, self._known.phones[number]

    # --- inside -----------------------------------------------------------------------------------------------------

    @property
    def _found(self) -> Binaries:
        if self._binaries is None:
            raise SwitchSetupError("Asterisk is not installed yet", code="switch.setup")
        return self._binaries

    @property
    def _known(self) -> Identity:
        if self._identity is None:
            raise SwitchSetupError("Asterisk was not started yet", code="switch.setup")
        return self._identity

    @property
    def _process(self) -> SwitchProcess:
        return SwitchProcess(self._found, self.home)

    def _start(self, progress: Progress) -> None:
        with self._folder.alone():
            saved = self._folder.load_identity()
            self.was_adopted = self._process.is_answering()
            if self.was_adopted:
                self._identity = saved
                self._tell_changes(self._folder.prepare(self._found, saved, self.options))
                progress(f"Asterisk {self.version} is running already")
                return
            self._process.kill()  # if it is there it is alive and dumb: nobody can reach anybody through it
            self._identity = with_ports(saved, sip_port=self.options.sip_port)
            self._folder.prepare(self._found, self._identity, self.options)
            self._process.start()
            self._folder.forget_restart()
            self._check_ports()
            progress(
                f"Asterisk {self.version} is up: SIP on {LOOPBACK}:{self.sip_port}, AMI on {LOOPBACK}:{self.ami.port}"
            )

    def _tell_changes(self, changed: set[str]) -> None:
        for command in sorted({_RELOADS[name] for name in changed if name in _RELOADS}):
            self._process.ask(command)
        self._folder.want_restart(name for name in changed if name not in _RELOADS)

    def _check_ports(self) -> None:
        """Asterisk boots even when a port slipped away at the last moment; then it is deaf and must not go on."""
        if is_free(self.sip_port, udp=True) or is_free(self.ami.port, udp=False) or is_free(self.http_port, udp=False):
            self._process.stop()
            raise SwitchSetupError("another program took one of Asterisk's ports: start again", code="switch.port")
