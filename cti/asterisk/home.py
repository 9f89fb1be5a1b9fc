"""The folder of one embedded switch: what lies where in it, its configuration, its sounds, its secrets."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cti.asterisk import sounds
from cti.asterisk.binaries import Binaries, SwitchSetupError
from cti.asterisk.identity import Identity
from cti.asterisk.ports import LOOPBACK, RTP_PORTS
from cti.asterisk.render import phones_conf, render, write_private

AMI_USER = "hotline"
HANDS_USER = "hotline-hands"
RESTART_WANTED = "restart-wanted"
"""File in the folder of a switch: what only a start reads and has changed since, one file of `etc` a line."""
_FOLDERS = ("etc/local", "run", "log/cdr-csv", "spool", "var/keys", "var/cache", "data/agi-bin", "data/sounds")


class SwitchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the dialplan is filled in with."""

    line_limit: int = 90
    """P-2: callers at once on the trunk; the next one gets the defined answer."""
    menu_guard_s: float = 2.0
    """The dead-man's switch: how long a caller in the menu waits for a service that does not renew it."""
    sip_port: int = 0
    """0 takes a free one and keeps it."""
    trunk_match: str = LOOPBACK
    """Addresses of the carrier, comma-separated. Loopback must stay among them for test calls."""
    ring_s: int = 15
    queue_limit_s: int = 180
    """How long a caller waits in his own queue before everybody is asked (fallback)."""
    fallback_limit_s: int = 300
    transfer_ring_s: int = 20
    out_ring_s: int = 45
    """How long a call outwards rings."""
    out_limit_s: int = 7200
    """How long somebody outside may be talked to. The minutes a day are looked at when a call begins: this ends one
    that was left open over night."""
    take_back_s: int = 20
    """How long a caller whose agent's telephone died hears music, unless the service says otherwise."""
    trunk_uri: str = ""
    """Where calls outwards go, `sip:host:port`; empty: there is no way out."""
    media_address: str = LOOPBACK
    """Address under which browsers find the media of this switch."""
    robot_talk_s: int = 20
    rtp_timeout_s: int = 30
    """A phone that sends nothing for so long is gone: its call is ended."""


def wanted_restart(path: Path) -> tuple[str, ...]:
    """Return the configuration files that the running switch has not read. `path`: its file RESTART_WANTED."""
    return tuple(path.read_text(encoding="ascii").split()) if path.exists() else ()


class SwitchHome:
    """Everything under `path`. Writes only while its lock is held (`alone`)."""

    def __init__(
        self,
        path: Path,
        recordings: Path,
        *,
        prompts: Path,
        templates: Path,
        own_prompts: Path | None = None,
        messages: Path | None = None,
    ) -> None:
        self.path = path
        self.recordings = recordings
        self.own_prompts = own_prompts or path / "own-prompts"
        """Where the service puts the company's own recordings of prompts."""
        self._prompts = prompts
        self._messages = messages or path / "messages"
        self._templates = templates

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock: of two starts at once the second adopts what the first one started.

        Raises: SwitchSetupError when the folder cannot be made or written.
        """
        with self._writing():
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            lock = (self.path / "start.lock").open("w")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def load_identity(self) -> Identity:
        """Return the saved identity, or a fresh one. Raises: SwitchSetupError when the file is damaged."""
        return Identity.load(self.path / "identity.json") or Identity.fresh()

    def prepare(self, binaries: Binaries, identity: Identity, options: SwitchOptions) -> set[str]:
        """Make folders, sounds and configuration; return the names of configuration files that changed.

        Raises: SwitchSetupError when something cannot be written.
        """
        with self._writing():
            for name in _FOLDERS:
                (self.path / name).mkdir(parents=True, exist_ok=True)
            for folder in (self.recordings, self._messages):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._fill_data(binaries)
            identity.save(self.path / "identity.json")
            etc = self.path / "etc"
            changed = render(self._templates, etc, self._values(binaries, identity, options))
            if write_private(etc / "pjsip_agents.conf", phones_conf(identity.phones)):
                changed.add("pjsip_agents.conf")
            return changed

    def want_restart(self, changed: Iterable[str]) -> None:
        """Note what the switch that runs has not read; it stays noted until `forget_restart`."""
        path = self.path / RESTART_WANTED
        wanted = {*wanted_restart(path), *changed}
        if wanted:
            with self._writing():
                path.write_text("".join(f"{name}\n" for name in sorted(wanted)), encoding="ascii")

    def forget_restart(self) -> None:
        """A switch that starts reads everything."""
        with self._writing():
            (self.path / RESTART_WANTED).unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as refused:
            raise SwitchSetupError(
                f"cannot write in {self.path}: {refused.strerror} ({refused.filename}). Give this user the folder,"
                " make room, or choose another one (HOTLINE_DATA_DIR)",
                code="switch.folder",
            ) from refused

    def _fill_data(self, binaries: Binaries) -> None:
        data = self.path / "data"
        self.own_prompts.mkdir(parents=True, exist_ok=True, mode=0o700)
        (data / "sounds/hotline").mkdir(exist_ok=True)
        links = {"documentation": binaries.documentation, "sounds/en": binaries.sounds}
        for link, target in {**links, "sounds/hotline/own": self.own_prompts}.items():
            if not (data / link).is_symlink() or (data / link).readlink() != target:
                (data / link).unlink(missing_ok=True)
                (data / link).symlink_to(target)
        sounds.place_music(data / "moh")
        sounds.place_prompts(self._prompts, data / "sounds" / "hotline")

    def _values(self, binaries: Binaries, identity: Identity, options: SwitchOptions) -> dict[str, str | int | float]:
        """Return a value for each place in the templates."""
        return {
            "ETC": str(self.path / "etc"),
            "MODULES": str(binaries.modules),
            "VAR": str(self.path / "var"),
            "DATA": str(self.path / "data"),
            "SPOOL": str(self.path / "spool"),
            "RUN": str(self.path / "run"),
            "LOG": str(self.path / "log"),
            "SBIN": str(binaries.root / "usr/sbin"),
            "SYSTEM_NAME": identity.system_name,
            "AMI_BIND": LOOPBACK,
            "AMI_PORT": identity.ami_port,
            "AMI_PERMIT": f"{LOOPBACK}/255.255.255.255",
            "AMI_USER": AMI_USER,
            "AMI_SECRET": identity.ami_secret,
            "HANDS_USER": HANDS_USER,
            "HANDS_SECRET": identity.hands_secret,
            "SIP_BIND": LOOPBACK,
            "SIP_SELF": LOOPBACK,
            "SIP_PORT": identity.sip_port,
            "PHONES_BEHIND_NAT": "no",
            "RTP_START": identity.rtp_start,
            "RTP_END": identity.rtp_start + RTP_PORTS - 1,
            "ROBOT_SECRET": identity.robot_secret,
            "RECORDINGS": str(self.recordings),
            "LINE_LIMIT": options.line_limit,
            "MENU_GUARD_S": options.menu_guard_s,
            "QUEUE_LIMIT_S": options.queue_limit_s,
            "FALLBACK_LIMIT_S": options.fallback_limit_s,
            "TRANSFER_RING_S": options.transfer_ring_s,
            "OUT_RING_S": options.out_ring_s,
            "OUT_LIMIT_S": options.out_limit_s,
            "TAKE_BACK_S": options.take_back_s,
            "TRUNK_URI": options.trunk_uri,
            "MEDIA_ADDRESS": options.media_address,
            "HTTP_PORT": identity.http_port,
            "ROBOT_TALK_S": options.robot_talk_s,
            "RING_S": options.ring_s,
            "RTP_TIMEOUT_S": options.rtp_timeout_s,
            "TRUNK_MATCH": options.trunk_match,
        }
