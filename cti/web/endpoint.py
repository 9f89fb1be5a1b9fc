"""From a route of the registry to an aiohttp handler: door, decoding, idempotence, encoding."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from cti.domain.errors import Invalid, NotFound
from cti.web.guard import Guard
from cti.web.once import Once
from cti.web.problem import BadRequest
from cti.web.routes import Ask, Route
from cti.web.words import refusal_of

KEY_HEADER = "Idempotency-Key"
_KEY_LIMIT = 200
_BODY_LIMIT_S = 20.0
"""A browser sends its few hundred bytes at once; who takes longer holds a connection on purpose."""

Endpoint = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_endpoint(route: Route, guard: Guard, once: Once) -> Endpoint:
    """The handler of one route."""

    async def endpoint(request: web.Request) -> web.StreamResponse:
        ask = await guard.admit(request, route)
        arguments = await _arguments(request, route)

        async def run() -> Any:
            return await route.call(ask, **arguments)

        key = request.headers.get(KEY_HEADER, "")
        if key and route.is_unsafe and ask.session is not None and not route.mark.is_open:
            # A file is megabytes, and read by the method itself: its length has to tell it from another one.
            body = str(request.content_length).encode() if route.mark.takes_file else await _body(request)
            given = await once.run(_key_of(key, ask, request, body), run)
        else:
            given = await run()
        if isinstance(given, web.StreamResponse):
            return given
        response = _response(route, given)
        if ask.new_token is not None:
            guard.put_cookie(response, ask.new_token)
        return response

    return endpoint


async def _arguments(request: web.Request, route: Route) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, kind in route.path_types.items():
        arguments[name] = _path_value(request.match_info[name], kind)
    try:
        if route.query is not None:
            arguments["query"] = msgspec.convert(_query(request), route.query, strict=False)
        if route.body is not None:
            _check_content_type(request)
            arguments["body"] = msgspec.json.decode(await _body(request), type=route.body)
    except msgspec.DecodeError as error:
        raise refusal_of(error) from error
    except RecursionError as error:
        raise BadRequest("The request is nested too deeply.", code="request.not_json") from error
    return arguments


async def _body(request: web.Request) -> bytes:
    length = request.content_length or 0
    if length > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size, length)
    try:
        async with asyncio.timeout(_BODY_LIMIT_S):
            return await request.read()
    except TimeoutError as error:
        raise BadRequest("The request did not arrive whole.", code="request.slow") from error
    except web.RequestPayloadError as error:
        raise BadRequest("The request cannot be unpacked.", code="request.not_json") from error


def _query(request: web.Request) -> dict[str, str]:
    # PostgreSQL: text cannot hold a NUL, and asking for one is an error of the statement.
    for name, value in request.query.items():
        if "\x00" in value:
            raise Invalid("This cannot be searched for.", code="request.format", field=name)
    return dict(request.query)


def _path_value(text: str, kind: type) -> str | int:
    if "\x00" in text:
        raise NotFound("There is nothing at this address.", code="http.404")
    if kind is not int:
        return text
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NotFound("There is nothing at this address.", code="http.404")
    return int(text)


def _check_content_type(request: web.Request) -> None:
    # A form of another site cannot send this type without the browser asking us first.
    if request.content_type != "application/json":
        raise BadRequest("The request must be application/json.", code="request.not_json")


def _key_of(key: str, ask: Ask, request: web.Request, body: bytes) -> str:
    # With the body: a client that takes one key for two different requests must not lose the second.
    if len(key) > _KEY_LIMIT:
        raise BadRequest(f"{KEY_HEADER} may have {_KEY_LIMIT} characters at most.", code="request.key")
    content = hashlib.sha256(body).hexdigest()
    return f"{ask.signed_in.account.account_id} {request.method} {request.path} {content} {key}"


def _response(route: Route, given: Any) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    if route.answer is None:
        return web.Response(status=route.mark.status, headers=headers)
    return web.Response(
        body=msgspec.json.encode(given),
        status=route.mark.status,
        content_type="application/json",
        headers=headers,
    )
