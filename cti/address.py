"""Where the service listens: a port it can have, the address to type, and whether anybody answers there."""

from __future__ import annotations

import asyncio
import socket

from cti.domain.errors import Conflict, Invalid
from cti.settings import Settings

_FROM_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Everywhere, as seen from this machine."""


def choose_port(host: str, port: int) -> int:
    """Return a port the service can listen on: `port` itself, or a free one for 0.

    It is chosen here and not by the service, so that a restarted service has the same address.
    Raises: Conflict when it is taken, Invalid when it can never work.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
            return int(probe.getsockname()[1])
    except PermissionError:
        raise Invalid(
            f"Port {port} is reserved for root: take one above 1023 with --port", code="port.reserved"
        ) from None
    except OSError as refused:
        if isinstance(refused, socket.gaierror) or "assign" in str(refused):
            raise Invalid(f"{host} is no address of this machine: see `ip address`", code="host.unknown") from None
        raise Conflict(
            f"Port {port} on {host} is taken by another program (which one: ss -ltnp 'sport = :{port}'). "
            "Stop it, choose another with --port, or let us take a free one: ./run --port 0",
            code="port.taken",
        ) from None


def address_of(settings: Settings) -> str:
    """Return the address to type into the browser on this machine."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = _FROM_HERE.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


async def ask_ready(settings: Settings) -> tuple[bool, str]:
    """Ask the service's `/readyz`. Returns whether it is ready, and otherwise what it says."""
    host = _FROM_HERE.get(settings.host, settings.host)
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(host, settings.port)
            writer.write(b"GET /readyz HTTP/1.0\r\nHost: " + f"{host}:{settings.port}".encode() + b"\r\n\r\n")
            answer = (await reader.read(65536)).decode("utf-8", "replace")
            writer.close()
    except (OSError, TimeoutError):
        return False, "it does not answer yet"
    head, _, body = answer.partition("\r\n\r\n")
    return " 200 " in head.split("\r\n")[0] + " ", body.strip()
