"""The door: whose page, which session, which token, which role. Asked before anything of a request is read."""

from __future__ import annotations

import hmac

from aiohttp import web

from cti.domain.errors import NotAllowed
from cti.store.sessions import SignedIn
from cti.web.origin import Origins
from cti.web.routes import Ask, Route
from cti.web.sessions import Sessions

CSRF_HEADER = "X-CSRF-Token"


class Guard:
    """Lets requests in, and hands out the cookie."""

    def __init__(self, sessions: Sessions, origins: Origins) -> None:
        self._sessions = sessions
        self.origins = origins
        # The prefix makes browsers insist on Secure, this very host and the whole path; over plain http (loopback
        # only) they would refuse it.
        self.cookie_name = "__Host-hotline" if origins.is_https else "hotline"

    async def admit(self, request: web.Request, route: Route) -> Ask:
        """Let a request in. Raises: NotSignedIn, NotAllowed (`origin.foreign`, `csrf`, `session.password`, `role`)."""
        if route.needs_own_origin:
            self.origins.check(request)
        token = self.token(request)
        signed_in = await self._sessions.find(token) if token else None
        ask = Ask(request, signed_in, token=token, ip=self.origins.ip(request))
        if route.mark.is_open:
            return ask
        if route.is_unsafe:
            _check_csrf(request, ask.signed_in)
        if ask.signed_in.via_link and not route.mark.before_password:
            raise NotAllowed("Set a password first.", code="session.password")
        if not route.allows(ask.actor):
            raise NotAllowed("Your role does not include this.", code="role", role=ask.actor.role)
        return ask

    def token(self, request: web.Request) -> str:
        """The cookie's value, or empty."""
        value = request.cookies.get(self.cookie_name, "")
        return value if len(value) <= 100 else ""

    def put_cookie(self, response: web.StreamResponse, token: str) -> None:
        """Hand out a session's cookie; an empty token takes it away."""
        response.set_cookie(
            self.cookie_name,
            token,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=self.origins.is_https,
            max_age=None if token else 0,
        )


def _check_csrf(request: web.Request, signed_in: SignedIn) -> None:
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), signed_in.csrf.encode()):
        raise NotAllowed("The page is out of date: load it again.", code="csrf")
