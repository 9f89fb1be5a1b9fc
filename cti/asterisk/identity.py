"""What one embedded switch keeps for itself: its name, its secrets, its ports. Made once, at random, mode 0600."""

from __future__ import annotations

import secrets
from pathlib import Path

import msgspec

from cti.asterisk.binaries import SwitchSetupError
from cti.asterisk.render import write_private

PHONE_NUMBERS = tuple(str(number) for number in range(1001, 1061))


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Stays the same over restarts, so that phones and a restarted service find their switch again."""

    system_name: str
    """Random: every genuine AMI event carries it, and it makes Uniqueids unique."""
    ami_secret: str
    robot_secret: str
    phones: dict[str, str]
    """Number -> SIP secret."""
    hands_secret: str = msgspec.field(default_factory=lambda: secrets.token_hex(24))
    """Of the second AMI account. An older file has none: it gets one when it is read, kept when it is saved."""
    sip_port: int = 0
    ami_port: int = 0
    http_port: int = 0
    """WebSocket of the browser telephones, on loopback only."""
    rtp_start: int = 0

    @classmethod
    def fresh(cls) -> Identity:
        """Return a new one; ports are chosen at the first start."""
        return cls(
            system_name=f"h{secrets.token_hex(5)}",
            ami_secret=secrets.token_hex(24),
            robot_secret=secrets.token_hex(16),
            phones={number: secrets.token_hex(12) for number in PHONE_NUMBERS},
        )

    @classmethod
    def load(cls, path: Path) -> Identity | None:
        """Return what was saved, None when nothing was. Raises: SwitchSetupError when the file is damaged."""
        if not path.exists():
            return None
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (msgspec.DecodeError, OSError) as broken:
            raise SwitchSetupError(
                f"{path} is damaged ({broken}): remove it and start again; phones then need their new secrets",
                code="switch.identity",
            ) from broken

    def save(self, path: Path) -> None:
        """Write it, readable by its owner only."""
        write_private(path, msgspec.json.format(msgspec.json.encode(self)).decode() + "\n")
