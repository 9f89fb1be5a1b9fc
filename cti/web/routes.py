"""The registry of routes: what a method is, who may call it, what goes in and comes out.

A route is a method of a small class, marked with `@route`. Its annotations are the contract: `body` and `query` are
structs, other arguments are parts of the path, the return annotation is the answer. The server, the OpenAPI document
and the tests of "not signed in" and "wrong role" are all made from the same list.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar, get_type_hints

import msgspec
from aiohttp import web

from cti.domain.roles import Actor, Right, may
from cti.store.sessions import SignedIn
from cti.web.problem import NotSignedIn

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])
_MARK = "__hotline_route__"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What `@route` says about a method."""

    method: str
    path: str
    rights: tuple[Right, ...] = ()
    """Any one of these is enough; none means everybody who is signed in."""
    is_open: bool = False
    """Needs no session."""
    before_password: bool = False
    """Also in a session opened by a one-time link."""
    status: int = 200
    content: str = "application/json"
    is_socket: bool = False
    """A WebSocket handshake: a GET, but any site's page may send it, cookie and all (CWE-1385)."""
    takes_file: bool = False
    """The body is a file as it is; the method reads it by itself (`cti.web.upload`), with a limit of its own."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One route with its contract."""

    mark: Mark
    name: str
    text: str
    body: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    path_types: dict[str, type]
    answer: Any
    """Type of the answer; None for no content; `web.StreamResponse` when the method makes the response itself."""
    call: Callable[..., Awaitable[Any]]

    @property
    def is_unsafe(self) -> bool:
        """Changes something, so Origin and CSRF token are checked."""
        return self.mark.method not in {"GET", "HEAD"}

    @property
    def needs_own_origin(self) -> bool:
        """Only our own pages may ask this."""
        return self.is_unsafe or self.mark.is_socket

    @property
    def is_raw(self) -> bool:
        """The method makes the whole response."""
        return inspect.isclass(self.answer) and issubclass(self.answer, web.StreamResponse)

    def allows(self, actor: Actor) -> bool:
        """Tell whether the role may come in. What it is about is checked further down."""
        return not self.mark.rights or any(may(actor.role, right) for right in self.mark.rights)


class Ask:
    """One request on its way to a method."""

    def __init__(self, request: web.Request, signed_in: SignedIn | None, *, token: str, ip: str) -> None:
        self.request = request
        self.token = token
        """Value of the cookie, or empty."""
        self.ip = ip
        self.new_token: str | None = None
        """Cookie to set with the answer; empty text takes the cookie away."""
        self._signed_in = signed_in

    @property
    def session(self) -> SignedIn | None:
        """The session, if there is one."""
        return self._signed_in

    @property
    def signed_in(self) -> SignedIn:
        """The session. Raises: NotSignedIn."""
        if self._signed_in is None:
            raise NotSignedIn("Sign in first.")
        return self._signed_in

    @property
    def actor(self) -> Actor:
        """Who asks. Raises: NotSignedIn."""
        return self.signed_in.account.actor(self.ip)


def route(
    method: str,
    path: str,
    *rights: Right,
    is_open: bool = False,
    before_password: bool = False,
    status: int = 200,
    content: str = "application/json",
    is_socket: bool = False,
    takes_file: bool = False,
) -> Callable[[F], F]:
    """Mark a method as a route."""
    mark = Mark(
        method=method,
        path=path,
        rights=rights,
        is_open=is_open,
        before_password=before_password or is_open,
        status=status,
        content=content,
        is_socket=is_socket,
        takes_file=takes_file,
    )

    def marked(function: F) -> F:
        setattr(function, _MARK, mark)
        return function

    return marked


def routes_of(*owners: object) -> list[Route]:
    """The routes of some classes or objects, in the order they are written. Of a class they can only be described."""
    return [made for owner in owners for made in _routes_of(owner)]


def _routes_of(owner: object) -> Iterator[Route]:
    kind = owner if inspect.isclass(owner) else type(owner)
    for name, function in vars(kind).items():
        mark = getattr(function, _MARK, None)
        if isinstance(mark, Mark):
            yield _route(mark, f"{kind.__name__}.{name}", function, getattr(owner, name))


def _route(mark: Mark, name: str, function: Callable[..., Any], call: Callable[..., Awaitable[Any]]) -> Route:
    hints = get_type_hints(function)
    answer = hints.pop("return")
    hints.pop("ask", None)
    body, query = hints.pop("body", None), hints.pop("query", None)
    return Route(
        mark=mark,
        name=name,
        text=inspect.getdoc(function) or "",
        body=body,
        query=query,
        path_types=hints,
        answer=None if answer is type(None) else answer,
        call=call,
    )
