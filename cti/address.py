"""Where the service listens: a port it can have, the address to type, and whether anybody answers there."""

from __future__ import annotations

import asyncio
import socket

from cti.domain.errors import Conflict, Invalid

_FROM_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Everywhere, as seen from this machine."""
_ANSWER_LIMIT_S = 5.0


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


def address_of(host: str, port: int, public_url: str = "") -> str:
    """Return the address to type into the browser: the public one, else that on this machine."""
    if public_url:
        return public_url.rstrip("/")
    host = _FROM_HERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def ask_ready(host: str, port: int) -> tuple[bool, str]:
    """Ask the service's `/readyz`. Returns whether it is ready, and what it says."""
    host = _FROM_HERE.get(host, host)
    try:
        async with asyncio.timeout(_ANSWER_LIMIT_S):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(f"GET /readyz HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
            answer = (await reader.read(65536)).decode("utf-8", "replace")
            writer.close()
    except (OSError, TimeoutError):
        return False, "it does not answer yet"
    head, _, body = answer.partition("\r\n\r\n")
    return head.split()[1:2] == ["200"], body.strip()
