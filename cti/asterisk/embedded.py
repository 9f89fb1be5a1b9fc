"""A private Asterisk of this system: installed, configured, started, adopted and stopped without root.

It runs in a session of its own and outlives the service: a restarted service adopts it, and calls go on meanwhile.
"""

from __future__ import annotations

import asyncio
import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cti.asterisk import debian, sounds
from cti.asterisk.binaries import Binaries, SwitchSetupError
from cti.asterisk.debian import Progress
from cti.asterisk.identity import Identity
from cti.asterisk.ports import RTP_PORTS, is_free, with_ports
from cti.asterisk.process import SwitchProcess
from cti.asterisk.render import TEMPLATES, phones_conf, render, write_private

AMI_USER = "hotline"
_HOST = "127.0.0.1"
_RELOADS = {
    "extensions.conf": "dialplan reload",
    "queues.conf": "queue reload all",
    "manager.conf": "manager reload",
    "pjsip.conf": "module reload res_pjsip.so",
    "pjsip_agents.conf": "module reload res_pjsip.so",
}
"""What an adopted switch is told when its configuration has changed meanwhile. Calls are not touched."""


class SwitchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the dialplan is filled in with. Seconds are whole unless they are floats."""

    line_limit: int = 90
    """P-2: callers at once on the trunk; the next one gets the defined answer."""
    menu_guard_s: float = 2.0
    """The dead-man's switch: how long a caller in the menu waits for a service that does not renew it."""
    sip_port: int = 0
    """0 takes a free one and keeps it."""
    trunk_match: str = _HOST
    """Addresses of the carrier, comma-separated. Loopback must stay among them for test calls."""
    ring_s: int = 15
    queue_limit_s: int = 180
    """How long a caller waits in his own queue before everybody is asked (fallback)."""
    fallback_limit_s: int = 300
    transfer_ring_s: int = 20
    robot_talk_s: int = 20
    rtp_timeout_s: int = 30
    """A phone that sends nothing for so long is gone: its call is ended."""


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
        templates: Path = TEMPLATES,
    ) -> None:
        self.home = home.absolute()
        self.recordings = (recordings or self.home / "recordings").absolute()
        self.options = options or SwitchOptions()
        self.was_adopted = False
        """The last `start` found it running."""
        self._binaries_root = binaries_root.absolute()
        self._prompts = prompts
        self._templates = templates
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
        """End Asterisk and every call on it: politely, after 10 s by force."""
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
        return AmiAddress(host=_HOST, port=identity.ami_port, user=AMI_USER, secret=identity.ami_secret)

    @property
    def sip_port(self) -> int:
        """UDP port on 127.0.0.1 for phones and the trunk; known after `start`."""
        return self._known.sip_port

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
        self._make_folders()
        with self._alone():
            saved = Identity.load(self.home / "identity.json") or Identity.fresh()
            self.was_adopted = self._process.is_answering()
            if self.was_adopted:
                self._identity = saved
                self._tell_changes(self._write_configuration())
                progress(f"Asterisk {self.version} is running already")
                return
            self._process.send_signal(signal.SIGKILL)  # alive and dumb: nobody can reach anybody through it
            self._identity = with_ports(saved, sip_port=self.options.sip_port)
            self._identity.save(self.home / "identity.json")
            self._write_configuration()
            self._process.start()
            self._check_ports()
            progress(f"Asterisk {self.version} is up: SIP on {_HOST}:{self.sip_port}, AMI on {_HOST}:{self.ami.port}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the home's lock: of two starts at once the second adopts what the first one started."""
        with (self.home / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_folders(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.home.chmod(0o700)
            for name in (
                "etc/local",
                "run",
                "log/cdr-csv",
                "spool",
                "var/keys",
                "var/cache",
                "data/agi-bin",
                "data/sounds",
            ):
                (self.home / name).mkdir(parents=True, exist_ok=True)
            self.recordings.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._fill_data()
        except OSError as refused:
            raise SwitchSetupError(
                f"cannot write in {self.home}: {refused.strerror} ({refused.filename}). Give this user the folder,"
                " make room, or choose another one (HOTLINE_DATA_DIR)",
                code="switch.folder",
            ) from refused

    def _fill_data(self) -> None:
        data = self.home / "data"
        for link, target in (("documentation", self._found.documentation), ("sounds/en", self._found.sounds)):
            if not (data / link).is_symlink() or (data / link).readlink() != target:
                (data / link).unlink(missing_ok=True)
                (data / link).symlink_to(target)
        sounds.place_music(data / "moh")
        sounds.place_prompts(self._prompts, data / "sounds" / "hotline")

    def _write_configuration(self) -> set[str]:
        etc = self.home / "etc"
        changed = render(self._templates, etc, self._values())
        if write_private(etc / "pjsip_agents.conf", phones_conf(self._known.phones)):
            changed.add("pjsip_agents.conf")
        return changed

    def _tell_changes(self, changed: set[str]) -> None:
        for command in sorted({_RELOADS[name] for name in changed if name in _RELOADS}):
            self._process.ask(command)

    def _check_ports(self) -> None:
        """Asterisk boots even when a port slipped away at the last moment; then it is deaf and must not go on."""
        if is_free(self.sip_port, udp=True) or is_free(self.ami.port, udp=False):
            self._process.stop()
            raise SwitchSetupError("another program took one of Asterisk's ports: start again", code="switch.port")

    def _values(self) -> dict[str, str | int | float]:
        """Return a value for each place in the templates."""
        home, identity, options = self.home, self._known, self.options
        return {
            "ETC": str(home / "etc"),
            "MODULES": str(self._found.modules),
            "VAR": str(home / "var"),
            "DATA": str(home / "data"),
            "SPOOL": str(home / "spool"),
            "RUN": str(home / "run"),
            "LOG": str(home / "log"),
            "SBIN": str(self._found.root / "usr/sbin"),
            "SYSTEM_NAME": identity.system_name,
            "AMI_BIND": _HOST,
            "AMI_PORT": identity.ami_port,
            "AMI_PERMIT": f"{_HOST}/255.255.255.255",
            "AMI_USER": AMI_USER,
            "AMI_SECRET": identity.ami_secret,
            "SIP_BIND": _HOST,
            "SIP_SELF": _HOST,
            "SIP_PORT": identity.sip_port,
            "RTP_START": identity.rtp_start,
            "RTP_END": identity.rtp_start + RTP_PORTS - 1,
            "ROBOT_SECRET": identity.robot_secret,
            "RECORDINGS": str(self.recordings),
            "LINE_LIMIT": options.line_limit,
            "MENU_GUARD_S": options.menu_guard_s,
            "QUEUE_LIMIT_S": options.queue_limit_s,
            "FALLBACK_LIMIT_S": options.fallback_limit_s,
            "TRANSFER_RING_S": options.transfer_ring_s,
            "ROBOT_TALK_S": options.robot_talk_s,
            "RING_S": options.ring_s,
            "RTP_TIMEOUT_S": options.rtp_timeout_s,
            "PHONES_BEHIND_NAT": "no",
            "TRUNK_MATCH": options.trunk_match,
        }
