"""Free ports on the loopback interface, so that several switches run side by side."""

from __future__ import annotations

import random
import socket
import time

import msgspec

from cti.asterisk.binaries import SwitchSetupError
from cti.asterisk.identity import Identity

LOOPBACK = "127.0.0.1"
RTP_PORTS = 2000
"""Ports of one switch: 90 callers and their agents take 360, transfers and test calls some more."""
_RTP_BLOCKS = range(10_000, 32_000, RTP_PORTS)
"""Below the ports Linux hands out by itself (32768 and up). Asterisk steps over a taken one, so blocks may overlap."""

_PATIENCE_S = 1.0


def is_free(port: int, *, udp: bool, host: str = LOOPBACK) -> bool:
    """Tell whether nobody holds `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        if not udp:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def find_free(*, udp: bool, host: str = LOOPBACK) -> int:
    """Return a port that nobody holds now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def with_ports(identity: Identity, *, sip_port: int, host: str = LOOPBACK) -> Identity:
    """Return `identity` with ports that are free: those it had if it still can, else new ones.

    `sip_port` other than 0 is demanded. Raises: SwitchSetupError when somebody else holds it.
    """
    if sip_port and not _becomes_free(sip_port, udp=True, host=host):
        raise SwitchSetupError(
            f"UDP port {sip_port} on {host} is taken by another program: stop it,"
            " or choose another port (HOTLINE_SIP_PORT)",
            code="switch.port",
            port=sip_port,
        )
    sip, ami, http = sip_port or identity.sip_port, identity.ami_port, identity.http_port
    return msgspec.structs.replace(
        identity,
        sip_port=sip if sip and _becomes_free(sip, udp=True, host=host) else find_free(udp=True, host=host),
        ami_port=ami if ami and _becomes_free(ami, udp=False) else find_free(udp=False),
        http_port=http if http and _becomes_free(http, udp=False) else find_free(udp=False),
        rtp_start=identity.rtp_start or random.choice(_RTP_BLOCKS),
    )


def _becomes_free(port: int, *, udp: bool, host: str = LOOPBACK) -> bool:
    """As `is_free`, with patience: the threads of a killed switch hold its ports a moment longer than it lives."""
    deadline = time.monotonic() + _PATIENCE_S
    while not (free := is_free(port, udp=udp, host=host)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return free
