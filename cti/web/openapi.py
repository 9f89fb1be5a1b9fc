"""The OpenAPI 3.1 document, made from the registry of routes and the structs themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from cti.domain.changes import AnyView
from cti.web.guard import CSRF_HEADER
from cti.web.routes import Route
from cti.web.wire import FromBrowser, Problem, ToBrowser

Json: TypeAlias = dict[str, Any]

_REF = "#/components/schemas/{name}"
_COMMON_REFUSALS = {"400": "Not well-formed", "429": "Too often", "500": "A fault of ours; the log has it"}
_INTRODUCTION = """Commands answer 202 when the switch took them; what comes of them arrives on the live feed.

Sign in with POST /api/session. Unsafe requests carry the session's `csrf` in `X-CSRF-Token` and, from a browser or not,
an `Origin` of this service. `Idempotency-Key` makes a repeated command count once. Refusals are problem+json with a
stable `code`."""


def make_document(routes: Iterable[Route], *, version: str, cookie: str = "hotline") -> Json:
    """Return the whole document as plain values."""
    listed = list(routes)
    schemas = _schemas(listed)
    paths: Json = {}
    for route in listed:
        paths.setdefault(re.sub(r"\{(\w+):[^}]*\}", r"{\1}", route.mark.path), {})[route.mark.method.lower()] = (
            _operation(route, schemas)
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hotline", "version": version, "description": _INTRODUCTION},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": cookie},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
            },
        },
    }


class _Schemas:
    """Schema of each type that a route names, and the components they refer to."""

    def __init__(self, types: Sequence[Any]) -> None:
        made, self.components = msgspec.json.schema_components(types, ref_template=_REF)
        self._made = list(zip(types, made, strict=True))

    def of(self, wanted: Any) -> Json:
        """The schema, usually a reference."""
        return next(schema for kind, schema in self._made if kind == wanted)


def _schemas(routes: Sequence[Route]) -> _Schemas:
    named: list[Any] = [Problem, AnyView, ToBrowser, FromBrowser]
    for route in routes:
        answers = [] if route.is_raw or route.answer is None else [route.answer]
        for kind in [route.body, route.query, *answers]:
            if kind is not None and kind not in named:
                named.append(kind)
    return _Schemas(named)


def _operation(route: Route, schemas: _Schemas) -> Json:
    first, _, rest = route.text.partition("\n")
    operation: Json = {
        "operationId": route.name,
        "summary": first,
        "description": _description(route, rest.strip()),
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas)],
        "responses": _responses(route, schemas),
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas.of(route.body)}},
        }
    if route.mark.takes_file:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    if not route.mark.is_open:
        operation["security"] = [{"session": [], "csrf": []} if route.is_unsafe else {"session": []}]
    return operation


def _description(route: Route, text: str) -> str:
    rights = ", ".join(route.mark.rights)
    return "\n\n".join(part for part in (text, f"Needs one of the rights: {rights}." if rights else "") if part)


def _path_parameters(route: Route) -> list[Json]:
    names = re.findall(r"\{(\w+)", route.mark.path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if route.path_types.get(name) is int else "string"},
        }
        for name in names
    ]


def _query_parameters(route: Route, schemas: _Schemas) -> list[Json]:
    if route.query is None:
        return []
    schema = schemas.components[route.query.__name__]
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": inner}
        for name, inner in schema["properties"].items()
    ]


def _responses(route: Route, schemas: _Schemas) -> Json:
    problem = {"content": {"application/problem+json": {"schema": schemas.of(Problem)}}}
    good: Json = {"description": "Done" if route.mark.status != 202 else "The switch took it"}
    if route.is_raw and route.mark.status != 101:
        good["content"] = {route.mark.content: {}}
    elif not route.is_raw and route.answer is not None:
        good["content"] = {"application/json": {"schema": schemas.of(route.answer)}}
    refusals = dict(_COMMON_REFUSALS)
    if not route.mark.is_open:
        refusals |= {"401": "Not signed in", "403": "Not allowed"}
    if route.path_types:
        refusals["404"] = "Not there, or not there any more"
    if route.is_unsafe:
        refusals |= {"403": "Not allowed", "409": "The rule says no now", "422": "It makes no sense"}
    if route.mark.status == 202:
        refusals |= {
            "502": "The switch said no",
            "503": "The switch is away",
            "504": "Nobody knows whether it was done",
        }
    answers = {str(route.mark.status): good}
    return answers | {status: {"description": text, **problem} for status, text in sorted(refusals.items())}
