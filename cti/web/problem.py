"""Errors to problem+json (RFC 9457). The only place that knows which HTTP status an error has."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec
from aiohttp import web

from cti.domain.errors import (
    Conflict,
    DatabaseAway,
    DomainError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSent,
    OutcomeUnknown,
    SwitchRefused,
)
from cti.web.wire import Problem

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
REQUEST_LIMIT_BYTES = 256 * 1024
"""No request of ours comes near; anything larger is refused before it is read."""


class NotSignedIn(DomainError):
    """There is no session, or it is over."""

    code = "session.none"


class BadRequest(DomainError):
    """Not even well-formed: no JSON, a broken header, an unknown method."""

    code = "request.broken"


class TooMany(DomainError):
    """Too often. `after_s`: when it is worth trying again."""

    code = "too_many"

    def __init__(self, message: str, *, after_s: float, code: str | None = None, **ids: object) -> None:
        super().__init__(message, code=code, after_s=round(after_s, 1), **ids)
        self.after_s = after_s


STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotSignedIn, 401),
    (BadRequest, 400),
    (TooMany, 429),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 422),
    (NotSent, 503),
    (SwitchRefused, 502),
    (OutcomeUnknown, 504),
    (DatabaseAway, 503),
)


def status_of(error: DomainError) -> int:
    """The HTTP status of an error's family; 500 for one that has none."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def answer(error: DomainError) -> web.Response:
    """The refusal as a response."""
    status = status_of(error)
    headers = {"Retry-After": str(max(1, round(error.after_s)))} if isinstance(error, TooMany) else {}
    return problem(status, error.code, error.message, error.ids, headers)


def problem(
    status: int,
    code: str,
    detail: str,
    ids: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """One problem document."""
    body = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        ids={name: sendable(str(value)) for name, value in (ids or {}).items()},
    )
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def sendable(text: str) -> str:
    """The text with a question mark for each byte that is no UTF-8; aiohttp hands such bytes of a header through."""
    return text.encode("utf-8", "replace").decode()


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn whatever is raised below into a problem document. A fault of ours leaves an id, never a trace."""
    try:
        return await handler(request)
    except DomainError as refusal:
        if status_of(refusal) == 500:
            return _fault(request, refusal)
        return answer(refusal)
    except web.HTTPRequestEntityTooLarge:
        return problem(413, "request.too_large", f"A request may have {REQUEST_LIMIT_BYTES} bytes at most.")
    except web.HTTPException as refusal:
        if refusal.status < 400:
            raise
        return _http(refusal)
    except Exception as fault:
        return _fault(request, fault)


def _http(refusal: web.HTTPException) -> web.Response:
    words = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    headers = {"Allow": refusal.headers["Allow"]} if "Allow" in refusal.headers else {}
    return problem(refusal.status, f"http.{refusal.status}", words.get(refusal.status, refusal.reason), {}, headers)


def _fault(request: web.Request, fault: Exception) -> web.Response:
    number = secrets.token_hex(4)
    log.error("request failed", exc_info=fault, extra={"fault": number, "method": request.method, "path": request.path})
    return problem(
        500, "error.internal", f"Something went wrong here. The log has it under {number}.", {"fault": number}
    )
