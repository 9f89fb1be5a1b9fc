"""The OpenAPI document: sound in itself, and the same as the routes that are served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from cti.seams import OWNERS, openapi_text
from cti.web.routes import Route, routes_of
from tests.web.house import House

ROUTES = routes_of(*OWNERS)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return msgspec.json.decode(openapi_text(), type=dict[str, Any])


def plain(path: str) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", r"{\1}", path)


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield str(node["$ref"])
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def test_every_route_is_in_it_and_nothing_else(document: dict[str, Any]) -> None:
    listed = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert listed == {(route.mark.method, plain(route.mark.path)) for route in ROUTES}


async def test_what_is_served_is_what_is_listed(house: House, document: dict[str, Any]) -> None:
    served = {
        (route.method, plain(route.resource.canonical))
        for route in house.web.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    listed = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert served - listed == {("GET", "/{name}")}
    assert listed <= served
    assert (await house.browser().ask("GET", "/api/openapi.json")).body == document


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = set(references(document))
    assert len(found) > 20
    for reference in found:
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert isinstance(node, dict)


def test_it_has_the_form_of_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {"title", "version"} <= set(document["info"])
    names = set()
    for path, item in document["paths"].items():
        for operation in item.values():
            names.add(operation["operationId"])
            assert operation["summary"].endswith("."), operation["operationId"]
            in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert in_path == set(re.findall(r"\{(\w+)\}", path))
            assert all({"name", "in", "required", "schema"} <= set(one) for one in operation["parameters"])
            assert operation["responses"]
            for status, answer in operation["responses"].items():
                assert re.fullmatch(r"[1-5]\d\d", status)
                assert answer["description"]
            if "requestBody" in operation:
                assert {*operation["requestBody"]["content"]} <= {"application/json", "application/octet-stream"}
    assert len(names) == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.mark.method} {route.mark.path}")
def test_rights_and_refusals_are_told(document: dict[str, Any], route: Route) -> None:
    operation = document["paths"][plain(route.mark.path)][route.mark.method.lower()]
    for right in route.mark.rights:
        assert right in operation["description"]
    assert ("security" in operation) is not route.mark.is_open
    assert str(route.mark.status) in operation["responses"]
    if not route.mark.is_open:
        assert {"401", "403"} <= set(operation["responses"])
    if route.is_unsafe:
        assert {"403", "422"} <= set(operation["responses"])


def test_enumerations_and_limits_reach_the_schemas(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "administrator" in schemas["Role"]["enum"]
    assert schemas["PasswordChange"]["properties"]["password"]["minLength"] == 10
    assert schemas["SignIn"]["additionalProperties"] is False
