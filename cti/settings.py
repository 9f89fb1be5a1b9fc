"""Deployment settings: typed, from the environment (`HOTLINE_*`), read once.

Business rules are options in the database, not settings.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from cti.domain.errors import Invalid

PREFIX = "HOTLINE_"
Port = Annotated[int, Meta(ge=1, le=65535)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One field for each `HOTLINE_<FIELD>`. Unset means the default; an unknown or broken one stops the start."""

    data_dir: str = "var"
    """Folder of everything that is kept: database, journal, recordings, secrets."""
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in `data_dir`."""
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8900
    """0 takes a free one."""
    public_url: str = ""
    """Address people type, when it differs from host and port (behind a proxy)."""
    proxies: Annotated[int, Meta(ge=0, le=5)] = 0
    """Reverse proxies in front whose `X-Forwarded-For` is believed; 0 believes nobody."""
    ami_host: str = ""
    """Empty: the system runs an Asterisk of its own."""
    ami_port: Port = 5038
    ami_user: str = "hotline"
    ami_secret: str = ""
    ami_secret_file: str = ""
    ami_hands_user: str = "hotline-hands"
    """The second account, with write class `system`: what it does the first must not be able to do."""
    ami_hands_secret: str = ""
    ami_hands_secret_file: str = ""
    webhook_secret: str = ""
    webhook_secret_file: str = ""
    """Signs what the menu asks systems outside (HMAC, SHA-256); empty: requests go unsigned."""
    asterisk_root: str = ""
    """Folder of the unpacked Asterisk packages, to share one among several systems; empty means
    `<data_dir>/asterisk-root`."""
    sip_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """UDP port for phones and the trunk of the system's own Asterisk; 0 takes a free one and keeps it."""
    media_address: Annotated[str, Meta(pattern=r"^[0-9A-Za-z.:-]{1,64}$")] = "127.0.0.1"
    """Where browsers find the media of the system's own Asterisk: this machine's address, when they are elsewhere."""
    trunk_uri: Annotated[str, Meta(pattern=r"^(sip:[0-9A-Za-z.-]{1,80}(:[0-9]{1,5})?)?$")] = ""
    """Where calls outwards go (`sip:127.0.0.1:5080`); empty: there is no way out."""
    sip_socket: str = ""
    """SIP WebSocket of an Asterisk elsewhere, `ws://host:port/ws`, for telephones in browsers; empty means none."""
    queue_log: str = ""
    """Path of Asterisk's queue_log; empty with an Asterisk elsewhere means: no book to reconcile with."""
    recordings_dir: str = ""
    """Where Asterisk writes; empty means `<data_dir>/recordings`."""
    flows_dir: str = ""
    """Folder of the menus that callers hear until somebody publishes others; empty means those that came with this."""
    log_level: str = "INFO"
    line_limit: Annotated[int, Meta(ge=1, le=10000)] = 90
    """Callers at once on the trunk (P-2)."""
    menu_guard_s: Annotated[float, Meta(ge=1, le=30)] = 2.0
    """The dead-man's switch: a caller in the menu whom the service does not renew goes to the fallback queue."""
    timezone: str = "Asia/Shanghai"

    @property
    def data_path(self) -> Path:
        """`data_dir`, absolute."""
        return Path(self.data_dir).resolve()

    @property
    def recordings_path(self) -> Path:
        """Folder of the recorded files, absolute."""
        return Path(self.recordings_dir).resolve() if self.recordings_dir else self.data_path / "recordings"

    @property
    def messages_path(self) -> Path:
        """Folder of the messages callers leave, absolute; Asterisk writes there."""
        return self.data_path / "messages"

    @property
    def flows_path(self) -> Path | None:
        """`flows_dir`, absolute; None when those that came with this are meant."""
        return Path(self.flows_dir).resolve() if self.flows_dir else None

    @property
    def own_prompts_path(self) -> Path:
        """Folder of the company's own recordings of prompts; Asterisk has it below its sounds as `hotline/own`."""
        return self.data_path / "prompts" / "own"

    @property
    def asterisk_root_path(self) -> Path:
        """Where the packages of the system's own Asterisk are unpacked, absolute."""
        return Path(self.asterisk_root).resolve() if self.asterisk_root else self.data_path / "asterisk-root"

    @property
    def effective_database_url(self) -> str:
        """The URL in force."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_path / 'hotline.db'}"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Build settings from `environ`.

    Raises: Invalid, naming the variable and what it expects.
    """
    given = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environ.items()
        if key.startswith(PREFIX) and value != ""
    }
    unknown = sorted(set(given) - set(Settings.__struct_fields__))
    if unknown:
        names = ", ".join(PREFIX + name.upper() for name in unknown)
        raise Invalid(f"unknown setting {names}", code="settings.unknown")
    for name, value in given.items():
        try:
            msgspec.convert({name: value}, Settings, strict=False)
        except msgspec.ValidationError as broken:
            raise Invalid(
                f"{PREFIX}{name.upper()}={value!r}: {broken}", code="settings.broken", setting=name
            ) from broken
    return msgspec.convert(given, Settings, strict=False)
