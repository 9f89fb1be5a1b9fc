"""Where a request comes from: whose page sent it, and from which address."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from multidict import CIMultiDictProxy

from cti.domain.errors import NotAllowed

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Origins:
    """Pages that are ours.

    Ours is the public address when there is one, and a page whose host is the very host that was asked, if that host
    is a loopback name, an IP address or the name we listen on: such a name cannot be pointed at us from outside
    (DNS rebinding), any other could.
    """

    def __init__(self, *, public_url: str = "", host: str = "127.0.0.1", proxies: int = 0) -> None:
        public = urlsplit(public_url)
        self._public = f"{public.scheme}://{public.netloc}".lower() if public_url else ""
        self._host = host.lower()
        self._proxies = proxies
        self.is_https = public.scheme == "https"

    def is_ours(self, origin: str, asked_host: str) -> bool:
        """Tell whether a page of `origin` may talk to us when it asked for `asked_host`."""
        try:
            page = urlsplit(origin.lower())
            name = page.hostname or ""
        except ValueError:
            return False
        if self._public and f"{page.scheme}://{page.netloc}" == self._public:
            return True
        is_same = page.scheme == "http" and page.netloc == asked_host.lower()
        return is_same and (name in _LOOPBACK_NAMES or name == self._host or _is_address(name))

    def check(self, request: web.Request) -> None:
        """Refuse a request that another site's page sent. Raises: NotAllowed `origin.foreign`."""
        origin = request.headers.get("Origin") or _origin_of(request.headers.get("Referer", ""))
        if not origin or not self.is_ours(origin, request.headers.get("Host", "")):
            raise NotAllowed(
                "This page is not one of ours. Behind a proxy, HOTLINE_PUBLIC_URL must name the address people type.",
                code="origin.foreign",
                origin=origin[:100],
            )

    def ip(self, request: web.Request) -> str:
        """Address of the client: behind n proxies of ours, the n-th from the end of `X-Forwarded-For`."""
        peer = request.remote or ""
        if self._proxies == 0:
            return peer
        hops = [hop.strip() for line in _forwarded(request.headers) for hop in line.split(",") if hop.strip()]
        claimed = hops[-self._proxies] if len(hops) >= self._proxies else peer
        return claimed if _is_address(claimed) else peer

    def is_local(self, request: web.Request) -> bool:
        """Asked from this machine itself, not through a proxy on it."""
        is_forwarded = "Forwarded" in request.headers or "X-Forwarded-For" in request.headers
        return not is_forwarded and _is_loopback(request.remote or "")


def _forwarded(headers: CIMultiDictProxy[str]) -> list[str]:
    return headers.getall("X-Forwarded-For", [])


def _origin_of(referer: str) -> str:
    try:
        page = urlsplit(referer)
    except ValueError:
        return ""
    return f"{page.scheme}://{page.netloc}" if page.netloc else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False
